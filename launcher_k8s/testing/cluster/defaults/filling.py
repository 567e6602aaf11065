"""Changing an object without writing into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Part = dict[str, Any]


def filled(part: Part, defaults: Mapping[str, Any]) -> Part:
    """The part with defaults for what it lacks; itself if it lacks nothing."""
    missing = {name: value for name, value in defaults.items() if name not in part}
    return {**part, **missing} if missing else part


def changed(part: Part, name: str, change: Callable[[Any], Any]) -> Part:
    """The part with one field changed, if it has it; itself if nothing changes."""
    old = part.get(name)
    if old is None:
        return part
    new = change(old)
    return part if new is old else {**part, name: new}


def each(change: Callable[[Any], Any]) -> Callable[[list[Any]], list[Any]]:
    """The same change for every item of a list, which is itself if none changes."""

    def change_all(items: list[Any]) -> list[Any]:
        new = [change(item) for item in items]
        return items if all(map(_is, items, new)) else new

    return change_all


def _is(one: object, other: object) -> bool:
    return one is other
