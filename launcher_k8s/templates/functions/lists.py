"""Sprig's functions on lists: a new list each, never the one that was given changed.

A ``must`` form does the same as its plain one, since a panic ends a render as an error does. Source: Sprig
3.3.0, list.go.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from launcher_k8s.templates.govalues.allowance import ELEMENT, spend
from launcher_k8s.templates.govalues.comparing import deep_equal
from launcher_k8s.templates.govalues.integers import to_int
from launcher_k8s.templates.govalues.kinds import kind_name
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError, ListOfLists, NilList, Uint8

REGISTRY: Final[Registry] = {}

NIL_POINTER: Final = "runtime error: invalid memory address or nil pointer dereference"

_FEW: Final = 64
_MAKE: Final = "runtime error: makeslice: len out of range"


def elements(value: Any, complaint: str) -> Sequence[Any]:
    """A list's elements.

    Args:
        value: What should be a list.
        complaint: What the error says before the kind that it is instead.

    Raises:
        GoError: It is no list.
    """
    if isinstance(value, list):
        return value
    if isinstance(value, bytes):
        return [Uint8(byte) for byte in value]
    if value is None:
        raise GoError(NIL_POINTER)
    raise GoError(f"{complaint} {kind_name(value)}")


@function(REGISTRY, "...any", "list", "tuple")
def make_list(*values: Any) -> list[Any]:
    """A list of these."""
    return list(values)


@function(REGISTRY, "any, any", "append", "push", "mustAppend", "mustPush")
def append(value: Any, item: Any) -> list[Any]:
    """The list with one more at its end."""
    return [*elements(value, "Cannot push on type"), item]


@function(REGISTRY, "any, any", "prepend", "mustPrepend")
def prepend(value: Any, item: Any) -> list[Any]:
    """The list with one more at its beginning."""
    return [item, *elements(value, "Cannot prepend on type")]


@function(REGISTRY, "any", "first", "mustFirst")
def first(value: Any) -> Any:
    """The first element; nil if there is none."""
    items = elements(value, "Cannot find first on type")
    return items[0] if items else None


@function(REGISTRY, "any", "last", "mustLast")
def last(value: Any) -> Any:
    """The last element; nil if there is none."""
    items = elements(value, "Cannot find last on type")
    return items[-1] if items else None


@function(REGISTRY, "any", "rest", "mustRest")
def rest(value: Any) -> list[Any]:
    """All but the first element; a nil list if there is none."""
    items = elements(value, "Cannot find rest on type")
    return list(items[1:]) if items else NilList()


@function(REGISTRY, "any", "initial", "mustInitial")
def initial(value: Any) -> list[Any]:
    """All but the last element; a nil list if there is none."""
    items = elements(value, "Cannot find initial on type")
    return list(items[:-1]) if items else NilList()


@function(REGISTRY, "any", "reverse", "mustReverse")
def reverse(value: Any) -> list[Any]:
    """The elements the other way round."""
    return list(elements(value, "Cannot find reverse on type")[::-1])


@function(REGISTRY, "any", "compact", "mustCompact")
def compact(value: Any) -> list[Any]:
    """Without empty elements."""
    return [item for item in elements(value, "Cannot compact on type") if item]


@function(REGISTRY, "any", "uniq", "mustUniq")
def unique(value: Any) -> list[Any]:
    """Each element once."""
    found: list[Any] = []
    texts: set[str] = set()
    others: list[Any] = []
    for item in elements(value, "Cannot find uniq on type"):
        if type(item) is str:
            if item in texts:
                continue
            texts.add(item)
        elif _holds(others, item):
            continue
        else:
            others.append(item)
        found.append(item)
    return found


@function(REGISTRY, "any, ...any", "without", "mustWithout")
def without(value: Any, *omitted: Any) -> list[Any]:
    """Without these elements."""
    return [item for item in elements(value, "Cannot find without on type") if not _holds(omitted, item)]


@function(REGISTRY, "any, any", "has", "mustHas")
def has(item: Any, value: Any) -> bool:
    """Whether it is an element."""
    return value is not None and _holds(elements(value, "Cannot find has on type"), item)


def _holds(items: Sequence[Any], wanted: Any) -> bool:
    if len(items) > _FEW:
        spend(ELEMENT * len(items))
    if type(wanted) is str:
        return wanted in items  # text equals nothing but text, in Python too
    return any(deep_equal(wanted, item) for item in items)


@function(REGISTRY, "any, ...any", "slice", "mustSlice")
def slice_list(value: Any, *indexes: Any) -> Any:
    """The elements from one index to another, in a list of the same type; nil if there is none at all."""
    if not elements(value, "list should be type of slice or array but"):
        return None
    start = to_int(indexes[0]) if indexes else 0
    end = to_int(indexes[1]) if len(indexes) > 1 else len(value)
    if not 0 <= start <= end <= len(value):
        raise GoError("reflect.Value.Slice: slice index out of bounds")
    spend(ELEMENT * (end - start))
    return type(value)(value[start:end])


@function(REGISTRY, "...any", "concat")
def concat(*values: Any) -> list[Any]:
    """All elements of these lists; a nil list if there is none."""
    parts = list(map(_concatenated, values))
    spend(ELEMENT * sum(map(len, parts)))
    items = [item for part in parts for item in part]
    return items or NilList()


def _concatenated(value: Any) -> Sequence[Any]:
    if isinstance(value, (list, bytes)) or value is None:
        return elements(value, "")
    raise GoError(f"Cannot concat type {kind_name(value)} as list")


@function(REGISTRY, "int, any", "chunk", "mustChunk")
def chunk(size: int, value: Any) -> ListOfLists:
    """The elements in lists of a size, the last with what is left."""
    items = elements(value, "Cannot chunk type")
    spend(ELEMENT * len(items))
    if size <= 0:
        return _chunk_oddly(size, items)
    return ListOfLists([list(items[at : at + size]) for at in range(0, len(items), size)])


def _chunk_oddly(size: int, items: Sequence[Any]) -> ListOfLists:
    """What Go's arithmetic makes of a size that is none."""
    count = math.floor((len(items) - 1) / size) + 1 if size else -1
    if count < 0:
        raise GoError(_MAKE)
    if count == 0:
        return ListOfLists()
    length = int(math.fmod(len(items), size)) if count == 1 else size
    if length <= 0:
        raise GoError(_MAKE)
    return ListOfLists([list(items[:length])])
