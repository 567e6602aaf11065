"""Findings about configuration files for people and programs: the line underlined, a table, a summary.

Every command that tells diagnostics, and every notebook view of them, calls this.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from launcher_k8s.diagnostics import Diagnostic, Location, Severity
from launcher_k8s.present import Table
from launcher_k8s.wording import visible

# A terminal would obey them, and a tab would move what stands under it.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def diagnostic_text(diagnostic: Diagnostic) -> str:
    """A finding with its source line, what is meant underlined, where these are known; and what to do."""
    location = diagnostic.location
    head = f"{location}: {diagnostic.severity.value}: {diagnostic.message}  [{diagnostic.code}]"
    lines = [visible(head)]
    if location.source:
        number = f"{location.line:>5} | "
        lines.append(number + _shown_source(location))
        if underline := _underline(location):
            lines.append(" " * len(number) + underline)
    if diagnostic.hint:
        lines.append(f"      {visible(diagnostic.hint)}")
    return "\n".join(lines)


def diagnostics_text(diagnostics: Sequence[Diagnostic]) -> str:
    """Findings one below the other, and how many there are of each severity."""
    return "\n\n".join([*map(diagnostic_text, diagnostics), summary(diagnostics)])


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """How many findings there are of each severity: ``2 errors, 1 warning``."""
    counts = count_severities(diagnostics)
    counted = [f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items() if count]
    return ", ".join(counted) or "no findings"


def count_severities(diagnostics: Iterable[Diagnostic]) -> dict[str, int]:
    """How many findings there are of each severity, by its name."""
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    return {severity.value: counts[severity] for severity in Severity}


def diagnostic_record(diagnostic: Diagnostic) -> dict[str, Any]:
    """A finding as JSON types, every part by its name; ``line`` and ``column`` are 0 where not known."""
    location = diagnostic.location
    return {
        "severity": diagnostic.severity.value,
        "code": diagnostic.code,
        "file": location.file,
        "line": location.line,
        "column": location.column,
        "length": location.length,
        "section": location.section,
        "key": location.key,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "source": location.source,
    }


def diagnostics_table(diagnostics: Iterable[Diagnostic], *, title: str = "") -> Table:
    """Findings as a table: how bad, where, the source line, what is wrong, what to do."""
    return Table(
        title,
        ("severity", "where", "line", "what is wrong", "what to do"),
        tuple(
            (d.severity.value, str(d.location), _shown_source(d.location), d.message, d.hint)
            for d in diagnostics
        ),
    )


def _shown_source(location: Location) -> str:
    return _CONTROL.sub(
        lambda found: " " if found[0] == "\t" else "\N{REPLACEMENT CHARACTER}", location.source
    )


def _underline(location: Location) -> str:
    """Carets under what is meant; none where the line as shown does not reach so far."""
    start = location.column - 1
    if not 0 <= start < len(location.source):
        return ""
    return " " * start + "^" * max(1, min(location.length, len(location.source) - start))
