from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.functions.lists import REGISTRY
from launcher_k8s.templates.govalues.values import (
    GoError,
    Int64,
    IntList,
    ListOfLists,
    NilList,
    StringList,
    Uint8,
)

NIL_POINTER = "runtime error: invalid memory address or nil pointer dereference"
PLAIN = [
    "append",
    "chunk",
    "compact",
    "first",
    "has",
    "initial",
    "last",
    "prepend",
    "push",
    "rest",
    "reverse",
    "slice",
    "uniq",
    "without",
]


def call(name: str, *arguments: Any) -> Any:
    return REGISTRY[name].call(*arguments)


def failure(name: str, *arguments: Any) -> str:
    with pytest.raises(GoError) as caught:
        call(name, *arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("list", (1, None), [1, None]),
        ("tuple", (), []),
        ("append", ([1], 2), [1, 2]),
        ("append", (StringList(["a"]), 1), ["a", 1]),
        ("append", (b"a", 1), [Uint8(97), 1]),
        ("prepend", ([1], 2), [2, 1]),
        ("rest", ([1, 2, 3],), [2, 3]),
        ("rest", ([],), NilList()),
        ("initial", ([1, 2, 3],), [1, 2]),
        ("initial", (NilList(),), NilList()),
        ("reverse", (IntList([1, 2]),), [2, 1]),
        ("compact", ([0, 1, "", "a", None, [], False, 0.0],), [1, "a"]),
        ("uniq", ([1, Int64(1), 1.0, 1, [1], [1]],), [1, Int64(1), 1.0, [1]]),
        ("without", ([1, 2, "1", 1], 1, "x"), [2, "1"]),
        ("concat", ([1], StringList(["a"]), []), [1, "a"]),
        ("concat", (), NilList()),
        ("concat", ([], []), NilList()),
        ("slice", ([1, 2, 3], 1), [2, 3]),
        ("slice", (StringList(["a", "b"]), 0, "1"), StringList(["a"])),
        ("slice", ([1, 2, 3], 1, 2, 3), [2]),
        ("chunk", (2, [1, 2, 3]), ListOfLists([[1, 2], [3]])),
        ("chunk", (2, []), ListOfLists()),
        ("chunk", (-2, [1]), ListOfLists([[1]])),
        ("chunk", (-5, [1, 2]), ListOfLists()),
    ],
)
def test_lists_of_their_types(name: str, arguments: tuple[Any, ...], result: Any) -> None:
    found = call(name, *arguments)
    assert (found, type(found)) == (result, type(result))


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("first", ([5, 6],), 5),
        ("first", ([],), None),
        ("last", (StringList(["a", "b"]),), "b"),
        ("last", (NilList(),), None),
        ("slice", ([], 5), None),
        ("has", ("a", ["b", "a"]), True),
        ("has", (1, [Int64(1), 1.0]), False),
        ("has", ([1], [[1]]), True),
        ("has", ("a", None), False),
    ],
)
def test_elements_and_questions(name: str, arguments: tuple[Any, ...], result: Any) -> None:
    assert call(name, *arguments) == result


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("append", ("a", 1), "Cannot push on type string"),
        ("prepend", ({}, 1), "Cannot prepend on type map"),
        ("first", (1,), "Cannot find first on type int"),
        ("last", (1.0,), "Cannot find last on type float64"),
        ("rest", (True,), "Cannot find rest on type bool"),
        ("initial", ("",), "Cannot find initial on type string"),
        ("reverse", ("",), "Cannot find reverse on type string"),
        ("compact", ("",), "Cannot compact on type string"),
        ("uniq", ("",), "Cannot find uniq on type string"),
        ("without", ("", 1), "Cannot find without on type string"),
        ("has", (1, "a"), "Cannot find has on type string"),
        ("slice", ("abc", 1), "list should be type of slice or array but string"),
        ("chunk", (1, "a"), "Cannot chunk type string"),
        ("concat", ([], "a"), "Cannot concat type string as list"),
        ("concat", (None,), NIL_POINTER),
        ("first", (None,), NIL_POINTER),
        ("slice", ([1, 2], 2, 1), "reflect.Value.Slice: slice index out of bounds"),
        ("slice", ([1, 2], -1), "reflect.Value.Slice: slice index out of bounds"),
        ("slice", ([1, 2], 0, 3), "reflect.Value.Slice: slice index out of bounds"),
        ("chunk", (0, [1]), "runtime error: makeslice: len out of range"),
        ("chunk", (-1, []), "runtime error: makeslice: len out of range"),
        ("chunk", (-1, [1, 2, 3]), "runtime error: makeslice: len out of range"),
    ],
)
def test_errors_name_the_kind(name: str, arguments: tuple[Any, ...], message: str) -> None:
    assert failure(name, *arguments) == message


@pytest.mark.parametrize("name", PLAIN)
def test_each_has_a_must_form(name: str) -> None:
    assert REGISTRY[f"must{name.capitalize()}"].call is REGISTRY[name].call


@given(st.lists(st.integers(0, 3)), st.integers(1, 4))
def test_no_function_changes_its_list(values: list[int], size: int) -> None:
    before = copy.copy(values)
    call("append", values, 1)
    assert [item for part in call("chunk", size, values) for item in part] == values
    assert call("reverse", call("reverse", values)) == values
    assert call("concat", call("initial", values), values[-1:]) == values
    assert call("uniq", values) == list(dict.fromkeys(values))
    assert values == before
