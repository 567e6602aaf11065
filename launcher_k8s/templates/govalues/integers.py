"""Anything as an ``int``, as Sprig's functions take numbers.

Text is read with the prefixes of Go's source (``0x1F``, ``010`` is 8, ``1_000``), after zeros behind a point
are cut off; what is no number is 0. Source: spf13/cast 1.7.0, caste.go (``ToIntE``); Go 1.26,
strconv/atoi.go.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

from launcher_k8s.templates.govalues.durations import Duration

_LITERAL: Final = re.compile(
    r"[+-]?(?:0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)"
).fullmatch
_ZERO_DECIMAL: Final = re.compile(r"(.*)\.0+", re.DOTALL).fullmatch
_LEADING_ZERO: Final = re.compile(r"([+-]?)0_?(?=[0-7])").match
_LOWEST: Final = -(1 << 63)
_HIGHEST: Final = (1 << 63) - 1


def to_int(value: Any) -> int:
    """A value as an ``int`` of 64 bits; 0 if it is none, and for a ``time.Duration``."""
    if type(value) is int and _LOWEST <= value <= _HIGHEST:
        return value
    if isinstance(value, int) and not isinstance(value, Duration):
        return (int(value) - _LOWEST) % (1 << 64) + _LOWEST
    if isinstance(value, float):
        return truncate_float(value)
    if isinstance(value, str):
        return parse_int(trim_zero_decimal(value)) or 0
    return 0


def truncate_float(value: float) -> int:
    """A float as an ``int64``; the lowest one for what does not fit, as amd64 does."""
    if not math.isfinite(value):
        return _LOWEST
    whole = math.trunc(value)
    return whole if _LOWEST <= whole <= _HIGHEST else _LOWEST


def trim_zero_decimal(text: str) -> str:
    """Without the zeros behind a point, if there are only zeros."""
    match = _ZERO_DECIMAL(text)
    return match[1] if match else text


def parse_int(text: str) -> int | None:
    """``strconv.ParseInt`` with base 0; None for what it refuses."""
    if not _LITERAL(text):
        return None
    octal = _LEADING_ZERO(text)
    try:
        number = int(octal[1] + text[octal.end() :], 8) if octal else int(text, 0)
    except ValueError:  # thousands of decimal digits, which Python does not read
        return None
    return number if _LOWEST <= number <= _HIGHEST else None
