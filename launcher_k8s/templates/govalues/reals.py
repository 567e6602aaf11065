"""Text as a ``float64``, and anything as one, as Sprig's functions take numbers.

Source: Go 1.26, internal/strconv/atof.go (``ParseFloat``) and atoi.go (``underscoreOK``); spf13/cast 1.7.0,
caste.go (``ToFloat64E``).
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

from launcher_k8s.templates.govalues.durations import Duration

_DECIMAL: Final = re.compile(r"[+-]?(?=\.?_*[0-9])[0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9][0-9_]*)?").fullmatch
_HEXADECIMAL: Final = re.compile(
    r"[+-]?0[xX](?=_*\.?_*[0-9a-fA-F])[0-9a-fA-F_]*\.?[0-9a-fA-F_]*[pP][+-]?[0-9][0-9_]*"
).fullmatch
_LONELY_UNDERSCORE: Final = re.compile(r"(?<![0-9])_|_(?![0-9])").search
_LONELY_IN_HEXADECIMAL: Final = re.compile(r"(?<![0-9a-fA-FxX])_|_(?![0-9a-fA-F])").search
_SPECIAL: Final = re.compile(r"([+-]?)inf(?:inity)?|nan", re.IGNORECASE).fullmatch


def parse_float(text: str) -> float | None:
    """``strconv.ParseFloat``; None for what is no number, and for one that is too large."""
    special = _SPECIAL(text) if text.isascii() else None
    if special:
        return math.nan if special[1] is None else math.copysign(math.inf, -1.0 if special[1] == "-" else 1.0)
    try:
        number = _finite(text)
    except OverflowError:
        return None
    return None if number is None or math.isinf(number) else number


def _finite(text: str) -> float | None:
    if _DECIMAL(text):
        if "_" not in text:
            return float(text)
        return None if _LONELY_UNDERSCORE(text) else float(text.replace("_", ""))
    if _HEXADECIMAL(text) and not ("_" in text and _LONELY_IN_HEXADECIMAL(text)):
        return float.fromhex(text.replace("_", ""))
    return None


def to_float(value: Any) -> float:
    """A value as a ``float64``; 0 if it is none."""
    if isinstance(value, float):
        return value
    if isinstance(value, str):
        number = parse_float(value)
        return 0.0 if number is None else number
    if isinstance(value, int) and not isinstance(value, Duration):
        return float(value)
    return 0.0
