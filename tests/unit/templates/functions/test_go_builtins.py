from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.templates.functions.go_builtins import REGISTRY
from launcher_k8s.templates.govalues.values import (
    MISSING,
    ErrorValue,
    GoError,
    Int64,
    IntList,
    NilMap,
    StringList,
    StringMap,
    Uint8,
)


def call(name: str, *arguments: Any) -> Any:
    return REGISTRY[name].call(*arguments)


def failure(name: str, *arguments: Any) -> str:
    with pytest.raises(GoError) as caught:
        call(name, *arguments)
    return str(caught.value)


def test_all_builtins_are_there_that_the_engine_need_not_know() -> None:
    names = "eq ge gt html index js le len lt ne print printf println slice urlquery"
    assert sorted(REGISTRY) == names.split(" ")
    assert (REGISTRY["printf"].params, REGISTRY["printf"].variadic) == (("string",), "any")
    assert REGISTRY["index"].variadic == "reflect.Value"


@pytest.mark.parametrize(
    ("value", "size"), [("", 0), ("é", 2), ([1, 2], 2), ({"a": 1}, 1), (b"abc", 3), (NilMap(), 0)]
)
def test_len_counts_bytes_and_elements(value: Any, size: int) -> None:
    assert call("len", value) == size


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (5, "len of type int"),
        (None, "len of nil pointer"),
        (MISSING, "reflect: call of reflect.Value.Type on zero Value"),
        (ErrorValue("x"), "len of type errors.errorString"),
    ],
)
def test_len_of_other_things_is_an_error(value: Any, message: str) -> None:
    assert failure("len", value) == message


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        (({"a": {"b": [5]}}, "a", "b", 0), 5),
        (({"a": 1}, "x"), None),
        ((StringMap({"_0": "a"}), "_9"), ""),
        ((NilMap(), "a"), None),
        (([1, 2], Int64(1)), 2),
        ((StringList(["a"]), 0), "a"),
        (([1],), [1]),
        ((5,), 5),
    ],
)
def test_index_goes_into_lists_and_maps(arguments: tuple[Any, ...], result: Any) -> None:
    assert call("index", *arguments) == result


def test_index_of_a_string_is_a_byte() -> None:
    found = call("index", "é", 1)
    assert (found, type(found)) == (0xA9, Uint8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None, 0), "index of untyped nil"),
        ((MISSING,), "index of untyped nil"),
        (({"a": None}, "a", "b"), "index of nil pointer"),
        (({}, 5), "value has type int; should be string"),
        (({}, None), "value is nil; should be of type string"),
        (([1], "a"), "cannot index slice/array with type string"),
        (([1], True), "cannot index slice/array with type bool"),
        (([1], MISSING), "cannot index slice/array with nil"),
        (([1], 2), "index out of range: 2"),
        (([1], -1), "index out of range: -1"),
        (([1], 1), "reflect: slice index out of range"),
        (("a", 1), "reflect: string index out of range"),
        ((5, 0), "can't index item of type int"),
    ],
)
def test_index_names_what_is_wrong(arguments: tuple[Any, ...], message: str) -> None:
    assert failure("index", *arguments) == message


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        (("abc", 1), "bc"),
        (("abc", 1, 2), "b"),
        (("é", 0, 1), "\udcc3"),
        (([1, 2, 3], 1, 2, 3), [2]),
        ((IntList([1, 2, 3]), 1), IntList([2, 3])),
        ((b"abc", 0, 2), b"ab"),
    ],
)
def test_slice_takes_a_part_of_the_same_type(arguments: tuple[Any, ...], result: Any) -> None:
    part = call("slice", *arguments)
    assert (part, type(part)) == (result, type(result))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None,), "slice of untyped nil"),
        ((5,), "can't slice item of type int"),
        (([1], 0, 0, 0, 0), "too many slice indexes: 4"),
        (("a", 0, 0, 0), "cannot 3-index slice a string"),
        (("abc", 2, 1), "invalid slice index: 2 > 1"),
        (([1, 2], 0, 2, 1), "invalid slice index: 2 > 1"),
        (("abc", 4), "index out of range: 4"),
    ],
)
def test_slice_names_what_is_wrong(arguments: tuple[Any, ...], message: str) -> None:
    assert failure("slice", *arguments) == message


@pytest.mark.parametrize(
    ("name", "values", "text"),
    [
        ("html", ("<b>",), "&lt;b&gt;"),
        ("html", (None,), "&lt;no value&gt;"),
        ("html", (1, 2, "&"), "1 2&amp;"),
        ("js", ("'",), r"\'"),
        ("js", ([None],), r"[\u003Cnil\u003E]"),
        ("urlquery", ("a b", 5), "a+b5"),
        ("print", ("a", 1, 2), "a1 2"),
        ("println", ("a", 1), "a 1\n"),
        ("printf", ("%03d", 7), "007"),
    ],
)
def test_values_are_printed_and_escaped(name: str, values: tuple[Any, ...], text: str) -> None:
    assert call(name, *values) == text
