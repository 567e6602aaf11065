"""JSON text as values: every number is a ``float64``, the last of equal keys wins.

Python's own reader does the work, and Go's scanner is asked only about a text that it refuses. Source: Go
1.26, encoding/json/decode.go.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

from launcher_k8s.templates.gojson.scanning import find_error
from launcher_k8s.templates.govalues.allowance import FLATTER, SLOW, LimitError, look_at
from launcher_k8s.templates.govalues.characters import REPLACEMENT, valid
from launcher_k8s.templates.govalues.values import GoError, encode

_SURROGATE_ESCAPE: Final = re.compile(r"\\u[dD][89a-fA-F]").search
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_END: Final = "unexpected end of JSON input"


class _Reader:
    """One text's numbers; ``complaint`` is of the first that is too large, which counts as nil."""

    def __init__(self) -> None:
        self.complaint = ""

    def number(self, text: str) -> float | None:
        number = float(text)
        if not math.isinf(number):
            return number
        self.complaint = (
            self.complaint or f"json: cannot unmarshal number {text} into Go value of type float64"
        )
        return None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def unmarshal(text: str) -> tuple[Any, str]:
    """A JSON text's value, with nil for each number that is too large, and the complaint of the first such.

    Raises:
        GoError: It is no JSON.
    """
    look_at(text, SLOW)
    reader = _Reader()
    try:
        value = json.loads(
            valid(text), parse_float=reader.number, parse_int=reader.number, parse_constant=_refuse
        )
    except RecursionError:
        wrong = find_error(encode(text))
        if wrong:
            raise GoError(wrong) from None
        raise LimitError("values in JSON are nested too deep", FLATTER) from None
    except ValueError:
        raise GoError(find_error(encode(text)) or _END) from None
    if _SURROGATE_ESCAPE(text):
        value = _without_surrogates(value)
    return value, reader.complaint


def unmarshal_strictly(text: str) -> Any:
    """A JSON text's value.

    Raises:
        GoError: It is no JSON, or a number in it is too large.
    """
    value, complaint = unmarshal(text)
    if complaint:
        raise GoError(complaint)
    return value


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _LONE_SURROGATE.sub(REPLACEMENT, value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value
