"""Reads what stands before a YAML node or document: anchors and aliases, tags, directives.

Source: go.yaml.in/yaml/v2 2.4.4, scannerc.go (``yaml_parser_scan_anchor``, ``_tag``, ``_directive``).
"""

from __future__ import annotations

import re
from typing import Final, NoReturn

from launcher_k8s.templates.govalues.values import decode
from launcher_k8s.templates.yaml.tokens import (
    BLANKS,
    BLANKS_OR_END,
    BREAKS,
    BREAKS_OR_END,
    TAG,
    TAG_DIRECTIVE,
    VERSION_DIRECTIVE,
    Cursor,
    Token,
    scanner_error,
)

_NAME: Final = re.compile("[0-9A-Za-z_-]*").match
_AFTER_ANCHOR: Final = BLANKS_OR_END + "?:,]}%@`"
_URI: Final = re.compile(r"[0-9A-Za-z_\-;/?:@&=+$,.!~*'()\[\]]").match
_OCTET: Final = re.compile("%([0-9a-fA-F]{2})").match
_LEADS: Final = ((0x80, 0x00, 1), (0xE0, 0xC0, 2), (0xF0, 0xE0, 3), (0xF8, 0xF0, 4))
_LONGEST_NUMBER: Final = 2


def scan_anchor(cursor: Cursor, kind: str) -> Token:
    """An anchor or alias; the cursor is at its indicator."""
    start = cursor.line
    cursor.pos += 1
    name = _name(cursor)
    if not name or cursor.text[cursor.pos] not in _AFTER_ANCHOR:
        _fail("did not find expected alphabetic or numeric character", cursor, start)
    return Token(kind, start, name)


def scan_tag(cursor: Cursor) -> Token:
    """A node's tag; the cursor is at its exclamation mark."""
    start = cursor.line
    if cursor.text[cursor.pos + 1] == "<":
        cursor.pos += 2
        handle, suffix = "", _uri(cursor, start)
        if cursor.text[cursor.pos] != ">":
            _fail("did not find the expected '>'", cursor, start)
        cursor.pos += 1
    else:
        handle, suffix = _short_tag(cursor, start)
    if cursor.text[cursor.pos] not in BLANKS_OR_END:
        _fail("did not find expected whitespace or line break", cursor, start)
    return Token(TAG, start, handle, suffix)


def _short_tag(cursor: Cursor, start: int) -> tuple[str, str]:
    handle = _handle(cursor, start, directive=False)
    if len(handle) > 1 and handle[-1] == "!":
        return handle, _uri(cursor, start)
    suffix = _uri(cursor, start, head=handle)
    return ("!", suffix) if suffix else ("", "!")


def scan_directive(cursor: Cursor) -> Token:
    """A directive with its line; the cursor is at its percent sign."""
    start = cursor.line
    cursor.pos += 1
    name = _name(cursor)
    if not name:
        _fail("could not find expected directive name", cursor, start)
    if cursor.text[cursor.pos] not in BLANKS_OR_END:
        _fail("found unexpected non-alphabetical character", cursor, start)
    if name == "YAML":
        token = _version(cursor, start)
    elif name == "TAG":
        token = _tag_directive(cursor, start)
    else:
        _fail("found unknown directive name", cursor, start)
    cursor.skip_blanks()
    cursor.skip_comment()
    if cursor.text[cursor.pos] not in BREAKS_OR_END:
        _fail("did not find expected comment or line break", cursor, start)
    if cursor.text[cursor.pos] in BREAKS:
        cursor.skip_break()
    return token


def _version(cursor: Cursor, start: int) -> Token:
    cursor.skip_blanks()
    major = _version_number(cursor, start)
    if cursor.text[cursor.pos] != ".":
        _fail("did not find expected digit or '.' character", cursor, start)
    cursor.pos += 1
    return Token(VERSION_DIRECTIVE, start, f"{major}.{_version_number(cursor, start)}")


def _version_number(cursor: Cursor, start: int) -> int:
    first = cursor.pos
    while cursor.text[cursor.pos] in "0123456789":
        if cursor.pos - first == _LONGEST_NUMBER:
            _fail("found extremely long version number", cursor, start)
        cursor.pos += 1
    if cursor.pos == first:
        _fail("did not find expected version number", cursor, start)
    return int(cursor.text[first : cursor.pos])


def _tag_directive(cursor: Cursor, start: int) -> Token:
    cursor.skip_blanks()
    handle = _handle(cursor, start, directive=True)
    if cursor.text[cursor.pos] not in BLANKS:
        _fail("did not find expected whitespace", cursor, start)
    cursor.skip_blanks()
    prefix = _uri(cursor, start)
    if cursor.text[cursor.pos] not in BLANKS_OR_END:
        _fail("did not find expected whitespace or line break", cursor, start)
    return Token(TAG_DIRECTIVE, start, handle, prefix)


def _handle(cursor: Cursor, start: int, *, directive: bool) -> str:
    if cursor.text[cursor.pos] != "!":
        _fail("did not find expected '!'", cursor, start)
    cursor.pos += 1
    handle = "!" + _name(cursor)
    if cursor.text[cursor.pos] == "!":
        cursor.pos += 1
        return handle + "!"
    if directive and handle != "!":
        _fail("did not find expected '!'", cursor, start)
    return handle


def _uri(cursor: Cursor, start: int, *, head: str = "") -> str:
    parts = [head[1:]]
    while cursor.text[cursor.pos] == "%" or _URI(cursor.text, cursor.pos):
        if cursor.text[cursor.pos] == "%":
            parts.append(_escaped(cursor, start))
        else:
            parts.append(cursor.text[cursor.pos])
            cursor.pos += 1
    if not head and len(parts) == 1:
        _fail("did not find expected tag URI", cursor, start)
    return "".join(parts)


def _escaped(cursor: Cursor, start: int) -> str:
    """One character's bytes, each a percent sign and two digits."""
    octets = bytearray()
    width = 1
    while len(octets) < width:
        match = _OCTET(cursor.text, cursor.pos)
        if match is None:
            _fail("did not find URI escaped octet", cursor, start)
        octet = int(match[1], 16)
        if not octets:
            width = next((lead[2] for lead in _LEADS if octet & lead[0] == lead[1]), 0)
            if not width:
                _fail("found an incorrect leading UTF-8 octet", cursor, start)
        elif octet & 0xC0 != 0x80:
            _fail("found an incorrect trailing UTF-8 octet", cursor, start)
        octets.append(octet)
        cursor.pos = match.end()
    return decode(bytes(octets))


def _name(cursor: Cursor) -> str:
    match = _NAME(cursor.text, cursor.pos)
    assert match is not None
    cursor.pos = match.end()
    return match[0]


def _fail(problem: str, cursor: Cursor, start: int) -> NoReturn:
    raise scanner_error(problem, line=cursor.line, context_line=start)
