"""What constants in a template stand for: strings, characters and numbers.

Source: Go 1.26, strconv (``Unquote``, ``UnquoteChar``, ``ParseInt``, ``ParseFloat``) and ``newNumber`` in
text/template/parse/node.go.
"""

from __future__ import annotations

import re
from typing import Final

from launcher_k8s.templates.gotemplate.items import ItemType
from launcher_k8s.templates.gotemplate.nodes import NumberNode
from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.values import decode, encode

_INVALID: Final = "invalid syntax"
_SIMPLE: Final = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\",
    "'": "'", '"': '"',
}  # fmt: skip
_ESCAPE: Final = re.compile(
    r"\\(?:([abfnrtv\\'\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))"
)
_INTEGER: Final = re.compile(r"[+-]?(?:0[xX]_?[0-9a-fA-F]|0[bB]_?[01]|0[oO]?_?[0-7]|[0-9])(?:_?[0-9a-fA-F])*")
_FLOAT: Final = re.compile(r"[+-]?(?:\d+(?:_\d+)*)?\.?(?:\d+(?:_\d+)*)?(?:[eE][+-]?\d+(?:_\d+)*)?")
_HEX_FLOAT: Final = re.compile(
    r"[+-]?0[xX](?:_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)?\.?(?:[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)?"
    r"[pP][+-]?\d+(?:_\d+)*"
)
_COMPLEX: Final = re.compile(r"([+-]?.*?[^eEpP])([+-].*)i", re.DOTALL)
_BASES: Final = {"x": 16, "b": 2, "o": 8}
_INT64: Final = range(-(1 << 63), 1 << 63)
_UINT64: Final = range(1 << 64)


class LiteralError(ValueError):
    """A constant that stands for nothing; the message is Go's."""


def unquote(quoted: str) -> str:
    """What a string constant stands for.

    Args:
        quoted: As the lexer found it, with its quotes.

    Raises:
        LiteralError: An escape is wrong.
    """
    inner = quoted[1:-1]
    if quoted[0] == "`":
        return inner.replace("\r", "")
    if "\\" not in inner and inner.isascii():
        return inner
    parts, at = bytearray(), 0
    for found in re.finditer(r"\\", inner):
        if found.start() < at:
            continue  # the second of a pair
        parts += _replaced(inner[at : found.start()])
        value, at = _unescape(inner, found.start(), quote_mark='"')
        parts += bytes([value]) if isinstance(value, int) else encode(value)
    return decode(bytes(parts + _replaced(inner[at:])))


def _replaced(text: str) -> bytes:
    """Bytes that are no UTF-8 become U+FFFD each."""
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text).encode()


def _unescape(text: str, at: int, *, quote_mark: str) -> tuple[str | int, int]:
    """What an escape stands for, a byte's number if it is one, and where it ends."""
    found = _ESCAPE.match(text, at)
    if found is None:
        raise LiteralError(_INVALID)
    simple, hexadecimal, short, long, octal = found.groups()
    if simple is not None:
        if simple in "'\"" and simple != quote_mark:
            raise LiteralError(_INVALID)
        return _SIMPLE[simple], found.end()
    if hexadecimal is not None:
        return int(hexadecimal, 16), found.end()
    code = int(octal, 8) if octal is not None else int(short or long, 16)
    if octal is not None and code <= 0xFF:
        return code, found.end()
    if octal is not None or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise LiteralError(_INVALID)
    return chr(code), found.end()


def parse_number(pos: int, text: str, kind: ItemType) -> NumberNode:
    """A number under all the types that can hold it.

    Args:
        pos: Where it stands.
        text: As written.
        kind: What the lexer took it for: a number, a complex one or a character.

    Raises:
        LiteralError: It is no number, or too large for its type.
    """
    if kind is ItemType.CHAR_CONSTANT:
        code = _character(text)
        return NumberNode(pos, text, code, code, float(code))
    if kind is ItemType.COMPLEX:
        return _simplified(pos, text, _complex(text))
    if text.endswith("i") and (imaginary := parse_float(text[:-1])) is not None:
        return _simplified(pos, text, complex(0, imaginary))
    integer = _integer(text)
    if integer is not None and (integer in _INT64 or integer in _UINT64):
        signed = integer if integer in _INT64 else None
        # ParseUint takes no sign, but a zero is one all the same.
        unsigned = integer if integer in _UINT64 and (text[0] not in "+-" or not integer) else None
        if signed is not None or unsigned is not None:
            return NumberNode(pos, text, signed, unsigned, float(integer))
    return _floating(pos, text)


def _floating(pos: int, text: str) -> NumberNode:
    value = parse_float(text)
    if value is None:
        raise LiteralError(f"illegal number syntax: {quote(text)}")
    if not any(mark in text for mark in ".eEpP"):
        raise LiteralError(f"integer overflow: {quote(text)}")
    return NumberNode(pos, text, _exact(value, _INT64), _exact(value, _UINT64), value)


def _exact(value: float, limits: range) -> int | None:
    return int(value) if value.is_integer() and int(value) in limits else None


def _character(text: str) -> int:
    inner = text[1:]
    if inner[0] == "'":
        raise LiteralError(_INVALID)
    value: str | int
    if inner[0] == "\\":
        value, end = _unescape(inner, 0, quote_mark="'")
    else:
        value, end = inner[0], 1
    if inner[end:] != "'":
        raise LiteralError(f"malformed character constant: {text}")
    if isinstance(value, int):
        return value
    return 0xFFFD if "\ud800" <= value <= "\udfff" else ord(value)


def _complex(text: str) -> complex:
    found = _COMPLEX.fullmatch(text)
    parts = [parse_float(part) for part in found.groups()] if found else [None]
    if None in parts:
        raise LiteralError("syntax error scanning complex number")
    return complex(*[part for part in parts if part is not None])


def _simplified(pos: int, text: str, value: complex) -> NumberNode:
    if value.imag:
        return NumberNode(pos, text, complex128=value)
    real = value.real
    return NumberNode(pos, text, _exact(real, _INT64), _exact(real, _UINT64), real, value)


def _integer(text: str) -> int | None:
    """An integer with Go's prefixes and underscores, of any size."""
    if not _INTEGER.fullmatch(text):
        return None
    negative = text[0] == "-"
    digits = text.lstrip("+-").replace("_", "")
    base = 10
    if digits[0] == "0" and len(digits) > 1:
        base = _BASES.get(digits[1].lower(), 8)
        digits = digits[2:] if digits[1].isalpha() else digits[1:]
    try:
        value = int(digits, base)
    except ValueError:
        return None
    return -value if negative else value


def parse_float(text: str) -> float | None:
    """A floating-point number as ``strconv.ParseFloat`` reads it; None if it is none or too large."""
    try:
        if _HEX_FLOAT.fullmatch(text):
            return float.fromhex(text.replace("_", ""))
        if _FLOAT.fullmatch(text):
            value = float(text.replace("_", ""))
            return None if value in {float("inf"), float("-inf")} else value
    except (ValueError, OverflowError):
        pass
    return None
