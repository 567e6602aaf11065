"""The parser: which templates it takes, how they print back, and what it says of the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.errors import TemplateSyntaxError
from launcher_k8s.templates.gotemplate.parser import DEEPEST_BLOCKS, DEEPEST_RANGES, parse
from launcher_k8s.templates.gotemplate.pipelines import DEEPEST_PARENTHESES

FUNCTIONS = frozenset({"eq", "print", "len", "and"})


def printed(text: str) -> str:
    return str(parse("job.tpl", text, functions=FUNCTIONS)["job.tpl"].root)


def complaint(text: str) -> str:
    with pytest.raises(TemplateSyntaxError) as caught:
        parse("job.tpl", text, functions=FUNCTIONS)
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("{{ . }}", "{{.}}"),
        ("{{ .a.b  1|print }}", "{{.a.b 1 | print}}"),
        ("{{ (eq 1 2).x.y }}", "{{(eq 1 2).x.y}}"),
        ("{{print (print)}}", "{{print (print)}}"),
        ("{{$x := 1}}{{ $x.y }}", "{{$x := 1}}{{$x.y}}"),
        ("{{$x := 1}}{{ $x = 2 }}", "{{$x := 1}}{{$x = 2}}"),
        ("{{range $i,$v := .l}}{{break}}{{end}}", "{{range $i, $v := .l}}{{break}}{{end}}"),
        ("{{range .l}}{{continue}}{{else}}n{{end}}", "{{range .l}}{{continue}}{{else}}n{{end}}"),
        (
            "{{if .a}}1{{else if .b}}2{{else}}3{{end}}",
            "{{if .a}}1{{else}}{{if .b}}2{{else}}3{{end}}{{end}}",
        ),
        ("{{with .a}}1{{else with .b}}2{{end}}", "{{with .a}}1{{else}}{{with .b}}2{{end}}{{end}}"),
        ('{{template `x` .}}{{define "x"}}{{end}}', '{{template "x" .}}'),
        ('{{block "x" .a}}{{.}}{{end}}', '{{template "x" .a}}'),
        ("{{/* gone */}}a", "a"),
        ("{{nil | print}}{{true}}{{'c'}}{{0x1F}}", "{{nil | print}}{{true}}{{'c'}}{{0x1F}}"),
    ],
)
def test_nodes_print_themselves_back(text: str, expected: str) -> None:
    assert printed(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a  {{- 1}}", "a{{1}}"),
        ("{{1 -}} \n\t b", "{{1}}b"),
        ("a {{-1}} b", "a {{-1}} b"),
        ("a {{- -1 -}} b", "a{{-1}}b"),
        ("a {{- /* x */ -}} b", "ab"),
        ("a\u00a0{{- 1}}", "a\u00a0{{1}}"),
    ],
)
def test_trim_markers_take_blanks_of_ascii_only(text: str, expected: str) -> None:
    assert printed(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{", "1: unclosed action"),
        ("\n{{ .a\n", "3: unclosed action started at job.tpl:2"),
        ("{{/* a", "1: unclosed comment"),
        ("{{/* a */ }}", "1: comment ends before closing delimiter"),
        ("{{ /* a */ }}", '1: unexpected "/" in command'),
        ('{{"a}}', "1: unterminated quoted string"),
        ("{{`a}}", "1: unterminated raw quoted string"),
        ("{{'a}}", "1: unterminated character constant"),
        ("{{'ab'}}", "1: malformed character constant: 'ab'"),
        ('{{"\\q"}}', "1: invalid syntax"),
        ("{{1a}}", '1: bad number syntax: "1a"'),
        ("{{1__0}}", '1: illegal number syntax: "1__0"'),
        ("{{99999999999999999999}}", '1: integer overflow: "99999999999999999999"'),
        ("{{.a-b}}", "1: bad character U+002D '-'"),
        ("{{\u201ca\u201d}}", "1: unrecognized character in action: U+201C '\u201c'"),
        ("{{\x01}}", "1: unrecognized character in action: U+0001"),
        ("{{(1}}", "1: unclosed left paren"),
        ("{{1)}}", "1: unexpected right paren"),
        ("{{}}", "1: missing value for command"),
        ("{{if}}{{end}}", "1: missing value for if"),
        ("{{1 | 2}}", "1: non executable command in pipeline stage 2"),
        ("{{nothing}}", '1: function "nothing" not defined'),
        ("{{$x}}", '1: undefined variable "$x"'),
        ("{{with $x := 1}}{{end}}{{$x}}", '1: undefined variable "$x"'),
        ('{{$x := 1}}{{define "d"}}{{$x}}{{end}}', '1: undefined variable "$x"'),
        ("{{$x, $y := .l}}", "1: too many declarations in command"),
        ("{{range $x, .y := .l}}{{end}}", "1: range can only initialize variables"),
        ("{{range $x, $y, $z := .l}}{{end}}", "1: too many declarations in range"),
        ("{{1.a}}", '1: bad number syntax: "1.a"'),
        ("{{true.a}}", '1: unexpected . after term "true"'),
        ("{{if .a}}", "1: unexpected EOF"),
        ("a\n{{end}}", "2: unexpected {{end}}"),
        ("{{else}}", "1: unexpected {{else}}"),
        ("{{if .a}}{{else}}{{else}}{{end}}", "1: expected end; found {{else}}"),
        ("{{with .a}}{{else if .b}}{{end}}{{end}}", "1: unexpected <if> in input"),
        ("{{range .a}}{{else range .b}}{{end}}", "1: unexpected <range> in else"),
        ("{{break}}", "1: {{break}} outside {{range}}"),
        ("{{range .a}}{{else}}{{continue}}{{end}}", "1: {{continue}} outside {{range}}"),
        ('{{if .a}}{{define "x"}}{{end}}{{end}}', "1: unexpected <define> in command"),
        ("{{define x}}{{end}}", '1: unexpected "x" in define clause'),
        ("{{template .a}}", '1: unexpected ".a" in template clause'),
        ('{{block "a"}}{{end}}', "1: missing value for block clause"),
        (
            '{{define "x"}}1{{end}}{{define "x"}}2{{end}}',
            '1: template: multiple definition of template "x"',
        ),
    ],
)
def test_errors_are_those_of_go(text: str, expected: str) -> None:
    assert complaint(text) == f"template: job.tpl:{expected}"


def test_an_error_tells_its_line_and_the_lines_text() -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        parse("job.tpl", "a\n  b: {{ .c ) }}\n", functions=FUNCTIONS)
    error = caught.value
    assert (error.template, error.line, error.source) == ("job.tpl", 2, "  b: {{ .c ) }}")
    assert error.cause == "unexpected right paren"


def test_a_blank_definition_does_not_replace_another() -> None:
    parsed = parse("job.tpl", '{{define "x"}}1{{end}}{{define "x"}} \n{{end}}', functions=FUNCTIONS)
    assert str(parsed["x"].root) == "1"


def test_functions_take_the_place_of_break_and_continue() -> None:
    parsed = parse("job.tpl", "{{break}}", functions={"break"})
    assert str(parsed["job.tpl"].root) == "{{break}}"


def test_other_delimiters_take_the_place_of_braces() -> None:
    parsed = parse("job.tpl", "{{a}} <% print 1 -%>  b", functions=FUNCTIONS, left="<%", right="%>")
    assert str(parsed["job.tpl"].root) == "{{a}} {{print 1}}b"


def test_positions_are_told_as_lines_and_bytes() -> None:
    template = parse("job.tpl", "é\néé{{.a}}", functions=FUNCTIONS)["job.tpl"]
    assert template.locate(template.root.nodes[1].pos) == (2, 6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{if 1}}" * (DEEPEST_BLOCKS + 1), f"more than {DEEPEST_BLOCKS} blocks inside each other"),
        ("{{range .}}" * (DEEPEST_RANGES + 1), f"more than {DEEPEST_RANGES} ranges inside each other"),
        ("{{" + "(" * (DEEPEST_PARENTHESES + 1), "max expression depth exceeded"),
    ],
)
def test_what_python_could_not_compile_is_refused(text: str, expected: str) -> None:
    assert complaint(text) == f"template: job.tpl:1: {expected}"


def test_a_chain_of_else_if_may_be_long() -> None:
    text = "{{if .a}}" + "{{else if .b}}" * 500 + "{{end}}"
    assert len(parse("job.tpl", text, functions=FUNCTIONS)) == 1


_PIECES = ["{{", "}}", "{{-", "-}}", "(", ")", "|", ".a", "$x", ":=", "if", "end", "range", "define", "1"]


@given(
    st.lists(
        st.sampled_from([*_PIECES, " ", "\n", '"s"', "`", "é", "/*", "*/", "print", "{{end}}", "{{else}}"])
    ).map("".join)
)
def test_what_is_parsed_prints_back_as_what_parses_the_same(text: str) -> None:
    try:
        parsed = parse("job.tpl", text, functions=FUNCTIONS)
    except TemplateSyntaxError:
        return
    once = str(parsed["job.tpl"].root)
    again = parse("job.tpl", once, functions=FUNCTIONS)
    assert str(again["job.tpl"].root) == once
