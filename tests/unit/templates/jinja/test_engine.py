from __future__ import annotations

import gc
import tracemalloc

import pytest

from launcher_k8s.errors import TemplateRenderError, TemplateSyntaxError
from launcher_k8s.templates.functions import launcher_functions
from launcher_k8s.templates.jinja.engine import Engine
from launcher_k8s.templates.no_effects import NoEffects
from tests.unit.templates.jinja.rendering import ENGINE, JOB, failure, render

LANGUAGE = {
    "{% if Job.count == 3 %}yes{% elif 1 %}x{% else %}no{% endif %}": "yes",
    "{% for a in Job.args %}{{ loop.index }}{{ a }}{{ ',' | raw if not loop.last }}{% endfor %}": None,
    "{% for k in {'b': 1, 'a': 2} %}{{ k }}{% endfor %}": '"b""a"',
    "{% for k, v in Job.metadata.cost.items() %}{{ k }}={{ v }}{% endfor %}": '"center"=4711',
    "{% for x in [] %}{% else %}none{% endfor %}": "none",
    "{% for x in [1, 2, 3] %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% endfor %}": "1",
    "{% for x in [1, 2, 3] if x > 1 %}{{ x }}{% endfor %}": "23",
    "{% for x in [[1, []]] recursive %}{{ x[0] }}{{ loop(x[1]) }}{% endfor %}": "1",
    "{% set x = 1 %}{% set y %}v{{ x }}{% endset %}{{ y }}": "v1",
    "{% set n = namespace(a=1) %}{% for i in [1, 2] %}{% set n.a = n.a + i %}{% endfor %}{{ n.a }}": "4",
    "{% macro m(x, y=2) %}<{{ x }}{{ y }}>{% endmacro %}{{ m(1) }}": "<12>",
    "{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}in{% endcall %}": "<in>",
    "{% filter upper %}a{{ 'b' }}{% endfilter %}": 'A"B"',
    "{% with x = 1 %}{{ x }}{% endwith %}": "1",
    "{% raw %}{{ x }}{% endraw %}": "{{ x }}",
    "{% block b %}B{% endblock %}{{ self.b() }}": "BB",
    "{% do set(Job.metadata, 'z', 1) %}{{ Job.metadata.z }}": "1",
    "{{ Job['name'] }}{{ Job.args[0] }}{{ Job.args[-1] }}": '"my job""a""b: c"',
    "{{ Job.args[1:] }}{{ 'abc'[1] }}": '["b: c"]"b"',
    "{{ Job.metadata.items }}": "3",
    "{{ 1 + 2 * 3 - 4 // 3 }} {{ 7 % 4 }} {{ 2 ** 8 }} {{ 1 / 2 }} {{ -3 }}": "6 3 256 0.5 -3",
    "{{ 'a' + 'b' }}{{ [1] + [2] }}{{ 'ab' * 2 }}{{ '%s-%d' % ('a', 3) }}": '"ab"[1, 2]"abab""a-3"',
    "{{ 'a' ~ 1 ~ true ~ none ~ [1] }}": '"a1true[1]"',
    "{{ 1 if true }} {{ 'x' is string }} {{ 2 in [1, 2] }} {{ 1 < 2 <= 2 }}": "1 true true true",
    "{{ missing is defined }} {{ missing | default('x') }} {{ Job.no | default(none) }}": 'false "x" null',
    "{{ 'A,B'.lower().split(',') }}{{ 'x'.startswith('x') }}": '["a", "b"]true',
    "{{ range(3) }}{{ range(1, 6, 2) }}{{ range(3, 0, -1) }}": "[0, 1, 2][1, 3, 5][3, 2, 1]",
    "a\n  {% if true %}\n  b\n  {% endif %}\n{# c #}\nd\n": "a\n  b\nd\n",
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [each for each in LANGUAGE.items() if each[1] is not None])
def test_the_language_is_jinja2s(text: str, expected: str) -> None:
    assert render(text) == expected


def test_templates_include_import_and_extend_each_other() -> None:
    base = "[{% block b %}base{% endblock %}]"
    assert render("{% extends 'b.j2' %}{% block b %}{{ super() }}+{% endblock %}", b=base) == "[base+]"
    assert render(
        "{% import 'b.j2' as b %}{{ b.m(1) }}", b="{% macro m(x) %}{{ x }}{{ Job.user }}{% endmacro %}"
    ) == ('1"jane"')
    assert render("{% from 'b.j2' import m %}{{ m() }}", b="{% macro m() %}m{% endmacro %}") == "m"
    assert render("{% set x = 1 %}{% include 'b.j2' %}", b="{{ x }}") == "1"
    assert render("{% include ['no.j2', 'b.j2'] %}{% include 'no.j2' ignore missing %}", b="B") == "B"


