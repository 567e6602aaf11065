"""Reads a YAML document's scalars: plain, quoted, and blocks of lines.

Source: go.yaml.in/yaml/v2 2.4.4, scannerc.go (``yaml_parser_scan_plain_scalar``, ``_flow_scalar``,
``_block_scalar``).
"""

from __future__ import annotations

import re
from typing import Final

from launcher_k8s.templates.yaml.tokens import (
    BLANKS,
    BLANKS_OR_END,
    BREAKS,
    BREAKS_OR_END,
    NUL,
    SCALAR,
    Cursor,
    Token,
    YamlError,
    scanner_error,
)

_END: Final = BLANKS_OR_END
_PLAIN: Final = re.compile(rf"(?>(?:[^:{_END}]|:(?![{_END}]))*)").match
_PLAIN_IN_FLOW: Final = re.compile(rf"(?>(?:[^:,?\[\]{{}}{_END}]|:(?![{_END}]))*)").match
_UNTIL_SINGLE_QUOTE: Final = re.compile(rf"[^'{_END}]*+").match
_UNTIL_DOUBLE_QUOTE: Final = re.compile(rf'[^"\\{_END}]*+').match
_REST_OF_LINE: Final = re.compile(rf"[^{BREAKS_OR_END}]*+").match
_HEXADECIMAL: Final = re.compile("[0-9a-fA-F]+").fullmatch
_ESCAPES: Final = dict(
    zip("0abt\tnvfre \"'\\N_LP", "\0\a\b\t\t\n\v\f\r\x1b \"'\\\x85\xa0\u2028\u2029", strict=True)
)
_CODE_LENGTHS: Final = {"x": 2, "u": 4, "U": 8}
_LAST: Final = 0x10FFFF


class _Blanks:
    """The spaces and line ends between two parts of a scalar, and what they come to."""

    __slots__ = ("breaks", "cursor", "spaces", "started")

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.spaces = ""
        self.breaks: list[str] = []
        self.started = False
        """Whether a line has ended."""

    def skip(self, *, tabs_from: int = 0, start: int = 0) -> None:
        """Go past all of them.

        Args:
            tabs_from: The column from which on a line may have tabs.
            start: The scalar's first line.
        """
        cursor = self.cursor
        while (character := cursor.text[cursor.pos]) in BLANKS or character in BREAKS:
            if character in BREAKS:
                self.breaks.append(cursor.skip_break())
                self.started, self.spaces = True, ""
                continue
            if not self.started:
                first = cursor.pos
                cursor.skip_blanks()
                self.spaces = cursor.text[first : cursor.pos]
                continue
            if character == "\t" and cursor.column < tabs_from:
                problem = "found a tab character that violates indentation"
                raise scanner_error(problem, line=cursor.line, context_line=start)
            cursor.pos += 1

    def joined(self) -> str:
        """What they come to in the scalar: a line's end is a space, several are one less."""
        if not self.started:
            return self.spaces
        if self.breaks[:1] == ["\n"]:
            return "".join(self.breaks[1:]) or " "
        return "".join(self.breaks)


def scan_plain(cursor: Cursor, *, indent: int, in_flow: bool) -> tuple[Token, bool]:
    """A scalar without quotes.

    Args:
        cursor: At its first character.
        indent: The column from which on its further lines stand.
        in_flow: Whether it is between brackets.

    Returns:
        The scalar, and whether a line ends behind it.
    """
    match = _PLAIN_IN_FLOW if in_flow else _PLAIN
    start = cursor.line
    parts: list[str] = []
    blanks = _Blanks(cursor)
    while not cursor.at_document_indicator() and cursor.text[cursor.pos] != "#":
        found = match(cursor.text, cursor.pos)
        assert found is not None
        if found[0]:
            parts += (blanks.joined(), found[0])
            cursor.pos = found.end()
            blanks = _Blanks(cursor)
        if cursor.text[cursor.pos] not in BLANKS and cursor.text[cursor.pos] not in BREAKS:
            break
        blanks.skip(tabs_from=indent, start=start)
        if not in_flow and cursor.column < indent:
            break
    return Token(SCALAR, start, "".join(parts), plain=True), blanks.started


def scan_quoted(cursor: Cursor) -> Token:
    """A scalar in single or double quotes; the cursor is at the first of them."""
    quote, start = cursor.text[cursor.pos], cursor.line
    cursor.pos += 1
    parts: list[str] = []
    while True:
        if cursor.at_document_indicator():
            raise _quoted_error("found unexpected document indicator", cursor, start)
        if cursor.text[cursor.pos] == NUL:
            raise _quoted_error("found unexpected end of stream", cursor, start)
        blanks = _Blanks(cursor)
        if quote == "'":
            _scan_single_quoted(cursor, parts)
        else:
            blanks.started = _scan_double_quoted(cursor, parts, start)
        if cursor.text[cursor.pos] == quote:
            break
        escaped = blanks.started
        blanks.skip()
        # After an escaped line's end there is no space, and all further ends count.
        parts.append("".join(blanks.breaks) if escaped else blanks.joined())
    cursor.pos += 1
    return Token(SCALAR, start, "".join(parts))


