from __future__ import annotations

import pytest

from launcher_k8s.templates.gosemver.constraints import parse_constraints
from launcher_k8s.templates.gosemver.version import parse_version
from launcher_k8s.templates.govalues.values import GoError


def allows(constraint: str, version: str) -> bool:
    return parse_constraints(constraint).allow(parse_version(version))


@pytest.mark.parametrize(
    ("constraint", "inside", "outside"),
    [
        ("1.2.3", "1.2.3", "1.2.4"),
        ("= 1.2", "1.2.9", "1.3"),
        ("*", "7", "7-rc"),
        ("!=1.2.3", "1.2.4", "1.2.3"),
        ("!=1.x", "2", "1.5"),
        ("!=1.2.x", "1.3", "1.2.5"),
        (">1", "2", "1.5"),
        (">1.2", "1.3", "1.2.5"),
        (">1.2.3", "1.2.4", "1.2.3"),
        ("<2", "1.9", "2"),
        (">=1.2", "1.2", "1.1.9"),
        ("=>1.2", "1.2", "1.1.9"),
        ("<=1", "1.9", "2"),
        ("=<1.2", "1.2.9", "1.3"),
        ("<=1.2.3", "1.2.3", "1.2.4"),
        ("~1", "1.9", "2"),
        ("~>1.2.3", "1.2.9", "1.3"),
        ("~1.2.3", "1.2.3", "1.2.2"),
        ("~0.0.0", "9", "0.0.0-rc"),
        ("^1.2", "1.9", "2"),
        ("^0.2.3", "0.2.9", "0.3"),
        ("^0.0.3", "0.0.3", "0.0.4"),
        ("^0.0", "0.0.9", "0.1"),
        ("^0", "0.9", "1"),
        ("1.2 - 2.3", "2.3", "2.4"),
        (">=1, <2", "1.5", "2"),
        (">=1 <2", "1.5", "0.9"),
        ("1 || 3", "3.1", "2"),
    ],
)
def test_what_a_constraint_allows(constraint: str, inside: str, outside: str) -> None:
    assert allows(constraint, inside)
    assert not allows(constraint, outside)


def test_prereleases_meet_only_those_who_name_one() -> None:
    assert allows(">=1.0-0", "1.1.0-rc")
    assert not allows(">=1.0", "1.1.0-rc")
    assert allows("<1 || >=1.0.0-alpha", "1.0.0-beta")


@pytest.mark.parametrize("text", ["", "1 ||", "> =1", "a", "1,", "1.2.3.4 x"])
def test_what_is_no_constraint(text: str) -> None:
    with pytest.raises(GoError, match="improper constraint: "):
        parse_constraints(text)


def test_numbers_that_the_grammar_lets_through_are_an_error() -> None:
    with pytest.raises(GoError, match="constraint parser error"):
        parse_constraints("1|2")


def test_blanks_without_end_are_refused_at_once() -> None:
    with pytest.raises(GoError):
        parse_constraints(("1" + " " * 50) * 200 + "!")
