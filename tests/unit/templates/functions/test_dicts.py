from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.templates.functions.dicts import REGISTRY
from launcher_k8s.templates.gosemver.version import parse_version
from launcher_k8s.templates.govalues.values import ErrorValue, GoError, NilList, NilMap, StringList, StringMap


def call(name: str, *arguments: Any) -> Any:
    return REGISTRY[name].call(*arguments)


def failure(name: str, *arguments: Any) -> str:
    with pytest.raises(GoError) as caught:
        call(name, *arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("dict", ("a", 1, 5, None, "odd"), {"a": 1, "5": None, "odd": ""}),
        ("dict", (), {}),
        ("get", ({"a": None}, "a"), None),
        ("get", ({}, "a"), ""),
        ("get", (NilMap(), "a"), ""),
        ("hasKey", ({"a": None}, "a"), True),
        ("hasKey", (NilMap(), "a"), False),
        ("pluck", ("a", {"a": 1}, {}, {"a": None}), [1, None]),
        ("keys", ({"b": 1, "a": 2}, {"a": 3}), ["a", "b", "a"]),
        ("values", ({"b": 1, "a": 2},), [2, 1]),
        ("pick", ({"a": 1, "b": 2}, "b", "x"), {"b": 2}),
        ("omit", ({"a": 1, "b": 2}, "b", "x"), {"a": 1}),
        ("dig", ("a", "b", "none", {"a": {"b": 5}}), 5),
        ("dig", ("a", "b", "none", {"a": {}}), "none"),
        ("dig", ("a", "b", "none", {}), "none"),
        ("dig", ("a", "none", {"a": None}), None),
    ],
)
def test_dicts_are_read(name: str, arguments: tuple[Any, ...], result: Any) -> None:
    assert call(name, *arguments) == result


def test_keys_are_a_list_of_strings() -> None:
    assert type(call("keys", {})) is StringList


def test_set_and_unset_change_the_dict_they_are_given() -> None:
    mapping = {"a": 1}
    assert call("set", mapping, "b", 2) is mapping
    assert call("unset", mapping, "a") is mapping
    assert call("unset", mapping, "x") is mapping
    assert mapping == {"b": 2}


def test_nothing_is_set_in_a_nil_map() -> None:
    assert failure("set", NilMap(), "a", 1) == "assignment to entry in nil map"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a", {}), "dig needs at least three arguments"),
        (("a", "d", "x"), "interface conversion: interface {} is string, not map[string]interface {}"),
        (("a", "d", None), "interface conversion: interface {} is nil, not map[string]interface {}"),
        ((1, "d", {}), "interface conversion: interface {} is int, not string"),
        (("a", "b", "d", {"a": 1}), "interface conversion: interface {} is int, not map[string]interface {}"),
        (
            ("_0", "d", StringMap()),
            "interface conversion: interface {} is map[string]string, not map[string]interface {}",
        ),
    ],
)
def test_dig_goes_through_dicts_only(arguments: tuple[Any, ...], message: str) -> None:
    assert failure("dig", *arguments) == message


def test_a_deep_copy_shares_nothing() -> None:
    inner = {"x": [1]}
    original = {"a": inner, "l": StringList(["s"]), "n": NilList(), "m": StringMap({"_0": "v"})}
    copied = call("deepCopy", original)
    inner["x"].append(2)
    assert copied == {"a": {"x": [1]}, "l": ["s"], "n": [], "m": {"_0": "v"}}
    assert {key: type(value) for key, value in copied.items()} == {
        "a": dict,
        "l": StringList,
        "n": NilList,
        "m": StringMap,
    }


def test_a_copied_error_has_lost_its_message() -> None:
    assert str(call("deepCopy", [ErrorValue("no")])[0]) == ""


def test_nil_is_not_copied() -> None:
    assert failure("mustDeepCopy", None) == "reflect: call of reflect.Value.Type on zero Value"


@pytest.mark.parametrize("name", ["merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite"])
def test_a_merge_gives_the_first_dict(name: str) -> None:
    first = {"a": 1}
    assert call(name, first, {"b": 2}, {"c": 3}) is first
    assert first == {"a": 1, "b": 2, "c": 3}


@pytest.mark.parametrize(("name", "kept"), [("merge", 1), ("mergeOverwrite", 2)])
def test_what_both_have_is_kept_or_overwritten(name: str, kept: int) -> None:
    assert call(name, {"a": 1}, {"a": 2}) == {"a": kept}


def test_a_nil_map_is_made_when_something_is_merged_into_it() -> None:
    assert call("merge", NilMap(), NilMap(), {"a": 1}) == {"a": 1}
    assert type(call("merge", NilMap(), NilMap())) is NilMap


def test_a_version_is_copied_without_what_is_in_it() -> None:
    assert call("deepCopy", parse_version("1.2.3")).go_string() == "0.0.0"
