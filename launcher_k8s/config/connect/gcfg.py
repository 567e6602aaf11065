r"""git-config's syntax: bytes to variables, each with its place.

Titles are ``[Section]`` and ``[Section "sub"]``; a variable is ``key = value``, or a bare ``key``. A comment
starts at any ``#`` or ``;`` outside double quotes, not only after a blank as in the Launcher's own files.
Quotes may stand around any part of a value; ``\"``, ``\\``, ``\n``, ``\t`` and ``\b`` are escapes inside and
outside of them, and a backslash at a line's end continues the value. Blanks between words are kept as they
are. What is read here beyond git's own reader: blanks inside a title's brackets, ``_`` in names, and a
comment after a bare key. Reading takes time in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType

import attrs

from launcher_k8s.config.findings import Findings
from launcher_k8s.config.ini import BLANKS, LONGEST_LINE, Line, has_return, is_utf8
from launcher_k8s.config.masking import HIDDEN, is_plain_key, masked_words
from launcher_k8s.diagnostics import Location
from launcher_k8s.origin import Origin
from launcher_k8s.wording import quote

_TITLE = re.compile(r'\[[ \t]*([A-Za-z0-9._-]+)(?:[ \t]*"((?:[^"\\]|\\.)*)")?[ \t]*\]')
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)[ \t]*(=?)[ \t]*")
_UNQUOTED = re.compile(r'[^"\\#;]+|\\.?|"')
_QUOTED = re.compile(r'[^"\\]+|\\.?|"')
_BLANK = re.compile(r"[ \t\r\f\v]*")
_ESCAPED = re.compile(r"\\(.)")
# Enough of a line that cannot be read to know it again: what follows may be anybody's password.
_SHOWN = re.compile(r"[^=:]*(?=[=:])|\s*\S*")

_COMMENTS = ("#", ";")
_BEFORE_COMMENT = f'"{BLANKS}'
_ESCAPES = MappingProxyType({'\\"': '"', "\\\\": "\\", "\\n": "\n", "\\t": "\t", "\\b": "\b"})


@attrs.frozen
class Variable:
    """One ``key = value``.

    Args:
        section: The section's name as written.
        subsection: What the title has in quotes; None where it has nothing.
        key: The key as written.
        value: The value, unquoted; None for a bare key.
        line: The line that the key stands in.
        key_offset: Characters of the line before the key.
        value_offset: Characters of the line before the value.
        is_cut: Whether a comment begins right behind a character of the value, which may be meant to go on.
    """

    section: str
    subsection: str | None
    key: str
    value: str | None = attrs.field(repr=False)
    line: Line = attrs.field(repr=False)
    key_offset: int = 0
    value_offset: int = 0
    is_cut: bool = False

    def is_in(self, section: str) -> bool:
        """Whether it stands in a section without a second name; names may be written in any case."""
        return self.subsection is None and self.section.lower() == section.lower()

    def at_key(self) -> Location:
        """The place of the key; what follows it is not shown, it may be a secret's, misspelt."""
        return _without_value(
            self.line.at(self.key_offset, len(self.key), section=self.section, key=self.key)
        )

    def at_value(self) -> Location:
        """The place of the value."""
        return self.line.at(self.value_offset, section=self.section, key=self.key)

    def origin(self, section: str, key: str) -> Origin:
        """Where the value stands, by the names as they are documented."""
        return Origin.in_file(self.line.file, self.line.number, section, key)


def read_variables(path: str, lines: Sequence[str], findings: Findings) -> Iterator[Variable]:
    """The variables of a file, in order; what cannot be read is reported and left out.

    Args:
        path: The file, for places.
        lines: Its lines without their ends.
        findings: Told of every line that is neither blank, comment, title nor variable.
    """
    return _Reader(path, lines, findings).read()


class _Value:
    """A value as it grows: blanks at its ends are dropped, where no quote or escape tells that they count."""

    def __init__(self) -> None:
        self.is_quoted = False
        self.is_cut = False
        self._parts: list[str] = []
        self._meant = 0

    def next_piece(self, text: str, offset: int) -> str:
        """What stands at an offset: a run of characters, an escape or a quote; empty where the value ends."""
        match = (_QUOTED if self.is_quoted else _UNQUOTED).match(text, offset)
        return match[0] if match else ""

    def add(self, piece: str) -> None:
        """Take what was found."""
        is_meant = self.is_quoted or piece == '"' or piece in _ESCAPES
        if piece == '"':
            self.is_quoted = not self.is_quoted
        else:
            piece = _ESCAPES.get(piece, piece)
            piece = piece if is_meant or self._parts else piece.lstrip(BLANKS)
            self._parts.extend([piece] if piece else [])
        if is_meant:
            self._meant = len(self._parts)

    def end(self, text: str, offset: int) -> None:
        """Look at what the value ended before: a comment that a blank or a quote does not set apart?"""
        self.is_cut = bool(self._parts) and offset < len(text) and text[offset - 1] not in _BEFORE_COMMENT

    def text(self) -> str:
        """The whole value."""
        return "".join(self._parts[: self._meant]) + "".join(self._parts[self._meant :]).rstrip(BLANKS)


