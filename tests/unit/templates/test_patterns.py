"""What our patterns may not ask of the ``re`` of every Python that we run on."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

import launcher_k8s.templates

_parser: Any = import_module("re._parser")
_SINGLE = frozenset({"IN", "LITERAL", "NOT_LITERAL", "ANY"})


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """The patterns that stand in the modules of the room, and their names."""
    package = launcher_k8s.templates
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for name, value in vars(import_module(module.name)).items():
            found = getattr(value, "__self__", value)
            if isinstance(found, re.Pattern):
                yield f"{module.name}.{name}", found


def repeated_possessively(parsed: Any) -> Iterator[Any]:
    """What is repeated without going back, anywhere in a pattern."""
    for operator, argument in parsed:
        if str(operator) == "POSSESSIVE_REPEAT":
            yield argument[2]
        yield from _within(argument)


def _within(argument: Any) -> Iterator[Any]:
    if isinstance(argument, _parser.SubPattern):
        yield from repeated_possessively(argument)
    elif isinstance(argument, (tuple, list)):
        for each in argument:
            yield from _within(each)


def repeats_groups(text: str, flags: int = 0) -> bool:
    """Whether a pattern repeats more than a single character possessively."""
    repeated = repeated_possessively(_parser.parse(text, flags))
    return any(len(each) != 1 or str(each[0][0]) not in _SINGLE for each in repeated)


@pytest.mark.parametrize(("name", "pattern"), list(patterns()))
def test_only_single_characters_are_repeated_possessively(name: str, pattern: re.Pattern[str]) -> None:
    """Before Python 3.11.5 a group that is so repeated matches what it should not; an atomic group does."""
    assert not repeats_groups(pattern.pattern, pattern.flags), name


@pytest.mark.parametrize("text", ["(?:a|bc)*+", "x|(y(?:ab)?+)", "(?>(?:a|bc)++)"])
def test_a_group_that_is_repeated_possessively_is_seen(text: str) -> None:
    assert repeats_groups(text)


def test_a_character_that_is_repeated_possessively_is_none() -> None:
    assert not repeats_groups("(?>(?:[ab]++|c*+)*)")
