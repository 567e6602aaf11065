"""Percent escapes, and which characters need them where.

Source: Go 1.26, net/url/url.go (``escape``, ``unescape``) and encoding_table.go.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.values import GoError, decode, encode

_UNRESERVED: Final = string.ascii_letters + string.digits + "-_.~"
_HOST: Final = "!\"$&'()*+,:;<=>[]"
_ESCAPE: Final = re.compile(rb"%([0-9a-fA-F]{2})")


class Part(Enum):
    """Where in a URL a text stands."""

    PATH = auto()
    HOST = auto()
    ZONE = auto()
    USER = auto()
    FRAGMENT = auto()


_PLAIN: Final[Mapping[Part, frozenset[int]]] = {
    part: frozenset((_UNRESERVED + more).encode())
    for part, more in (
        (Part.PATH, "$&+,/:;=@"),
        (Part.HOST, _HOST),
        (Part.ZONE, _HOST),
        (Part.USER, "$&+,;="),
        (Part.FRAGMENT, "!$&()*+,/:;=?@"),
    )
}


def is_plain(byte: int, part: Part) -> bool:
    """Whether a byte stands for itself there."""
    return byte in _PLAIN[part]


def escape(text: str, part: Part) -> str:
    """A text with escapes for what cannot stand there itself."""
    plain = _PLAIN[part]
    data = encode(text)
    if plain.issuperset(data):
        return text
    return "".join([chr(byte) if byte in plain else f"%{byte:02X}" for byte in data])


def unescape(text: str, part: Part) -> str:
    """A text without its escapes.

    Raises:
        GoError: An escape is none or may not stand there, or a character may not.
    """
    data = encode(text)
    _check(data, part)
    return decode(_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), data)) if b"%" in data else text


def _check(data: bytes, part: Part) -> None:
    in_host = part in (Part.HOST, Part.ZONE)
    if not in_host and b"%" not in data:
        return
    at = 0
    while at < len(data):
        if data[at] == ord("%"):
            _check_escape(data[at : at + 3], part)
            at += 3
            continue
        if in_host and data[at] < 0x80 and not is_plain(data[at], part):
            raise GoError(f"invalid character {quote(chr(data[at]))} in host name")
        at += 1


def _check_escape(escaped: bytes, part: Part) -> None:
    match = _ESCAPE.fullmatch(escaped)
    code = int(match[1], 16) if match else 0
    wrong = match is None
    if escaped != b"%25":
        wrong = wrong or (part is Part.HOST and code < 0x80)
        wrong = wrong or (part is Part.ZONE and code != ord(" ") and not is_plain(code, Part.HOST))
    if wrong:
        raise GoError(f"invalid URL escape {quote(decode(escaped))}")
