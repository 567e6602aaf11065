from __future__ import annotations

import pytest

from launcher_k8s.templates.functions import launcher_functions
from launcher_k8s.templates.jinja.engine import Engine
from launcher_k8s.templates.jinja.limits import Limits
from launcher_k8s.templates.no_effects import NoEffects
from tests.unit.templates.jinja.rendering import failure, render

SMALL = Engine(
    launcher_functions(),
    NoEffects(),
    limits=Limits(elements=10_000, output=100_000, handled=300_000, inclusions=50),
)
DOUBLED = "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}"
NESTED = "{% set n = namespace(x=[]) %}{% for i in range(5000) %}{% set n.x = [n.x] %}{% endfor %}"
ENDLESS = [
    "{% for i in range(10**9) %}{% endfor %}",
    "{% for i in range(1000) %}{% for j in range(1000) %}{% endfor %}{% endfor %}",
    "{% for i in range(1000) %}{% for j in range(1000) if false %}{% endfor %}{% endfor %}",
    "{% for i in range(9000) %}" + "x" * 100 + "{% endfor %}",
    "{% for i in range(9000) %}{{ 'abcdefghijkl' | raw }}{% endfor %}",
    "{% macro m() %}" + "x" * 1000 + "{% endmacro %}{% for i in range(500) %}{{ m() }}{% endfor %}",
    "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}",
    "{% macro m(x) %}{{ x(x) }}{% endmacro %}{{ m(m) }}",
    "{% include 'a.j2' %}",
    "{% extends 'a.j2' %}",
    "{% import 'a.j2' as m %}",
    "{% for i in range(100) %}{% include 'b.j2' %}{% endfor %}",
    "{% block b %}{{ self.b() }}{% endblock %}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% for x in range(2) recursive %}{{ loop(range(1000)) }}{% endfor %}",
    "{{ 'a' * 10**9 }}",
    "{{ 10**9 * 'a' }}",
    "{{ [1] * 10**9 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ 2 ** 62 * 4 }}",
    "{{ 2.0 ** 10000 }}",
    "{{ 'x' | center(10**9) }}",
    "{{ 'x' | indent(10**9) }}",
    "{{ 'x' | go.indent(10**9) }}",
    "{{ ('x\n' * 5000) | indent(100) }}",
    "{{ indent(10**9, 'x') }}",
    "{{ [1] | batch(10**9, 0) | list }}",
    "{{ [1] | slice(10**9, 0) | list }}",
    "{{ 1.5 | round(10**9, 'ceil') }}",
    "{{ '%1000000000d' | format(1) }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%*d' % (1000000000, 1) }}",
    "{{ '%.1000000000f' % 1.0 }}",
    "{{ printf('%1000000d', 1) }}",
    "{{ ('a' * 20000) | replace('a', 'b' * 1000) }}",
    "{{ ('a' * 20000).replace('a', 'b' * 1000) }}",
    "{{ replace('a', 'b' * 1000, 'a' * 20000) }}",
    "{{ range(9000) | join('x' * 1000) }}",
    "{{ join('x' * 1000, range(9000)) }}",
    "{{ repeat(10**9, 'x') }}",
    "{{ until(10**9) }}",
    "{{ untilStep(0, 10**9, 1) }}",
    "{{ seq(1, 10**9) }}",
    "{{ seq(10**9) }}",
    "{{ wrapWith(1, 'x' * 1000, 'y' * 1000) }}",
    "{{ regexReplaceAll('a', 'a' * 10000, 'b' * 1000) }}",
    "{{ randAlphaNum(10**9) }}",
    "{% for i in range(9) %}{{ genPrivateKey('ed25519') | length }}{% endfor %}",
    "{% set n = namespace(x='aaaaaaaaaa') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "{% set n = namespace(x='aaaaaaaaaa') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
    DOUBLED + "{{ n.x }}",
    DOUBLED + "{{ n.x == n.x }}",
    NESTED + "{{ n.x }}",
    NESTED + "{{ toYaml(n.x) }}",
    "{% set d = {} %}{% do set(d, 'd', d) %}{{ d }}",
    "{% set x = range(5000) %}{% for i in x %}{{ i in x }}{% endfor %}",
    "{% set x = range(5000) %}{% for i in x %}{% set y = x[:] %}{% endfor %}",
    "{% set x = 'a' * 90000 %}{% for i in range(5000) %}{% set y = x | upper %}{% endfor %}",
    "{% set x %}{% for i in range(9000) %}" + "x" * 50 + "{% endfor %}{% endset %}",
    "{{ [[1]] | sum(start=[]) }}",
    "{{ ('aB ' * 2000) | snakecase }}",
]


@pytest.mark.parametrize("text", ENDLESS)
def test_what_would_never_end_is_stopped_by_counting(text: str) -> None:
    found = failure(text, engine=SMALL, b="x")
    assert found.cause
    assert found.template in {"a.j2", "b.j2"}


def test_a_limit_is_told_with_its_number_and_line() -> None:
    found = failure("x\n{% for i in range(20000) %}{% endfor %}", engine=SMALL)
    assert (found.line, found.cause) == (2, "more than 10000 rounds of loops and elements in one render")


def test_counting_begins_anew_with_each_render() -> None:
    for _ in range(3):
        assert render("{% for i in range(3000) %}{% endfor %}", engine=SMALL) == ""


def test_what_a_template_may_reasonably_do_is_within_the_limits() -> None:
    text = "{% for i in range(2000) %}{{ Job.name ~ i }}{% endfor %}"
    assert render(text).endswith('"my job1999"')
