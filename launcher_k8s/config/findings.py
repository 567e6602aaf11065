"""The collector that every reader reports to, so that all problems are told at once.

A file of garbage has a problem in each of its lines: after a thousand errors in a file the rest of it is
not read, and after a thousand warnings the others are only counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from launcher_k8s.codes import CODES
from launcher_k8s.diagnostics import Diagnostic, Location, Severity

MOST_PER_FILE = 1000
_MEND_FIRST = "mend those above first"


class Findings:
    """Diagnostics as they are found.

    Args:
        strict: Whether unknown keys are errors; otherwise they are warnings.
    """

    def __init__(self, *, strict: bool = True) -> None:
        self._lenient = () if strict else ("unknown-key",)
        self._found: list[Diagnostic] = []
        self._counts: Counter[tuple[str, Severity]] = Counter()
        self._hopeless: set[str] = set()

    def report(self, code: str, location: Location, message: str, hint: str = "") -> None:
        """Note a finding and go on, so that the others are found too.

        Args:
            code: A key of ``CODES``, which gives the severity.
            location: Where.
            message: What is wrong, fit for an end user.
            hint: What to do about it.
        """
        severity = self._severity(code)
        self._counts[location.file, severity] += 1
        count = self._counts[location.file, severity]
        if count <= MOST_PER_FILE:
            self._found.append(Diagnostic(code, severity, location, message, hint))
        if count == MOST_PER_FILE and severity is Severity.ERROR:
            self._hopeless.add(location.file)

    def stop(self, file: str, line: int) -> bool:
        """Whether reading a file is to stop, because of the errors before a line; if so, that is told."""
        if file not in self._hopeless:
            return False
        message = f"after {MOST_PER_FILE} errors the file is not read any further"
        self._found.append(
            Diagnostic("more-problems", Severity.ERROR, Location(file, line), message, _MEND_FIRST)
        )
        return True

    def is_full(self, file: str, code: str) -> bool:
        """Whether more findings of a code are only counted in this file: then none need be worded."""
        return self._counts[file, self._severity(code)] >= MOST_PER_FILE

    def count_untold(self, code: str, file: str) -> bool:
        """Count a finding of which nothing would be told any more; if else False: it is to be worded."""
        if is_full := self.is_full(file, code):
            self.report(code, Location(file), "")
        return is_full

    def _severity(self, code: str) -> Severity:
        return Severity.WARNING if code in self._lenient else CODES[code].severity

    def broken(self) -> tuple[frozenset[str], frozenset[str]]:
        """Titles of sections with an error, and keys whose value has one: what follows from it is noise."""
        places = [each.location for each in self._found if each.severity is Severity.ERROR]
        return frozenset(place.section for place in places), frozenset(place.key for place in places)

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
                yield Diagnostic("more-problems", severity, Location(file), message, _MEND_FIRST)
