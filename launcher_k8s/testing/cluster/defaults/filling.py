"""Changing an object without writing into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import is_
from typing import Any

Part = dict[str, Any]


def filled(part: Part, defaults: Mapping[str, Any]) -> Part:
    """The part with defaults for what it lacks; itself if it lacks nothing."""
    new = part
    for name, value in defaults.items():
        if name not in part:
            if new is part:
                new = part.copy()
            new[name] = value
    return new


def changed(part: Part, name: str, change: Callable[[Any], Any]) -> Part:
    """The part with one field changed, if it has it; itself if nothing changes."""
    old = part.get(name)
    if old is None:
        return part
    new = change(old)
    if new is old:
        return part
    part = part.copy()
    part[name] = new
    return part


def changed_each(part: Part, name: str, change: Callable[[Any], Any]) -> Part:
    """The part with each item of one of its lists changed, if it has it; itself if none changes."""
    items = part.get(name)
    if not items:
        return part
    new = each(items, change)
    return part if new is items else {**part, name: new}


def each(items: list[Any], change: Callable[[Any], Any]) -> list[Any]:
    """The same change for every item of a list, which is itself if none changes."""
    new = [change(item) for item in items]
    return items if all(map(is_, items, new)) else new