class _Reader:
    """Goes through the lines once; a value may take several of them."""

    def __init__(self, path: str, lines: Sequence[str], findings: Findings) -> None:
        self._path = path
        self._lines = lines
        self._findings = findings
        self._next = 0
        self._title: tuple[str, str | None] | None = None

    def read(self) -> Iterator[Variable]:
        while self._next < len(self._lines) and not self._findings.stop(self._path, self._next + 1):
            line = self._take()
            if line is not None and (variable := self._read_line(line)):
                yield variable

    def _take(self) -> Line | None:
        """The next line; None where it is no text, or too long to be meant."""
        raw = self._lines[self._next].removesuffix("\r")
        self._next += 1
        if len(raw) > LONGEST_LINE:
            message = f"the line has {len(raw)} characters, at most {LONGEST_LINE} are read"
            where = Location(self._path, self._next)
            self._findings.report("line-too-long", where, message, "is this the right file?")
            return None
        if has_return(self._path, self._next, raw, self._findings):
            return None
        text = raw.lstrip(BLANKS)
        line = Line(self._path, self._next, text, len(raw) - len(text), raw)
        return line if text[:1] in _COMMENTS or is_utf8(line, self._findings) else None

    def _read_line(self, line: Line) -> Variable | None:
        offset = 0
        while line.text.startswith("[", offset):
            title = _TITLE.match(line.text, offset)
            if title is None:
                self._refuse_title(line, offset)
                return None
            self._title = title[1], None if title[2] is None else _ESCAPED.sub(r"\1", title[2])
            offset = _after_blanks(line.text, title.end())
        if offset == len(line.text) or line.text[offset] in "#;":
            return None
        return self._read_variable(line, offset)

    def _read_variable(self, line: Line, offset: int) -> Variable | None:
        key = _KEY.match(line.text, offset)
        if key is None or not (key[2] or key.end() == len(line.text) or line.text[key.end()] in "#;"):
            self._refuse_line(line, offset)
            return None
        value = self._read_value(line, key.end(), masked_words(key[1])) if key[2] else None
        if key[2] and value is None:
            return None
        if self._title is None:
            where = _without_value(line.at(offset, len(key[1]), key=masked_words(key[1])))
            message = f"{quote(masked_words(key[1]))} stands before any section"
            self._findings.report("key-outside-section", where, message, "put it below its [Section]")
            return None
        text, is_cut = (value.text(), value.is_cut) if value else (None, False)
        return Variable(*self._title, key[1], text, line, offset, key.end(), is_cut)

    def _read_value(self, line: Line, offset: int, key: str) -> _Value | None:
        """The value from an offset on, over as many lines as it takes; None where it cannot be read."""
        value, is_sound = _Value(), True
        while piece := value.next_piece(line.text, offset):
            offset += len(piece)
            if piece == "\\":
                following = self._take() if self._next < len(self._lines) else None
                if following is None:
                    break
                # What starts such a line belongs to the value. No line of it is shown: it may be a secret.
                line, offset = following._replace(text=following.raw, indent=0, raw=""), 0
            elif piece.startswith("\\") and piece not in _ESCAPES:
                where = _without_value(line.at(offset - len(piece), key=key))
                hint = "write \\\\ for a backslash"
                self._findings.report("bad-quoting", where, f"{piece} is no escape", hint)
                is_sound = False
            else:
                value.add(piece)
        if value.is_quoted:
            where = _without_value(line.at(max(0, len(line.text) - 1), key=key))
            self._findings.report("bad-quoting", where, "a double quote is never closed", 'close it with "')
        value.end(line.text, offset)
        return value if is_sound and not value.is_quoted else None

    def _refuse_title(self, line: Line, offset: int) -> None:
        # The entries below are nobody's: their section is not known.
        self._title = "", None
        message = "this is no section title"
        hint = 'write [Section] or [Section "name"]'
        self._findings.report("bad-bracket", _without_value(line.at(offset)), message, hint)

    def _refuse_line(self, line: Line, offset: int) -> None:
        where = _without_value(line.at(offset))
        if line.text[offset] == "=":
            self._findings.report("missing-key", where, "there is no key before the =", "write Key = value")
            return
        message = "this is neither Key = value nor a [Section]"
        hint = "write Key = value (a key has letters, digits and - only), or # before a comment"
        self._findings.report("missing-equals", where, message, hint)


def _after_blanks(text: str, offset: int) -> int:
    match = _BLANK.match(text, offset)
    return match.end() if match else offset


def _without_value(place: Location) -> Location:
    shown = _SHOWN.match(place.source)
    kept = shown[0] if shown else ""
    safe = kept if is_plain_key(kept.strip(BLANKS)) else masked_words(kept)
    if safe == place.source:
        return place
    return attrs.evolve(place, source=safe if kept == place.source else f"{safe}={HIDDEN}")
