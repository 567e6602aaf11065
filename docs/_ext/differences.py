"""Directives that print in what the embedded cluster differs: `tests/contract/requests/wanted.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _ext.nodes import prose, table

SCRIPT = Path(__file__).parents[2] / "tests" / "contract" / "requests"
WANTED = SCRIPT / "wanted.yaml"


class WantedDifferences(SphinxDirective):
    """Each wanted difference, where it is and why: `{wanted-differences}`."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(WANTED))
        lines = [[prose(each) for each in line] for line in _lines(yaml.safe_load(WANTED.read_text()))]
        return [table(("request", "of the answer", "because"), lines, (25, 35, 40))]


class AskedThemes(SphinxDirective):
    """How many requests the script has of each theme: `{asked-requests}`."""

    def run(self) -> list[nodes.Node]:
        counts = dict(self._counts())
        lines = [*counts.items(), ("together", sum(counts.values()))]
        return [
            table(("theme", "requests"), [[prose(str(each)) for each in line] for line in lines], (20, 10))
        ]

    def _counts(self) -> Iterator[tuple[str, int]]:
        for file in sorted((SCRIPT / "asked").glob("[0-9]*.yaml")):
            self.env.note_dependency(str(file))
            yield file.stem[3:].replace("-", " "), len(yaml.safe_load(file.read_text()))


def _lines(entries: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Differences with one reason in one theme are one line."""
    merged: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for entry in entries:
        theme, _, name = entry["request"].partition(": ")
        names, places = merged.setdefault((theme, entry["reason"]), ([], []))
        where = [entry["where"]] if isinstance(entry["where"], str) else entry["where"]
        names.append(name)
        places += [f"a part of `{each}`" if "within" in entry else f"`{each}`" for each in where]
    for (theme, reason), (names, places) in merged.items():
        yield f"{theme}: {'; '.join(names)}", ", ".join(dict.fromkeys(places)), reason


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directives."""
    app.add_directive("wanted-differences", WantedDifferences)
    app.add_directive("asked-requests", AskedThemes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
