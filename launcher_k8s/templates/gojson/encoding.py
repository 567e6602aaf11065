"""Values as JSON text.

Keys are in the order of their bytes, ``<``, ``>``, ``&`` and two line separators are escaped if asked, bytes
that are no UTF-8 become U+FFFD, and floats have an exponent from 1e21 on and below 1e-6. Source: Go 1.26,
encoding/json/encode.go and indent.go.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any, Final

from launcher_k8s.templates.govalues.allowance import (
    FLATTER,
    LimitError,
    counted,
    fits,
    join_values,
    look_at,
)
from launcher_k8s.templates.govalues.characters import has_escapes
from launcher_k8s.templates.govalues.cycles import has_cycle
from launcher_k8s.templates.govalues.floats import format_float
from launcher_k8s.templates.govalues.keys import sorted_keys
from launcher_k8s.templates.govalues.kinds import is_nil, type_name
from launcher_k8s.templates.govalues.structs import Struct
from launcher_k8s.templates.govalues.values import ErrorValue, GoError

_HTML: Final = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
_SEPARATORS: Final = {ord(character): f"\\u{ord(character):04x}" for character in "\u2028\u2029"}
_UNUSUAL: Final = re.compile("[<>&\u2028\u2029\udc80-\udcff]").search
_BAD_BYTES: Final = dict.fromkeys(range(0xDC80, 0xDD00), "\\ufffd")
_SHORT: Final = 1_000
"""How long a text may be without being counted, in characters."""
_MANY: Final = 1_024
"""How many elements are put together without adding up their lengths first."""
_LARGE: Final = 1e21
_SMALL: Final = 1e-6
_LOWEST_EXPONENT: Final = re.compile("e-0(?=[0-9]$)")


def marshal(value: Any, *, html: bool = True, indent: str = "") -> str:
    """A value as JSON.

    Args:
        value: What a template may have.
        html: Whether ``<``, ``>`` and ``&`` are escaped.
        indent: What each level of a text of many lines begins with; one line if empty.

    Raises:
        GoError: Something in it has no JSON form.
    """
    try:
        return _escaped(_Encoder(indent).text(value, "\n"), html)
    except RecursionError:
        if not has_cycle(value):
            raise LimitError("values are nested too deep for JSON", FLATTER) from None
        raise GoError(f"json: unsupported value: encountered a cycle via {type_name(value)}") from None


def _escaped(text: str, html: bool) -> str:
    """A whole JSON text at once: what is unusual is in its strings only."""
    if not _UNUSUAL(text):
        return text
    if has_escapes(text):
        text = text.translate(_BAD_BYTES)
    return text.translate(_HTML if html else _SEPARATORS)


class _Encoder:
    """One run; ``line`` is what begins a new line where the value is."""

    __slots__ = ("colon", "indent")

    def __init__(self, indent: str) -> None:
        self.indent = indent
        self.colon = ": " if indent else ":"

    def text(self, value: Any, line: str) -> str:
        kind = type(value)
        if kind is str:
            look_at(value)
            return encode_basestring(value)
        if kind is dict:
            return self.object(value, sorted_keys(value), line)
        if kind is bool:
            return "true" if value else "false"
        if kind is int:
            return str(value)
        if kind is float:
            return number(value)
        if is_nil(value):
            return "null"
        if isinstance(value, dict):
            return self.object(value, sorted_keys(value), line)
        if isinstance(value, list):
            return self.array(value, line)
        return self.other(value, line)

    def array(self, value: Sequence[Any], line: str) -> str:
        inner = line + self.indent
        if len(value) > _MANY:
            texts = counted((self.text(item, inner) for item in value), len(value))
            return self.bracketed("[", texts, "]", line)
        return self.bracketed("[", [self.text(item, inner) for item in value], "]", line)

    def object(self, value: Mapping[str, Any], keys: Sequence[str], line: str) -> str:
        inner, colon = line + self.indent, self.colon
        is_long, size = len(keys) > _MANY, 0
        texts = []
        for key in keys:
            item = value[key]
            # Most values are short texts: not worth a call each.
            if type(item) is str and len(item) < _SHORT:
                text = encode_basestring(item)
            else:
                text = self.text(item, inner)
            texts.append(f"{encode_basestring(key)}{colon}{text}")
            if is_long:
                size += len(texts[-1])
                fits(size)
        return self.bracketed("{", texts, "}", line)

    def bracketed(self, left: str, parts: Sequence[str], right: str, line: str) -> str:
        if not self.indent or not parts:
            return f"{left}{join_values(',', parts)}{right}"
        inner = line + self.indent
        return f"{left}{inner}{join_values(f',{inner}', parts)}{line}{right}"

    def other(self, value: Any, line: str) -> str:
        if isinstance(value, bytes):
            return f'"{base64.b64encode(value).decode()}"'
        if isinstance(value, int):
            return str(int(value))
        own = getattr(value, "go_json", None)
        if own is not None:
            return str(own())
        if isinstance(value, Struct):
            fields = dict(value.go_fields())
            return self.object(fields, list(fields), line)
        if isinstance(value, ErrorValue):
            return "{}"
        raise GoError(f"json: unsupported type: {type_name(value)}")


def number(value: float) -> str:
    """A float as JSON.

    Raises:
        GoError: It is infinite or no number.
    """
    if not math.isfinite(value):
        raise GoError(f"json: unsupported value: {format_float(value)}")
    size = abs(value)
    if size and (size < _SMALL or size >= _LARGE):
        return _LOWEST_EXPONENT.sub("e-", format_float(value, "e"))
    return format_float(value, "f")
