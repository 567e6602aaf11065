"""Templates that call each other: ``template``, ``define``, ``block``, ``include`` and ``tpl``."""

from __future__ import annotations

import pytest

from tests.unit.templates.gotemplate.rendering import compiled, failure, render, syntax_error


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{define "d"}}<{{.}}>{{end}}{{template "d" .x}}{{template "d"}}', "<1><<no value>>"),
        ('{{define "d"}}{{$.x}}{{end}}{{with 5}}{{template "d" $}}{{end}}', "1"),
        ('{{block "b" .x}}[{{.}}]{{end}}{{template "b" 2}}', "[1][2]"),
        ('{{define "d"}}{{.y}}{{end}}{{template "d" .no}}', "<no value>"),
        ('{{define "d"}}{{if .}}{{.a}}{{template "d" .b}}{{end}}{{end}}{{template "d" .tree}}', "12"),
        ('{{template "d" $x := 3}}{{$x}}{{define "d"}}{{.}}{{end}}', "33"),
        ('{{define "d"}}a{{.}}{{end}}{{include "d" .x | upper}}', "A1"),
        ('{{define "d"}}{{.y}}{{end}}{{include "d" nil}}', "<no value>"),
        ('{{define "d"}}{{include "e" .}}{{end}}{{define "e"}}{{.x}}{{end}}{{include "d" .}}', "1"),
        ('{{range .l}}{{include "library.tpl" .}}{{end}}', "lib:a lib:b "),
    ],
)
def test_calls(text: str, expected: str) -> None:
    data = {"x": 1, "tree": {"a": 1, "b": {"a": 2}}, "l": ["a", "b"]}
    assert render(text, data, library="lib:{{.}} ") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{tpl "{{.x}}" .}}', "1"),
        ('{{tpl "{{define \\"t\\"}}t{{.}}{{end}}{{include \\"t\\" .x}}" .}}', "t1"),
        ('{{define "d"}}d{{.x}}{{end}}{{tpl "{{include \\"d\\" .}}{{template \\"d\\" .}}" .}}', "d1d1"),
        ('{{tpl "a{{.no}}b" .}}', "ab"),
        ('{{tpl "{{tpl .t .}}" .}}', "1"),
        ('{{define "d"}}{{tpl .t .}}{{end}}{{include "d" .}}{{include "d" .}}', "11"),
    ],
)
def test_texts_as_templates(text: str, expected: str) -> None:
    assert render(text, {"x": 1, "t": "{{.x}}"}) == expected


def test_what_a_text_defines_is_gone_after_it() -> None:
    text = '{{define "d"}}old{{end}}{{tpl .t .}}{{include "d" .}}'
    assert render(text, {"t": '{{define "d"}}new{{end}}{{include "d" .}}'}) == "newold"


def test_a_later_file_replaces_a_definition_unless_it_is_blank() -> None:
    first, second = '{{define "d"}}1{{end}}', '{{template "d"}}{{define "d"}}2{{end}}'
    assert render(second, library=first) == "2"
    assert render('{{template "d"}}{{define "d"}} {{end}}', library=first) == "1"


def test_every_template_of_a_set_can_be_rendered() -> None:
    templates = compiled('{{define "d"}}d{{.}}{{end}}', library="lib")
    assert templates.names == {"job.tpl", "library.tpl", "d"}
    assert templates.render("d", 1) == "d1"
    assert templates.render("library.tpl", None) == "lib"
    with pytest.raises(KeyError):
        templates.render("no.tpl", None)


def test_an_error_in_an_included_template_is_told_with_every_place() -> None:
    error = failure(
        '{{include "library.tpl" .}}', {"x": 1}, library='\n{{define "d"}}{{.x.y}}{{end}}{{include "d" .}}'
    )
    assert error.message == (
        'template: job.tpl:1:2: executing "job.tpl" at <include "library.tpl" .>: error calling include: '
        'template: library.tpl:2:31: executing "library.tpl" at <include "d" .>: error calling include: '
        'template: library.tpl:2:18: executing "d" at <.x.y>: can\'t evaluate field y in type interface {}'
    )


def test_an_error_in_a_called_template_is_told_with_its_place_only() -> None:
    error = failure('a{{template "d" .}}{{define "d"}}b{{.x.y}}{{end}}', {"x": 1})
    assert error.message.startswith('template: job.tpl:1:38: executing "d" at <.x.y>: ')
    assert error.partial == "ab"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('{{include "no" .}}', 'include: template: no template "no" associated with template "job.tpl"'),
        ('{{tpl "{{" .}}', 'tpl: cannot parse template "{{": template: job.tpl:1: unclosed action'),
        (
            '{{tpl "{{fail `x`}}" .}}',
            (
                'tpl: error during tpl function execution for "{{fail `x`}}": '
                'template: job.tpl:1:2: executing "job.tpl" at <fail `x`>: error calling fail: x'
            ),
        ),
    ],
)
def test_calls_that_fail(text: str, cause: str) -> None:
    assert failure(text, {"x": 1}).cause == f"error calling {cause}"


def test_a_template_that_includes_itself_ends_as_in_helm() -> None:
    error = failure('{{define "d"}}{{include "d" .}}{{end}}{{include "d" .}}')
    assert error.message.count("error calling include") == 1002
    assert error.message.endswith("nested reference name: d: unable to execute template")


def test_a_template_that_calls_itself_ends_as_in_go() -> None:
    error = failure('{{define "d"}}{{template "d"}}{{end}}{{template "d"}}')
    assert error.cause == "exceeded maximum template depth (100000)"


def test_a_text_that_is_its_own_template_ends() -> None:
    error = failure("{{tpl .t .}}", {"t": "{{tpl .t .}}"})
    assert error.message.endswith("more than 4000 texts as templates inside each other")


def test_two_definitions_of_one_name_in_a_file_are_refused() -> None:
    text = '{{define "d"}}1{{end}}{{define "d"}}2{{end}}'
    assert syntax_error(text).cause == 'template: multiple definition of template "d"'


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("text", set()),
        ("{{.a.b}}{{range .a.c}}{{.x}}{{$.d}}{{end}}", {("a", "b"), ("a", "c"), ("d",)}),
        ("{{with .a}}{{.b}}{{end}}", {("a",)}),
        ("{{.a.b | upper}}{{if .a.c}}{{end}}", {("a", "b"), ("a", "c")}),
        ('{{.a.method "x"}}', {("a",)}),
        ("{{.}}", {()}),
        ("{{$}}", {()}),
        ("{{$all := .}}{{$all.a}}", {()}),
        ("{{(.).a}}", {()}),
        ("{{and . .a}}", {(), ("a",)}),
        ("{{range $key, $value := $}}{{end}}", {()}),
        ('{{define "d"}}{{.b}}{{end}}{{template "d" .}}', {()}),
        ('{{define "d"}}{{.b}}{{end}}{{include "d" .a}}', {("a",)}),
        ('{{tpl "{{.a}}" .}}', {()}),
    ],
)
def test_what_a_template_can_read_of_its_data_is_known(text: str, reads: set[tuple[str, ...]]) -> None:
    assert compiled(text).reads("job.tpl") == reads
