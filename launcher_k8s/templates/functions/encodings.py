"""Sprig's base64, base32 and checksums.

A decoder gives the text of its error as its value, which names the byte that is wrong. Source: Sprig 3.3.0,
strings.go and crypto.go; Go 1.26, encoding/base64 and encoding/base32.
"""

from __future__ import annotations

import base64
import hashlib
import re
import string
import zlib
from typing import Final

from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError, decode, encode

REGISTRY: Final[Registry] = {}

_ALPHABET64: Final = frozenset((string.ascii_letters + string.digits + "+/").encode())
_ALPHABET32: Final = {code: value for value, code in enumerate((string.ascii_uppercase + "234567").encode())}
_WELL_FORMED64: Final = re.compile(
    rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
).fullmatch
_NEWLINES: Final = b"\r\n"
_PADDING: Final = ord("=")


@function(REGISTRY, "string", "sha1sum")
def sha1sum(text: str) -> str:
    """The SHA-1 sum of its bytes, in hexadecimal."""
    return hashlib.sha1(encode(text), usedforsecurity=False).hexdigest()


@function(REGISTRY, "string", "sha256sum")
def sha256sum(text: str) -> str:
    """The SHA-256 sum of its bytes, in hexadecimal."""
    return hashlib.sha256(encode(text)).hexdigest()


@function(REGISTRY, "string", "sha512sum")
def sha512sum(text: str) -> str:
    """The SHA-512 sum of its bytes, in hexadecimal."""
    return hashlib.sha512(encode(text)).hexdigest()


@function(REGISTRY, "string", "adler32sum")
def adler32sum(text: str) -> str:
    """The Adler-32 sum of its bytes, in decimal."""
    return str(zlib.adler32(encode(text)))


@function(REGISTRY, "string", "b64enc")
def encode_base64(text: str) -> str:
    """Its bytes in base64."""
    return base64.b64encode(encode(text)).decode()


@function(REGISTRY, "string", "b32enc")
def encode_base32(text: str) -> str:
    """Its bytes in base32."""
    return base64.b32encode(encode(text)).decode()


@function(REGISTRY, "string", "b64dec")
def decode_base64(text: str) -> str:
    """What base64 says, newlines skipped; or what is wrong with it."""
    try:
        return decode(unpack_base64(text))
    except GoError as error:
        return str(error)


def unpack_base64(text: str) -> bytes:
    """The bytes of a text in base64, newlines skipped.

    Raises:
        GoError: It is none.
    """
    data = encode(text)
    packed = data.translate(None, _NEWLINES)
    if _WELL_FORMED64(packed):
        return base64.b64decode(packed)
    raise GoError(f"illegal base64 data at input byte {_wrong_byte64(data)}")


def _wrong_byte64(data: bytes) -> int:
    """Where Go's decoder stops in data that is not well formed."""
    at, place = 0, 0
    while at < len(data):
        code = data[at]
        if code in _ALPHABET64:
            place = (place + 1) % 4
        elif code not in _NEWLINES:
            return _wrong_padding64(data, at, place) if code == _PADDING else at
        at += 1
    return at - place


def _wrong_padding64(data: bytes, at: int, place: int) -> int:
    """The same from the first ``=`` on, which is at this place of four."""
    if place < 2:
        return at
    following = _skip_newlines(data, at + 1)
    if place == 2:
        if following == len(data):
            return following
        if data[following] != _PADDING:
            return following - 1
        following = _skip_newlines(data, following + 1)
    return following


def _skip_newlines(data: bytes, at: int) -> int:
    while at < len(data) and data[at] in _NEWLINES:
        at += 1
    return at


@function(REGISTRY, "string", "b32dec")
def decode_base32(text: str) -> str:
    """What base32 says, newlines skipped; or what is wrong with it."""
    data = encode(text).translate(None, _NEWLINES)
    out = bytearray()
    for start in range(0, len(data), 8):
        quantum = data[start : start + 8]
        values = _values32(quantum)
        if len(values) < len(quantum) or len(quantum) < 8:
            count, wrong = _padding32(data, start, len(values))
            if wrong is not None:
                return f"illegal base32 data at input byte {wrong}"
            out += _packed32(values[:count])
            break
        out += _packed32(values)
    return decode(bytes(out))


def _values32(quantum: bytes) -> list[int]:
    """The values of the letters up to the first byte that is none."""
    values = []
    for code in quantum:
        if code not in _ALPHABET32:
            break
        values.append(_ALPHABET32[code])
    return values


def _padding32(data: bytes, start: int, count: int) -> tuple[int, int | None]:
    """How many letters the last eight bytes hold, and where they are wrong if they are."""
    at, size = start + count, len(data)
    if at == size:
        return count, size - count
    rest = size - at - 1
    if data[at] != _PADDING or count < 2 or rest >= 8:
        return count, at
    if rest + count < 7:
        return count, size
    for offset in range(7 - count):
        if rest > offset and data[at + 1 + offset] != _PADDING:
            return count, at + offset
    return count, at if count in (3, 6) else None


def _packed32(values: list[int]) -> bytes:
    number = 0
    for value in values:
        number = number << 5 | value
    return (number << (40 - 5 * len(values))).to_bytes(5, "big")[: len(values) * 5 // 8]
