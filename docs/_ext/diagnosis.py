"""The directive that prints the rules of a diagnosis, from the table that it works with."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _ext.nodes import code, prose, table
from launcher_k8s.diagnosis import RULES


class DiagnosisRules(SphinxDirective):
    """Every rule with words that it is for: `{diagnosis-rules}`."""

    def run(self) -> list[nodes.Node]:
        lines = [
            [
                code(rule.cause.value),
                prose(rule.summary + (" (vague)" if rule.is_vague else "")),
                prose(rule.resolution),
                code(rule.examples[0]),
            ]
            for rule in RULES
        ]
        return [table(("cause", "meaning", "what to do", "for one"), lines, (12, 28, 28, 32))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of the directive."""
    app.add_directive("diagnosis-rules", DiagnosisRules)
    return {"parallel_read_safe": True}
