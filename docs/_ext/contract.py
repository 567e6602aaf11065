"""Directives that print what a run of the contract wrote down: `docs/contract.json` (`nox -s contract`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _ext.nodes import prose, table

PASSED = "passed"
RECORDED = "contract.json"
TITLES = {
    "submit": "Submitting",
    "states": "States",
    "statuses": "Status streams",
    "output": "Output",
    "control": "Control",
    "succession": "Controls of a killed process",
    "diagnose": "Diagnosis",
    "expiry": "Expiry",
    "network": "Where a job is reached",
    "services": "Services",
    "sessions": "Sessions with containers",
    "stdin": "Standard input",
    "utilization": "Utilization",
    "connections": "Faults on the way",
    "access": "Users and permissions",
}


class _Recorded(SphinxDirective):
    """Reads the record: by world, then by file, then by test; its page is built anew when it changes."""

    def _worlds(self) -> dict[str, dict[str, dict[str, str]]]:
        file = Path(self.env.srcdir) / RECORDED
        self.env.note_dependency(str(file))
        found: dict[str, dict[str, dict[str, str]]] = json.loads(file.read_text())
        return found


class ContractTable(_Recorded):
    """Every promise and, world by world, whether it was seen to be kept: `{contract-table}`."""

    def run(self) -> list[nodes.Node]:
        worlds = self._worlds()
        first = next(iter(worlds.values()))
        return [self._section(file, list(tests), worlds) for file, tests in first.items()]

    def _section(
        self, file: str, tests: list[str], worlds: dict[str, dict[str, dict[str, str]]]
    ) -> nodes.Node:
        section = nodes.section(ids=[f"contract-{file}"])
        section += nodes.title(text=TITLES[file])
        lines = [
            [prose(test), *(prose(_cell(shown[file][test])) for shown in worlds.values())] for test in tests
        ]
        section += table(("promise", *worlds), lines, (64, *[12] * len(worlds)))
        return section


def _cell(outcome: str) -> str:
    return "yes" if outcome == PASSED else "no"


class ContractLimits(_Recorded):
    """What each world cannot show, why, and of how many promises that is so: `{contract-limits}`."""

    def run(self) -> list[nodes.Node]:
        lines = [[prose(each) for each in line] for line in self._lines()]
        return [table(("world", "does not show", "because"), lines, (12, 44, 44))]

    def _lines(self) -> Iterator[tuple[str, str, str]]:
        for world, files in self._worlds().items():
            missing: dict[str, list[str]] = {}
            for tests in files.values():
                for test, outcome in tests.items():
                    if outcome != PASSED:
                        missing.setdefault(outcome, []).append(test)
            for reason, names in missing.items():
                yield world, "; ".join(names), reason


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directives."""
    app.add_directive("contract-table", ContractTable)
    app.add_directive("contract-limits", ContractLimits)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
