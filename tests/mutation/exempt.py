"""Which changes of our templates the validator lets through though they change objects, and why it may.

`docs/template-findings.md` shows them.
"""

from __future__ import annotations

import re
from typing import Final

import attrs

from tests.mutation.mutants import Mutant


@attrs.frozen
class Exemption:
    """Changes that are let through.

    Args:
        line: What the line holds, as a regular expression.
        change: What the change is, as one.
        reason: Why it is no fault.
    """

    line: str
    change: str
    reason: str

    def holds(self, mutant: Mutant) -> bool:
        """Whether it is about a mutant."""
        return bool(re.search(self.line, mutant.source) and re.search(self.change, mutant.change))


EXEMPT: Final = (
    Exemption(
        r"set \$nodes",
        r"^variable",
        "a template may ask for more node labels than the job does",
    ),
    Exemption(
        r"eq \.name \"secret\"|append \$secrets|range \.Job\.config",
        r"^(line|keyword|negated|function|text)",
        "a template may set more variables than the job does",
    ),
    Exemption(
        r"append \$(secrets|published)",
        r"^(line twice|function: append to prepend)",
        "the order of ports means nothing, and of a variable that stands twice the last counts",
    ),
    Exemption(
        r"^            - name: \{\{ (\.name|\._2)",
        r"^line twice",
        "a variable that stands twice, first without a value, has that of the last",
    ),
    Exemption(
        r"if not \.value",
        r"^field",
        "no limit is empty but one of GPUs, and none of these is a limit of 0",
    ),
    Exemption(
        r"volumeMounts: |if and \.Job\.volumes ",
        r"^line swapped",
        "an empty list of mounts is none",
    ),
    Exemption(
        r"user_metadata",
        r"^function: quote to",
        "the text is the same but for characters that metadata rarely has",
    ),
    Exemption(
        r"quote",
        r"^function: quote to toJson",
        "toJson quotes as quote does, but for DEL and C1 control characters, which no job has",
    ),
    Exemption(
        r"^        user:",
        r"quote",
        "the samples are those of the user who validates: no other name is known to the host",
    ),
    Exemption(
        r"\$(limits|requests) = set",
        r"(stage|function) dropped: quote|function: quote to|stage dropped: int|function dropped: int",
        "Kubernetes reads an amount from a number as from a text",
    ),
    Exemption(
        r"toJson \. \| quote \| trimPrefix",
        r".",
        "toJson prints the same but for control characters, which toYaml would not keep either",
    ),
    Exemption(
        r"range \.Job\.exposedPorts|if not \.publishedPort",
        r"^(line swapped|field misspelt)",
        "a Service may serve more ports than the job asks for",
    ),
    Exemption(r"targetPort", r".", "Kubernetes takes port for an absent targetPort"),
    Exemption(r"clusterIP", r".", "any address will do, and none"),
    Exemption(r"\$number", r".", "the ports of a Service may have any names, as long as they differ"),
    Exemption(r"^  type: NodePort", r".", "the Launcher knows other types as well"),
)


def exemption(mutant: Mutant) -> Exemption | None:
    """The first exemption that is about a mutant; None where it must be caught."""
    return next((each for each in EXEMPT if each.holds(mutant)), None)
