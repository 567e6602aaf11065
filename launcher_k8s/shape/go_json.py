"""JSON as Go's ``toJson`` writes it: sorted, safe inside HTML, and numbers in Go's form.

A template's annotation is then, to the byte, that of the built-in manifest. Source: Go 1.26, encoding/json
(``floatEncoder``, ``appendString``).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, Final

_HTML_ESCAPES: Final = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
_UNUSUAL: Final = re.compile("[<>&\u2028\u2029]").search
_LEAST_PLAIN: Final = 1e-6
_LEAST_WITH_EXPONENT: Final = 1e21


def go_json(value: Any) -> str:
    """A JSON value as Go writes it.

    What JSON cannot say comes out as Python's word for it: a job that holds it is refused, but only when all
    else of it has been decided.
    """
    text = _json(value)
    return text.translate(_HTML_ESCAPES) if _UNUSUAL(text) else text


def _json(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is dict or isinstance(value, Mapping):
        return (
            "{" + ",".join([f"{encode_basestring(key)}:{_json(value[key])}" for key in sorted(value)]) + "}"
        )
    if kind is list or isinstance(value, (list, tuple)):
        return "[" + ",".join([_json(item) for item in value]) + "]"
    if isinstance(value, float):
        return _number(value)
    return json.dumps(value, ensure_ascii=False, default=repr)


def _number(value: float) -> str:
    """A number's shortest digits, with an exponent only where it is very small or very large."""
    if not math.isfinite(value):
        return repr(value)
    digits = Decimal(repr(value))
    if value == 0 or _LEAST_PLAIN <= abs(value) < _LEAST_WITH_EXPONENT:
        return f"{digits:f}".removesuffix(".0")
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa}e{exponent[0]}{exponent[1:].lstrip('0')}"
