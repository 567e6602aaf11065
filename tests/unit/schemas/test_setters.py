from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s import pointer
from launcher_k8s.overrides import apply_overrides
from launcher_k8s.schemas.setters import setter_of, setters
from launcher_k8s.settings import Override

START: dict[str, Any] = {"a": {"list": [0, 1]}, "b": 1}


def setter_at(place: tuple[str | int, ...], *pairs: tuple[str, Any]) -> int | None:
    """The number of the override that set what stands at a place."""
    overrides = [Override(each, value) for each, value in pairs]
    changed, patch = apply_overrides(START, overrides)
    found = setter_of(place, setters(changed, overrides, patch))
    return None if found is None else [id(each) for each in overrides].index(id(found.override))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (("a", "list", 2), 0),
        (("a", "list", 3, "x"), 1),
        (("a", "list", 0), None),
        (("a", "list", 1), 2),
        (("new", "deep", 0), 3),
        (("new",), 3),
        (("b",), 4),
    ],
)
def test_what_stands_at_a_place_is_of_the_override_that_put_it_there(
    place: tuple[str | int, ...], expected: int | None
) -> None:
    pairs = [("/a/list/-", 2), ("/a/list/-", {"x": 3}), ("/a/list/1", 9), ("/new/deep/-", 1), ("/b", 2)]
    assert setter_at(place, *pairs) == expected


def test_the_last_that_set_a_place_counts() -> None:
    assert setter_at(("b",), ("/b", 2), ("/b", 3)) == 1
    assert setter_at(("c", "d"), ("/c", {"d": 1}), ("/c/d", 2)) == 1
    assert setter_at(("c", "e"), ("/c", {"e": 1}), ("/c/d", 2)) == 0


def test_what_a_later_one_replaced_as_a_whole_is_the_laters() -> None:
    assert setter_at(("a", "list", 2), ("/a/list/-", 2), ("/a/list", [5, 6, 7])) == 1
    assert setter_at(("a",), ("/a/list/-", 2), ("/a", "text")) == 1


def test_nothing_that_is_given_is_changed() -> None:
    overrides = [Override("/a/list/-", 2)]
    changed, patch = apply_overrides(START, overrides)
    setters(changed, overrides, patch)
    assert changed["a"]["list"] == [0, 1, 2]


@given(st.lists(st.sampled_from(["/l/-", "/l/0", "/m/n/-", "/m/n/-/p", "/k/0/-"]), max_size=8))
def test_every_value_is_found_where_its_override_put_it(pointers: list[str]) -> None:
    overrides = [Override(each, f"value {number}") for number, each in enumerate(pointers)]
    changed, patch = apply_overrides({}, overrides)
    among = setters(changed, overrides, patch)
    for place, value in _leaves(changed):
        setter = setter_of(place, among)
        assert setter is not None
        assert setter.override.value == value, (pointer.format(map(str, place)), pointers)


def _leaves(value: Any, place: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    if not isinstance(value, dict | list):
        return [(place, value)]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return [leaf for key, item in items for leaf in _leaves(item, (*place, key))]
