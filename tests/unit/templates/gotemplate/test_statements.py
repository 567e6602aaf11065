"""Blocks: ``if``, ``with``, ``range`` and what is in them, as Go 1.26 renders them."""

from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.templates.gotemplate.parser import DEEPEST_BLOCKS, DEEPEST_RANGES
from launcher_k8s.templates.govalues.values import Int64, StringList, StringMap
from tests.unit.templates.gotemplate.rendering import render

DATA: dict[str, Any] = {
    "l": [1, None, "x"],
    "e": [],
    "m": {"b": 1, "a": None, "B": "c"},
    "n": 3,
    "t": True,
    "nested": [[1, 2], [3]],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{if .t}}1{{end}}{{if .no}}2{{end}}{{if .e}}3{{else}}4{{end}}", "14"),
        ("{{if .no}}1{{else if .e}}2{{else if .n}}3{{else}}4{{end}}", "3"),
        ("{{if .no}}1{{else}}{{if .n}}2{{end}}3{{end}}", "23"),
        ("{{with .n}}{{.}}{{else}}no{{end}}", "3"),
        ("{{with .no}}{{.}}{{else}}{{.n}}{{end}}", "3"),
        ("{{with .no}}{{else with .m}}{{.b}}{{else}}no{{end}}{{.n}}", "13"),
        ("{{if $x := .n}}{{$x}}{{else if $y := 2}}{{$y}}{{end}}", "3"),
        ("{{if $x := .e}}1{{else if $y := 2}}{{$x}}{{$y}}{{end}}", "[]2"),
        ('{{if 0.0}}1{{else if ""}}2{{else if 0i}}3{{else}}4{{end}}', "4"),
    ],
)
def test_branches(text: str, expected: str) -> None:
    assert render(text, DATA) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{range .l}}({{.}}){{end}}", "(1)(<no value>)(x)"),
        ("{{range $v := .l}}({{$v}}{{.}}){{end}}", "(11)(<no value><no value>)(xx)"),
        ("{{range $i, $v := .l}}{{$i}}{{$v}} {{end}}", "01 1<no value> 2x "),
        ("{{range $k, $v := .m}}{{$k}}={{$v}} {{end}}", "B=c a=<no value> b=1 "),
        ("{{range .m}}{{.}};{{end}}", "c;<no value>;1;"),
        (
            "{{range .n}}{{.}}{{end}}{{range $i := 2}}{{$i}}{{end}}{{range 0}}x{{else}}none{{end}}",
            "01201none",
        ),
        ("{{range .e}}x{{else}}{{.n}}{{end}}{{range .no}}{{else}}2{{end}}", "32"),
        ("{{range $i, $v := .e}}x{{else}}{{$i}}{{$v}}{{end}}", "[][]"),
        ("{{range .l}}{{break}}{{end}}|{{range .l}}{{.}}{{continue}}x{{end}}", "|1<no value>x"),
        ("{{range .l}}{{if .}}{{.}}{{else}}{{break}}{{end}}{{else}}none{{end}}", "1"),
        ("{{range .nested}}{{range .}}{{if eq . 2}}{{break}}{{end}}{{.}}{{end}};{{end}}", "1;3;"),
        ("{{$v := 0}}{{$i := 0}}{{range $i, $v = .l}}{{end}}{{$i}}{{$v}}", "2x"),
        ("{{$v := 0}}{{range $v = .e}}{{end}}{{$v}}", "[]"),
        ("{{$v := 0}}{{range $v = .n}}{{end}}{{$v}}", "2"),
        ("{{range $v := .l}}{{$v = 9}}{{.}}{{$v}} {{end}}", "19 <no value>9 x9 "),
        ("{{range .nested}}{{range $i, $v := .}}{{$i}}{{$v}}{{end}};{{end}}", "0112;03;"),
        ("{{range $i, $v := .l}}{{$x := $i}}{{if $x}}{{$x}}{{end}}{{end}}", "12"),
    ],
)
def test_ranges(text: str, expected: str) -> None:
    assert render(text, DATA) == expected


def test_a_range_keeps_the_types_of_what_it_goes_over() -> None:
    data = {"n": Int64(2), "s": StringList(["a"]), "m": StringMap({"k": "v"})}
    assert render('{{range .n}}{{printf "%T" .}} {{end}}', data) == "int64 int64 "
    assert render("{{range .s}}{{.}}{{end}}{{range .m}}{{.}}{{end}}{{.m.no}}", data) == "av<no value>"
    assert (
        render('{{range .}}{{printf "%T" .}}{{end}}{{range $i, $b := .}}{{$i}}{{$b}}{{end}}', b"a")
        == "uint8097"
    )


def test_maps_are_gone_through_in_the_order_of_their_keys_bytes() -> None:
    data = {"\U0001f600": 1, "\uffff": 2, "z": 3}
    assert render("{{range $k, $v := .}}{{$v}}{{end}}", data) == "321"


def test_blocks_as_deep_as_allowed_compile() -> None:
    ifs = DEEPEST_BLOCKS - DEEPEST_RANGES
    ranges = "{{range .l}}" * DEEPEST_RANGES + "x" + "{{else}}y{{end}}" * DEEPEST_RANGES
    assert render("{{if .t}}" * ifs + ranges + "{{end}}" * ifs, {"t": 1, "l": [{"l": []}]}) == "y"


def test_a_long_chain_of_else_if_compiles() -> None:
    chain = "".join(f"{{{{else if eq .n {number}}}}}{number}" for number in range(1, 200))
    assert render(f"{{{{if eq .n 0}}}}0{chain}{{{{end}}}}", {"n": 150}) == "150"


def test_many_operands_of_or_compile() -> None:
    assert render("{{or " + "0 " * 500 + "7}}") == "7"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{range .l}}a{{range .no}}{{else}}b{{break}}c{{end}}d{{end}}", "abdabdabd"),
        ("{{range .l}}a{{range .no}}{{else}}b{{continue}}c{{end}}d{{end}}", "ababab"),
        (
            "{{range .l}}a{{range .no}}{{else}}b{{if .x}}{{break}}{{end}}{{continue}}{{end}}d{{end}}",
            "abdababd",
        ),
    ],
)
def test_a_break_in_else_ends_its_own_range_alone(text: str, expected: str) -> None:
    data = {"l": [{"no": [], "x": 1}, {}, {"no": [], "x": 1}]}
    assert render(text, data) == expected
