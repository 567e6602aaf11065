from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.functions.dicts import merge, must_merge
from launcher_k8s.templates.functions.merging import MergeError, merge_into
from launcher_k8s.templates.govalues.values import ErrorValue, GoError, StringMap

LEAF = st.sampled_from([0, 1, "", "x", False, True, None]) | st.lists(st.integers(), max_size=2)
TREE = st.recursive(
    st.dictionaries(st.sampled_from("abc"), LEAF),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner | LEAF),
    max_leaves=6,
)


def merged(target: dict[str, Any], source: dict[str, Any], *, overwrite: bool = False) -> dict[str, Any]:
    merge_into(target, source, overwrite=overwrite)
    return target


@pytest.mark.parametrize(
    ("old", "new", "filled", "overwritten"),
    [
        ("x", "y", "x", "y"),
        ("", "y", "y", "y"),
        (0, 5, 5, 5),
        (False, True, True, True),
        ("x", "", "x", ""),
        ("x", None, "x", None),
        (None, "y", "y", "y"),
        ([1], [2], [1], [2]),
        ([1], [], [1], []),
        ([], [2], [2], [2]),
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 2}, {"a": 1}, {"a": 2}),
        ({"a": 1}, {}, {"a": 1}, {"a": 1}),
        ({"a": 1}, "y", {"a": 1}, "y"),
        ("x", {"a": 1}, "x", {"a": 1}),
        ({"a": 1}, [1], {"a": 1}, [1]),
        (0j, "y", 0j, "y"),
    ],
)
def test_each_value_is_filled_or_overwritten(old: Any, new: Any, filled: Any, overwritten: Any) -> None:
    assert merged({"k": copy.deepcopy(old)}, {"k": new}) == {"k": filled}
    assert merged({"k": copy.deepcopy(old)}, {"k": new}, overwrite=True) == {"k": overwritten}


def test_nil_is_put_where_nothing_was_only_when_overwriting() -> None:
    assert merged({}, {"k": None}) == {}
    assert merged({}, {"k": None}, overwrite=True) == {"k": None}


def test_what_is_taken_is_shared() -> None:
    source = {"k": {"a": 1}}
    target = merged({}, source)
    target["k"]["b"] = 2
    assert source == {"k": {"a": 1, "b": 2}}


def test_a_dict_that_was_there_is_merged_where_it_is() -> None:
    inner: dict[str, Any] = {}
    target = merged({"k": inner}, {"k": {"a": 1}})
    assert target["k"] is inner
    assert inner == {"a": 1}


def test_an_empty_dict_gives_way_to_another_empty_one() -> None:
    theirs: dict[str, Any] = {}
    assert merged({"k": {}}, {"k": theirs})["k"] is theirs


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (
            {"_1": "b"},
            "reflect.Value.SetMapIndex: value of type interface {} is not assignable to type string",
        ),
        (
            {"_1": [1]},
            "reflect.Value.SetMapIndex: value of type []interface {} is not assignable to type string",
        ),
        ({"_0": [1]}, "reflect: call of reflect.Value.IsNil on string Value"),
    ],
)
def test_a_dict_of_strings_takes_nothing_of_another(new: dict[str, Any], message: str) -> None:
    with pytest.raises(GoError) as caught:
        merged({"k": StringMap({"_0": "a"})}, {"k": new})
    assert str(caught.value) == message


def test_a_dict_of_strings_takes_strings_of_its_like() -> None:
    target = merged({"k": StringMap({"_0": "a"})}, {"k": StringMap({"_0": "b", "_1": "c"})})
    assert target == {"k": {"_0": "a", "_1": "c"}}


def test_a_pointer_is_no_dict_which_only_the_must_form_says() -> None:
    with pytest.raises(MergeError, match="src and dst must be of same type"):
        must_merge({"k": ErrorValue("x")}, {"k": {"a": 1}})
    assert merge({"k": ErrorValue("x")}, {"k": {"a": 1}}) == ""


@given(TREE, TREE)
def test_merging_twice_is_merging_once(target: dict[str, Any], source: dict[str, Any]) -> None:
    once = merged(copy.deepcopy(target), copy.deepcopy(source))
    assert merged(copy.deepcopy(once), copy.deepcopy(source)) == once


@given(TREE, TREE)
def test_the_source_is_not_changed_by_what_it_fills(target: dict[str, Any], source: dict[str, Any]) -> None:
    before = copy.deepcopy(source)
    merged(target, source, overwrite=True)
    assert source == before
