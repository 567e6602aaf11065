"""Places of values that were read before, for findings across sections and files.

A value keeps only its origin (file, line, section, key); the column and the line's text are looked up
again for the few values that something is said about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from launcher_k8s.config.ini import BLANKS, Line, read_line, split_lines
from launcher_k8s.config.reading import FileText
from launcher_k8s.diagnostics import Location
from launcher_k8s.origin import Origin, OriginKind

_MOST_BELOW = 200


class Sources:
    """The texts of one cluster's files, split into lines when first asked about."""

    def __init__(self) -> None:
        self._files: dict[str, FileText] = {}
        self._lines: dict[str, list[str]] = {}
        self._places: dict[Origin, Location] = {}

    def remember_place(self, origin: Origin, place: Location) -> None:
        """Keep the place of a value in a file of another syntax."""
        self._places[origin] = place

    def remember(self, file: FileText) -> None:
        """Keep a file that was read."""
        self._files[file.path] = file

    def files(self) -> Iterable[FileText]:
        """The files that were read, in order."""
        return self._files.values()

    def at(self, origin: Origin, item: str = "") -> Location:
        """The place of a value, or of a title where the origin names no key.

        Where the origin is a title's, and names a key, the value is looked for in the lines below.

        Args:
            origin: Where it was stated.
            item: The item of the value that is meant, such as one of a list; all of it if empty.
        """
        if origin in self._places:
            return self._places[origin]
        if origin.kind is not OriginKind.FILE or origin.file not in self._files:
            return Location(origin.file or origin.kind.value, origin.line, 0, origin.section, origin.key)
        if origin.file not in self._lines:
            self._lines[origin.file] = split_lines(self._files[origin.file])
        line = self._line_of(origin)
        has_value = origin.key and "=" in line.text
        value = line.text.partition("=")[2].lstrip(BLANKS) if has_value else line.text
        start, length = _find_item(value, item)
        offset = len(line.text) - len(value) + start
        return line.at(offset, length, section=origin.section, key=origin.key)

    def _line_of(self, origin: Origin) -> Line:
        lines = self._lines[origin.file]
        stated = read_line(origin.file, origin.line, lines[origin.line - 1])
        assert stated is not None, "an origin names a line that said something"
        if not origin.key or not stated.text.startswith("["):
            return stated
        for number, raw in enumerate(lines[origin.line : origin.line + _MOST_BELOW], start=origin.line + 1):
            line = read_line(origin.file, number, raw)
            if line is not None and line.text.partition("=")[0].rstrip(BLANKS) == origin.key:
                return line
            if line is not None and line.text.startswith("["):
                break
        return stated


def _find_item(value: str, item: str) -> tuple[int, int]:
    """Where an item stands in a value, and its length; the whole value where it is not found."""
    found = re.search(rf'(?<![^\s,"]){re.escape(item)}(?![^\s,"])', value) if item else None
    return (found.start(), len(item)) if found else (0, len(value))
