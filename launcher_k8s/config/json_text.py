"""JSON texts that somebody wrote: read as Python reads them, but for what it would pass over or choke on.

A key that an object has twice is refused, because which value would win is a guess: most readers keep the
last one silently. A number of thousands of digits is cut, so that it is refused by its size, with its path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs

# Between strings only these say where something is; numbers and literals are passed over.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]', re.DOTALL)

_LAST_STEP = re.compile(r"(?:\[\d+\]|(?:^|\.)[^.\[]*)$")

_MOST_DIGITS = 40


class RepeatedKeyError(Exception):
    """An object has a key twice; never leaves the room that reads the text."""


@attrs.frozen
class Place:
    """Where a part of a text begins, a member at its key; with its path, as ``environment[0].name``."""

    offset: int
    path: str


def load_json(text: str) -> Any:
    """The value that a text says; limits of values (``wire.limits``) are for the caller to check.

    Raises:
        JSONDecodeError: The text is no JSON.
        RepeatedKeyError: An object has a key twice.
        RecursionError: It is nested without end.
    """
    return json.loads(text, parse_int=_whole_number, object_pairs_hook=_unique_keys)


def _whole_number(text: str) -> int:
    return int(text[:_MOST_DIGITS])


def _unique_keys(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise RepeatedKeyError
    return value


@attrs.define
class _Level:
    """An object or array that is open; ``keys`` are those that the object had so far, None in an array."""

    keys: set[str] | None
    here: str | int
    awaits_key: bool


def find_repeated_key(text: str) -> Place:
    """The first key that an object of a JSON text has twice.

    Raises:
        ValueError: There is none.
    """
    for offset, levels, is_repeated in _walk(text):
        if is_repeated:
            return Place(offset, _path(levels))
    raise ValueError("no object of the text has a key twice")


def find_nearest(text: str, paths: Iterable[str]) -> Iterator[int]:
    """The offset of the part at each path; where there is no such part, of the nearest that would hold it.

    Args:
        text: A JSON text.
        paths: Paths, as ``environment[0].name``.
    """
    offsets: dict[str, int] = {}
    for offset, levels, _ in _walk(text):
        offsets.setdefault(_path(levels), offset)
    for path in paths:
        while path and path not in offsets:
            path = _LAST_STEP.sub("", path)
        yield offsets.get(path, 0)


def _walk(text: str) -> Iterator[tuple[int, Sequence[_Level], bool]]:
    """The members of objects, and the objects and arrays, in the order of the text.

    Each with its offset, the levels that are open there, and whether it is a key that its object had before.
    A path is for the caller to make: where many levels are open, one for each member would take long.
    """
    levels: list[_Level] = []
    for match in _TOKEN.finditer(text):
        token, level = match[0], levels[-1] if levels else None
        match token[0]:
            case "{" | "[":
                yield match.start(), levels, False
                levels.append(_open_level(token))
            case "}" | "]":
                levels.pop()
            case "," if level is not None:
                level.awaits_key = level.keys is not None
                level.here = level.here + 1 if isinstance(level.here, int) else ""
            case '"' if level is not None and level.keys is not None and level.awaits_key:
                key: str = json.loads(token)
                level.here, level.awaits_key = key, False
                yield match.start(), levels, key in level.keys
                level.keys.add(key)


def _open_level(bracket: str) -> _Level:
    if bracket == "{":
        return _Level(set(), "", awaits_key=True)
    return _Level(None, 0, awaits_key=False)


def _path(levels: Sequence[_Level]) -> str:
    steps = (f"[{level.here}]" if isinstance(level.here, int) else f".{level.here}" for level in levels)
    return "".join(steps).removeprefix(".")
