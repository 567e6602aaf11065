from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.govalues.printing import format_value, sprint, sprintf, sprintln, string_value
from launcher_k8s.templates.govalues.values import (
    MISSING,
    ErrorValue,
    Int64,
    IntList,
    ListOfLists,
    NilList,
    NilMap,
    StringList,
    StringMap,
    Uint8,
)


class Point:
    """A struct without methods, and with a pointer's kind if that is asked for."""

    go_type = "main.Point"
    go_kind = "struct"

    def __init__(self, x: Any, y: Any) -> None:
        self.fields = (("X", x), ("Y", y))

    def go_fields(self) -> tuple[tuple[str, Any], ...]:
        return self.fields

    def go_string(self) -> str | None:
        return None


class PointedPoint(Point):
    go_type = "*main.Point"
    go_kind = "ptr"


class Named(Point):
    def go_string(self) -> str:
        return "a point"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a b", "a b"),
        (5, "5"),
        (Int64(-5), "-5"),
        (True, "true"),
        (1.0, "1"),
        (1e6, "1e+06"),
        (1 - 2.5j, "(1-2.5i)"),
        (None, "<nil>"),
        (MISSING, "<nil>"),
        (b"ab", "[97 98]"),
        ([], "[]"),
        (NilList(), "[]"),
        ([1, "a", None, [True]], "[1 a <nil> [true]]"),
        (StringList(["a", "b c"]), "[a b c]"),
        (ListOfLists([[1], []]), "[[1] []]"),
        ({"b": 1, "a": {"x": None}}, "map[a:map[x:<nil>] b:1]"),
        (StringMap({"_0": "a"}), "map[_0:a]"),
        (ErrorValue("exit status 1"), "exit status 1"),
        ([ErrorValue("no")], "[no]"),
        (Point(1, "a"), "{1 a}"),
        (PointedPoint(1, None), "&{1 <nil>}"),
        (Named(1, 2), "a point"),
    ],
)
def test_values_print_plainly(value: Any, text: str) -> None:
    assert format_value(value) == text
    assert sprintf("%v", value) == text


def test_blanks_are_between_two_that_are_no_text() -> None:
    assert sprint(1, 2, "a", "b", 3, None, [], "c") == "1 2ab3 <nil> []c"
    assert sprintln(1, "a", "b") == "1 a b\n"
    assert (sprint(), sprintln()) == ("", "\n")


def test_bytes_are_text_only_where_text_is_wanted() -> None:
    assert string_value(b"ab") == "ab"
    assert string_value(None) == "<nil>"


@pytest.mark.parametrize(
    ("form", "values", "text"),
    [
        ("%s-%d", ["a", 1], "a-1"),
        ("100%%", [], "100%"),
        ("%d%%|%v", [5, "x"], "5%|x"),
        ("%q", ['"x"'], r'"\"x\""'),
        ("%d", [Int64(7)], "7"),
        ("%v %v", ["é", None], "é <nil>"),
        ("%s", [["a", 1]], "[a %!s(int=1)]"),
        ("%s", [5], "%!s(int=5)"),
        ("%d", ["x"], "%!d(string=x)"),
        ("%d", [True], "%!d(bool=true)"),
        ("%s", [None], "%!s(<nil>)"),
        ("%d", [[1, "a"]], "[1 %!d(string=a)]"),
        ("%d", [{"a": 1}], "map[%!d(string=a):1]"),
        ("%d", [], "%!d(MISSING)"),
        ("x", [1, "a", None], "x%!(EXTRA int=1, string=a, <nil>)"),
        ("%!", [1], "%!!(int=1)"),
        ("%z", [1.5], "%!z(float64=1.5)"),
        ("%", [1], "%!(NOVERB)%!(EXTRA int=1)"),
        ("%s", [ErrorValue("no")], "no"),
        ("%d", [ErrorValue("no")], "&{%!d(string=no)}"),
        ("%w", [[1]], "%!w([]interface {}=[1])"),
        ("%05.1f|%-4d|%+v", [1.25, 7, "x"], "001.2|7   |x"),
    ],
)
def test_formats_and_their_mistakes(form: str, values: list[Any], text: str) -> None:
    assert sprintf(form, *values) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\n", r'"a\n"'),
        (5, "5"),
        (Uint8(5), "0x5"),
        (None, "<nil>"),
        ([1, None], "[]interface {}{1, interface {}(nil)}"),
        (NilList(), "[]interface {}(nil)"),
        (NilMap(), "map[string]interface {}(nil)"),
        ({"a": "b"}, 'map[string]interface {}{"a":"b"}'),
        (IntList([1]), "[]int{1}"),
        (b"a", "[]byte{0x61}"),
        ([b"a"], "[]interface {}{[]uint8{0x61}}"),
        (Point(1, "a"), 'main.Point{X:1, Y:"a"}'),
        (PointedPoint(1, 2), "&main.Point{X:1, Y:2}"),
        (1.0, "1"),
    ],
)
def test_a_sharp_v_writes_go(value: Any, text: str) -> None:
    assert sprintf("%#v", value) == text


def test_a_plus_v_names_fields() -> None:
    assert sprintf("%+v", Point(1, [2])) == "{X:1 Y:[2]}"


def test_types_and_pointers() -> None:
    assert sprintf("%T|%6T|%.3T", 1.5, 1, "x") == "float64|   int|str"
    assert sprintf("%p", 5) == "%!p(int=5)"
    assert sprintf("%p|%#p", [1], {}) == "0xc000012345|c000012345"
    assert sprintf("%p", NilList()) == "0x0"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%v", "[no]"),
        ("%d", "[824633795397]"),
        ("%t", "[%!t(*errors.errorString=&{no})]"),
        ("%#v", "[]interface {}{(*errors.errorString)(0xc000012345)}"),
    ],
)
def test_a_pointer_in_a_list_is_its_text_or_an_address(form: str, text: str) -> None:
    assert sprintf(form, [ErrorValue("no")]) == text


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_texts_are_put_together(texts: list[str]) -> None:
    assert sprintf("%s" * len(texts), *texts) == "".join(texts) == sprint(*texts)


@given(st.text("%ab [1]*.#+- 0vsdqxz"), st.lists(st.integers() | st.text("ab") | st.none(), max_size=3))
def test_no_format_fails(form: str, values: list[Any]) -> None:
    assert isinstance(sprintf(form, *values), str)
