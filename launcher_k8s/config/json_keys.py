"""Objects of a JSON text that have a key twice: refused, because which value would win is a guess.

Python's reader, like most, keeps the last one silently. It knows no places, so the text is gone through
once more where one is found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import attrs

# Between strings only these say where something is; numbers and literals are passed over.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]', re.DOTALL)


class RepeatedKeyError(Exception):
    """An object has a key twice; never leaves the room that reads the text."""


@attrs.frozen
class RepeatedKey:
    """The second of two equal keys: its offset in the text, and its path, as ``environment[0].name``."""

    offset: int
    path: str


def unique_keys(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object of its pairs, for ``json.loads(object_pairs_hook=...)``.

    Raises:
        RepeatedKeyError: Two of the keys are equal.
    """
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


def find_repeated_key(text: str) -> RepeatedKey:
    """The first key that an object of a JSON text has twice.

    Raises:
        ValueError: There is none.
    """
    levels: list[_Level] = []
    for match in _TOKEN.finditer(text):
        token, level = match[0], levels[-1] if levels else None
        match token[0]:
            case "{":
                levels.append(_Level(set(), "", awaits_key=True))
            case "[":
                levels.append(_Level(None, 0, awaits_key=False))
            case "}" | "]":
                levels.pop()
            case "," if level is not None:
                level.awaits_key = level.keys is not None
                level.here = level.here + 1 if isinstance(level.here, int) else ""
            case '"' if level is not None and level.keys is not None and level.awaits_key:
                key: str = json.loads(token)
                level.here, level.awaits_key = key, False
                if key in level.keys:
                    return RepeatedKey(match.start(), _path(levels))
                level.keys.add(key)
    raise ValueError("no object of the text has a key twice")


def _path(levels: Sequence[_Level]) -> str:
    steps = (f"[{level.here}]" if isinstance(level.here, int) else f".{level.here}" for level in levels)
    return "".join(steps).removeprefix(".")
