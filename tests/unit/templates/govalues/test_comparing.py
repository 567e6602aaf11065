from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.govalues.comparing import (
    deep_equal,
    equal,
    greater,
    greater_or_equal,
    less,
    less_or_equal,
    unequal,
)
from launcher_k8s.templates.govalues.values import (
    MISSING,
    ErrorValue,
    GoError,
    Int64,
    IntList,
    NilList,
    StringList,
    StringMap,
    Uint8,
)

SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
TREE = st.recursive(SCALAR, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@pytest.mark.parametrize(
    ("first", "others", "result"),
    [
        ("a", ["a"], True),
        ("a", ["b", "a"], True),
        ("a", ["b", "c"], False),
        (1, [Int64(1)], True),
        (Uint8(1), [1], True),
        (-1, [Uint8(255)], False),
        (True, [True], True),
        (1.5, [1.5], True),
        (1j, [1j], True),
        (None, [None], True),
        (None, [MISSING], True),
        (None, [1], False),
        ("", [MISSING], False),
        ([], [None], False),
        (NilList(), [None], True),
        (NilList(), [[1]], False),
        (math.nan, [math.nan], False),
    ],
)
def test_values_of_one_kind_are_equal_or_not(first: Any, others: list[Any], result: bool) -> None:
    assert equal(first, *others) is result


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (1, 1.0, "incompatible types for comparison: int and float64"),
        ("1", 1, "incompatible types for comparison: string and int"),
        (Int64(1), "1", "incompatible types for comparison: int64 and string"),
        (True, 1, "incompatible types for comparison: bool and int"),
        ("a", ["a"], "incompatible types for comparison: string and []interface {}"),
        ([1], ["a"], "non-comparable type [a]: []interface {}"),
        ({}, {}, "non-comparable type map[]: map[string]interface {}"),
        (
            [1],
            {"a": 2},
            "non-comparable types [%!s(int=1)]: []interface {}, map[string]interface {}: map[a:2]",
        ),
    ],
)
def test_what_cannot_be_compared_is_an_error(first: Any, second: Any, message: str) -> None:
    with pytest.raises(GoError) as caught:
        equal(first, second)
    assert str(caught.value) == message


def test_one_value_is_too_few() -> None:
    with pytest.raises(GoError, match=r"^missing argument for comparison$"):
        equal(1)


def test_values_behind_the_equal_one_are_not_looked_at() -> None:
    assert equal(1, 1, "text")
    with pytest.raises(GoError):
        equal(1, "text", 1)


def test_pointers_are_equal_to_themselves() -> None:
    error = ErrorValue("x")
    assert equal(error, error)
    assert not equal(error, ErrorValue("x"))


@pytest.mark.parametrize(
    ("first", "second"),
    [(1, 2), (1, Int64(2)), (1.5, 2.0), ("B", "a"), ("\U00010000", "\udcff"), (-1, Uint8(0))],
)
def test_values_have_an_order(first: Any, second: Any) -> None:
    assert less(first, second)
    assert less_or_equal(first, second)
    assert greater(second, first)
    assert greater_or_equal(second, first)
    assert not less(second, first)


def test_only_kinds_that_are_alike_have_an_order() -> None:
    with pytest.raises(GoError, match=r"^incompatible types for comparison: int and float64$"):
        less(1, 1.5)


@pytest.mark.parametrize(("first", "second"), [(True, False), (1j, 1j), ([], []), (None, 1), (1, MISSING)])
def test_what_has_no_order_is_an_error(first: Any, second: Any) -> None:
    with pytest.raises(GoError, match=r"^invalid type for comparison$"):
        less(first, second)


def test_what_is_no_number_is_greater_than_any() -> None:
    assert not less(math.nan, 1.0)
    assert greater(math.nan, 1.0)


def _answer(compare: Callable[[Any, Any], bool], first: Any, second: Any) -> bool | str:
    try:
        return compare(first, second)
    except GoError as error:
        return str(error)


@given(SCALAR, SCALAR)
def test_ne_is_not_eq(first: Any, second: Any) -> None:
    answer = _answer(equal, first, second)
    assert _answer(unequal, first, second) == (answer if isinstance(answer, str) else not answer)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (1, Int64(1)),
        (1, 1.0),
        (1, True),
        ([], NilList()),
        ([], StringList()),
        (["a"], StringList(["a"])),
        ({"_0": "a"}, StringMap({"_0": "a"})),
        ([0], IntList([0])),
        ({"a": None}, {}),
        ({"a": None}, {"b": None}),
        (None, []),
        ([1, [2]], [1, [Int64(2)]]),
        (math.nan, math.nan),
    ],
)
def test_another_type_is_not_deeply_equal(first: Any, second: Any) -> None:
    assert not deep_equal(first, second)


@given(TREE)
def test_a_copy_is_deeply_equal_unless_it_holds_no_number(tree: Any) -> None:
    assert deep_equal(tree, copy.deepcopy(tree)) or "nan" in repr(tree)


def test_pointers_are_deeply_equal_if_what_they_point_to_is() -> None:
    assert deep_equal(ErrorValue("x"), ErrorValue("x"))
    assert not deep_equal(ErrorValue("x"), ErrorValue("y"))


def test_structs_are_equal_to_themselves_and_not_to_other_types() -> None:
    error = ErrorValue("x")
    with pytest.raises(GoError, match="incompatible types for comparison"):
        equal(error, "x")
    assert not equal(error, None)


def test_a_list_is_deeply_equal_to_itself_whatever_is_in_it() -> None:
    values = [math.nan]
    assert deep_equal(values, values)
    assert not deep_equal(values, [math.nan])
