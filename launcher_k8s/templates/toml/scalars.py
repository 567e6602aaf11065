"""TOML's numbers, times and escapes.

Source: github.com/BurntSushi/toml 1.6.0, parse.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from launcher_k8s.templates.gotime.calendar import days_from_date, days_in
from launcher_k8s.templates.gotime.moment import Time, from_date
from launcher_k8s.templates.gotime.zones import UTC_ZONE, FixedZone
from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.reals import parse_float
from launcher_k8s.templates.govalues.values import GoError, Int64

# Moments without a zone are in ones of their own, by which they are written as they were (internal/tz.go).
LOCAL_DATE_TIME: Final = FixedZone("datetime-local", 0)
LOCAL_DATE: Final = FixedZone("date-local", 0)
LOCAL_TIME: Final = FixedZone("time-local", 0)

_WORDS: Final = re.compile("[+-]?(?:nan|inf)").fullmatch
_LEADING_ZERO: Final = re.compile("0[^box]|[+-]0.").match
_BARE_PERIOD: Final = re.compile(r"\.(?![0-9])").search
_SHORT: Final = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}
_ESCAPE: Final = re.compile(r"\\(?:x(..)|u(....)|U(........)|(.))", re.DOTALL)
_WRAPPED: Final = re.compile(r"(\\\\)|\\(?=[ \t\r]*\n)[ \t\r\n]+")
_CLOCK: Final = r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?"
_DATE_TIME: Final = re.compile(
    rf"(?:([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}}))?(?:(?:(?<=.)T|^){_CLOCK}(?:(Z)|([+-])([0-9]{{2}}):([0-9]{{2}}))?)?"
).fullmatch
_LAST: Final = 0x10FFFF


class BadScalarError(Exception):
    """Text that is no such scalar."""


def read_scalar(kind: str, text: str) -> Any:
    """A number or time.

    Args:
        kind: ``integer``, ``float`` or ``date``.
        text: As the document has it.

    Raises:
        BadScalarError: It is none.
    """
    if kind == "integer":
        return _integer(text)
    return _float(text) if kind == "float" else _moment(text)


def _integer(text: str) -> Int64:
    _check_number(text, text, "integer")
    plain = text.replace("_", "")
    try:
        number = int(plain, 0) if plain.strip("+-0") else 0
    except ValueError:  # more digits than Python reads
        number = 1 << 63
    if not -(1 << 63) <= number < 1 << 63:
        raise BadScalarError(f"{text} is out of range for int64")
    return Int64(number)


def _float(text: str) -> float:
    parts = [part for part in re.split("[.eE]", text) if part]
    for at, part in enumerate(parts):
        _check_number(part, text, "float", leading=at == 0)
    if _BARE_PERIOD(text):
        raise BadScalarError(f"Invalid float {quote(text)}: '.' must be followed by one or more digits")
    plain = text.replace("_", "")
    number = parse_float(plain.lstrip("+-") if plain.endswith("nan") else plain)
    if number is None:
        problem = (
            f"{text} is out of range for float64"
            if _overflows(plain)
            else f"Invalid float value: {quote(text)}"
        )
        raise BadScalarError(problem)
    return number


def _overflows(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _check_number(part: str, text: str, kind: str, *, leading: bool = True) -> None:
    if not _WORDS(part) and not _underscores_fit(part):
        raise BadScalarError(f"Invalid {kind} {quote(text)}: underscores must be surrounded by digits")
    if leading and _LEADING_ZERO(part):
        raise BadScalarError(f"Invalid {kind} {quote(text)}: cannot have leading zeroes")


def _underscores_fit(part: str) -> bool:
    digit = False
    for character in part:
        if character == "_" and not digit:
            return False
        digit = character in "0123456789abcdefABCDEF"
    return digit


def _moment(text: str) -> Time:
    text = text.replace("z", "Z").replace("t", "T").replace(" ", "T")
    match = _DATE_TIME(text)
    if match is None or not _exists(match):
        raise BadScalarError(f"invalid datetime: {quote(text)}")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    days = days_from_date(year, month, day) if match[1] else days_from_date(0, 1, 1)
    nanosecond = int((match[7] or "0")[:9].ljust(9, "0"))
    return from_date(days, hour * 3600 + minute * 60 + second, nanosecond, _zone(match))


def _exists(match: re.Match[str]) -> bool:
    if match[1] is None:
        if match[8] or match[9]:
            return False
    else:
        month = int(match[2])
        if not (1 <= month <= 12 and 1 <= int(match[3]) <= days_in(month, int(match[1]))):
            return False
    hour, minute, second = (int(part or 0) for part in match.group(4, 5, 6))
    zone_hour, zone_minute = int(match[10] or 0), int(match[11] or 0)
    return hour < 24 and minute < 60 and second < 60 and zone_hour <= 24 and zone_minute <= 60


def _zone(match: re.Match[str]) -> FixedZone:
    if match[8] is None and match[9] is None:
        return LOCAL_TIME if match[1] is None else LOCAL_DATE if match[4] is None else LOCAL_DATE_TIME
    if match[9] is None:
        return UTC_ZONE
    offset = int(match[10]) * 3600 + int(match[11]) * 60
    return FixedZone("", -offset if match[9] == "-" else offset) if offset else UTC_ZONE


def unwrapped(text: str) -> str:
    """A string of many lines without the line ends that are escaped, and the blanks behind them."""
    return _WRAPPED.sub(lambda match: match[1] or "", text)


def unescaped(text: str, refuse: Callable[[str], GoError]) -> str:
    """A string with its escapes replaced.

    Args:
        text: What stands between the quotes.
        refuse: Makes the error for an escape that means nothing.
    """
    if "\\" not in text:
        return text

    def replace(match: re.Match[str]) -> str:
        digits = match[1] or match[2] or match[3]
        if digits is None:
            if match[4] not in _SHORT:
                raise refuse(f"invalid escape: '\\{match[4]}'")
            return _SHORT[match[4]]
        code = int(digits, 16)
        if 0xD800 <= code <= 0xDFFF or code > _LAST:
            raise refuse(f"Escaped character '\\u{digits}' is not valid UTF-8.")
        return chr(code)

    return _ESCAPE.sub(replace, text)
