"""The characters of a document, and the first that YAML does not know: control characters, broken encodings.

A text that begins with the mark of UTF-16 is read as that, as go-yaml reads it. Source: go.yaml.in/yaml/v2
2.4.4, readerc.go.
"""

from __future__ import annotations

import re
from typing import Any, Final

import attrs

from launcher_k8s.templates.govalues.values import encode
from launcher_k8s.templates.yaml.tokens import BYTE_ORDER_MARK, YamlError

_CHUNK: Final = 512  # so many bytes Go's reader looks at together
_UTF_16: Final[tuple[tuple[str, Any], ...]] = (("\udcff\udcfe", "little"), ("\udcfe\udcff", "big"))
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]").search
_CONTINUATION: Final = 0x80
_LEADS: Final = ((0xE0, 0xC0, 2, 0x80), (0xF0, 0xE0, 3, 0x800), (0xF8, 0xF0, 4, 0x10000))
_LOW_SURROGATES: Final = range(0xDC00, 0xE000)


@attrs.frozen
class Forbidden:
    """The first character of a document that YAML does not know.

    Args:
        error: What go-yaml says of it.
        seen_from: The character from which on go-yaml's reader comes upon it; what is wrong before, it
            says first.
    """

    error: YamlError
    seen_from: int


def is_allowed(text: str) -> bool:
    """Whether YAML knows all characters of a text."""
    return _FORBIDDEN(text) is None


def read_characters(text: str) -> tuple[str, Forbidden | None]:
    """A document without a byte order mark, up to where go-yaml comes upon what YAML does not know.

    Args:
        text: The document; bytes that are no UTF-8 are surrogates.
    """
    for mark, order in _UTF_16:
        if text.startswith(mark):
            return _read_utf_16(encode(text), order)
    match = _FORBIDDEN(text)
    if match is None:
        return text.removeprefix(BYTE_ORDER_MARK), None
    at = match.start()
    before = encode(text[:at])
    seen = before[: len(before) // _CHUNK * _CHUNK].decode("utf-8", "ignore")
    return seen.removeprefix(BYTE_ORDER_MARK), Forbidden(YamlError(_complaint(text[at:])), len(seen))


def _read_utf_16(data: bytes, order: Any) -> tuple[str, Forbidden | None]:
    encoding = "utf-16-le" if order == "little" else "utf-16-be"
    problem, end = "", len(data)
    try:
        text = data[2:].decode(encoding)
    except UnicodeDecodeError as error:
        end = 2 + error.start
        text = data[2:end].decode(encoding)
        problem = _complaint_of_utf_16(data[end : end + 4], order)
    if match := _FORBIDDEN(text):
        end = 2 + len(text[: match.start()].encode(encoding))
        problem = "control characters are not allowed"
    if not problem:
        return text, None
    seen = data[2 : max(2, end // _CHUNK * _CHUNK)].decode(encoding, "ignore")
    return seen, Forbidden(YamlError(problem), len(seen))


def _complaint_of_utf_16(data: bytes, order: Any) -> str:
    if len(data) < 2:
        return "incomplete UTF-16 character"
    if int.from_bytes(data[:2], order) in _LOW_SURROGATES:
        return "unexpected low surrogate area"
    return "incomplete UTF-16 surrogate pair" if len(data) < 4 else "expected low surrogate area"


def _complaint(text: str) -> str:
    if not "\udc80" <= text[0] <= "\udcff":
        return "control characters are not allowed"
    data = encode(text[:4])
    lead = next((lead for lead in _LEADS if data[0] & lead[0] == lead[1]), None)
    if lead is None:
        return "invalid leading UTF-8 octet"
    mask, _, width, lowest = lead
    if len(data) < width:
        return "incomplete UTF-8 octet sequence"
    value = data[0] & ~mask & 0xFF
    for octet in data[1:width]:
        if octet & 0xC0 != _CONTINUATION:
            return "invalid trailing UTF-8 octet"
        value = value << 6 | octet & 0x3F
    return "invalid Unicode character" if value >= lowest else "invalid length of a UTF-8 sequence"
