"""The INI dialect of the Launcher's files: bytes to sections of entries, each with its place.

One dialect for all files, so that every published example reads as meant (domain, section 1, "Syntax"):
lines are trimmed; a line that starts with ``#`` or ``;`` is a comment, and so is the rest of a line after
a blank and one of these, outside double quotes; a key ends at the first ``=``. What keys and titles
mean is decided by the readers of each file. Reading takes time in proportion to the text; there may be
very many lines, so what is made of each is a named tuple, which is made in a third of the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import attrs

from launcher_k8s.config.findings import Findings
from launcher_k8s.config.masking import HIDDEN, is_plain_key, masked, masked_words
from launcher_k8s.config.reading import FileText
from launcher_k8s.diagnostics import Location
from launcher_k8s.origin import Origin
from launcher_k8s.wording import LONGEST_QUOTE, quote

BLANKS = " \t\r\f\v"
LONGEST_LINE = 1 << 18
LONGEST_SOURCE = 240

_COMMENT_OR_QUOTED = re.compile(r'[ \t][#;]|"[^"]*"')
# A word with a colon behind it, or with a - in it and one more word: a comment has neither, mostly.
_KEY_AND_VALUE = re.compile(r"([A-Za-z][\w-]*)\s*:\s*(\S+)|([a-z]+(?:-[a-z]+)+)\s+(\S+)")
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_SECRET_KEY = re.compile(r"[^=]*?token(?!-path)", re.IGNORECASE)
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Line(NamedTuple):
    """A line of a file without its ends; ``number`` and columns count from 1.

    Args:
        file: The path as given.
        number: The line's number.
        text: What is between blanks and before a comment.
        indent: Characters before ``text``.
        raw: The line as it stands.
        is_guarded: Whether it may hold a token where none belongs.
        is_hidden: Whether it seems to be the token that belongs to the line above.
    """

    file: str
    number: int
    text: str
    indent: int
    raw: str
    is_guarded: bool = False
    is_hidden: bool = False

    def at(self, offset: int = 0, length: int | None = None, *, section: str = "", key: str = "") -> Location:
        """The place of a part of ``text``: from a character so many, or all to the end."""
        length = max(0, len(self.text) - offset) if length is None else length
        return Location(self.file, self.number, self.indent + offset + 1, section, key, self.source, length)

    @property
    def source(self) -> str:
        """The line as it may be shown: no secrets, no undecodable bytes, not endless."""
        if self.is_hidden:
            return HIDDEN
        shown = _NOT_UTF8.sub("\N{REPLACEMENT CHARACTER}", self.raw[:LONGEST_SOURCE])
        if secret := _SECRET_KEY.match(shown):
            key = shown.partition("=")[0] if "=" in shown else secret[0]
            return f"{masked_words(key) if self.is_guarded else key}={HIDDEN}"
        if self.is_guarded and not is_plain_key(shown.partition("=")[0].strip(BLANKS)):
            key, equals, _ = shown.partition("=")
            return f"{masked_words(key)}={HIDDEN}" if equals else masked_words(shown)
        return masked_words(shown) if self.is_guarded and "=" not in shown else masked(shown)


class Entry(NamedTuple):
    """One ``key = value``; the value is trimmed, its quotes are kept."""

    key: str
    value: str
    section: str
    line: Line
    value_offset: int

    @property
    def origin(self) -> Origin:
        """Where the value stands, for provenance."""
        return Origin.in_file(self.line.file, self.line.number, self.section, self.key)

    def at_key(self) -> Location:
        """The place of the key."""
        return self.line.at(0, len(self.key), section=self.section, key=self.key)

    def at_unknown_key(self) -> Location:
        """The place of a key that may be a secret's, misspelt: the value is not shown."""
        shown = self.line.source.partition("=")[0]
        return attrs.evolve(self.at_key(), source=f"{shown}=***")

    def at_value(self, offset: int = 0, length: int | None = None) -> Location:
        """The place of a part of the value: from a character so many, or all to the end."""
        return self.line.at(self.value_offset + offset, length, section=self.section, key=self.key)