def _scan_single_quoted(cursor: Cursor, parts: list[str]) -> None:
    while True:
        found = _UNTIL_SINGLE_QUOTE(cursor.text, cursor.pos)
        assert found is not None
        parts.append(found[0])
        cursor.pos = found.end()
        if cursor.text[cursor.pos : cursor.pos + 2] != "''":
            return
        parts.append("'")
        cursor.pos += 2


def _scan_double_quoted(cursor: Cursor, parts: list[str], start: int) -> bool:
    """Read up to a blank or the last quote; whether that is an escaped line's end."""
    while True:
        found = _UNTIL_DOUBLE_QUOTE(cursor.text, cursor.pos)
        assert found is not None
        parts.append(found[0])
        cursor.pos = found.end()
        if cursor.text[cursor.pos] != "\\":
            return False
        cursor.pos += 1
        if cursor.text[cursor.pos] in BREAKS:
            cursor.skip_break()
            return True
        parts.append(_escaped(cursor, start))


def _escaped(cursor: Cursor, start: int) -> str:
    name = cursor.text[cursor.pos]
    if name in _ESCAPES:
        cursor.pos += 1
        return _ESCAPES[name]
    if name not in _CODE_LENGTHS:
        raise _quoted_error("found unknown escape character", cursor, start)
    cursor.pos += 1
    digits = cursor.text[cursor.pos : cursor.pos + _CODE_LENGTHS[name]]
    if not _HEXADECIMAL(digits):
        raise _quoted_error("did not find expected hexdecimal number", cursor, start)
    code = int(digits, 16)
    if 0xD800 <= code <= 0xDFFF or code > _LAST:
        raise _quoted_error("found invalid Unicode character escape code", cursor, start)
    cursor.pos += len(digits)
    return chr(code)


def _quoted_error(problem: str, cursor: Cursor, start: int) -> YamlError:
    return scanner_error(problem, line=cursor.line, context_line=start)


def scan_block(cursor: Cursor, *, parent: int) -> Token:
    """A block of lines, literal or folded; the cursor is at its indicator.

    Args:
        cursor: At ``|`` or ``>``.
        parent: The indentation of what it is in, -1 for the document.
    """
    folded, start = cursor.text[cursor.pos] == ">", cursor.line
    cursor.pos += 1
    chomping, increment = _block_header(cursor, start)
    indent = max(parent, 0) + increment if increment else 0
    indent, breaks = _block_breaks(cursor, indent, parent=parent, start=start)
    parts: list[str] = []
    ended, was_blank = "", False
    while cursor.column == indent and cursor.text[cursor.pos] != NUL:
        blank = cursor.text[cursor.pos] in BLANKS
        if folded and ended == "\n" and not was_blank and not blank:
            parts.append("" if breaks else " ")
        else:
            parts.append(ended)
        parts += breaks
        was_blank = blank
        found = _REST_OF_LINE(cursor.text, cursor.pos)
        assert found is not None
        parts.append(found[0])
        cursor.pos = found.end()
        ended = cursor.skip_break() if cursor.text[cursor.pos] in BREAKS else ""
        indent, breaks = _block_breaks(cursor, indent, parent=parent, start=start)
    if chomping != "-":
        parts.append(ended)
    if chomping == "+":
        parts += breaks
    return Token(SCALAR, start, "".join(parts))


def _block_header(cursor: Cursor, start: int) -> tuple[str, int]:
    """What is said of the last line's end and of the indentation, in any order."""
    chomping, increment = "", 0
    for _ in range(2):
        character = cursor.text[cursor.pos]
        if character in "+-" and not chomping:
            chomping = character
        elif character in "0123456789" and not increment:
            if character == "0":
                problem = "found an indentation indicator equal to 0"
                raise scanner_error(problem, line=cursor.line, context_line=start)
            increment = int(character)
        else:
            break
        cursor.pos += 1
    cursor.skip_blanks()
    cursor.skip_comment()
    if cursor.text[cursor.pos] not in BREAKS_OR_END:
        problem = "did not find expected comment or line break"
        raise scanner_error(problem, line=cursor.line, context_line=start)
    if cursor.text[cursor.pos] in BREAKS:
        cursor.skip_break()
    return chomping, increment


def _block_breaks(cursor: Cursor, indent: int, *, parent: int, start: int) -> tuple[int, list[str]]:
    """Go past empty lines and the next line's indentation, which the first line that has one decides."""
    breaks: list[str] = []
    deepest = 0
    while True:
        while (not indent or cursor.column < indent) and cursor.text[cursor.pos] == " ":
            cursor.pos += 1
        deepest = max(deepest, cursor.column)
        if (not indent or cursor.column < indent) and cursor.text[cursor.pos] == "\t":
            problem = "found a tab character where an indentation space is expected"
            raise scanner_error(problem, line=cursor.line, context_line=start)
        if cursor.text[cursor.pos] not in BREAKS:
            break
        breaks.append(cursor.skip_break())
    return indent or max(deepest, parent + 1, 1), breaks
