"""Comparing values: ``eq``, ``ne``, ``lt``, ``le``, ``gt``, ``ge``, and ``reflect.DeepEqual``.

Numbers compare only with numbers of their own kind, whatever their size or sign, and text compares by its
bytes; what cannot be compared is an error that names both types. Source: Go 1.26, text/template/funcs.go and
reflect/deepequal.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from launcher_k8s.templates.govalues.allowance import NODE, look_at, spend
from launcher_k8s.templates.govalues.kinds import is_nil, kind_name, type_name
from launcher_k8s.templates.govalues.printing import sprintf
from launcher_k8s.templates.govalues.values import MISSING, NIL_ERROR, GoError, encode

_BASIC: Final[Mapping[str, str]] = {
    "bool": "bool",
    "int": "int",
    "int8": "int",
    "int16": "int",
    "int32": "int",
    "int64": "int",
    "uint": "uint",
    "uint8": "uint",
    "uint16": "uint",
    "uint32": "uint",
    "uint64": "uint",
    "uintptr": "uint",
    "float32": "float",
    "float64": "float",
    "complex64": "complex",
    "complex128": "complex",
    "string": "string",
}
_WHOLE: Final = frozenset({"int", "uint"})
_UNORDERED: Final = frozenset({"bool", "complex"})
_BAD_TYPE: Final = "invalid type for comparison"


def equal(first: Any, *others: Any) -> bool:
    """``eq``: whether the first value equals any of the others, which are looked at in turn.

    Raises:
        GoError: Two values cannot be compared, or there is only one.
    """
    if not others:
        raise GoError("missing argument for comparison")
    kind = type(first)
    plain = kind is str or kind is int or kind is bool
    if kind is str:
        look_at(first, len(others))
    for other in others:
        if first == other if plain and type(other) is kind else _equal_pair(first, other):
            return True
    return False


def unequal(first: Any, second: Any) -> bool:
    """``ne``."""
    return not equal(first, second)


def less(first: Any, second: Any) -> bool:
    """``lt``.

    Raises:
        GoError: A value has no order, or the two are of different kinds.
    """
    if type(first) is int and type(second) is int:
        return first < second
    kind, other = _ordered_kind(first), _ordered_kind(second)
    if kind != other and not (kind in _WHOLE and other in _WHOLE):
        raise _incompatible(first, second)
    if kind in _UNORDERED:
        raise GoError(_BAD_TYPE)
    if kind == "string" and not (first.isascii() and second.isascii()):
        return encode(first) < encode(second)
    return bool(first < second)


def less_or_equal(first: Any, second: Any) -> bool:
    """``le``: less, or equal."""
    return less(first, second) or equal(first, second)


def greater(first: Any, second: Any) -> bool:
    """``gt``: not less or equal, which makes it true of a number that is none."""
    return not less_or_equal(first, second)


def greater_or_equal(first: Any, second: Any) -> bool:
    """``ge``: not less."""
    return not less(first, second)


def _ordered_kind(value: Any) -> str:
    kind = _BASIC.get(kind_name(value))
    if kind is None:
        raise GoError(_BAD_TYPE)
    return kind


def _incompatible(first: Any, second: Any) -> GoError:
    return GoError(
        f"incompatible types for comparison: {type_name(first)} and {type_name(second)}",
    )


def _equal_pair(first: Any, second: Any) -> bool:
    kind, other = _BASIC.get(kind_name(first)), _BASIC.get(kind_name(second))
    if kind != other:
        if kind in _WHOLE and other in _WHOLE:
            return bool(first == second)
        if _is_valid(first) and _is_valid(second):
            raise _incompatible(first, second)
        return False
    if kind is not None:
        return bool(first == second)
    return _equal_other(first, second)


def _equal_other(first: Any, second: Any) -> bool:
    if _is_valid(first) and _is_valid(second) and kind_name(first) != kind_name(second):
        form = "non-comparable types %s: %s, %s: %v"
        raise GoError(sprintf(form, first, type_name(first), type_name(second), second))
    if is_nil(first) or is_nil(second):
        return is_nil(first) == is_nil(second)
    if kind_name(second) == "ptr":
        return first is second
    if kind_name(second) in ("slice", "map", "func"):
        raise GoError(sprintf("non-comparable type %s: %s", second, type_name(second)))
    return bool(first == second)


def _is_valid(value: Any) -> bool:
    return value is not None and value is not MISSING and value is not NIL_ERROR


def deep_equal(first: Any, second: Any) -> bool:
    """``reflect.DeepEqual``: same types all the way down, and same values.

    An ``int`` never equals an ``int64`` or a ``float64``, and a nil list no empty one.
    """
    kind = type(first)
    if kind is str or kind is int or kind is bool:
        if kind is str:
            look_at(first)
        return type(second) is kind and bool(first == second)
    if first is None or first is MISSING or second is None or second is MISSING:
        return not (_is_valid(first) or _is_valid(second))
    if type_name(first) != type_name(second) or is_nil(first) != is_nil(second):
        return False
    if isinstance(first, list | dict):
        spend(NODE * (len(first) + 1))
    if isinstance(first, list):
        return len(first) == len(second) and (first is second or all(map(deep_equal, first, second)))
    if isinstance(first, dict):
        return len(first) == len(second) and (first is second or _same_items(first, second))
    return _equal_fields(first, second)


def _same_items(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    return all(key in second and deep_equal(value, second[key]) for key, value in first.items())


def _equal_fields(first: Any, second: Any) -> bool:
    if isinstance(first, int) or not hasattr(first, "go_fields"):
        return bool(first == second)
    return first is second or all(
        deep_equal(mine, its)
        for (_, mine), (_, its) in zip(first.go_fields(), second.go_fields(), strict=True)
    )
