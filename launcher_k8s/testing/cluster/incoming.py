"""The object of a create or update: JSON or YAML, of the kind that was asked for.

Which media types, and the complaints about a body that is no object of the kind:
``k8s.io/apiserver/pkg/endpoints/handlers/rest.go`` and ``k8s.io/apimachinery/pkg/runtime/serializer/json``.
"""

from __future__ import annotations

from typing import Any, Final

from launcher_k8s.connection import JSON_MEDIA_TYPE, YAML_MEDIA_TYPE
from launcher_k8s.testing.cluster import schema
from launcher_k8s.testing.cluster.bodies import BodyError, check_size, go_type, media_type, parse_json
from launcher_k8s.testing.cluster.causes import quoted
from launcher_k8s.testing.cluster.kinds import Kind, Object, kind_named
from launcher_k8s.testing.cluster.refusals import bad_request, unsupported_media_type
from launcher_k8s.testing.cluster.requests import Request, field_validation

ACCEPTED: Final = (JSON_MEDIA_TYPE, YAML_MEDIA_TYPE, "application/vnd.kubernetes.protobuf")
_YAML: Final = "yaml: "
_SHOWN_BYTES: Final = 30
_TYPE_META: Final = (
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
)


def decode(kind: Kind, request: Request) -> tuple[Object, tuple[str, ...]]:
    """The object of a create or update, and what to warn of.

    Raises:
        Refusal: 400, 413 or 415: it is too long, in no known format, or of another kind.
    """
    body = request.body
    check_size(body)
    sent_as = media_type(request.content_type)
    if sent_as not in (JSON_MEDIA_TYPE, YAML_MEDIA_TYPE):
        raise unsupported_media_type(ACCEPTED)
    try:
        content = _parse_yaml(body) if sent_as == YAML_MEDIA_TYPE else parse_json(body)
        if not isinstance(content, dict):
            raise BodyError(f"json: cannot unmarshal {go_type(content)} into Go value of type {_TYPE_META}")
    except BodyError as problem:
        raise bad_request(_unrecognized(kind, body, str(problem))) from None
    _check_kind(kind, content)
    strictness = field_validation(request.params)
    return schema.read(kind, content, body=body, yaml=sent_as == YAML_MEDIA_TYPE, strictness=strictness)


def _parse_yaml(body: bytes) -> Any:
    import yaml

    try:
        return yaml.safe_load(body)
    except yaml.YAMLError as problem:
        raise BodyError(f"{_YAML}{problem}") from None


def _check_kind(kind: Kind, content: Object) -> None:
    sent, version = content.get("kind") or kind.kind, content.get("apiVersion") or kind.api_version
    if (sent, version) != (kind.kind, kind.api_version):
        short = quoted(version.rpartition("/")[2])
        problem = unknown_conversion(kind, {"kind": sent, "apiVersion": version})
        raise bad_request(f"{sent} in version {short} cannot be handled as a {kind.kind}: {problem}")


def unknown_conversion(kind: Kind, content: Object) -> str:
    """What Go says of an object of another kind."""
    sent, version = content.get("kind", ""), content.get("apiVersion", "")
    if kind_named(version, sent) is None:
        scheme = '"pkg/runtime/scheme.go:111"'
        return f"no kind {quoted(sent)} is registered for version {quoted(version)} in scheme {scheme}"
    package = (kind.group or "core").partition(".")[0]
    return f"converting (v1.{sent}) to ({package}.{kind.kind}): unknown conversion"


def _unrecognized(kind: Kind, body: bytes, problem: str) -> str:
    head = body[:_SHOWN_BYTES]
    shown = head.decode(errors="replace") if body.startswith(b"{") else head.hex()
    if len(body) > _SHOWN_BYTES:
        shown += " ..."
    if not problem.startswith(_YAML):
        problem = f"couldn't get version/kind; json parse error: {problem}"
    return (
        f"the object provided is unrecognized (must be of type {kind.kind}): {problem} ({shown or '<empty>'})"
    )