FAILURES = [
    ("a\n{{ Job.nmae }}", 2, 7, "a map has no field or element 'nmae'", "did you mean name?"),
    ("{{ user }}", 1, 3, "there is nothing named 'user'", "write Job.user"),
    ("{{ Job.args[9] }}", 1, 12, "a list has no field or element '9'", "default"),
    ("{{ missing + 1 }}", 1, 3, "there is nothing named 'missing'", ""),
    ("{{ 1 + 'a' }}", 1, -1, "+ has no meaning for a number and a text", "~"),
    ("{{ 1 < 'a' }}", 1, -1, "'<' not supported between instances of a number and a text", ""),
    ("{{ 1 // 0 }}", 1, -1, "division by zero", ""),
    ("{{ 2 ** 63 }}", 1, -1, "more than 64 bits", ""),
    ("{{ fail('no') }}", 1, 3, "error calling fail: no", ""),
    ("{{ repeat('3', 'x') }}", 1, 3, "wrong type for value; expected int; got string", ""),
    ("{{ repeat(3) }}", 1, 3, "wrong number of args for repeat: want 2 got 1", ""),
    ("{{ now() }}", 1, 3, "no effects were given", ""),
    ("{{ upper(s='x') }}", 1, 3, "takes no arguments by name", "s="),
    ("{{ upper }}", 1, 3, "upper is a function", "call it"),
    ("{{ Job.name() }}", 1, -1, "a text cannot be called", ""),
    ("{% include 'nothing' %}", 1, 12, "there is no template 'nothing'", "there are: a.j2"),
    ("{% include ['x', 'y'] %}", 1, -1, "there is none of the templates 'x', 'y'", "a.j2"),
    ("{% for x in 5 %}{% endfor %}", 1, -1, "a loop cannot go over a number", ""),
    ("{{ include('x', 1) }}", 1, 3, "include belongs to templates in Go's language", "macro"),
    ("{% macro m() %}{% endmacro %}{{ m }}", 1, -1, "a macro is no value", ""),
    ("{% macro m() %}{% endmacro %}{{ m(1) }}", 1, -1, "takes not more than 0 argument", ""),
    ("{{ 5 | first }}", 1, 7, "first: ", ""),
]


@pytest.mark.parametrize(("text", "line", "column", "cause", "hint"), FAILURES)
def test_an_error_tells_place_source_cause_and_hint(
    text: str, line: int, column: int, cause: str, hint: str
) -> None:
    found = failure(text)
    assert isinstance(found, TemplateRenderError)
    assert (found.template, found.line) == ("a.j2", line)
    assert column in (-1, found.column)
    assert found.source == text.split("\n")[line - 1]
    assert cause in found.cause
    assert hint in found.hint
    assert found.message.startswith(f"template: a.j2:{line}")


SYNTAX = {
    "a\n{% if %}": (2, "Expected an expression"),
    "{{ Job.name | uper }}": (1, "there is no filter 'uper'"),
    "{{ 1 is evne }}": (1, "there is no test 'evne'"),
    "{{": (1, "nexpected 'end of template'"),
    "{% for x in y %}": (1, "endfor"),
    "{% autoescape true %}{% endautoescape %}": (1, "autoescape is for HTML"),
    "{{ 99999999999999999999 }}": (1, "more than 64 bits"),
    "{{ " + "9" * 5000 + " }}": (0, "a number in it is too large"),
    "{{ " + "(" * 5000 + ")" * 5000 + " }}": (0, "nested too deep"),
    "{% if 1 %}" * 150 + "{% endif %}" * 150: (0, "nested too deep"),
    "{% from 'b.j2' import __class__ %}": (1, "underline"),
}


@pytest.mark.parametrize("text", SYNTAX)
def test_a_text_that_is_not_right_is_told_with_its_line(text: str) -> None:
    line, cause = SYNTAX[text]
    found = failure(text)
    assert isinstance(found, TemplateSyntaxError)
    assert found.line == line
    assert cause in found.cause


def test_an_error_in_an_included_template_names_that_one() -> None:
    found = failure("{% include 'b.j2' %}", b="x\n\n{{ Job.no }}")
    assert (found.template, found.line, found.source) == ("b.j2", 3, "{{ Job.no }}")


def test_a_failed_render_keeps_what_was_written() -> None:
    found = failure("one\n{{ Job.no }}")
    assert isinstance(found, TemplateRenderError)
    assert found.partial == "one\n"


def test_nothing_of_a_render_is_left_for_the_next() -> None:
    compiled = ENGINE.compile({"a.j2": "{% do set(Job, 'x', 1) %}{{ Job | length }}"})
    assert [compiled.render("a.j2", {"Job": {"a": 1}}) for _ in range(3)] == ["2"] * 3
    imported = {
        "a.j2": "{% import 'b.j2' as b %}{% do set(b.d, 'k', 1) %}{{ b.d | length }}",
        "b.j2": "{% set d = {} %}",
    }
    again = ENGINE.compile(imported)
    assert [again.render("a.j2", {"Job": JOB}) for _ in range(3)] == ["1"] * 3


def test_a_render_changes_nothing_of_what_it_is_given() -> None:
    job = {"metadata": {"a": 1}}
    render("{% do set(Job.metadata, 'a', 2) %}", job)
    assert job == {"metadata": {"a": 1}}


def test_a_text_is_compiled_once() -> None:
    engine = Engine(launcher_functions(), NoEffects())
    for _ in range(3):
        engine.compile({"a.j2": "x"})
    assert engine.compile_file.cache_info().misses == 1


def test_a_thousand_renders_leave_memory_flat() -> None:
    compiled = Engine({}, NoEffects()).compile(
        {"a.j2": "{% import 'b.j2' as b %}{{ b.m(Job) }}", "b.j2": "{% macro m(x) %}{{ x }}{% endmacro %}"}
    )

    def held(count: int) -> int:
        for _ in range(count):
            compiled.render("a.j2", {"Job": JOB})
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = held(50)
        assert held(1_000) - before < 100_000
    finally:
        tracemalloc.stop()


def test_a_template_that_there_is_not_cannot_be_rendered() -> None:
    with pytest.raises(KeyError):
        ENGINE.compile({}).render("a.j2", {})