class Section(NamedTuple):
    """A title and the entries below it.

    ``is_sound`` is false where the title could not be read: its entries are still checked.
    """

    title: str
    line: Line
    entries: tuple[Entry, ...]
    is_sound: bool = True

    @property
    def origin(self) -> Origin:
        """Where the title stands, for provenance."""
        return Origin.in_file(self.line.file, self.line.number, self.title)


@attrs.frozen
class IniFile:
    """A file's entries before any title, and its sections: read when asked for, once, in order."""

    head: tuple[Entry, ...]
    sections: Iterator[Section]


def parse_ini(file: FileText, findings: Findings, *, is_guarded: bool = False) -> IniFile:
    """Split a file into its sections.

    Args:
        file: The file, UTF-8 with or without a byte order mark, lines ended by LF or CRLF.
        findings: Told of every line that is neither blank, comment, title nor ``key = value``.
        is_guarded: Whether the file may hold a token, so that no line is shown that might be one.
    """
    lines = _guarded(_lines(file, findings)) if is_guarded else _lines(file, findings)
    head, heading = _read_body(lines, "", findings)
    return IniFile(head, _read_sections(heading, lines, findings))


def _read_sections(heading: Line | None, lines: Iterator[Line], findings: Findings) -> Iterator[Section]:
    while heading is not None:
        title = heading.text.strip("[]" + BLANKS)
        title = masked_words(title) if heading.is_guarded else title
        is_sound = _check_title(heading, findings)
        entries, following = _read_body(lines, title, findings)
        yield Section(title, heading, entries, is_sound)
        heading = following


def _read_body(
    lines: Iterator[Line], title: str, findings: Findings
) -> tuple[tuple[Entry, ...], Line | None]:
    """The entries up to the next title, and the line of that."""
    entries: list[Entry] = []
    for line in lines:
        if line.text.startswith("["):
            return tuple(entries), line
        if entry := _read_entry(line, title, findings):
            entries.append(entry)
    return tuple(entries), None


def split_lines(file: FileText) -> list[str]:
    """The lines of a file without their ends; bytes that are not UTF-8 are escaped."""
    return _decode(file.data).split("\n")


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def read_line(file: str, number: int, raw: str) -> Line | None:
    """A line as far as it says something; None for a blank or a comment."""
    bare = raw.strip(BLANKS)
    if not bare or bare[0] in "#;":
        return None
    return Line(file, number, _without_comment(bare), len(raw) - len(raw.lstrip(BLANKS)), raw)


def _lines(file: FileText, findings: Findings) -> Iterator[Line]:
    """The lines that say something."""
    if not check_text(file, findings):
        return
    for number, raw in enumerate(split_lines(file), start=1):
        if findings.stop(file.path, number):
            return
        if len(raw) > LONGEST_LINE:
            message = f"the line has {len(raw)} characters, at most {LONGEST_LINE} are read"
            findings.report("line-too-long", Location(file.path, number), message, "is this the right file?")
        elif (
            not has_return(file.path, number, raw, findings)
            and (line := read_line(file.path, number, raw))
            and is_utf8(line, findings)
        ):
            yield line


def _guarded(lines: Iterator[Line]) -> Iterator[Line]:
    """The lines of a file that may hold a token; what continues the line of one is not shown."""
    is_below = False
    for line in lines:
        is_continuation = is_below and not line.text.startswith("[") and _continues(line.text)
        yield line._replace(is_guarded=True, is_hidden=is_continuation)
        is_below = is_continuation or _SECRET_KEY.match(line.text) is not None


def _continues(text: str) -> bool:
    """Whether a line below a token's is rather more of the token: one word that is no entry."""
    key, equals, value = text.partition("=")
    # A = at a token's end is base64, and no key has neither a - nor a value.
    is_entry = equals and is_plain_key(key.rstrip(BLANKS)) and (value.strip("=") or "-" in key)
    return len(text.split(maxsplit=1)) == 1 and not is_entry


