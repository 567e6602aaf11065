"""What a template is given: a copy, of which every part is a value that Go's templates know.

A template can then neither change what its caller holds nor reach a Python object. Numbers and text become
what Go's decoder of JSON makes of them. Source: facts on templates, 2.12; Go 1.26, encoding/json.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from launcher_k8s.templates.govalues.structs import Struct
from launcher_k8s.templates.govalues.values import MISSING, ErrorValue, Integer, Missing, StringMap, TypedList

DEEPEST: Final = 200
"""How deep lists and maps may be inside each other."""

_SIMPLE: Final = frozenset({bool, float, type(None)})
_AS_THEY_ARE: Final = (Integer, TypedList, StringMap, Struct, ErrorValue, Missing, complex, bytes)
_INT64: Final = range(-(1 << 63), 1 << 63)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def copy_data(value: Any, depth: int = 0) -> Any:
    """Copy what a template is given.

    Args:
        value: Maps, lists, text, numbers, booleans and None, and the values of ``govalues``.
        depth: How many lists and maps it is in.

    Raises:
        TypeError: Something in it is of another type.
        ValueError: It is too deep.
    """
    kind = type(value)
    if kind is str:
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if kind in _SIMPLE:
        return value
    if kind is int:
        return value if value in _INT64 else float(value)
    if depth > DEEPEST:
        raise ValueError(f"the data of a template is more than {DEEPEST} levels deep")
    depth += 1
    if kind is dict:
        return _copy_map(value, depth)
    if kind is list:
        return [
            item
            if type(item) is str and item.isascii()
            else _copy_map(item, depth + 1)
            if type(item) is dict and depth <= DEEPEST
            else copy_data(item, depth)
            for item in value
        ]
    return _converted(value, depth)


def _copy_map(value: dict[Any, Any], depth: int) -> dict[str, Any]:
    copied = {}
    for key, item in value.items():
        if type(key) is not str or not key.isascii():
            key = _key(key)
        kind = type(item)
        # Most of a job is short text in maps: not worth a call each.
        if kind is str:
            copied[key] = item if item.isascii() else _SURROGATE.sub("\ufffd", item)
        elif kind is dict and depth <= DEEPEST:
            copied[key] = _copy_map(item, depth + 1)
        else:
            copied[key] = copy_data(item, depth)
    return copied


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"the data of a template has {key!r} as a key, where only text is possible")
    return _SURROGATE.sub("\ufffd", str(key))


def _converted(value: Any, depth: int) -> Any:
    """What is not exactly one of Python's own types."""
    if value is MISSING or isinstance(value, _AS_THEY_ARE):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return copy_data(kind(value), depth)
    if isinstance(value, Mapping):
        return copy_data(dict(value), depth)
    if isinstance(value, list | tuple):
        return copy_data(list(value), depth)
    raise TypeError(f"the data of a template holds a {type(value).__name__}, which no template can use")
