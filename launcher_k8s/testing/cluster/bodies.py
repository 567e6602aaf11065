"""Reading what was sent: media types, sizes, and Go's complaints about JSON that cannot be read.

``k8s.io/apiserver/pkg/endpoints/handlers/rest.go`` and Go's ``encoding/json``.
"""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from launcher_k8s.connection import JSON_MEDIA_TYPE
from launcher_k8s.testing.cluster.refusals import too_large

LARGEST_BODY: Final = 3 * 1024 * 1024


class BodyError(Exception):
    """A body that is no JSON; the text is the one Go would write."""


def media_type(content_type: str) -> str:
    """The media type without its parameters; JSON if none is named."""
    return content_type.partition(";")[0].strip() or JSON_MEDIA_TYPE


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
