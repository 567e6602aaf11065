"""Places of values that were read before, for findings across sections and files.

A value keeps only its origin (file, line, section, key); the column and the line's text are looked up
again for the few values that something is said about.
"""

from __future__ import annotations

from launcher_k8s.config.ini import BLANKS, read_line, split_lines
from launcher_k8s.config.reading import FileText
from launcher_k8s.diagnostics import Location
from launcher_k8s.origin import Origin, OriginKind


class Sources:
    """The texts of one cluster's files, split into lines when first asked about."""

    def __init__(self) -> None:
        self._files: dict[str, FileText] = {}
        self._lines: dict[str, list[str]] = {}

    def remember(self, file: FileText) -> None:
        """Keep a file that was read."""
        self._files[file.path] = file

    def at(self, origin: Origin) -> Location:
        """The place of a value, or of a title where the origin names no key."""
        if origin.kind is not OriginKind.FILE or origin.file not in self._files:
            return Location(origin.file or origin.kind.value, origin.line, 0, origin.section, origin.key)
        if origin.file not in self._lines:
            self._lines[origin.file] = split_lines(self._files[origin.file])
        line = read_line(origin.file, origin.line, self._lines[origin.file][origin.line - 1])
        assert line is not None, "an origin names a line that said something"
        value = line.text.partition("=")[2].lstrip(BLANKS) if origin.key else line.text
        return line.at(len(line.text) - len(value), section=origin.section, key=origin.key)
