"""Text as a YAML scalar: plain if it reads back as itself, else quoted, or a literal block of lines.

What is longer than a line's width is folded at its spaces, but never in a key. Source: go.yaml.in/yaml,
emitterc.go of v2 2.4.4 (80 columns) and of v3 3.0.4 (no width, tabs allowed in literal blocks), and stringv
of encode.go.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import attrs

from launcher_k8s.templates.govalues.values import encode
from launcher_k8s.templates.yaml.scalars import HINTS, is_text

BREAKS: Final = "\n\u2028\u2029"
"""The characters that end a line and may stand in a literal block."""

_SAFE: Final = re.compile(r"[A-Za-z0-9_/$(+\\^~<=;)](?>(?:[!-9;-~]++|:(?=[!-~])| (?=[ -\"$-~]))*)").fullmatch
"""Plain ASCII that may stand unquoted, if it is text at all; a part of what may."""

_PRINTABLE: Final = "\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd"
_LINE_BREAKS: Final = "\n\r\x85\u2028\u2029"
_SPECIAL: Final = re.compile(rf"[^\n{_PRINTABLE}]").search
_SPECIAL_BUT_TABS: Final = re.compile(rf"[^\n\t{_PRINTABLE}]").search
_BREAK: Final = re.compile(rf"[{_LINE_BREAKS}]").search
_SPACE_BREAK: Final = re.compile(rf" [{_LINE_BREAKS}]").search
_BREAK_SPACE: Final = re.compile(rf"[{_LINE_BREAKS}] ").search
_INDICATOR: Final = re.compile(
    rf"""\A(?:---|\.\.\.|[#,\[\]{{}}&*!|>'"%@`]|[?:-](?:[ \t]|\Z))"""
    rf"""|(?<!\A):(?:[ \t]|\Z)|[ \t{_LINE_BREAKS}\0]\#"""
).search
_ESCAPED: Final = re.compile(rf'[^{_PRINTABLE}]|["\\\u2028\u2029]')
_ANY: Final = re.compile(r".", re.DOTALL)
_SHORT_ESCAPES: Final = str.maketrans(
    dict(zip('\0\a\b\t\n\v\f\r\x1b"\\\x85\xa0\u2028\u2029', '0abtnvfre"\\N_LP', strict=True))
)
_BYTE_ORDER_MARK: Final = "\ufeff"

_PLAIN_SPACE: Final = re.compile(r"(?<! ) (?! )").finditer
_SINGLE_QUOTED_SPACE: Final = re.compile(r"(?<! )(?<!\A') (?! )(?!'\Z)").finditer
_DOUBLE_QUOTED_SPACE: Final = re.compile(r'(?<! )(?<!\A") (?!"\Z)').finditer
_NO_BYTES: Final = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_BASE64_LINE: Final = 70
_BASE64_LINES: Final = re.compile(".{1,70}").findall
_UNICODE_BREAKS: Final = re.compile("([\u2028\u2029]+)").split
_LINES: Final = re.compile(f"([{BREAKS}])").split

Spaces = Callable[[str], Iterator[re.Match[str]]]


@attrs.frozen
class ScalarStyle:
    """How one of Go's two YAML libraries writes text.

    Args:
        width: After which column it folds.
        tabs: Whether a tab may stand in a literal block.
    """

    width: float
    tabs: bool


def is_plain(text: str) -> bool:
    """Whether ordinary text may stand unquoted; for a rare one that may, the answer is no."""
    return _SAFE(text) is not None and (text[0] not in HINTS or is_text(text))


def write_scalar(text: str, style: ScalarStyle, *, column: int, indent: int) -> str:
    """A value's text, that it may be over several lines.

    Args:
        text: What it shall read back as.
        style: Whose style it is.
        column: Where it starts.
        indent: How deep its further lines stand.
    """
    if is_plain(text):
        return _fold(text, style, _PLAIN_SPACE, column=column, indent=indent)
    form = _form(text, style)
    if form == "|":
        return _literal(text, indent)
    if form == '"':
        return _fold(_double_quoted(text), style, _DOUBLE_QUOTED_SPACE, column=column, indent=indent)
    if form == "'":
        return _single_quoted(text, style, column=column, indent=indent)
    return _fold(text, style, _PLAIN_SPACE, column=column, indent=indent)


def write_key(text: str, style: ScalarStyle) -> str:
    """A key's text, on one line."""
    if is_plain(text):
        return text
    form = '"' if _BREAK(text) else _form(text, style)
    if form == '"':
        return _double_quoted(text)
    return _between_quotes(text) if form == "'" else text


def as_binary(text: str) -> str:
    """The base64 that yaml.v3 writes for bytes that are no UTF-8, on lines of 70; else nothing."""
    if text.isascii():
        return ""
    data = encode(_NO_BYTES.sub("\ufffd", text))
    try:
        data.decode()
    except UnicodeDecodeError:
        written = base64.b64encode(data).decode("ascii")
        if len(written) < _BASE64_LINE:
            return written
        return "".join(f"{line}\n" for line in _BASE64_LINES(written))
    return ""


def write_binary(text: str, *, indent: int) -> str:
    """What :func:`as_binary` gives, with its tag."""
    return "!!binary " + (_literal(text, indent) if "\n" in text else text)


def has_break(text: str) -> bool:
    """Whether a text has more than one line, in which case it is no simple key."""
    return _BREAK(text) is not None


def _form(text: str, style: ScalarStyle) -> str:
    """The indicator of the form in which a text is written; empty for plain."""
    special = _SPECIAL(text)
    spaced = _SPACE_BREAK(text)
    if "\n" in text:
        forbidden = _SPECIAL_BUT_TABS(text) if style.tabs else special
        return '"' if forbidden or spaced or text[-1] == " " else "|"
    if special or not is_text(text) or spaced or _BREAK_SPACE(text):
        return '"'
    outer = text[0] == " " or text[-1] == " "
    return "'" if outer or _BREAK(text) or _INDICATOR(text) else ""


def _fold(text: str, style: ScalarStyle, spaces: Spaces, *, column: int, indent: int) -> str:
    if column + len(text) <= style.width or " " not in text:
        return text
    lines, start = [], 0
    escape = ""
    for match in spaces(text):
        at = match.start()
        if column + at - start > style.width:
            lines.append(escape + text[start:at])
            start = at + 1
            # Only within double quotes another space may follow, which a line must not begin with.
            escape = "\\" if text[start] == " " else ""
            column = indent + len(escape)
    lines.append(escape + text[start:])
    return ("\n" + " " * indent).join(lines)


def _single_quoted(text: str, style: ScalarStyle, *, column: int, indent: int) -> str:
    quoted = _between_quotes(text)
    pieces = _UNICODE_BREAKS(quoted)
    for at in range(0, len(pieces), 2):
        start = column if at == 0 else indent
        pieces[at] = _fold(pieces[at], style, _SINGLE_QUOTED_SPACE, column=start, indent=indent)
        if at and pieces[at] != "'":
            pieces[at] = " " * indent + pieces[at]
    return "".join(pieces)


def _between_quotes(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _double_quoted(text: str) -> str:
    escaped = _ANY if text[:1] == _BYTE_ORDER_MARK else _ESCAPED  # Go looks at the first character for each
    return '"' + escaped.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    short = _SHORT_ESCAPES.get(code)
    if short is not None:
        return "\\" + short
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _literal(text: str, indent: int) -> str:
    hint = "2" if text[0] in " " + BREAKS else ""
    if text[-1] not in BREAKS:
        hint += "-"
    elif len(text) == 1 or text[-2] in BREAKS:
        hint += "+"
    pad = " " * indent
    pieces: list[Any] = _LINES(text)
    lines = [pad + piece if piece and piece not in BREAKS else piece for piece in pieces]
    return "|" + hint + "\n" + "".join(lines)
