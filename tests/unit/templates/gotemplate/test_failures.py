"""Errors of execution: Go 1.26's own texts and places."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.templates.gotemplate.rendering import failure, render

DATA: dict[str, Any] = {
    "s": "text",
    "i": 3,
    "nil": None,
    "l": [1, "a", None],
    "m": {"a": 1, "nil": None, "l": ["x"]},
    "t": True,
}


def told(column: int, at: str, cause: str) -> str:
    return f'template: job.tpl:1:{column}: executing "job.tpl" at <{at}>: {cause}'


@pytest.mark.parametrize(
    ("text", "column", "at", "cause"),
    [
        ("{{.s.x}}", 4, ".s.x", "can't evaluate field x in type interface {}"),
        ("{{.m.nil.x}}", 4, ".m.nil.x", "nil pointer evaluating interface {}.x"),
        ("{{$x := .s}}{{$x.y}}", 16, "$x.y", "can't evaluate field y in type string"),
        ("{{(len .s).y}}", 7, ".s", "can't evaluate field y in type int"),
        ("{{range .l}}{{.z}}{{end}}", 14, ".z", "can't evaluate field z in type interface {}"),
        ("{{with .s}}{{.z}}{{end}}", 13, ".z", "can't evaluate field z in type string"),
        ("{{range $v := .l}}{{$v.z}}{{end}}", 22, "$v.z", "can't evaluate field z in type interface {}"),
        ("{{.m.a 1}}", 4, ".m.a", "a is not a method but has arguments"),
        ("{{1 | .s}}", 6, ".s", "s is not a method but has arguments"),
        ("{{1 2}}", 2, "1", "can't give argument to non-function 1"),
        ("{{$x := 1}}{{$x 2}}", 13, "$x", "can't give argument to non-function $x"),
        ("{{.s | (len)}}", 2, ".s", "can't give argument to non-function len"),
        ("{{(len .s) 1}}", 2, "(len .s) 1", "can't give argument to non-function len .s"),
        ("{{nil}}", 2, "nil", "nil is not a command"),
        ("{{9999999999999999999}}", 2, "9999999999999999999", "9999999999999999999 overflows int"),
        ("{{or 1 ($x := 2)}}{{$x}}", 20, "$x", "undefined variable: $x"),
        ("{{$x = 1}}", 7, "1", "undefined variable: $x"),
        ('{{template "no"}}', 11, '{{template "no"}}', 'template "no" not defined'),
    ],
)
def test_operands_that_cannot_be(text: str, column: int, at: str, cause: str) -> None:
    expected = told(column, at, cause)
    assert failure(text, DATA).message == expected


@pytest.mark.parametrize(
    ("text", "column", "at", "cause"),
    [
        ("{{range .s}}{{end}}", 8, ".s", "range can't iterate over text"),
        ("{{range .t}}{{end}}", 8, ".t", "range can't iterate over true"),
        ("{{range $i, $v := .i}}{{end}}", 18, ".i", "can't use 3 to iterate over more than one variable"),
        ("{{range or .no .s}}{{end}}", 15, ".s", "range can't iterate over text"),
        ("{{range or .s .no}}{{end}}", 11, ".s", "range can't iterate over text"),
        ("{{range and .no .s | print}}{{end}}", 21, "print", "range can't iterate over <nil>"),
    ],
)
def test_what_no_range_goes_over(text: str, column: int, at: str, cause: str) -> None:
    expected = told(column, at, cause)
    assert failure(text, DATA).message == expected


@pytest.mark.parametrize(
    ("text", "column", "at", "cause"),
    [
        ("{{upper 1}}", 8, "1", "expected string; found 1"),
        ("{{upper .i}}", 8, ".i", "wrong type for value; expected string; got int"),
        ("{{upper .nil}}", 8, ".nil", "wrong type for value; expected string; got interface {}"),
        ("{{upper (.nil)}}", 9, ".nil", "invalid value; expected string"),
        ("{{upper .no}}", 8, ".no", "invalid value; expected string"),
        ("{{.i | upper}}", 7, "upper", "wrong type for value; expected string; got int"),
        ("{{.i | repeat .s}}", 14, ".s", "wrong type for value; expected int; got string"),
        ("{{pack 1 1 1 1 1i}}", 7, "1", "expected bool; found 1"),
        ("{{pack true `a` 1 1 1i}}", 12, "`a`", "expected float; found `a`"),
        ("{{pack true 1 -1 1 1i}}", 14, "-1", "expected unsigned integer; found -1"),
        ("{{pack true 1 1 1.5 1i}}", 16, "1.5", "expected integer; found 1.5"),
        ("{{pack true 1 1 1 1}}", 18, "1", "expected complex; found 1"),
        ("{{nils 1 nil nil nil}}", 7, "1", "can't handle 1 for arg of type []interface {}"),
        (
            "{{nils .m nil nil nil}}",
            7,
            ".m",
            "wrong type for value; expected []interface {}; got map[string]interface {}",
        ),
        ("{{upper nil}}", 8, "nil", "cannot assign nil to string"),
        ("{{repeat 1.5 .s}}", 9, "1.5", "expected integer; found 1.5"),
        ("{{repeat (add 1 1) .s}}", 16, "1", "wrong type for value; expected int; got int64"),
        ('{{set .s "k" 1}}', 6, ".s", "wrong type for value; expected map[string]interface {}; got string"),
        ('{{set 1 "k" 1}}', 6, "1", "can't handle 1 for arg of type map[string]interface {}"),
        ("{{upper}}", 2, "upper", "wrong number of args for upper: want 1 got 0"),
        ("{{.s | upper .s}}", 7, "upper", "wrong number of args for upper: want 1 got 2"),
        ("{{printf}}", 2, "printf", "wrong number of args for printf: want at least 1 got 0"),
        ("{{and}}", 2, "and", "wrong number of args for and: want at least 1 got 0"),
        ("{{upper (or .no .i)}}", 16, ".i", "wrong type for value; expected string; got int"),
        ("{{upper (or .i .no)}}", 12, ".i", "wrong type for value; expected string; got int"),
        (
            "{{upper (and .i .m)}}",
            16,
            ".m",
            "wrong type for value; expected string; got map[string]interface {}",
        ),
    ],
)
def test_arguments_of_the_wrong_type(text: str, column: int, at: str, cause: str) -> None:
    expected = told(column, at, cause)
    assert failure(text, DATA).message == expected


@pytest.mark.parametrize(
    ("text", "column", "at", "cause"),
    [
        ('{{fail "why"}}', 2, 'fail "why"', "error calling fail: why"),
        ('{{"why" | fail}}', 10, "fail", "error calling fail: why"),
        ('{{print (fail "why") 1}}', 9, 'fail "why"', "error calling fail: why"),
        ("{{repeat -1 .s}}", 2, "repeat -1 .s", "error calling repeat: strings: negative Repeat count"),
        ("{{index .l 9}}", 2, "index .l 9", "error calling index: index out of range: 9"),
        ("{{eq .s 1}}", 2, "eq .s 1", "error calling eq: incompatible types for comparison: string and int"),
        (
            "{{slice .l .i}}",
            2,
            "slice .l .i",
            "error calling slice: cannot index slice/array with type interface {}",
        ),
        (
            "{{range .l}}{{slice $.l .}}{{end}}",
            14,
            "slice $.l .",
            "error calling slice: cannot index slice/array with type interface {}",
        ),
        ("{{call .s}}", 2, "call .s", "error calling call: non-function .s of type string"),
        ("{{call .nil}}", 2, "call .nil", "error calling call: call of nil"),
        ("{{.s | call}}", 7, "call", "error calling call: non-function text of type string"),
        (
            "{{if eq 1 .s}}{{end}}",
            5,
            "eq 1 .s",
            "error calling eq: incompatible types for comparison: int and string",
        ),
    ],
)
def test_functions_that_fail(text: str, column: int, at: str, cause: str) -> None:
    expected = told(column, at, cause)
    assert failure(text, DATA).message == expected


def test_the_place_is_that_of_the_file_the_line_and_the_byte() -> None:
    error = failure("a\né: {{ .s.x }}\n", DATA)
    assert (error.template, error.line, error.column) == ("job.tpl", 2, 9)
    assert error.source == "é: {{ .s.x }}"
    assert error.cause == "can't evaluate field x in type interface {}"
    assert error.partial == "a\né: "


def test_an_error_in_a_definition_names_file_and_definition() -> None:
    error = failure('{{template "d" .}}', DATA, library='\n{{define "d"}}{{.s.x}}{{end}}')
    assert error.message.startswith('template: library.tpl:2:18: executing "d" at <.s.x>: can\'t')


def test_a_fault_of_a_function_is_told_as_its_error() -> None:
    error = failure("{{broken}}")
    assert error.cause == "error calling broken: ZeroDivisionError: as no function should"


def test_what_stands_before_an_error_in_a_sequence_has_been_done() -> None:
    assert failure('{{$d := .m}}{{set $d "k" .s | upper}}', DATA).partial == ""
    assert render('{{or 1 (fail "never")}}') == "1"


@pytest.mark.parametrize(
    ("text", "column", "at", "cause"),
    [
        ("{{.no}}", 2, ".no", 'map has no entry for key "no"'),
        ("{{.m.no}}", 4, ".m.no", 'map has no entry for key "no"'),
        ("{{$x := .nil}}{{$x.y}}", 18, "$x.y", 'nil data; no entry for key "y"'),
        ("{{.s.x}}", 4, ".s.x", "can't evaluate field x in type interface {}"),
    ],
)
def test_missing_keys_can_be_errors(text: str, column: int, at: str, cause: str) -> None:
    expected = told(column, at, cause)
    assert failure(text, DATA, missing="error").message == expected


def test_missing_keys_can_be_nil() -> None:
    error = failure("{{.no.x}}", DATA, missing="zero")
    assert error.cause == "nil pointer evaluating interface {}.x"
