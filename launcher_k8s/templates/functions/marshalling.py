"""Sprig's functions on JSON, and Helm's, some of which have the same names.

Source: Sprig 3.3.0, defaults.go; Helm 4.3.1, pkg/engine/funcs.go.
"""

from __future__ import annotations

from typing import Any, Final

from launcher_k8s.templates.gojson.decoding import unmarshal, unmarshal_strictly
from launcher_k8s.templates.gojson.encoding import marshal
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError, NilList, NilMap

REGISTRY: Final[Registry] = {}
LAUNCHER_REGISTRY: Final[Registry] = {}
HELM_REGISTRY: Final[Registry] = {}

_INDENT: Final = "  "
_KINDS: Final = {dict: "object", list: "array", str: "string", bool: "bool", float: "number"}

function(REGISTRY, "string", "mustFromJson")(unmarshal_strictly)


@function(REGISTRY, "string", "fromJson")
def from_json(text: str) -> Any:
    """A JSON text's value; nil if it is none."""
    try:
        return unmarshal(text)[0]
    except GoError:
        return None


@function(REGISTRY, "any", "toJson")
def to_json(value: Any) -> str:
    """A value as JSON; nothing if it has no such form."""
    try:
        return marshal(value)
    except GoError:
        return ""


@function(REGISTRY, "any", "mustToJson")
def must_to_json(value: Any) -> str:
    """A value as JSON."""
    return marshal(value)


@function(REGISTRY, "any", "toPrettyJson")
def to_pretty_json(value: Any) -> str:
    """A value as JSON of many lines; nothing if it has no such form."""
    try:
        return marshal(value, indent=_INDENT)
    except GoError:
        return ""


@function(REGISTRY, "any", "mustToPrettyJson")
def must_to_pretty_json(value: Any) -> str:
    """A value as JSON of many lines."""
    return marshal(value, indent=_INDENT)


@function(REGISTRY, "any", "toRawJson", "mustToRawJson")
def to_raw_json(value: Any) -> str:
    """A value as JSON with ``<``, ``>`` and ``&`` as they are."""
    return marshal(value, html=False)


@function(HELM_REGISTRY, "string", "fromJson")
def helm_from_json(text: str) -> dict[str, Any]:
    """A JSON object; under ``Error`` what is wrong with it if something is."""
    value, wrong = _unmarshal_as(dict, "map[string]interface {}", text)
    if value is None and not wrong:
        return NilMap()
    return {**(value or {}), "Error": wrong} if wrong else value


@function(LAUNCHER_REGISTRY, "string", "fromJsonArray")
def from_json_array(text: str) -> list[Any]:
    """A JSON list; one of what is wrong with it if something is."""
    value, wrong = _unmarshal_as(list, "[]interface {}", text)
    if value is None and not wrong:
        return NilList()
    return [wrong] if wrong else value


def _unmarshal_as(wanted: type, name: str, text: str) -> tuple[Any, str]:
    """A JSON text's value, nil if it is of another type, and what is wrong with it."""
    try:
        value, complaint = unmarshal(text)
    except GoError as error:
        return None, str(error)
    if isinstance(value, wanted) or (value is None and not complaint):
        return value, complaint
    # No value with a complaint is a number that is too large, and nothing else.
    kind = "number" if value is None else _KINDS[type(value)]
    return None, f"json: cannot unmarshal {kind} into Go value of type {name}"
