"""The collector that every reader reports to, so that all problems are told at once.

A file of garbage has a problem in each of its lines: after a thousand of one severity the rest of the
file's are counted instead of told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from launcher_k8s.codes import CODES
from launcher_k8s.diagnostics import Diagnostic, Location, Severity

MOST_PER_FILE = 1000


class Findings:
    """Diagnostics as they are found.

    Args:
        strict: Whether unknown keys are errors; otherwise they are warnings.
    """

    def __init__(self, *, strict: bool = True) -> None:
        self._lenient = () if strict else ("unknown-key",)
        self._found: list[Diagnostic] = []
        self._counts: Counter[tuple[str, Severity]] = Counter()

    def report(self, code: str, location: Location, message: str, hint: str = "") -> None:
        """Note a finding and go on, so that the others are found too.

        Args:
            code: A key of ``CODES``, which gives the severity.
            location: Where.
            message: What is wrong, fit for an end user.
            hint: What to do about it.
        """
        severity = Severity.WARNING if code in self._lenient else CODES[code].severity
        self._counts[location.file, severity] += 1
        if self._counts[location.file, severity] <= MOST_PER_FILE:
            self._found.append(Diagnostic(code, severity, location, message, hint))

    def is_full(self, file: str) -> bool:
        """Whether more of one kind are only counted in this file: then no hint need be worked out."""
        return any(self._counts[file, severity] >= MOST_PER_FILE for severity in Severity)

    @property
    def has_errors(self) -> bool:
        """Whether the files are refused."""
        return any(severity is Severity.ERROR for _, severity in self._counts)

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything found: files in the order in which they were first reported, each by line."""
        files = {file: number for number, file in enumerate(dict.fromkeys(file for file, _ in self._counts))}

        def place(diagnostic: Diagnostic) -> tuple[int, int, int]:
            location = diagnostic.location
            return files[location.file], location.line, location.column

        return (*sorted(self._found, key=place), *self._uncounted())

    def _uncounted(self) -> Iterator[Diagnostic]:
        for (file, severity), count in self._counts.items():
            if count > MOST_PER_FILE:
                message = f"{count - MOST_PER_FILE} more findings of severity {severity.value!r} in this file"
                yield Diagnostic("more-problems", severity, Location(file), message, "mend those above first")
