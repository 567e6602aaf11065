"""The names of Go's types and kinds for the values that templates meet, and what counts as nil.

Source: Go 1.26, package reflect (``Type.String``, ``Kind.String``, ``Value.IsNil``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from launcher_k8s.templates.govalues.values import MISSING, ErrorValue, Missing, TypedList

_TYPES: Final[Mapping[type, str]] = {
    str: "string",
    bool: "bool",
    int: "int",
    float: "float64",
    complex: "complex128",
    bytes: "[]uint8",
    list: "[]interface {}",
    dict: "map[string]interface {}",
    type(None): "<nil>",
    Missing: "<nil>",
}

_KINDS: Final[Mapping[type, str]] = {
    str: "string",
    bool: "bool",
    int: "int",
    float: "float64",
    complex: "complex128",
    bytes: "slice",
    list: "slice",
    dict: "map",
    type(None): "invalid",
    Missing: "invalid",
    ErrorValue: "ptr",
}


def type_name(value: Any) -> str:
    """A value's type, as ``%T`` prints it."""
    known = _TYPES.get(type(value))
    if known is not None:
        return known
    name: str = value.go_type
    return name


def kind_name(value: Any) -> str:
    """A value's kind, as ``reflect.Kind`` prints it; ``invalid`` for nil."""
    known = _KINDS.get(type(value))
    if known is not None:
        return known
    if isinstance(value, TypedList):
        return "slice"
    if isinstance(value, dict):
        return "map"
    name: str = value.go_kind
    return name


def is_nil(value: Any) -> bool:
    """Whether it is nil, or no value at all; an empty list is neither."""
    return value is None or value is MISSING or getattr(value, "is_nil", False)
