"""Layouts: how a reference time looks, ``Mon Jan 2 15:04:05 MST 2006``, and times written so.

Source: Go 1.26, time/format.go (``nextStdChunk``, ``appendFormat``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

import attrs

from launcher_k8s.templates.gotime.calendar import (
    DAY,
    MONTHS,
    WEEKDAYS,
    date_from_days,
    day_of_year,
    weekday,
)

RFC3339: Final = "2006-01-02T15:04:05Z07:00"
RFC3339_NANO: Final = "2006-01-02T15:04:05.999999999Z07:00"

_USUAL: Final = 1_024
"""How long a layout may be to be kept, in characters."""
_ELEMENT: Final = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|0[1-6]|002|15|1|2006|2|_2(?!006)|__2|3|4|5|PM|pm"
    r"|-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07|[.,](?:0+|9+)(?![0-9])"
)


def split_layout(layout: str) -> tuple[tuple[str, str], ...]:
    """A layout as pairs of text and the element that follows it; the last element is empty."""
    return _split_usual(layout) if len(layout) <= _USUAL else _split(layout)


@lru_cache(maxsize=256)
def _split_usual(layout: str) -> tuple[tuple[str, str], ...]:
    return _split(layout)


def _split(layout: str) -> tuple[tuple[str, str], ...]:
    pairs, at = [], 0
    for match in _ELEMENT.finditer(layout):
        pairs.append((layout[at : match.start()], match[0]))
        at = match.end()
    return (*pairs, (layout[at:], ""))


def is_fraction(element: str) -> bool:
    """Whether an element is for fractions of a second."""
    return element[:1] in (".", ",")


@attrs.frozen
class Shown:
    """What a clock shows.

    Args:
        days: Since 1970-01-01.
        second: Of the day.
        nanosecond: Of the second.
        zone: The zone's abbreviation; empty if it has none.
        offset: In seconds east of UTC.
    """

    days: int
    second: int
    nanosecond: int
    zone: str
    offset: int


def format_layout(shown: Shown, layout: str) -> str:
    """What a clock shows, written as a layout says."""
    return "".join([text + _written(shown, element) for text, element in split_layout(layout)])


def _written(shown: Shown, element: str) -> str:
    if not element:
        return ""
    if is_fraction(element):
        return _fraction(shown.nanosecond, element)
    if element[0] in "-Z":
        return _offset(shown.offset, element)
    return _WRITERS[element](shown)


def _fraction(nanosecond: int, element: str) -> str:
    count = len(element) - 1
    digits = f"{nanosecond:09d}"
    digits = digits[:count] if count < len(digits) else digits
    if element[1] == "0":
        return element[0] + digits
    digits = digits.rstrip("0")
    return element[0] + digits if digits else ""


def _offset(offset: int, element: str) -> str:
    if element[0] == "Z" and offset == 0:
        return "Z"
    minutes = abs(offset) // 60
    sign = "-" if offset < 0 and minutes else "+"
    parts = [f"{minutes // 60:02d}"]
    digits = element[1:].replace(":", "")
    if len(digits) > 2:
        parts.append(f"{minutes % 60:02d}")
    if len(digits) > 4:
        signed = -offset if sign == "-" else offset
        parts.append(_padded(signed % 60 if signed >= 0 else signed, 2))
    return sign + (":" if ":" in element else "").join(parts)


def _padded(number: int, width: int) -> str:
    return f"{'-' if number < 0 else ''}{abs(number):0{width}d}"


def _date(shown: Shown) -> tuple[int, int, int]:
    return date_from_days(shown.days)


def _hour(shown: Shown) -> int:
    return shown.second // 3600


def _hour12(shown: Shown) -> int:
    return _hour(shown) % 12 or 12


def _zone(shown: Shown) -> str:
    return shown.zone or _offset(shown.offset, "-0700")


_WRITERS: Final[Mapping[str, Callable[[Shown], str]]] = {
    "January": lambda shown: MONTHS[_date(shown)[1] - 1],
    "Jan": lambda shown: MONTHS[_date(shown)[1] - 1][:3],
    "1": lambda shown: str(_date(shown)[1]),
    "01": lambda shown: f"{_date(shown)[1]:02d}",
    "Monday": lambda shown: WEEKDAYS[weekday(shown.days)],
    "Mon": lambda shown: WEEKDAYS[weekday(shown.days)][:3],
    "2": lambda shown: str(_date(shown)[2]),
    "_2": lambda shown: f"{_date(shown)[2]:2d}",
    "02": lambda shown: f"{_date(shown)[2]:02d}",
    "__2": lambda shown: f"{day_of_year(shown.days):3d}",
    "002": lambda shown: f"{day_of_year(shown.days):03d}",
    "15": lambda shown: f"{_hour(shown):02d}",
    "3": lambda shown: str(_hour12(shown)),
    "03": lambda shown: f"{_hour12(shown):02d}",
    "4": lambda shown: str(shown.second // 60 % 60),
    "04": lambda shown: f"{shown.second // 60 % 60:02d}",
    "5": lambda shown: str(shown.second % 60),
    "05": lambda shown: f"{shown.second % 60:02d}",
    "2006": lambda shown: _padded(_date(shown)[0], 4),
    "06": lambda shown: f"{abs(_date(shown)[0]) % 100:02d}",
    "PM": lambda shown: "PM" if _hour(shown) >= 12 else "AM",
    "pm": lambda shown: "pm" if _hour(shown) >= 12 else "am",
    "MST": _zone,
}


def shown_at(local: int, nanosecond: int, zone: str, offset: int) -> Shown:
    """What a clock shows.

    Args:
        local: Seconds since 1970-01-01 on that clock.
        nanosecond: Of the second.
        zone: The zone's abbreviation.
        offset: In seconds east of UTC.
    """
    days, second = divmod(local, DAY)
    return Shown(days, second, nanosecond, zone, offset)
