"""How the files of one cluster are opened: remembered for their places, or told where they are asked for."""

from __future__ import annotations

from launcher_k8s.config.findings import Findings
from launcher_k8s.config.reading import FileReader, FileText, ReadFailure
from launcher_k8s.config.sources import Sources
from launcher_k8s.diagnostics import Location


class Opener:
    """Opens files for one cluster's readers.

    Args:
        read: Reads a path.
        sources: Keeps every file that was read.
        findings: Told of files that cannot be read.
    """

    def __init__(self, read: FileReader, sources: Sources, findings: Findings) -> None:
        self._read = read
        self._sources = sources
        self._findings = findings

    def open(self, path: str, where: Location, *, is_required: bool = True) -> FileText | None:
        """A file that was there; ``where`` is the place that asks for it."""
        file = self._read(path)
        if isinstance(file, FileText):
            self._sources.remember(file)
            return file
        if is_required or not file.absent:
            report_failure(file, where, self._findings)
        return None


def report_failure(failure: ReadFailure, where: Location, findings: Findings) -> None:
    """Report a file that cannot be read, at the place that asks for it."""
    code = "missing-file" if failure.absent else "unreadable-file"
    hint = "create it, or correct its path" if failure.absent else "give this account read access to it"
    message = f"{failure.path} cannot be read: {failure.reason}"
    findings.report(code, where, message, failure.hint or hint)
