"""Pipelines, operands, variables and calls, as Go 1.26 renders them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.templates.gotemplate.rendering import render

DATA: dict[str, Any] = {
    "s": "text",
    "i": 3,
    "f": 2.5,
    "t": True,
    "nil": None,
    "l": [1, None, "x"],
    "e": [],
    "m": {"a": 1, "b": {"c": "deep", "nil": None}},
}
PRINTED = "map[e:[] f:2.5 i:3 l:[1 <nil> x] m:map[a:1 b:map[c:deep nil:<nil>]] nil:<nil> s:text t:true]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{.}}", PRINTED),
        ("{{.m.b.c}}", "deep"),
        ("{{.no}}|{{.no.way.at.all}}", "<no value>|<no value>"),
        ("{{.nil}}|{{.m.b.nil}}", "<no value>|<no value>"),
        ("{{(.nil).x}}", "<no value>"),
        ("{{$x := .nil}}{{$x.y.z}}", "<no value>"),
        ("{{print .no}}|{{print .nil}}", "<nil>|<nil>"),
        ("{{$.m.a}}{{with .m}}{{.a}}{{$.i}}{{end}}", "113"),
        ("{{(index .l 2)}}", "x"),
        ('{{(index .m "b").c}}', "deep"),
        ("{{index .l 1}}", "<no value>"),
        ("{{1}} {{-2}} {{1.5}} {{1e3}} {{'a'}}", "1 -2 1.5 1000 97"),
        ("{{0x10}} {{017}} {{1_000}} {{2i}} {{1+2i}}", "16 15 1000 (0+2i) (1+2i)"),
        ('{{"a\\tb\\u00e9\\x41"}}{{`r\\n`}}', "a\tb\u00e9Ar\\n"),
        ("{{true}}{{false}}", "truefalse"),
    ],
)
def test_operands(text: str, expected: str) -> None:
    assert render(text, DATA) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{.s | printf "%s-%s" "a"}}', "a-text"),
        ('{{.s | print | len | printf "%d:%s" | html}}', "4:%!s(MISSING)"),
        ("{{1 | print 2}}", "2 1"),
        ("{{.s | print .i (len .l)}}", "3 3text"),
        ("{{len .s | print (len .l)}}", "3 4"),
        ("{{print (print (print .i) .f) .t}}", "32.5true"),
        ('{{printf "%v %v" (index .l 0) .no}}', "1 <nil>"),
    ],
)
def test_a_pipelines_value_is_the_last_argument(text: str, expected: str) -> None:
    assert render(text, DATA) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{and 1 0 2}}|{{and 1 2}}|{{and "" .l}}', "0|2|"),
        ('{{or 0 "" .s}}|{{or .no .nil}}', "text|<no value>"),
        ("{{or 1 (index .l 99)}}", "1"),
        ("{{and nil 1}}|{{print (or nil 0 nil)}}", "<no value>|<nil>"),
        ("{{and .e (index .l 99)}}", "[]"),
        ("{{.s | and 1}}|{{.s | or 1}}|{{.s | or 0}}", "text|1|text"),
        ("{{not 0}}{{not .s}}{{.e | not}}", "truefalsetrue"),
        ("{{print (or .no 5) (and .no 5)}}", "5 <nil>"),
        ("{{or (and .t .no) .i}}", "3"),
    ],
)
def test_and_and_or_give_the_operand_that_decides_and_compute_no_more(text: str, expected: str) -> None:
    assert render(text, DATA) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{$x := 1}}{{$x}}{{$x = 2}}{{$x}}", "12"),
        ("{{$x := 1}}{{if .t}}{{$x := 2}}{{$x}}{{end}}{{$x}}", "21"),
        ("{{$x := 1}}{{if .t}}{{$x = 2}}{{end}}{{$x}}", "2"),
        ("{{$x := 1}}{{with $x := 5}}{{$x}}{{.}}{{end}}{{$x}}", "551"),
        ("{{if $x := .no}}{{else}}{{$x}}{{end}}", "<no value>"),
        ("{{$x := .m}}{{$x.b.c}}", "deep"),
        ("{{print ($x := 3) $x}}{{$x}}", "3 33"),
        ("{{$x := 1}}{{range .l}}{{$x = .}}{{end}}{{$x}}", "x"),
        ("{{$ = 5}}{{$}}{{.i}}", "53"),
        ("{{$x := .s | len}}{{$x}}", "4"),
    ],
)
def test_variables_live_to_the_end_of_their_block(text: str, expected: str) -> None:
    assert render(text, DATA) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{upper .s}}", "TEXT"),
        ("{{.s | upper | repeat 2}}", "TEXTTEXT"),
        ('{{repeat 2.0 "a"}}', "aa"),
        ("{{repeat 'a' \"\"}}", ""),
        ("{{add 1 2 .i}}", "6"),
        ('{{(set .m "new" .s).new}}{{.m.new}}', "texttext"),
        ("{{list nil .nil .no 1}}", "[<nil> <nil> <nil> 1]"),
        ("{{len (list)}}", "0"),
        ("{{pack true 1 2 3 4i}}", "bool=True float=1.0 Uint64=2 Int64=3 complex=4j"),
        ("{{nils nil nil nil nil}}", "NilList NilMap NilStringList NoneType"),
        ("{{nils .no (.nil) .no.way .no}}", "NilList NilMap NilStringList NoneType"),
        ('{{print "a" "b"}}{{printf "%d" 5}}', "ab5"),
    ],
)
def test_functions_get_what_go_would_convert_for_them(text: str, expected: str) -> None:
    assert render(text, DATA) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{$x := 1}}{{or 0 ($x := 2)}}{{$x}}", "22"),
        ("{{$x := 1}}{{or 5 ($x := 2)}}{{$x}}", "51"),
        ("{{$x := .m}}{{or 5 ($x := 2)}}{{$x.a}}", "51"),
        ("{{$x := 1}}{{or ($x := 2) 5}}{{$x}}", "22"),
        ("{{$x := 1}}{{range .l}}{{or . ($x := 2)}}{{$x}} {{end}}", "11 22 x1 "),
        ("{{$x := 1}}{{and 0 (or 5 ($x := 2))}}{{$x}}", "01"),
    ],
)
def test_a_declaration_that_is_passed_over_declares_nothing(text: str, expected: str) -> None:
    assert render(text, DATA) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{eq .s "text"}}{{ne .s "text"}}{{eq .i 3}}{{ne .i 4}}{{eq .no "x"}}', "truefalsetruetruefalse"),
        ('{{.s | eq "text"}}{{eq .s "a" "text"}}{{eq .t true}}{{eq .f 2.5}}', "truetruetruetrue"),
        ("{{eq (len .s) 4}}{{if ne (len .e) 0}}no{{end}}", "true"),
    ],
)
def test_comparisons_with_constants(text: str, expected: str) -> None:
    assert render(text, DATA) == expected


def test_a_function_takes_the_place_of_one_of_gos() -> None:
    assert render("{{print 1 2}}") == "1 2"


@pytest.mark.parametrize(
    ("missing", "expected"), [("default", "<no value>|<no value>"), ("zero", "<no value>|<no value>")]
)
def test_missing_keys(missing: str, expected: str) -> None:
    assert render("{{.no}}|{{.m.no}}", DATA, missing=missing) == expected
