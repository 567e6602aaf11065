"""A user's template brought from one default version to the next: a merge of three texts, line by line.

What only one side has changed is taken from that side; where both have changed the same lines, both stand in
the result between marks, for a person to decide. How lines end is no change: it stays as the user has it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final, NamedTuple

import attrs

from launcher_k8s.brevity import brief

_OURS: Final = "<<<<<<< yours"
_BASE: Final = "||||||| before"
_BETWEEN: Final = "======="
_NEW: Final = ">>>>>>> new default"
_BYTE_ORDER_MARK: Final = "\ufeff"
_MOST_EXACT: Final = 2000
"""Of longer texts, lines that stand in them often are not looked for: that would take minutes."""


@attrs.frozen
class Upgrade:
    """A template after an upgrade.

    Args:
        text: The merged text, with marks around each conflict.
        conflicts: The lines of it, from 1, where conflicts begin.
    """

    __repr__ = brief

    text: str
    conflicts: tuple[int, ...]


class _Region(NamedTuple):
    """Lines of the base that both others have unchanged, and where these are in them."""

    base: int
    yours: int
    new: int
    length: int


def upgrade_template(yours: str, *, base: str, new: str) -> Upgrade:
    """Bring a template to a newer default.

    Args:
        yours: The template as its user has edited it.
        base: The default that the edits began with.
        new: The default to come to.
    """
    yours = yours.removeprefix(_BYTE_ORDER_MARK)
    if yours == base:
        return Upgrade(new, ())
    if new == base:
        return Upgrade(yours, ())
    merged: list[str] = []
    conflicts: list[int] = []
    for before, mine, theirs in _parts(_lines(base), _lines(yours), _lines(new)):
        if mine == theirs or theirs == before:
            merged += mine
        elif mine == before:
            merged += theirs
        else:
            conflicts.append(len(merged) + 1)
            merged += [_OURS, *mine, _BASE, *before, _BETWEEN, *theirs, _NEW]
    end = "\r\n" if "\r\n" in yours else "\n"
    is_ended = yours.endswith("\n") or not yours
    return Upgrade(end.join(merged) + end * (bool(merged) and is_ended), tuple(conflicts))


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def _parts(
    base: list[str], yours: list[str], new: list[str]
) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """The three texts cut at what all have in common: each part, then each stretch between parts."""
    at_base = at_yours = at_new = 0
    for region in _unchanged(base, yours, new):
        between = base[at_base : region.base], yours[at_yours : region.yours], new[at_new : region.new]
        if any(between):
            yield between
        end = region.base + region.length
        same = base[region.base : end]
        yield same, same, same
        at_base, at_yours, at_new = end, region.yours + region.length, region.new + region.length
    rest = base[at_base:], yours[at_yours:], new[at_new:]
    if any(rest):
        yield rest


def _unchanged(base: list[str], yours: list[str], new: list[str]) -> Iterator[_Region]:
    """Where the lines common to base and yours, and those common to base and new, overlap."""
    left, right = _blocks(base, yours), _blocks(base, new)
    i = j = 0
    while i < len(left) and j < len(right):
        mine, theirs = left[i], right[j]
        start = max(mine.a, theirs.a)
        end = min(mine.a + mine.size, theirs.a + theirs.size)
        if start < end:
            yield _Region(start, mine.b + start - mine.a, theirs.b + start - theirs.a, end - start)
        if mine.a + mine.size < theirs.a + theirs.size:
            i += 1
        else:
            j += 1


def _blocks(base: list[str], other: list[str]) -> list[difflib.Match]:
    is_long = max(len(base), len(other)) > _MOST_EXACT
    return difflib.SequenceMatcher(None, base, other, autojunk=is_long).get_matching_blocks()
