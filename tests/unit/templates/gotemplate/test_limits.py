"""What stops a template that would never end, or never stop writing."""

from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.templates.gotemplate.limits import Limits
from tests.unit.templates.gotemplate.rendering import compiled, failure, syntax_error

MANY_CALLS = "more than 50 calls of templates in one render"
LIMITS = Limits(iterations=1000, output=5000, calls=50, depth=20)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("{{range 1001}}{{end}}", "more than 1000 rounds of range in one render"),
        ("{{range 1000000000000}}{{end}}", "more than 1000 rounds of range in one render"),
        ("{{range 40}}{{range 30}}{{end}}{{end}}", "more than 1000 rounds of range in one render"),
        ("{{range .long}}{{end}}", "more than 1000 rounds of range in one render"),
        ("{{range 900}}0123456789{{end}}", "more than 5000 characters of output"),
        ('{{define "d"}}{{end}}{{range 51}}{{template "d"}}{{end}}', MANY_CALLS),
        ('{{define "d"}}{{end}}{{range 51}}{{include "d" .}}{{end}}', MANY_CALLS),
        ('{{define "d"}}{{template "d"}}{{end}}{{template "d"}}', "exceeded maximum template depth (20)"),
    ],
)
def test_what_is_too_much(text: str, cause: str) -> None:
    error = failure(text, {"long": [0] * 1001}, limits=LIMITS)
    assert error.cause == cause
    assert error.line == 1


@pytest.mark.parametrize(
    "text",
    [
        "{{range 26}}{{len (list .)}}{{print .}}{{print .}}{{end}}",
        "{{range 600}}{{print .}}{{end}}",
        "{{range 11}}{{range 10}}{{print .}}{{end}}{{end}}",
        "{{range list 1 2 3}}{{if false}}{{list (list (list 1))}}{{else}}"
        + "{{print .}}" * 31
        + "{{end}}{{end}}",
        '{{define "d"}}{{list 1}}{{len .}}{{end}}{{range 26}}{{template "d" "a"}}{{include "d" "b"}}{{end}}',
        '{{range 51}}{{tpl "{{print 1}}" nil}}{{end}}',
    ],
)
def test_calls_of_functions_are_counted_in_rounds_and_called_templates(text: str) -> None:
    assert (
        failure(text, limits=Limits(functions=100)).cause == "more than 100 calls of functions in one render"
    )


def test_calls_of_functions_are_not_counted_where_none_is_made() -> None:
    text = "{{range 1000}}{{.}}{{end}}{{range 50}}{{print .}}{{len (list)}}{{end}}"
    assert compiled(text, limits=Limits(functions=153)).render("job.tpl", None)


@pytest.mark.parametrize("text", ["{{range 1000}}{{end}}", "{{range 1000000000000}}{{break}}{{end}}"])
def test_what_is_not_too_much(text: str) -> None:
    assert compiled(text, limits=LIMITS).render("job.tpl", None) == ""


def test_output_is_counted_however_it_comes_about() -> None:
    data: Any = {"s": "x" * 2000}
    assert failure("{{.s}}{{.s}}{{.s}}", data, limits=LIMITS).cause == "more than 5000 characters of output"


@pytest.mark.parametrize("more", ["", '{{template "e"}}'])
def test_the_output_of_an_included_template_is_counted_where_it_is_included(more: str) -> None:
    library = '{{define "d"}}{{.}}{{.}}' + more + '{{end}}{{define "e"}}{{end}}'
    text = '\n{{len (include "d" .s)}}'
    error = failure(text, {"s": "x" * 3000}, library=library, limits=LIMITS)
    assert (error.cause, error.line, error.column) == ("more than 5000 characters of output", 2, 7)


@pytest.mark.parametrize(
    "text",
    ['{{range 11}}{{tpl (printf "%d" .) nil}}{{end}}', '{{tpl (repeat 10001 "x") nil}}'],
)
def test_texts_as_templates_are_counted(text: str) -> None:
    error = failure(text, limits=Limits(texts=10_000))
    assert error.cause == "more than 10000 characters of templates made in one render"


def test_a_text_that_is_used_again_is_not_counted_again() -> None:
    templates = compiled('{{range 11}}{{tpl "x" .}}{{end}}', limits=Limits(texts=10_000))
    assert templates.render("job.tpl", None) == "x" * 11


def test_limits_hold_for_each_render_by_itself() -> None:
    templates = compiled("{{range 900}}{{end}}", limits=LIMITS)
    assert templates.render("job.tpl", None) == templates.render("job.tpl", None) == ""


def test_a_pipeline_without_end_is_refused() -> None:
    error = syntax_error("{{.a" + " | upper" * 500 + "}}")
    assert error.message == "template: job.tpl: something in it is nested too deep"
    assert error.hint
