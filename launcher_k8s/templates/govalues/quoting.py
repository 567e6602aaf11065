r"""Strings and characters as Go literals: ``strconv.Quote`` and its kin.

What :func:`~.characters.is_print` accepts stands as it is; a byte that is not UTF-8 is ``\x`` and two digits.
Source: Go 1.26, strconv/quote.go.
"""

from __future__ import annotations

import re
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Final

from launcher_k8s.templates.govalues.allowance import SLOW, look_at
from launcher_k8s.templates.govalues.characters import REPLACEMENT, is_print

_BACKQUOTED: Final = re.compile("[^\x00-\x08\x0a-\x1f`\x7f\ufeff\udc80-\udcff]*").fullmatch
_SPECIAL: Final = {
    "\a": r"\a",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
}


def quote(text: str) -> str:
    """A string in double quotes, as ``%q`` writes it."""
    if text.isascii():
        # JSON writes all of ASCII like Go, but for control characters without a letter and for DEL.
        quoted = encode_basestring(text)
        if "\\u" not in quoted and "\x7f" not in quoted:
            return quoted
        look_at(text, SLOW)
        return f'"{text.translate(_ASCII)}"'
    look_at(text, 2 * SLOW)
    return '"' + "".join([_escape(character, '"', False) for character in text]) + '"'


def quote_to_ascii(text: str) -> str:
    """A string in double quotes and ASCII, as ``%+q`` writes it."""
    if text.isascii():
        return quote(text)
    look_at(text, 2 * SLOW)
    return '"' + "".join([_escape(character, '"', True) for character in text]) + '"'


def quote_rune(code: int, *, ascii_only: bool = False) -> str:
    """A character in single quotes; U+FFFD for what is no character.

    Args:
        code: Its number.
        ascii_only: Whether others are escaped, as ``%+q`` does.
    """
    return "'" + _escape(rune(code), "'", ascii_only) + "'"


def rune(code: int) -> str:
    """A character by its number; U+FFFD for what is none."""
    return chr(code) if 0 <= code < 0xD800 or 0xDFFF < code <= 0x10FFFF else REPLACEMENT


def can_backquote(text: str) -> bool:
    """Whether a string may stand between back quotes, on one line and without control characters."""
    return _BACKQUOTED(text) is not None


@lru_cache(maxsize=4096)
def _escape(character: str, mark: str, ascii_only: bool) -> str:
    code = ord(character)
    if character == mark or character == "\\":
        return "\\" + character
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if (code < 0x80 or not ascii_only) and is_print(character):
        return character
    if character in _SPECIAL:
        return _SPECIAL[character]
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_ASCII: Final = str.maketrans({chr(code): _escape(chr(code), '"', True) for code in range(0x80)})
