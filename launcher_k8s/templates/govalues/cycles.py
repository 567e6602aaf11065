"""Whether a value holds itself, which ``set`` can bring about: then it has no end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def has_cycle(value: Any) -> bool:
    """Whether lists and maps lead back to one that they are in; each is looked at once."""
    inside: list[tuple[int, Iterator[Any]]] = [(id(value), _elements(value))]
    above, done = {id(value)}, set[int]()
    while inside:
        place, rest = inside[-1]
        item = next((item for item in rest if isinstance(item, list | dict) and id(item) not in done), None)
        if item is None:
            inside.pop()
            above.discard(place)
            done.add(place)
        elif id(item) in above:
            return True
        else:
            above.add(id(item))
            inside.append((id(item), _elements(item)))
    return False


def _elements(value: Any) -> Iterator[Any]:
    return iter(value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
