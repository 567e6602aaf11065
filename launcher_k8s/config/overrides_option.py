"""``job-json-overrides``: pairs of pointer and file, the files read while the configuration is.

The value is ``"pointer":"file","pointer2":"file2"``, both double-quoted, blanks around ``,`` and ``:``
allowed; a file holds one JSON value of any type. A file that cannot be read, or is no JSON, is told at
load with its own place, not at submit (domain, section 3).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

import attrs

from launcher_k8s import pointer
from launcher_k8s.config.bad_value import BadValueError
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.ini import Entry
from launcher_k8s.config.json_file import JsonProblem, parse_json
from launcher_k8s.config.reading import FileReader, ReadFailure
from launcher_k8s.settings import Override
from launcher_k8s.wording import LONGEST_QUOTE, quote

_PAIR = re.compile(r'[ \t]*"([^"]*)"[ \t]*:[ \t]*"([^"]*)"[ \t]*')
_APPEND = "/-"
_EXAMPLE = 'write "/pointer":"/path/to/file.json", pairs separated by commas'
_BARE = re.compile(r"(/[^:,]+?)[ \t]*[:=][ \t]*([^:,]+?)")
_TYPOGRAPHIC = re.compile(
    "[\"'\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{DOUBLE LOW-9 QUOTATION MARK}]"
)


@attrs.frozen
class Pair:
    """A pointer and the file whose value belongs there, with their places in the text."""

    pointer: str
    pointer_offset: int
    file: str
    file_offset: int


def split_pairs(text: str) -> Iterator[Pair]:
    """The pairs of a raw value.

    Raises:
        BadValueError: What stands at some place is not a pair.
    """
    position = 0
    while True:
        match = _PAIR.match(text, position)
        if match is None:
            rest = text[position:].strip()
            message = (
                f"{quote(rest)} is not a pair of pointer and file" if rest else "a pair is missing at the end"
            )
            raise BadValueError(message, hint=_meant(rest), offset=position, code="bad-overrides")
        yield Pair(match[1], match.start(1), match[2], match.start(2))
        position = match.end()
        if position == len(text):
            return
        if text[position] != ",":
            message = f"a comma is missing before {quote(text[position:])}"
            raise BadValueError(message, hint=_EXAMPLE, offset=position, code="bad-overrides")
        position += 1


def _meant(text: str) -> str:
    """What to write in place of a pair without quotes, or with others than double ones."""
    bare = _BARE.fullmatch(_TYPOGRAPHIC.sub("", text)) if len(text) <= LONGEST_QUOTE else None
    return f'write "{bare[1]}":"{bare[2]}"' if bare else _EXAMPLE


class OverrideFiles:
    """Reads the overrides of one profiles file; a file that many sections name is read once.

    Args:
        read: Reads a path.
        directory: What relative paths are relative to: the profiles file's own directory.
        findings: Told of pointers and files that are wrong.
    """

    def __init__(self, read: FileReader, *, directory: str, findings: Findings) -> None:
        self._read = read
        self._directory = directory
        self._findings = findings
        self._values: dict[str, Any] = {}

    def overrides_of(self, entry: Entry) -> tuple[Override, ...]:
        """The overrides that an entry configures, in order; wrong ones are reported and left out.

        Raises:
            BadValueError: The entry is not a list of pairs.
        """
        overrides = []
        pointers: set[str] = set()
        for pair in split_pairs(entry.value):
            is_sound = self._check_pointer(pair, entry)
            if pair.pointer in pointers:
                self._report_repeated(pair, entry)
            if not pair.pointer.endswith(_APPEND):
                pointers.add(pair.pointer)
            path = posixpath.join(self._directory, pair.file)
            value = self._value_of(path, pair, entry)
            if is_sound and not isinstance(value, JsonProblem | ReadFailure):
                overrides.append(Override(pair.pointer, value, path, entry.origin))
        return tuple(overrides)

    def _check_pointer(self, pair: Pair, entry: Entry) -> bool:
        try:
            is_whole = not pointer.parse(pair.pointer)
        except ValueError as error:
            message, _, correction = str(error).partition(": write ")
            hint = f"write {correction or 'a JSON pointer'}"
            where = entry.at_value(pair.pointer_offset, len(pair.pointer))
            self._findings.report("bad-pointer", where, message, hint)
            return False
        if is_whole:
            message = "the empty pointer would replace the whole job"
            where = entry.at_value(pair.pointer_offset, len(pair.pointer))
            self._findings.report(
                "bad-pointer", where, message, "point at one field, such as /spec/template/spec/x"
            )
        return not is_whole

    def _report_repeated(self, pair: Pair, entry: Entry) -> None:
        where = entry.at_value(pair.pointer_offset, len(pair.pointer))
        message = f"{quote(pair.pointer)} stands twice in this line: the later value wins"
        self._findings.report("repeated-pointer", where, message, "keep one of the two")

    def _value_of(self, path: str, pair: Pair, entry: Entry) -> Any | JsonProblem | ReadFailure:
        value = self._values[path] if path in self._values else self._parse(path, pair)
        self._values[path] = value
        if isinstance(value, ReadFailure):
            code = "missing-file" if value.absent else "unreadable-file"
            message = f"the override file {path} cannot be read: {value.reason}"
            where = entry.at_value(pair.file_offset, len(pair.file))
            hint = (
                "create it, or correct its path"
                if value.absent
                else "the server user must be able to read it"
            )
            self._findings.report(code, where, message, value.hint or hint)
        return value

    def _parse(self, path: str, pair: Pair) -> Any | JsonProblem | ReadFailure:
        file = self._read(path)
        if isinstance(file, ReadFailure):
            return file
        value = parse_json(file)
        if isinstance(value, JsonProblem):
            hint = f"it is the value for the override {quote(pair.pointer)}"
            self._findings.report("bad-json", value.location, value.message, hint)
        return value
