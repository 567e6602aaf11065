"""Directives on templates: what `.Job` holds, and every code of a finding with an edit that provokes it.

The examples are those of `launcher_k8s.templates.codes`, edits of the library's own templates; a test of the
library tries them too.
"""

from __future__ import annotations

import json
from difflib import ndiff
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from _ext.nodes import code, listing, prose, table
from launcher_k8s import default_templates, validate_templates
from launcher_k8s.report import diagnostic_text
from launcher_k8s.shape.fact import Fact
from launcher_k8s.shape.table import JOB_FACTS, SERVICE_FACTS
from launcher_k8s.templates.codes import CONTRACT_EXAMPLES, OWN_CODES, Edit
from launcher_k8s.templates.contract import NEEDS_NEWER
from launcher_k8s.templates.defaults import is_jinja
from launcher_k8s.templates.functions import launcher_functions
from launcher_k8s.templates.govalues.signature import Function
from launcher_k8s.templates.jinja.binding import GO_PREFIX
from launcher_k8s.templates.jinja.filters import jinja_filters
from launcher_k8s.templates.samples import sample_data
from tests.mutation.exempt import EXEMPT

_USER = "jsmith"
_log = logging.getLogger(__name__)


class TemplateData(SphinxDirective):
    """Every field of `.Job`, in a job that states all and in one that states next to nothing."""

    def run(self) -> list[nodes.Node]:
        samples = [data for _, data in sample_data(_USER)]
        full, bare = samples[0], samples[-1]
        lines = [[code(f".Job.{name}"), code(_json(full[name])), code(_json(bare[name]))] for name in full]
        return [table(("field", "where all is stated", "where little is"), lines, (24, 50, 26))]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


class TemplateExemptions(SphinxDirective):
    """The changes of our own templates that are let through, and why."""

    def run(self) -> list[nodes.Node]:
        lines = [[code(each.line), code(each.change), prose(each.reason)] for each in EXEMPT]
        return [table(("line that holds", "change", "why it is no finding"), lines, (30, 30, 40))]


class TemplateFindings(SphinxDirective):
    """A section for each code, with its example: `{template-findings} own`, `job` or `service`."""

    required_arguments = 1
    _facts: ClassVar[dict[str, tuple[Fact, ...]]] = {"job": JOB_FACTS, "service": SERVICE_FACTS}

    def run(self) -> list[nodes.Node]:
        which = self.arguments[0]
        if which == "own":
            return [_section(name, info.title, info.example) for name, info in OWN_CODES.items()]
        return [
            _section(fact.code, _sentence(fact), CONTRACT_EXAMPLES[fact.code])
            for fact in self._facts[which]
            if fact.code in CONTRACT_EXAMPLES
        ]


def _sentence(fact: Fact) -> str:
    text = fact.why.replace("`", "'")
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _section(name: str, title: str, example: Edit) -> nodes.section:
    section = nodes.section(ids=[name], names=[name])
    heading = nodes.title()
    heading += nodes.literal(text=name)
    section += [heading, prose(title), prose(f"In our `{example.file}`:")]
    section += listing(_edit_text(example), "diff")
    if name == NEEDS_NEWER:
        section += prose("This one is found in the plans of jobs that need more, not in templates.")
        return section
    ours = _ours(example.file)
    found = validate_templates({example.file: ours.replace(example.old, example.new, 1)}, user=_USER)
    provoked = [each for each in found.diagnostics if each.code == name]
    if not provoked:
        _log.warning("the example of %s does not provoke it", name)
    section += [listing(diagnostic_text(each)) for each in provoked[:1]]
    return section


def _ours(name: str) -> str:
    return default_templates(jinja=is_jinja(name))[name]


def _edit_text(example: Edit) -> str:
    """The lines that an edit takes away and puts there."""
    before = _ours(example.file)
    at = before.index(example.old)
    start = before.rfind("\n", 0, at + 1) + 1
    end = before.find("\n", at + len(example.old) - 1)
    after = before.replace(example.old, example.new, 1)
    new_end = end + len(after) - len(before)
    changes = ndiff(before[start:end].split("\n"), after[start:new_end].split("\n"))
    return "\n".join(f"{line[0]}{line[2:]}" for line in changes if line[0] != "?" and line[2:])


class JinjaFilters(SphinxDirective):
    """Names that are filters of Jinja2's and functions of Go's, and the filters that are Jinja2's alone."""

    def run(self) -> list[nodes.Node]:
        functions = launcher_functions()
        filters = sorted(jinja_filters())
        both = [name for name in filters if name in functions]
        lines = [
            [code(f"x | {name}"), code(f"x | {GO_PREFIX}{name}"), code(_call(functions[name]))]
            for name in both
        ]
        only = ", ".join(name for name in filters if name not in functions)
        columns = ("Jinja2's filter", "Go's as a filter", "Go's by name")
        return [table(columns, lines, (30, 30, 40)), prose(f"Jinja2's alone are: {only}.")]


def _call(function: Function) -> str:
    variadic = [f"...{function.variadic}"] if function.variadic else []
    return f"{function.name}({', '.join([*function.params, *variadic])})"


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of the directives."""
    app.add_directive("template-data", TemplateData)
    app.add_directive("template-exemptions", TemplateExemptions)
    app.add_directive("template-findings", TemplateFindings)
    app.add_directive("jinja-filters", JinjaFilters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
