"""Sprig's random texts and numbers.

All randomness is the effects'. Source: Sprig 3.3.0, strings.go, crypto.go and functions.go; goutils 1.1.1,
cryptorandomstringutils.go; xstrings 1.5.0 (``Shuffle``); google/uuid 1.6.0, version4.go.
"""

from __future__ import annotations

import base64
import string
from typing import Final

from launcher_k8s.templates.effects import Effects
from launcher_k8s.templates.govalues.allowance import SLOW, fits, look_at
from launcher_k8s.templates.govalues.characters import valid
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError

REGISTRY: Final[Registry] = {}

_ASCII: Final = "".join(map(chr, range(0x20, 0x7F)))
_SPARE: Final = 16  # random bytes beyond a number's own, which make its bias too small to matter
_VERSION: Final = (0xF << 76, 0x4 << 76)
_VARIANT: Final = (0x3 << 62, 0x2 << 62)


def below(effects: Effects, limit: int) -> int:
    """A random number from 0 to before a limit."""
    return int.from_bytes(effects.random_bytes(limit.bit_length() // 8 + _SPARE), "big") % limit


def _text(effects: Effects, count: int, alphabet: str) -> str:
    if count < 0:
        return ""
    fits(count)
    even = 256 - 256 % len(alphabet)  # bytes from here on would favour the first letters
    chosen: list[str] = []
    while len(chosen) < count:
        chosen += [alphabet[byte % len(alphabet)] for byte in effects.random_bytes(count) if byte < even]
    return "".join(chosen[:count])


@function(REGISTRY, "int", "randAlphaNum", needs_effects=True)
def letters_and_digits(effects: Effects, count: int) -> str:
    """Random ASCII letters and digits."""
    return _text(effects, count, string.ascii_letters + string.digits)


@function(REGISTRY, "int", "randAlpha", needs_effects=True)
def letters(effects: Effects, count: int) -> str:
    """Random ASCII letters."""
    return _text(effects, count, string.ascii_letters)


@function(REGISTRY, "int", "randAscii", needs_effects=True)
def printable(effects: Effects, count: int) -> str:
    """Random printable ASCII characters."""
    return _text(effects, count, _ASCII)


@function(REGISTRY, "int", "randNumeric", needs_effects=True)
def digits(effects: Effects, count: int) -> str:
    """Random decimal digits."""
    return _text(effects, count, string.digits)


@function(REGISTRY, "int", "randBytes", needs_effects=True)
def random_bytes(effects: Effects, count: int) -> str:
    """Random bytes, in base64."""
    if count < 0:
        raise GoError("runtime error: makeslice: len out of range")
    fits(count)
    return base64.b64encode(effects.random_bytes(count)).decode()


@function(REGISTRY, "int, int", "randInt", needs_effects=True)
def random_integer(effects: Effects, low: int, high: int) -> int:
    """A random number from one to before another."""
    if low >= high:
        raise GoError("invalid argument to Intn")
    return low + below(effects, high - low)


@function(REGISTRY, "", "uuidv4", needs_effects=True)
def uuid(effects: Effects) -> str:
    """A random UUID."""
    number = int.from_bytes(effects.random_bytes(16), "big")
    for mask, bits in (_VERSION, _VARIANT):
        number = number & ~mask | bits
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


@function(REGISTRY, "string", "shuffle", needs_effects=True)
def shuffle(effects: Effects, text: str) -> str:
    """The characters in a random order."""
    look_at(text, 4 * SLOW)
    characters = list(valid(text))
    for last in range(len(characters) - 1, 0, -1):
        other = below(effects, last + 1)
        characters[last], characters[other] = characters[other], characters[last]
    return "".join(characters)
