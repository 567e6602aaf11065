"""How one operand is laid out under a verb's flags, width and precision.

The lower half of printing: it knows text, numbers and flags, but no values' types. Source: Go 1.26,
fmt/format.go, function by function.
"""

from __future__ import annotations

from typing import Final

import attrs

from launcher_k8s.templates.govalues import quoting
from launcher_k8s.templates.govalues.characters import is_print
from launcher_k8s.templates.govalues.floats import format_float
from launcher_k8s.templates.govalues.values import encode

_PREFIXES: Final = {2: "0b", 16: "0x"}
_FORMS: Final = {2: "b", 8: "o", 10: "d", 16: "x"}
_MASK: Final = (1 << 64) - 1
_LAST_RUNE: Final = 0x10FFFF


@attrs.define
class Flags:
    """The flags between ``%`` and the verb, with width and precision (None if absent)."""

    minus: bool = False
    plus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    plus_v: bool = False
    sharp_v: bool = False
    width: int | None = None
    precision: int | None = None


def pad(text: str, flags: Flags) -> str:
    """A text at its width, in characters; with zeros if that flag is set."""
    if not flags.width or len(text) >= flags.width:
        return text
    if flags.minus:
        return text.ljust(flags.width)
    return text.rjust(flags.width, "0" if flags.zero else " ")


def _pad_blank(text: str, flags: Flags) -> str:
    if not flags.width:
        return text
    return text.ljust(flags.width) if flags.minus else text.rjust(flags.width)


def format_text(text: str, flags: Flags) -> str:
    """``%s``: cut to its precision, in characters."""
    return pad(_truncate(text, flags), flags)


def format_quoted(text: str, flags: Flags) -> str:
    """``%q``: a Go string, raw if the ``#`` flag asks for that and it can be."""
    text = _truncate(text, flags)
    if flags.sharp and quoting.can_backquote(text):
        return pad(f"`{text}`", flags)
    return pad(quoting.quote_to_ascii(text) if flags.plus else quoting.quote(text), flags)


def _truncate(text: str, flags: Flags) -> str:
    return text if flags.precision is None else text[: flags.precision]


def format_hex(data: str | bytes, flags: Flags, *, upper: bool) -> str:
    """``%x`` of a string or bytes: two digits a byte."""
    data = encode(data) if isinstance(data, str) else data
    if flags.precision is not None:
        data = data[: flags.precision]
    if not data:
        return pad("", flags)
    prefix = "0x" if flags.sharp else ""
    text = (f" {prefix}" if flags.space else "").join([f"{byte:02x}" for byte in data])
    return pad((prefix + text).upper() if upper else prefix + text, flags)


def format_boolean(value: bool, flags: Flags) -> str:
    """``%t``."""
    return pad("true" if value else "false", flags)


def format_integer(value: int, base: int, verb: str, flags: Flags) -> str:
    """``%d``, ``%b``, ``%o``, ``%O``, ``%x``, ``%X``: digits, and zeros up to the precision.

    Args:
        value: The number.
        base: 2, 8, 10 or 16.
        verb: As written: it says the case of the digits and the prefix of ``%O``.
        flags: As written.
    """
    precision = 0
    if flags.precision is not None:
        precision = flags.precision
        if precision == 0 and value == 0:
            return " " * (flags.width or 0)
    elif flags.zero and not flags.minus and flags.width is not None:
        precision = flags.width - (value < 0 or flags.plus or flags.space)
    digits = format(abs(value), _FORMS[base]).rjust(precision, "0")
    if flags.sharp:
        digits = _PREFIXES.get(base, "0" if base == 8 and digits[0] != "0" else "") + digits
    if verb == "X":
        digits = digits.upper()
    elif verb == "O":
        digits = "0o" + digits
    sign = "-" if value < 0 else "+" if flags.plus else " " if flags.space else ""
    return _pad_blank(sign + digits, flags)


def format_unicode(value: int, flags: Flags) -> str:
    """``%U``: ``U+0078``, and the character itself with the ``#`` flag."""
    number = value & _MASK
    text = "U+" + f"{number:X}".rjust(max(4, flags.precision or 0), "0")
    if flags.sharp and number <= _LAST_RUNE and is_print(chr(number)):
        text += f" '{chr(number)}'"
    return _pad_blank(text, flags)


def format_character(value: int, flags: Flags) -> str:
    """``%c``: the character of that number."""
    return pad(quoting.rune(value), flags)


def format_quoted_character(value: int, flags: Flags) -> str:
    """``%q`` of a number: the character in single quotes."""
    return pad(quoting.quote_rune(value, ascii_only=flags.plus), flags)


def format_number(value: float, verb: str, precision: int, flags: Flags) -> str:
    """A float under one of ``%e %E %f %g %G %b %x %X``.

    Args:
        value: The number.
        verb: As :func:`~.floats.format_float` takes it.
        precision: What holds if the flags name none.
        flags: As written.
    """
    if flags.precision is not None:
        precision = flags.precision
    text = format_float(value, verb, precision)
    sign, body = (text[0], text[1:]) if text[0] in "+-" else ("+", text)
    if flags.space and sign == "+" and not flags.plus:
        sign = " "
    if body[0] in "IN":
        unsigned = body[0] == "N" and not (flags.space or flags.plus)
        return _pad_blank(body if unsigned else sign + body, flags)
    if flags.sharp and verb != "b":
        body = _keep_point(body, verb, precision)
    if not flags.plus and sign == "+":
        return pad(body, flags)
    if flags.zero and not flags.minus and flags.width is not None:
        return sign + body.rjust(flags.width - 1, "0")
    return pad(sign + body, flags)


def _keep_point(body: str, verb: str, precision: int) -> str:
    """The ``#`` flag: a point always, and the zeros at the end that ``%g`` drops."""
    mark = "pP" if verb in "xX" else "eE"
    at = next((index for index, character in enumerate(body) if character in mark), len(body))
    number, tail = body[:at], body[at:]
    digits = 0
    if verb in "gGx":
        digits = 6 if precision == -1 else precision
    significant = number.replace(".", "").lstrip("0")
    digits -= len(significant)
    if "." not in number:
        digits -= number == "0"
        number += "."
    return number + "0" * digits + tail
