"""Reads TOML by Python's own reader; what is wrong with a document is told in the form of Go's library.

The values are those of BurntSushi's library: integers are ``int64``, dates and times are ``time.Time``. Its
lexer's words are kept for what templates come upon most; others are Python's, with the line. Source:
github.com/BurntSushi/toml 1.6.0, decode.go, lex.go and error.go.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from launcher_k8s.templates.gotime.calendar import days_from_date
from launcher_k8s.templates.gotime.moment import Time, from_date
from launcher_k8s.templates.gotime.zones import UTC_ZONE, FixedZone
from launcher_k8s.templates.govalues.quoting import quote_rune
from launcher_k8s.templates.govalues.values import GoError, Int64

_PLACE: Final = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL).fullmatch
_NO_SEPARATOR: Final = "Expected '=' after a key in a key/value pair"
_NO_VALUE: Final = "Invalid value"


def read_toml(text: str) -> dict[str, Any]:
    """A TOML document's values.

    Raises:
        GoError: It is no TOML.
    """
    try:
        return {key: _value(item) for key, item in tomllib.loads(text).items()}
    except tomllib.TOMLDecodeError as error:
        raise _refusal(text, str(error)) from None
    except RecursionError:
        raise GoError("toml: too deep") from None


def _value(value: Any) -> Any:
    kind = type(value)
    if kind is int:
        if not -(1 << 63) <= value < 1 << 63:
            raise GoError(f"toml: {value} is out of range for int64")
        return Int64(value)
    if kind is dict:
        return {key: _value(item) for key, item in value.items()}
    if kind is list:
        return [_value(item) for item in value]
    if isinstance(value, datetime):
        return _moment(value.date(), value.time(), value.utcoffset())
    if isinstance(value, date):
        return _moment(value, time(), None)
    return _moment(None, value, None) if isinstance(value, time) else value


def _moment(day: date | None, clock: time, offset: timedelta | None) -> Time:
    """A ``time.Time``; in UTC where the document tells no zone, on the first day of year 0 where no date."""
    days = days_from_date(day.year, day.month, day.day) if day else days_from_date(0, 1, 1)
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second
    zone = FixedZone("", int(offset.total_seconds())) if offset else UTC_ZONE
    return from_date(days, seconds, clock.microsecond * 1000, zone)


def _refusal(text: str, message: str) -> GoError:
    match = _PLACE(message)
    problem, line, column = match.groups() if match else (message, None, None)
    lines = text.split("\n")
    at_end = line is None
    if at_end or line is None or column is None:
        number, rest = max(1, len(text.rstrip("\n").split("\n"))), ""
    else:
        number, rest = int(line), lines[int(line) - 1][int(column) - 1 :]
    if problem == _NO_SEPARATOR:
        problem = _no_separator(rest, at_end=at_end)
    elif problem == _NO_VALUE:
        problem = "unexpected EOF; expected value" if at_end else _no_value(rest)
    return GoError(f"toml: line {number}: {problem}")


def _no_separator(rest: str, *, at_end: bool) -> str:
    if at_end:
        return "unexpected EOF; expected key separator '='"
    found = quote_rune(ord(rest[0] if rest else "\n"))
    return f"expected '.' or '=', but got {found} instead"


def _no_value(rest: str) -> str:
    return f"expected value but found {quote_rune(ord(rest[0] if rest else chr(10)))} instead"
