"""What is wrong with a text that is no JSON: the first byte that cannot be, and what was expected of it.

Source: Go 1.26, encoding/json/scanner.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from launcher_k8s.templates.govalues.quoting import quote

DEEPEST: Final = 10_000

_SPACE: Final = b" \t\r\n"
_DIGITS: Final = b"0123456789"
_HEXADECIMAL: Final = b"0123456789abcdefABCDEF"
_ESCAPES: Final = b'bfnrt\\/"'
_LITERALS: Final = {ord("t"): b"true", ord("f"): b"false", ord("n"): b"null"}
_KEY: Final = "key"
_MEMBER: Final = "member"
_ELEMENT: Final = "element"
_AFTER: Final = {
    _KEY: "after object key",
    _MEMBER: "after object key:value pair",
    _ELEMENT: "after array element",
}


class _WrongByteError(Exception):
    """A byte that cannot be where it is."""


class _Scanner:
    """Reads byte by byte; ``step`` is what the next one is for, ``open`` what it is inside."""

    def __init__(self) -> None:
        self.step: Callable[[int], None] = self.value
        self.open: list[str] = []
        self.ended = False

    def wrong(self, byte: int, context: str) -> _WrongByteError:
        return _WrongByteError(f"invalid character {_quoted(byte)} {context}")

    def enter(self, byte: int, inside: str, step: Callable[[int], None]) -> None:
        self.open.append(inside)
        if len(self.open) > DEEPEST:
            raise self.wrong(byte, "exceeded max depth")
        self.step = step

    def leave(self) -> None:
        self.open.pop()
        self.step = self.after_value if self.open else self.at_end
        self.ended = not self.open

    def value(self, byte: int) -> None:
        if byte in _SPACE:
            return
        if byte == ord("{"):
            self.enter(byte, _KEY, self.key_or_end)
        elif byte == ord("["):
            self.enter(byte, _ELEMENT, self.value_or_end)
        elif byte == ord('"'):
            self.step = self.string
        elif byte in _LITERALS:
            self.step = self.literal(_LITERALS[byte], 1)
        elif byte == ord("-"):
            self.step = self.after_minus
        elif byte in _DIGITS:
            self.step = self.after_zero if byte == ord("0") else self.digits
        else:
            raise self.wrong(byte, "looking for beginning of value")

    def value_or_end(self, byte: int) -> None:
        if byte == ord("]"):
            self.leave()
        elif byte not in _SPACE:
            self.value(byte)

    def key_or_end(self, byte: int) -> None:
        if byte == ord("}"):
            self.leave()
        else:
            self.key(byte)

    def key(self, byte: int) -> None:
        if byte == ord('"'):
            self.step = self.string
        elif byte not in _SPACE:
            raise self.wrong(byte, "looking for beginning of object key string")

    def after_value(self, byte: int) -> None:
        if not self.open:
            self.step, self.ended = self.at_end, True
            self.at_end(byte)
        elif byte in _SPACE:
            self.step = self.after_value
        else:
            self.separator(byte, self.open[-1])

    def separator(self, byte: int, inside: str) -> None:
        if inside == _KEY and byte == ord(":"):
            self.open[-1], self.step = _MEMBER, self.value
        elif inside == _MEMBER and byte == ord(","):
            self.open[-1], self.step = _KEY, self.key
        elif inside == _ELEMENT and byte == ord(","):
            self.step = self.value
        elif (inside, byte) in ((_MEMBER, ord("}")), (_ELEMENT, ord("]"))):
            self.leave()
        else:
            raise self.wrong(byte, _AFTER[inside])

    def at_end(self, byte: int) -> None:
        if byte not in _SPACE:
            raise self.wrong(byte, "after top-level value")

    def string(self, byte: int) -> None:
        if byte == ord('"'):
            self.step = self.after_value
        elif byte == ord("\\"):
            self.step = self.escape
        elif byte < ord(" "):
            raise self.wrong(byte, "in string literal")

    def escape(self, byte: int) -> None:
        if byte == ord("u"):
            self.step = self.hexadecimal(4)
        elif byte in _ESCAPES:
            self.step = self.string
        else:
            raise self.wrong(byte, "in string escape code")

    def hexadecimal(self, left: int) -> Callable[[int], None]:
        def step(byte: int) -> None:
            if byte not in _HEXADECIMAL:
                raise self.wrong(byte, "in \\u hexadecimal character escape")
            self.step = self.hexadecimal(left - 1) if left > 1 else self.string

        return step

    def literal(self, word: bytes, at: int) -> Callable[[int], None]:
        def step(byte: int) -> None:
            if byte != word[at]:
                raise self.wrong(byte, f"in literal {word.decode()} (expecting {chr(word[at])!r})")
            self.step = self.literal(word, at + 1) if at + 1 < len(word) else self.after_value

        return step

    def after_minus(self, byte: int) -> None:
        if byte not in _DIGITS:
            raise self.wrong(byte, "in numeric literal")
        self.step = self.after_zero if byte == ord("0") else self.digits

    def digits(self, byte: int) -> None:
        if byte not in _DIGITS:
            self.after_zero(byte)

    def after_zero(self, byte: int) -> None:
        if byte == ord("."):
            self.step = self.after_point
        else:
            self.exponent_or_end(byte)

    def after_point(self, byte: int) -> None:
        if byte not in _DIGITS:
            raise self.wrong(byte, "after decimal point in numeric literal")
        self.step = self.fraction

    def fraction(self, byte: int) -> None:
        if byte not in _DIGITS:
            self.exponent_or_end(byte)

    def exponent_or_end(self, byte: int) -> None:
        if byte in b"eE":
            self.step = self.exponent
        else:
            self.after_value(byte)

    def exponent(self, byte: int) -> None:
        if byte in b"+-":
            self.step = self.exponent_digits
        else:
            self.exponent_digits(byte)

    def exponent_digits(self, byte: int) -> None:
        if byte not in _DIGITS:
            raise self.wrong(byte, "in exponent of numeric literal")
        self.step = self.more_exponent

    def more_exponent(self, byte: int) -> None:
        if byte not in _DIGITS:
            self.after_value(byte)


def find_error(data: bytes) -> str | None:
    """What Go says of a text; None if it is JSON."""
    scanner = _Scanner()
    try:
        for byte in data:
            scanner.step(byte)
        if not scanner.ended:
            scanner.step(ord(" "))  # as Go does, so that this blank may be what it complains of
    except _WrongByteError as wrong:
        return str(wrong)
    return None if scanner.ended else "unexpected end of JSON input"


def _quoted(byte: int) -> str:
    if byte == ord("'"):
        return r"'\''"
    if byte == ord('"'):
        return "'\"'"
    return f"'{quote(chr(byte))[1:-1]}'"
