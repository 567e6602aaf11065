"""Reading what was sent: JSON or YAML into an object of the kind that was asked for.

Which media types, and the complaints about a body that is no object of the kind:
``k8s.io/apiserver/pkg/endpoints/handlers/rest.go`` and ``k8s.io/apimachinery/pkg/runtime/serializer/json``.
"""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from launcher_k8s.connection import JSON_MEDIA_TYPE, YAML_MEDIA_TYPE
from launcher_k8s.testing.cluster.causes import quoted
from launcher_k8s.testing.cluster.kinds import Kind, Object, kind_named
from launcher_k8s.testing.cluster.refusals import bad_request, too_large, unsupported_media_type

ACCEPTED: Final = (JSON_MEDIA_TYPE, YAML_MEDIA_TYPE, "application/vnd.kubernetes.protobuf")
LARGEST_BODY: Final = 3 * 1024 * 1024


class BodyError(Exception):
    """A body that is no JSON; the text is the one Go would write."""


def media_type(content_type: str) -> str:
    """The media type without its parameters; JSON if none is named."""
    return content_type.partition(";")[0].strip() or JSON_MEDIA_TYPE


def decode(kind: Kind, body: bytes, content_type: str) -> Object:
    """The object of a create or update.

    Raises:
        Refusal: 400, 413 or 415: it is too long, in no known format, or of another kind.
    """
    check_size(body)
    sent_as = media_type(content_type)
    if sent_as not in (JSON_MEDIA_TYPE, YAML_MEDIA_TYPE):
        raise unsupported_media_type(ACCEPTED)
    try:
        content = _parse_yaml(body) if sent_as == YAML_MEDIA_TYPE else parse_json(body)
        if not isinstance(content, dict):
            raise BodyError(f"json: cannot unmarshal {go_type(content)} into Go value of type {_TYPE_META}")
    except BodyError as problem:
        raise bad_request(_unrecognized(kind, body, str(problem))) from None
    _check_kind(kind, content)
    return content


def check_size(body: bytes) -> None:
    """Refuse a body longer than the server reads.

    Raises:
        Refusal: 413.
    """
    if len(body) > LARGEST_BODY:
        raise too_large(f"limit is {LARGEST_BODY}")


def parse_json(body: bytes) -> Any:
    """Read JSON.

    Raises:
        BodyError: It is none.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BodyError(_complaint(body)) from None


def go_type(value: object) -> str:
    """What Go's JSON decoder calls a value's type."""
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
        case _:
            return "null"


_TYPE_META: Final = (
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
)


def _parse_yaml(body: bytes) -> Any:
    import yaml

    try:
        return yaml.safe_load(body)
    except yaml.YAMLError as problem:
        raise BodyError(f"yaml: {problem}") from None


def _check_kind(kind: Kind, content: Object) -> None:
    sent, version = content.get("kind") or kind.kind, content.get("apiVersion") or kind.api_version
    if (sent, version) == (kind.kind, kind.api_version):
        return
    said = f"{sent} in version {quoted(version.rpartition('/')[2])} cannot be handled as a {kind.kind}"
    if kind_named(version, sent) is None:
        raise bad_request(
            f"{said}: no kind {quoted(sent)} is registered for version {quoted(version)} in scheme "
            '"pkg/runtime/scheme.go:111"'
        )
    package = (kind.group or "core").partition(".")[0]
    raise bad_request(f"{said}: converting (v1.{sent}) to ({package}.{kind.kind}): unknown conversion")


def _unrecognized(kind: Kind, body: bytes, problem: str) -> str:
    shown = body.decode() if body.startswith(b"{") else body.hex()
    return (
        f"the object provided is unrecognized (must be of type {kind.kind}): couldn't get version/kind; "
        f"json parse error: {problem} ({shown or '<empty>'})"
    )


def _complaint(body: bytes) -> str:
    """What Go says about JSON that cannot be read: where depends on what was expected there."""
    text = body.decode(errors="replace")
    try:
        json.loads(text)
    except json.JSONDecodeError as problem:
        if not text[problem.pos :].strip():
            return "unexpected end of JSON input"
        found = text[problem.pos :].lstrip()[0]
        return f"invalid character {_rune(found)} {_EXPECTED.get(problem.msg, _EXPECTED_VALUE)}"
    except RecursionError:
        return "exceeded max depth"
    return "invalid character in string literal"


def _rune(character: str) -> str:
    return "'\\''" if character == "'" else f"'{character}'"


_EXPECTED_VALUE: Final = "looking for beginning of value"
_EXPECTED: Final = {
    "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
    "Expecting ':' delimiter": "after object key",
    "Expecting ',' delimiter": "after object key:value pair",
    "Extra data": "after top-level value",
    "Invalid control character at": "in string literal",
}
