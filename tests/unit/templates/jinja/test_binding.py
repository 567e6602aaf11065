from __future__ import annotations

from datetime import UTC, datetime

import pytest

from launcher_k8s.templates.functions import launcher_functions
from launcher_k8s.templates.jinja.binding import ENGINE_OWN
from launcher_k8s.templates.jinja.engine import Engine
from launcher_k8s.templates.no_effects import NoEffects
from tests.unit.templates.jinja.rendering import ENGINE, render

CALLS = {
    "{{ trunc(2, Job.name) }}": '"my"',
    "{{ Job.name | trunc(2) }}": '"my"',
    "{{ Job.name | upper | trunc(2) | lower }}": '"my"',
    "{{ add(1, 2) }}{{ repeat(add(1, 2), 'x') }}": '3"xxx"',
    "{{ 3 | add(1) }}": "4",
    "{{ list(1, 'a') }}{{ dict('a', 1) }}": '[1, "a"]{"a": 1}',
    "{{ split('/', 'a/b')._1 }}{{ splitList(',', 'a,b') }}": '"b"["a", "b"]',
    "{{ keys({'a': 1}) }}{{ until(3) }}": '["a"][0, 1, 2]',
    "{{ fromYaml('a: [1, yes]').a }}{{ fromJson('{\"a\": 1}').a }}": "[1.0, true]1.0",
    "{{ toYaml({'a': [1]}) | raw }}": "a:\n- 1",
    "{{ toJson(Job.metadata) }}": '{"cost":{"center":4711},"items":3}',
    "{{ Job.name | quote }}": '"my job"',
    "{{ 'a' | quote | upper }}": r'"\"A\""',
    "{{ semver('1.2.3').Minor }}": "2",
    "{{ eq(1, 1) }}{{ eq('a', 'b') }}{{ ternary('x', 'y', true) }}": 'truefalse"x"',
    "{{ round(2.567, 2) }}{{ floor(2) }}{{ divf(1, 4) }}": "2.572.00.25",
    "{{ sortAlpha(['b', 'a']) }}{{ get({'a': 1}, 'a') }}": '["a", "b"]1',
    "{{ printf('%s-%03d', Job.name, 7) }}": '"my job-007"',
    "{{ required('no', Job.name) }}{{ lookup('v1', 'Pod', '', '') }}": '"my job"{}',
    "{{ regexFind('[a-z]+', Job.name) }}{{ b64enc('x') }}": '"my""eA=="',
    "{{ index(Job.args, 1) }}{{ len(Job.args) }}": '"b: c"2',
}  # fmt: skip
SAME_NAME = {
    "{{ '' | default('x') }}": '""',
    "{{ '' | go.default('x') }}": '"x"',
    "{{ default('x', '') }}": '"x"',
    "{{ 'a\nb' | indent(2) | raw }}": "a\n  b",
    "{{ 'a\nb' | go.indent(2) | raw }}": "  a\n  b",
    "{{ indent(2, 'a\nb') | raw }}": "  a\n  b",
    "{{ ['a', 'b'] | join('-') }}{{ join('-', ['a', 'b']) }}": '"a-b""a-b"',
    "{{ 'aXb' | replace('X', '-') }}{{ replace('X', '-', 'aXb') }}": '"a-b""a-b"',
    "{{ 2.567 | round(2) }}": "2.57",
    "{{ [1, 3, 2] | max }}{{ max(1, 3, 2) }}": "33",
    "{{ 'ab' | list }}{{ [1, 2] | reverse }}": '["a", "b"][2, 1]',
    "{{ [] | first | default(1) }}{{ [] | go.first }}": "1null",
}
VALUES_OF_FUNCTIONS = {
    "{{ semver('1.2.3') | trim }}": '"1.2.3"',
    "{{ semver('1.2.3') | replace('.', '-') }}": '"1-2-3"',
    "{{ 'v1.0' | replace('1.0', semver('1.2.3')) }}": '"v1.2.3"',
    "{{ '%s!' | format(semver('1.2.3')) }}{{ '%s!' % semver('1.2.3') }}": '"1.2.3!""1.2.3!"',
    "{{ '%s %d' % (semver('1.2.3'), 4) }}": '"1.2.3 4"',
}


@pytest.mark.parametrize(("text", "expected"), (CALLS | SAME_NAME).items())
def test_functions_are_called_by_name_or_as_filters(text: str, expected: str) -> None:
    assert render(text) == expected


@pytest.mark.parametrize(("text", "expected"), VALUES_OF_FUNCTIONS.items())
def test_filters_of_jinja_see_what_functions_give_as_it_prints(text: str, expected: str) -> None:
    assert render(text) == expected


def test_every_function_is_there_by_name_and_as_a_filter() -> None:
    for name in launcher_functions():
        assert name in ENGINE.sandbox.globals
        assert name in ENGINE.sandbox.filters
        assert f"go.{name}" in ENGINE.sandbox.filters
    assert ENGINE_OWN.keys() <= launcher_functions().keys()


class Clock(NoEffects):
    def now(self) -> datetime:
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def groups_of(self, user: str) -> list[str]:
        return [user, "admins"]


def test_functions_reach_the_effects_that_they_are_given() -> None:
    engine = Engine(launcher_functions(), Clock())
    assert render("{{ now() | date('2006-01-02') }} {{ groups(Job.user) }}", engine=engine) == (
        '"2026-01-02" ["jane", "admins"]'
    )
