"""Ways out of Jinja2's sandbox that are known: none of them leads to an object of Python's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.errors import TemplateError
from tests.unit.templates.jinja.rendering import ENGINE, JOB, failure, render

ESCAPES = [
    "''.__class__",
    "''['__class__']",
    "''|attr('__class__')",
    "''|attr('\\x5f\\x5fclass\\x5f\\x5f')",
    "().__class__.__bases__[0].__subclasses__()",
    "[].__class__.__base__",
    "{}.__class__.__mro__[1]",
    "''.__class__.mro()[1].__subclasses__()",
    "''.__class__.__mro__[2].__subclasses__()[40]('/etc/passwd').read()",
    "config.items()",
    "config.__class__.__init__.__globals__['os'].popen('id').read()",
    "request.application",
    "self.__init__.__globals__",
    "self._TemplateReference__context",
    "self.__dict__",
    "self._TemplateReference__context.cycler.__init__.__globals__.os",
    "self.__class__",
    "self['__init__']",
    "cycler.__init__.__globals__.os.popen('id').read()",
    "joiner.__init__.__globals__.os.popen('id')",
    "namespace.__init__.__globals__.os.popen('id')",
    "lipsum.__globals__['os'].popen('id').read()",
    "lipsum|attr('__globals__')",
    "namespace().__init__",
    "namespace()._Namespace__attrs",
    "namespace(a=1).__class__",
    "range.__class__",
    "range(3).__class__",
    "dict.__base__",
    "upper.__globals__",
    "upper.act",
    "upper.__call__",
    "upper.__class__.__init__.__globals__",
    "upper|attr('act')",
    "(upper).name",
    "Job.__class__",
    "Job['__init__']",
    "Job.get.__self__",
    "Job.keys.act",
    "Job.items.__func__",
    "Job|attr('pop')",
    "Job.pop('name')",
    "Job.clear()",
    "Job.update({'a': 1})",
    "Job.setdefault('x', 1)",
    "Job.args.append(1)",
    "Job.args.__iter__",
    "Job.args.sort()",
    "Job.name.format",
    "'{0.__class__}'.format(Job)",
    "'{x.__class__}'.format_map({'x': Job})",
    "'{0.__class__}' | format(Job) | attr('__class__')",
    "Job.name.encode('utf-8')",
    "Job.name.maketrans",
    "[Job]|map(attribute='__class__')|list",
    "[Job]|map('attr', '__class__')|list",
    "[Job]|selectattr('__class__')|list",
    "[Job]|groupby('__class__')|list",
    "[Job]|sum(attribute='__class__')",
    "[Job, Job]|sort(attribute='__class__')",
    "[Job]|unique(attribute='__class__')|list",
    "[Job, Job]|max(attribute='__class__')",
    "[Job]|join(',', '__class__')",
    "[Job]|rejectattr('__class__')|list",
    "[Job.name]|map('format_map')|list",
    "['x']|map('__class__')|list",
    "[Job]|map(attribute='name.__class__')|list",
    "Job|dictsort|attr('__class__')",
    "[1]|select('callable')|list",
    "namespace|attr('__init__')",
    "caller.__func__",
    "varargs",
    "kwargs",
    "loop.__class__",
    "super.__self__",
    "context",
    "environment",
    "_",
    "gettext.__globals__",
    "get_flashed_messages.__globals__",
    "url_for.__globals__",
    "__import__('os').system('id')",
    "eval('1')",
    "open('/etc/passwd').read()",
    "exec('id')",
    "self.__loader__",
    "().__getattribute__('__class__')",
    "(1).real.__class__",
    "1.0.as_integer_ratio()",
    "true.__class__",
    "none.__class__",
    "undefined_thing.__class__",
    "missing.__init__.__globals__",
    "missing|attr('_undefined_hint')",
    "missing._fail_with_undefined_error",
    "missing()",
    "Job.missing.__class__",
    "(Job|tojson).__html__()",
    "('x'|safe).__class__",
    "('x'|raw).__html_format__()",
    "'a'|random",
    "[1]|random",
    "Job|pprint",
    "''|xmlattr",
    "'x'|escape",
    "'http://x'|urlize",
    "debug()",
    "Job.metadata.__setitem__('a', 1)",
]
STATEMENTS = [
    "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
    "{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}",
    "{% macro m() %}{% endmacro %}{{ m._environment }}",
    "{% macro m() %}{{ varargs.__class__ }}{% endmacro %}{{ m(1) }}",
    "{% macro m() %}{{ kwargs.__class__ }}{% endmacro %}{{ m(a=1) }}",
    "{% macro m() %}{{ caller._func }}{% endmacro %}{% call m() %}{% endcall %}",
    "{% for x in [1] %}{{ loop.__class__ }}{% endfor %}",
    "{% for x in [1] %}{{ loop._iterator }}{% endfor %}",
    "{% for x in [1] %}{{ loop.cycle.__globals__ }}{% endfor %}",
    "{% for x in [1] %}{{ loop }}{% endfor %}",
    "{% for x in ''.__class__.__mro__ %}{% endfor %}",
    "{% set x = ''.__class__ %}{{ x }}",
    "{% set ns = namespace() %}{% set ns.__class__ = 1 %}{{ ns.__init__ }}",
    "{% set Job.name = 1 %}",
    "{% import 'a.j2' as m %}{{ m.__class__ }}",
    "{% import 'b.j2' as m %}{{ m._body_stream }}",
    "{% import 'b.j2' as m %}{{ m.__dict__ }}",
    "{% import 'b.j2' as m %}{{ m }}",
    "{% block b %}{{ super() }}{% endblock %}",
    "{% block b %}{{ self.b.__class__ }}{% endblock %}",
    "{% include '/etc/passwd' %}",
    "{% include '../../etc/passwd' %}",
    "{% include Job.name %}",
    "{% include self %}",
    "{% extends Job %}",
    "{% filter attr('__class__') %}x{% endfilter %}",
    "{% with x = ''.__class__ %}{{ x }}{% endwith %}",
    "{% if ''.__class__ %}x{% endif %}",
    "{% trans %}x{% endtrans %}",
    "{% debug %}",
    "{{ [1] | map('#each') | first | attr('__class__') }}",
]
TRACES = (
    "<class",
    "<function",
    "<built-in",
    "<bound",
    "object at 0x",
    "<module",
    "root:",
    "<Macro",
    "<Context",
)


@pytest.mark.parametrize("expression", ESCAPES)
def test_no_expression_leads_out_of_the_sandbox(expression: str) -> None:
    found = failure(f"{{{{ {expression} }}}}")
    assert not any(trace in str(found) for trace in TRACES)


@pytest.mark.parametrize("text", STATEMENTS)
def test_no_statement_leads_out_of_the_sandbox(text: str) -> None:
    found = failure(text, b="x{% macro m() %}{% endmacro %}")
    assert not any(trace in str(found) for trace in TRACES)


def test_there_are_enough_ways() -> None:
    assert len({*ESCAPES, *STATEMENTS}) > 120


@pytest.mark.parametrize(
    "test", ["defined", "string", "mapping", "iterable", "number", "boolean", "sequence"]
)
def test_tests_answer_yes_or_no_and_nothing_else(test: str) -> None:
    assert render(f"{{{{ Job is {test} }}}}") in {"true", "false"}


_ATOMS = st.sampled_from(
    ["Job", "''", "[]", "{}", "1", "upper", "range", "namespace()", "self", "Job.args", "missing", "Job.name"]
)
_STEPS = st.sampled_from(
    [".__class__", ".__init__", "['__class__']", "|attr('__globals__')", "|first", "|list", ".items()", "[0]",
     "|string", "|map('attr','__class__')", ".name", ".act", "()", "|tojson", "|length", ".upper()", "|join",
     "|sort", "|default(Job)", " ~ 'x'", " * 2", "|go.toString", "|kindOf", "|typeOf"]
)  # fmt: skip


@given(atom=_ATOMS, steps=st.lists(_STEPS, max_size=5))
def test_no_chain_of_steps_shows_an_object_or_another_error_than_ours(atom: str, steps: list[str]) -> None:
    text = f"{{{{ {atom}{''.join(steps)} }}}}"
    try:
        found: Any = ENGINE.compile({"a.j2": text}).render("a.j2", {"Job": JOB})
    except TemplateError as error:
        found = str(error)
    assert not any(trace in found for trace in TRACES)
