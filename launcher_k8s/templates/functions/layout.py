"""Sprig's functions that lay a text out: indenting, wrapping, shortening.

Widths are in bytes. Source: Sprig 3.3.0, strings.go; goutils 1.1.1, wordutils.go and stringutils.go.
"""

from __future__ import annotations

from typing import Final

from launcher_k8s.templates.govalues.allowance import fits
from launcher_k8s.templates.govalues.characters import as_bytes, from_bytes
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError

REGISTRY: Final[Registry] = {}

_MARK: Final = "..."
_DEEP: Final = 1_024
_LONG: Final = 1 << 14


@function(REGISTRY, "int, string", "indent")
def indent(spaces: int, text: str) -> str:
    """Each line by so many blanks, empty ones too."""
    if not 0 <= spaces <= _DEEP or len(text) > _LONG:
        _check_indent(spaces, text)
    pad = " " * spaces
    return pad + text.replace("\n", "\n" + pad)


def _check_indent(spaces: int, text: str) -> None:
    if spaces < 0:
        raise GoError("strings: negative Repeat count")
    fits(len(text) + spaces * (text.count("\n") + 1))


@function(REGISTRY, "int, string", "nindent")
def indent_below(spaces: int, text: str) -> str:
    """The same on a new line."""
    return "\n" + indent(spaces, text)


@function(REGISTRY, "int, string", "wrap")
def wrap(width: int, text: str) -> str:
    """Lines of a width, broken at blanks; a longer word stays whole."""
    return wrap_text(text, width, "\n", break_words=False)


@function(REGISTRY, "int, string, string", "wrapWith")
def wrap_with(width: int, line_break: str, text: str) -> str:
    """Lines of a width with something else between; a longer word is broken."""
    return wrap_text(text, width, line_break or "\n", break_words=True)


def wrap_text(text: str, width: int, line_break: str, *, break_words: bool) -> str:
    """``goutils.WrapCustom``.

    Args:
        text: One line.
        width: In bytes; less than one is one.
        line_break: What is put between lines.
        break_words: Whether a word over the width is broken, or stays whole.
    """
    data, ending = as_bytes(text), as_bytes(line_break)
    width = max(width, 1)
    lines: list[str] = []
    start = 0
    while len(data) - start > width:
        if data[start] == " ":
            start += 1
            continue
        end = data.rfind(" ", start, start + width + 1)
        skip = 1
        if end < 0 and break_words:
            end, skip = start + width, 0
        elif end < 0:
            end = data.find(" ", start + width)
        if end < 0:
            break
        lines.append(data[start:end])
        start = end + skip
    fits(len(data) + len(lines) * len(ending))
    return from_bytes(ending.join([*lines, data[start:]]))


@function(REGISTRY, "int, string", "abbrev")
def abbreviate(width: int, text: str) -> str:
    """The text, or its beginning and three points, in so many bytes; a width under 4 changes nothing."""
    return text if width < 4 else from_bytes(_abbreviate(as_bytes(text), 0, width))


@function(REGISTRY, "int, int, string", "abbrevboth")
def abbreviate_both(left: int, width: int, text: str) -> str:
    """A part of the text from somewhere on, with three points on the sides where something is missing."""
    if width < 4 or (left > 0 and width < 7):
        return text
    return from_bytes(_abbreviate(as_bytes(text), left, width))


def _abbreviate(data: str, left: int, width: int) -> str:
    size, room = len(data), width - len(_MARK)
    if size <= width:
        return data
    left = min(left, size)
    if size - left < room:
        left = size - room
    if left <= 4:
        return data[:room] + _MARK
    if width < 7:
        return ""
    if left + room < size:
        return _MARK + (_abbreviate(data[left:], 0, room) if room >= 4 else "")
    return _MARK + data[size - room :]
