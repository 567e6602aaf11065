"""What an unquoted scalar means: a boolean, a number, nothing, a timestamp, or just its text.

Kubernetes reads YAML by go-yaml v2, whose rules lie between YAML 1.1 and 1.2: ``yes`` and ``on`` are true,
``017`` and ``0o17`` are 15, ``12:30`` is text. Source: go.yaml.in/yaml/v2 2.4.4, resolve.go.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from launcher_k8s.templates.govalues.reals import parse_float

BOOL: Final = "!!bool"
FLOAT: Final = "!!float"
INT: Final = "!!int"
NULL: Final = "!!null"
STR: Final = "!!str"
TIMESTAMP: Final = "!!timestamp"

HINTS: Final = frozenset("+-0123456789.yYnNtTfFoO~")
"""What a scalar that is not text may begin with; else it is text, unless it is empty."""

_MIXED_CASES: Final = (str.lower, str.title, str.upper)
_UINT: Final = 1 << 64
_INT: Final = 1 << 63
_INTEGER: Final = re.compile(
    r"([+-]?)(?:0[bB]([01]+)|0[oO]?([0-7]+)|0[xX]([0-9a-fA-F]+)|(0|[1-9][0-9]*))"
).fullmatch
_BASES: Final = (2, 8, 16, 10)
_MOST_DIGITS: Final = 20  # of 64 bits; Python refuses to read thousands
_SIGNED_BINARY: Final = re.compile(r"0b([+-][01]+)").fullmatch
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?").fullmatch
_TIME: Final = r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?"
_TIMESTAMP: Final = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    rf"(?:[Tt]{_TIME}(?:Z|[+-]([0-9]{{2}}):([0-9]{{2}}))| +{_TIME})?"
).fullmatch
_BASE_60: Final = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?").fullmatch


def _words() -> dict[str, tuple[str, Any]]:
    words: dict[str, tuple[str, Any]] = {"": (NULL, None), "~": (NULL, None)}
    meanings: tuple[tuple[tuple[str, ...], str, Any], ...] = (
        (("y", "yes", "true", "on"), BOOL, True),
        (("n", "no", "false", "off"), BOOL, False),
        (("null",), NULL, None),
    )
    for names, tag, value in meanings:
        words.update({case(name): (tag, value) for name in names for case in _MIXED_CASES})
    for name in (".nan", ".NaN", ".NAN"):
        words[name] = (FLOAT, math.nan)
    for name in (".inf", ".Inf", ".INF"):
        words[name] = words["+" + name] = (FLOAT, math.inf)
        words["-" + name] = (FLOAT, -math.inf)
    return words


WORDS: Final[Mapping[str, tuple[str, Any]]] = MappingProxyType(_words())
"""The words that are not text: each with its tag and its value."""


def resolve(text: str, *, timestamps: bool = True) -> tuple[str, Any]:
    """An unquoted scalar's short tag and its value; a timestamp's value is its text.

    Args:
        text: As the document has it.
        timestamps: Whether timestamps are told from text.
    """
    word = WORDS.get(text)
    if word is not None:
        return word
    hint = text[:1]
    if hint == ".":
        number = parse_float(text)
        return (STR, text) if number is None else (FLOAT, number)
    if hint in "+-0123456789":
        if timestamps and _is_timestamp(text):
            return TIMESTAMP, text
        return _number(text)
    return STR, text


def plain_value(text: str) -> Any:
    """An unquoted scalar's value, of which the first character is a hint."""
    return resolve(text)[1]


def is_text(text: str) -> bool:
    """Whether a text, unquoted, would be read as that text, by readers of YAML 1.1 too."""
    hint = text[:1]
    if hint not in HINTS:
        return bool(text)
    return resolve(text)[0] == STR and not (":" in text and hint in "+-0123456789" and _BASE_60(text))


def _number(text: str) -> tuple[str, Any]:
    plain = text.replace("_", "")
    integer = _integer(plain)
    if integer is not None:
        return INT, integer
    if _FLOAT(plain):
        number = parse_float(plain)
        if number is not None:
            return FLOAT, number
    binary = _SIGNED_BINARY(plain)
    if binary and -_INT <= (integer := int(binary[1], 2)) < _INT:
        return INT, integer
    return STR, text


def _integer(plain: str) -> int | None:
    match = _INTEGER(plain)
    if match is None:
        return None
    group = match.lastindex or 0
    if _BASES[group - 2] == 10 and len(match[group]) > _MOST_DIGITS:
        return None
    number = int(match[group], _BASES[group - 2])
    if match[1] == "-":
        return -number if number <= _INT else None
    return number if number < (_INT if match[1] else _UINT) else None


def _is_timestamp(text: str) -> bool:
    match = _TIMESTAMP(text) if text[4:5] == "-" else None
    if match is None:
        return False
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    if not (1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return False
    hour, minute, second, zone_hour, zone_minute, *other = (int(part or 0) for part in match.groups()[3:])
    if any(other):
        hour, minute, second = other
    in_day = hour < 24 and minute < 60 and second < 60
    return in_day and zone_hour <= 24 and zone_minute <= 60
