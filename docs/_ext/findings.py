"""The reference of diagnostic codes: what each means, files that provoke it, and what is printed of them.

The examples are those of the table in `launcher_k8s.codes`, which a test of the library runs too; they are
read when the pages are built, by the reader of the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from _ext.nodes import listing, prose
from launcher_k8s.codes import CODES, SCHEMA_CODES, CodeExample
from launcher_k8s.config import parse_settings
from launcher_k8s.diagnostics import Diagnostic
from launcher_k8s.report import diagnostic_text
from launcher_k8s.schemas import check_overrides
from tests.memory_files import DIRECTORY, MemoryFiles, accounts_of, with_main_file

_MOST_LINES, _MOST_COLUMNS, _MOST_FINDINGS = 8, 200, 3
_log = logging.getLogger(__name__)


class DiagnosticsReference(SphinxDirective):
    """A section for each code of a severity, with its example: `{diagnostics-reference} error`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        return [_section(code) for code in CODES if CODES[code].severity.value == self.arguments[0]]


def _section(code: str) -> nodes.section:
    info = CODES[code]
    section = nodes.section(ids=[code], names=[code])
    title = nodes.title()
    title += nodes.literal(text=code)
    section += [title, prose(f"{info.title} {info.explanation}")]
    for name, text in info.example.files.items():
        section += prose(f"`{name}`{' cannot be read.' if text is None else ':'}")
        section += listing(_shortened(text)) if text is not None else []
    section += [prose(each) for each in _circumstances(info.example)]
    printed = "\n".join(map(diagnostic_text, _provoked(code)[:_MOST_FINDINGS]))
    if not printed:
        _log.warning("the example of %s does not provoke it", code)
    section += listing(_shortened(printed))
    return section


def _circumstances(example: CodeExample) -> Iterator[str]:
    if example.groups is not None:
        yield f"The host has the group {', '.join(f'`{group}`' for group in sorted(example.groups))}."
    if example.environ:
        yield f"The environment has {', '.join(f'`{name}`' for name in example.environ)}."


def _provoked(code: str) -> list[Diagnostic]:
    example = CODES[code].example
    files = MemoryFiles(with_main_file(example.files), mode=example.mode, owner=example.owner)
    accounts = accounts_of(example.groups)
    settings, diagnostics = parse_settings(DIRECTORY, files, environ=example.environ, accounts=accounts)
    if settings is not None and code in SCHEMA_CODES:
        diagnostics += check_overrides(settings.cluster())
    return [diagnostic for diagnostic in diagnostics if diagnostic.code == code]


def _shortened(text: str) -> str:
    """A text as it can be printed: a few lines, none of them long, no control characters."""
    lines = re.sub(r"[^\S\n]|[^ -~\n]", lambda found: " " if found[0].isspace() else "?", text).split("\n")
    cut = [line if len(line) <= _MOST_COLUMNS else f"{line[:_MOST_COLUMNS]} ..." for line in lines]
    return "\n".join(cut if len(cut) <= _MOST_LINES else [*cut[:_MOST_LINES], "..."]).rstrip("\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of the directive."""
    app.add_directive("diagnostics-reference", DiagnosticsReference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
