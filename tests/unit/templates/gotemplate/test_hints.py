"""What to do about errors of templates in Go's language, and where in the line they are."""

from __future__ import annotations

import pytest

from launcher_k8s.errors import TemplateError, TemplateRenderError, TemplateSyntaxError
from launcher_k8s.templates.functions import launcher_functions
from launcher_k8s.templates.gotemplate.engine import Engine
from launcher_k8s.templates.no_effects import NoEffects

ENGINE = Engine(launcher_functions(), NoEffects())


def mistake(text: str) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        ENGINE.compile({"job.tpl": text}).render("job.tpl", {"Job": {"user": "jane", "count": 3}})
    return caught.value


@pytest.mark.parametrize(
    ("text", "column", "hint"),
    [
        ("{{ .Job.user | qoute }}", 15, "did you mean quote?"),
        ("{{ Job.user }}", 3, "write .Job, with a dot"),
        ("{{ if .a }}{{ elif .b }}{{ end }}", 14, "write else if"),
        ('{{ if .a == "x" }}{{ end }}', 9, "eq A B"),
        ("{{ if .a && .b }}{{ end }}", 9, "and A B"),
        ("{{ if .a != 1 }}{{ end }}", 9, "ne A B"),
        ("é {{ .a | default('x') }}", 18, "with blanks between"),
        ("{{-with .a }}{{ end }}", 2, "a blank after {{-"),
        ("{{ .a | quote }", 14, "close the action"),
        ("{{ .a | default \N{LEFT DOUBLE QUOTATION MARK}x }}", 16, "typographic"),
        ("{{ if .a }}{{ $x := 1 }}{{ end }}\n{{ $x }}", 3, "with :="),
        ("{{ if .a }}\n{{ define `b` }}{{ end }}", 3, "the {{ if }} of line 1 has no {{ end }}"),
    ],
)
def test_what_cannot_be_parsed_is_told_with_its_column_and_what_to_write(
    text: str, column: int, hint: str
) -> None:
    error = mistake(text)
    assert isinstance(error, TemplateSyntaxError)
    assert (error.column, error.hint) == (column, error.hint)
    assert hint in error.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{{ .Job.count | quote | trunc .Job.user }}", "pipe it to int"),
        ("{{ upper .Job.count }}", "pipe it to toString"),
        ("{{ eq .Job.count 3.0 }}", "values of one type"),
        ('{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}', "includes itself"),
        ('{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}', "includes itself"),
    ],
)
def test_what_fails_is_told_with_what_to_write(text: str, hint: str) -> None:
    error = mistake(text)
    assert isinstance(error, TemplateRenderError)
    assert hint in error.hint


def test_a_column_is_only_told_where_it_is_of_the_line_that_go_tells() -> None:
    error = mistake("{{ range .l }}\n{{/* no end")
    assert (error.line, error.column) in {(1, -1), (2, 2)}
