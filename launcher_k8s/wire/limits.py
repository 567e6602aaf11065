"""What a value may hold so that everybody can write it, send it and read it again.

JSON has no ``nan`` and Unicode no half characters; many readers of JSON know only numbers of 64 bits; no
process can be given a NUL; and what is nested without end ends every program that walks through it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Final, TypeAlias

from launcher_k8s.attributes import has_fields
from launcher_k8s.wire.writing import reader, written_fields
from launcher_k8s.wording import quote

MOST_LEVELS: Final = 100
"""How deep objects and lists may be nested."""

TOO_DEEP: Final = f"nested more than {MOST_LEVELS} levels deep"
_NUMBERS = range(-(2**63), 2**63)
_SINGLE = (str, int, float)
_WHOLE = (*_SINGLE, type(None), set, frozenset, Decimal, datetime, bytes, Enum)
_Items: TypeAlias = Callable[[Any], Iterable[tuple[Any, Any]]]
_STEP = re.compile(r"(?<=.)(?=[.\[])")


def find_problems(value: Any, problem_of: Callable[[Any], str]) -> Iterator[tuple[str, str]]:
    """The path of all that a check finds fault with, and what it is; the search ends at what is too deep.

    Args:
        value: Something made of others: JSON types and public values, in any mixture.
        problem_of: Says what is wrong with one text, number or key, or nothing; it is not asked about ASCII
            text without NUL, which anybody can hold.
    """
    for path, problem in _search(value, problem_of, 1):
        if problem is TOO_DEEP:
            # All hundred steps are no help to anybody, and what is nested without end may be as wide.
            yield _STEP.split(path, maxsplit=1)[0], problem
            return
        yield path, problem


def number_problem(value: Any) -> str:
    """What keeps a number from being read by everybody; nothing for values that are no whole numbers."""
    if isinstance(value, int) and value not in _NUMBERS:
        return "the number is outside the range of 64 bits"
    return ""


def content_problem(value: Any) -> str:
    """What keeps a text or number from being sent to a cluster or given to a process."""
    if isinstance(value, str):
        if "\0" in value:
            return "holds a NUL character, which no argument, variable or annotation can carry"
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            return "holds half a character (a lone surrogate), which is no Unicode text"
        return ""
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} is no number that JSON can say"
    return number_problem(value)


def _search(value: Any, problem_of: Callable[[Any], str], level: int) -> list[tuple[str, str]]:
    """What is wrong in a value; what is too deep is the last of it."""
    if level > MOST_LEVELS:
        return [("", TOO_DEEP)]
    items, has_own_keys = _items_of(type(value))
    if items is None:
        return [("", f"{type(value).__name__} is no value that JSON can say")]
    found = []
    for key, item in items(value):
        # ASCII without NUL is what nobody finds fault with, and most of it all: not worth a call each.
        if (
            has_own_keys
            and isinstance(key, str)
            and (not key.isascii() or "\0" in key)
            and (problem := problem_of(key))
        ):
            found.append(("", f"the key {quote(key)} {problem}"))
        if item is None or (isinstance(item, str) and item.isascii() and "\0" not in item):
            continue
        if isinstance(item, _SINGLE):
            if problem := problem_of(item):
                found.append((_step(key), problem))
        elif inner := _search(item, problem_of, level + 1):
            found.extend((_step(key) + path, problem) for path, problem in inner)
            if inner[-1][1] is TOO_DEEP:
                return found
    return found


def _find_items(kind: Any) -> tuple[_Items | None, bool]:
    """What tells of what a value of a class is made, by key or index; of a public one all written fields.

    None for what cannot be written as JSON at all. And whether its keys are its own, and not its class's.
    """
    if issubclass(kind, (list, tuple)):
        return enumerate, False
    if issubclass(kind, Mapping):
        return lambda value: value.items(), True
    if has_fields(kind):
        return _stated_fields(kind), False
    return (lambda _: ()) if issubclass(kind, _WHOLE) else None, False


def _stated_fields(kind: Any) -> _Items:
    """What tells of the fields that are written: nobody finds fault with a default."""
    fields, read = [(key, default) for _, key, default in written_fields(kind)], reader(kind)

    def stated_in(value: Any) -> list[tuple[str, Any]]:
        stated = []
        for (key, default), item in zip(fields, read(value), strict=True):
            if item is not default:
                stated.append((key, item))
        return stated

    return stated_in


_items_of: Callable[[Any], tuple[_Items | None, bool]] = cache(_find_items)


def _step(key: Any) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if str(key).isidentifier() else f"[{quote(str(key))}]"
