"""Which characters are letters, digits, space or printable, and their other case, as Go's unicode says.

Python's own answers will not do: they follow the Unicode version of the Python that runs, and ``str.upper``
maps one character to several (``ß``), where Go maps each to one. A byte that is not UTF-8 stands as a
surrogate escape here, and is U+FFFD to Go's functions. Source: Go 1.26, packages unicode and unicode/utf8.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from launcher_k8s.templates.govalues.allowance import LARGEST_TEXT, fits
from launcher_k8s.templates.govalues.unicode15 import CASES, CLASSES
from launcher_k8s.templates.govalues.values import decode, encode

REPLACEMENT: Final = "\ufffd"
SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""All that ``unicode.IsSpace`` accepts."""

_ESCAPES: Final = range(0xDC80, 0xDD00)
_ESCAPED: Final = re.compile("[\udc80-\udcff]").search


@cache
def _runs() -> tuple[list[int], str]:
    starts, classes, at = [], [], 0
    for name, count in re.findall(r"([A-Z])(\d*)", CLASSES):
        starts.append(at)
        classes.append(name)
        at += int(count or 1)
    return starts, "".join(classes)


@cache
def _cases() -> tuple[Mapping[int, int], Mapping[int, int], Mapping[int, int]]:
    tables: tuple[dict[int, int], ...] = ({}, {}, {})
    for run in CASES.split():
        first, *numbers = run.split(":")
        count, step, *deltas = map(int, numbers)
        for code in range(int(first, 16), int(first, 16) + count * step, step):
            for table, delta in zip(tables, deltas, strict=True):
                table[code] = code + delta
    for table in tables:
        table.update(dict.fromkeys(_ESCAPES, 0xFFFD))
    upper, lower, title = tables
    return upper, lower, title


@lru_cache(maxsize=4096)
def class_of(character: str) -> str:
    """A character's class, one letter as in :data:`~.unicode15.CLASSES`."""
    starts, classes = _runs()
    return classes[bisect_right(starts, ord(character)) - 1]


def is_print(character: str) -> bool:
    """Whether ``strconv.IsPrint`` is true of it."""
    return character == " " or class_of(character) != "X"


def is_letter(character: str) -> bool:
    """Whether it is a letter, of whatever case."""
    return class_of(character) in "ULTA"


def is_upper(character: str) -> bool:
    """Whether it is an upper case letter."""
    return class_of(character) == "U"


def is_space(character: str) -> bool:
    """Whether ``unicode.IsSpace`` is true of it."""
    return character in SPACE


def to_upper(text: str) -> str:
    """``strings.ToUpper``: each character by itself."""
    return text.upper() if text.isascii() else text.translate(_cases()[0])


def to_lower(text: str) -> str:
    """``strings.ToLower``: each character by itself."""
    return text.lower() if text.isascii() else text.translate(_cases()[1])


def to_title(text: str) -> str:
    """Each character's title case, which is upper case for nearly all."""
    return text.upper() if text.isascii() else text.translate(_cases()[2])


def valid(text: str) -> str:
    """The text as runes: what is not UTF-8 is U+FFFD, once a byte."""
    if text.isascii():
        return text
    return "".join([REPLACEMENT if ord(character) in _ESCAPES else character for character in text])


def is_escape(character: str) -> bool:
    """Whether it stands for a byte that is no UTF-8."""
    return ord(character) in _ESCAPES


def has_escapes(text: str) -> bool:
    """Whether some of its bytes are no UTF-8."""
    return not text.isascii() and _ESCAPED(text) is not None


def as_bytes(text: str) -> str:
    """The text with one character for each byte, for what Go does by bytes; ASCII is itself."""
    return text if text.isascii() else encode(text).decode("latin-1")


def from_bytes(text: str) -> str:
    """What :func:`as_bytes` gave, or a part of it, as text again."""
    return text if text.isascii() else decode(text.encode("latin-1"))


def normal(text: str) -> str:
    """The one form of a string that was put together: escaped bytes that now make a character are one.

    Raises:
        LimitError: It is too long.
    """
    if len(text) > LARGEST_TEXT:
        fits(len(text))
    return decode(encode(text)) if has_escapes(text) else text