def is_text(file: FileText) -> bool:
    """Whether a file is text, as far as that can be told without reading its lines."""
    return not file.data.startswith(_UTF16_MARKS) and b"\0" not in file.data


def check_text(file: FileText, findings: Findings) -> bool:
    """Whether the file is text at all; if not, that is reported."""
    if file.data.startswith(_UTF16_MARKS):
        _report_encoding(Location(file.path), "the file is UTF-16", findings)
        return False
    if (nul := file.data.find(b"\0")) >= 0:
        *above, before = _decode(file.data[:nul]).split("\n")
        place = Location(file.path, len(above) + 1, len(before) + 1)
        _report_encoding(place, "a NUL byte: the file is no text", findings)
        return False
    return True


def is_utf8(line: Line, findings: Findings) -> bool:
    """Whether a line was UTF-8; if not, that is reported."""
    if line.text.isascii():
        return True
    if bad := _NOT_UTF8.search(line.text):
        message = f"byte 0x{ord(bad[0]) - 0xDC00:02x} is not UTF-8"
        _report_encoding(line.at(bad.start(), 1), message, findings)
    return bad is None


def has_return(path: str, number: int, raw: str, findings: Findings) -> bool:
    """Whether a carriage return stands inside a line, be it a comment; if so, that is reported.

    It would hide lines: a file whose lines end with nothing else is one line, and often one comment.
    """
    if "\r" not in raw or "\r" not in raw.strip(BLANKS):
        return False
    before = raw[: raw.index("\r", len(raw) - len(raw.lstrip(BLANKS)))]
    place = attrs.evolve(Line(path, number, before, 0, before).at(len(before)), length=1)
    hint = "end lines with LF, or with CR and LF"
    findings.report("not-text", place, "a carriage return stands inside the line", hint)
    return True


def _report_encoding(location: Location, message: str, findings: Findings) -> None:
    findings.report("not-text", location, message, "save the file as UTF-8 text")


def _without_comment(text: str) -> str:
    if "#" not in text and ";" not in text:
        return text
    for match in _COMMENT_OR_QUOTED.finditer(text):
        if match[0][0] != '"':
            return text[: match.start()].rstrip(BLANKS)
    return text


def _check_title(line: Line, findings: Findings) -> bool:
    inner = line.text[1:-1]
    if not line.text.endswith("]") or "[" in inner or "]" in inner:
        message = f"{quote(line.source.strip(BLANKS))} is no section title"
        findings.report("bad-bracket", line.at(), message, "write one [title] on a line of its own")
        return False
    if not inner.strip(BLANKS):
        findings.report("bad-bracket", line.at(), "the section has no title", "write [title]")
        return False
    return True


def _hint_of(line: Line) -> str:
    """What to write in place of a line without ``=``: the key and value that it seems to have."""
    meant = _KEY_AND_VALUE.fullmatch(line.text) if len(line.text) <= LONGEST_QUOTE else None
    if meant is None or _SECRET_KEY.match(line.raw):
        return "write key = value, or # before a comment"
    key, value = meant[1] or meant[3], meant[2] or meant[4]
    if line.is_hidden or (line.is_guarded and masked_words(value) != value):
        return "write key = value, or # before a comment"
    return f"write {key}={value}, or # before a comment"


def _read_entry(line: Line, section: str, findings: Findings) -> Entry | None:
    key, equals, value = line.text.partition("=")
    key = key.rstrip(BLANKS)
    if not equals:
        shown = quote(line.source.strip(BLANKS))
        message = f"{shown} is neither key = value nor a [section]"
        if line.is_hidden:
            message = "this line, below a token, is neither key = value nor a [section]"
        findings.report("missing-equals", line.at(section=section), message, _hint_of(line))
        return None
    if not key:
        findings.report(
            "missing-key", line.at(section=section), "there is no key before the =", "write key = value"
        )
        return None
    if line.is_guarded and (line.is_hidden or not is_plain_key(key)):
        key = HIDDEN
    stripped = value.lstrip(BLANKS)
    return Entry(key, stripped, section, line, len(line.text) - len(stripped))
