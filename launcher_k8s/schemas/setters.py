"""Which override set what stands at a place of a manifest.

An override's pointer may end in ``-``, and means another index each time; so the patch is gone through from
its end, and what was added last is taken away again to find where the one before put its value.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from launcher_k8s import pointer
from launcher_k8s.settings import Override
from launcher_k8s.shape.fact import Path


@attrs.frozen
class Setter:
    """An override, and the place that it set."""

    override: Override
    place: tuple[str, ...]


def setters(
    manifest: Mapping[str, Any], overrides: Sequence[Override], patch: Sequence[Mapping[str, Any]]
) -> tuple[Setter, ...]:
    """The overrides with the places they set, the last first.

    Args:
        manifest: The Job after them.
        overrides: What was applied, in order.
        patch: What they did: one operation each.
    """
    earlier = copy.deepcopy(dict(manifest))
    found = []
    for override, operation in reversed(list(zip(overrides, patch, strict=True))):
        tokens = pointer.parse(operation["path"])
        parent = _look(earlier, tokens[:-1])
        is_added = operation["op"] == "add"
        if isinstance(parent, list):
            # Only ever at the end: overrides append, or overwrite.
            last = str(len(parent) - 1) if is_added else tokens[-1]
            found.append(Setter(override, (*tokens[:-1], last)))
            if is_added and parent:
                parent.pop()
        elif isinstance(parent, dict):
            found.append(Setter(override, tokens))
            if is_added:
                parent.pop(tokens[-1], None)
    return tuple(found)


def setter_of(place: Path, among: Sequence[Setter]) -> Setter | None:
    """What set what stands at a place, or around it; None where no override did."""
    tokens = tuple(map(str, place))
    return next((each for each in among if tokens[: len(each.place)] == each.place), None)


def _look(document: Any, tokens: Sequence[str]) -> Any:
    """What stands there; None where a later override replaced it."""
    for token in tokens:
        if isinstance(document, dict):
            document = document.get(token)
        elif isinstance(document, list) and token.isdecimal() and int(token) < len(document):
            document = document[int(token)]
        else:
            return None
    return document
