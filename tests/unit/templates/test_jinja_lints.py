from __future__ import annotations

import pytest

from launcher_k8s.templates.jinja_lints import IN_TEXT, lint_jinja

WRONG = [
    'a: "{{ Job.name }}"',
    "a: '{{ Job.name }}-x'",
    'a: "x-{{ Job.name }}"',
    "a: x-{{ Job.name }}",
    "a: {{ Job.name }}-x",
    "a: {{ Job.a }}{{ Job.b }}x",
    "a: {{ toYaml(Job.volumes) }}",
    "a: {{ Job.volumes | toYaml | indent(2) }}",
]
RIGHT = [
    "a: {{ Job.name }}",
    "- {{ Job.name }}",
    "{{ Job.name }}: {{ Job.name }}",
    "a: [{{ Job.a }}, {{ Job.b }}]",
    "a: {b: {{ Job.a }}}",
    'a: "{{ Job.name | raw }}"',
    'a: "x"  # of {{ Job.name }}\n',
    "# it's {{ Job.name }}'s",
    "a: it's\nb: {{ Job.name }}",
    'a: "x"\nb: {{ Job.name }}',
    "{% macro m() %}{% endmacro %}a: x{{ m() }}",
    "{% import 'b.j2' as b %}a: x{{ b.m() }}",
    "{% set y %}z{% endset %}a: x{{ y }}",
    "a: {{ toYaml(Job.volumes) | raw }}",
    "{# a: x{{ Job.name }} #}",
    "{% block b %}x{% endblock %}y{{ self.b() }}",
]


def found_in(text: str) -> list[str]:
    return [each.code for each in lint_jinja({"job.yaml.j2": text, "b.j2": ""})]


@pytest.mark.parametrize("text", WRONG)
def test_a_value_within_text_is_found(text: str) -> None:
    assert set(found_in(text)) == {IN_TEXT}


@pytest.mark.parametrize("text", RIGHT)
def test_a_value_of_its_own_is_not(text: str) -> None:
    assert found_in(text) == []


def test_the_place_is_that_of_the_value() -> None:
    (found,) = lint_jinja({"a.j2": 'x: 1\ny: "é{{ Job.a }}"'})
    assert (found.location.line, found.location.column, found.location.length) == (2, 6, 11)
    assert "~" in found.hint
