from __future__ import annotations

import math
from typing import Any

import pytest

from launcher_k8s.templates.functions.defaults import REGISTRY
from launcher_k8s.templates.govalues.values import ErrorValue, GoError, Int64, StringList


def call(name: str, *arguments: Any) -> Any:
    return REGISTRY[name].call(*arguments)


@pytest.mark.parametrize(
    ("value", "is_empty"),
    [
        (0, True),
        (Int64(0), True),
        (0.0, True),
        (-0.0, True),
        (0j, True),
        ("", True),
        (False, True),
        (None, True),
        ([], True),
        ({}, True),
        ("0", False),
        ([None], False),
        (math.nan, False),
        (ErrorValue(""), False),
    ],
)
def test_emptiness_decides_what_is_given(value: Any, is_empty: bool) -> None:
    assert call("empty", value) is is_empty
    assert call("default", "d", value) is ("d" if is_empty else value)
    assert call("any", value) is not is_empty
    assert call("all", 1, value) is not is_empty
    assert call("coalesce", None, value, "c") is ("c" if is_empty else value)


def test_nothing_given_at_all() -> None:
    assert call("default", "d") == "d"
    assert call("coalesce") is None
    assert call("all") is True
    assert call("any") is False


def test_the_first_of_those_given_counts() -> None:
    assert call("default", "d", "", "x") == "d"


def test_ternary_chooses() -> None:
    assert [call("ternary", "a", "b", chosen) for chosen in (True, False)] == ["a", "b"]


def test_fail_ends_the_render() -> None:
    with pytest.raises(GoError, match=r"^no image$"):
        call("fail", "no image")


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("typeOf", (Int64(1),), "int64"),
        ("kindOf", (StringList(),), "slice"),
        ("typeIs", ("[]string", StringList()), True),
        ("typeIs", ("slice", []), False),
        ("typeIsLike", ("errors.errorString", ErrorValue("x")), True),
        ("typeIs", ("errors.errorString", ErrorValue("x")), False),
        ("kindIs", ("invalid", None), True),
        ("deepEqual", ([1], [1]), True),
        ("deepEqual", ([1], [1.0]), False),
    ],
)
def test_types_and_kinds(name: str, arguments: tuple[Any, ...], result: Any) -> None:
    assert call(name, *arguments) == result
