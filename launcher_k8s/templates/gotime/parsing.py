"""Times read by a layout.

Texts have one character for each byte here, since that is how Go cuts them and tells where one is wrong.
Source: Go 1.26, time/format.go (``parse``).
"""

from __future__ import annotations

from typing import Final

from launcher_k8s.templates.gotime.calendar import days_from_date, days_in, is_leap
from launcher_k8s.templates.gotime.elements import BadElementError, OutOfRangeError, Reader
from launcher_k8s.templates.gotime.layouts import split_layout
from launcher_k8s.templates.gotime.moment import Time, from_date, from_unix
from launcher_k8s.templates.gotime.zones import UTC_ZONE, Zone, fixed_zone
from launcher_k8s.templates.govalues.characters import as_bytes
from launcher_k8s.templates.govalues.durations import quote_bytes
from launcher_k8s.templates.govalues.values import GoError

_LEAP_DAY: Final = 60  # of the year, in a leap year


def parse_time(layout: str, text: str, zone: Zone) -> Time:
    """``time.ParseInLocation``.

    Args:
        layout: How the reference time would be written.
        text: The time.
        zone: The zone of a time that tells none, and of one whose zone fits it.

    Raises:
        GoError: The text is not written so, or there is no such time.
    """
    layout, text = as_bytes(layout), as_bytes(text)
    reader = Reader(text)
    _read(reader, layout, text)
    try:
        days = _day(reader)
    except OutOfRangeError as error:
        raise GoError(f"parsing time {quote_bytes(text)}: {error}") from None
    return _in_zone(reader, days, zone)


def _read(reader: Reader, layout: str, text: str) -> None:
    """All elements of a layout."""
    pairs = split_layout(layout)
    for at, (prefix, element) in enumerate(pairs):
        if not reader.skip(prefix):
            raise _mismatch(layout, text, prefix, reader.rest)
        if not element:
            break
        before = reader.rest
        try:
            reader.read(element, pairs[at + 1][1])
        except OutOfRangeError as error:
            raise GoError(f"parsing time {quote_bytes(text)}: {error}") from None
        except BadElementError:
            raise _mismatch(layout, text, element, before) from None
    if reader.rest:
        raise GoError(f"parsing time {quote_bytes(text)}: extra text: {quote_bytes(reader.rest)}")


def _mismatch(layout: str, text: str, element: str, found: str) -> GoError:
    return GoError(
        f"parsing time {quote_bytes(text)} as {quote_bytes(layout)}: "
        f"cannot parse {quote_bytes(found)} as {quote_bytes(element)}"
    )


def _day(reader: Reader) -> int:
    """The day that was read, in days since 1970-01-01."""
    year, month, day = reader.year, reader.month, reader.day
    if reader.year_day is not None:
        month, day = _from_year_day(reader)
    month, day = month or 1, 1 if day is None else day
    if not 1 <= day <= days_in(month, year):
        raise OutOfRangeError("day")
    return days_from_date(year, month, day)


def _from_year_day(reader: Reader) -> tuple[int, int]:
    """Month and day of the day of the year, which must fit those that were read."""
    number = reader.year_day or 0
    leap = is_leap(reader.year) and number >= _LEAP_DAY
    if not 1 <= number - leap <= 365:
        raise OutOfRangeError("day-of-year")
    month, day = 1, number
    while day > days_in(month, reader.year):
        month, day = month + 1, day - days_in(month, reader.year)
    if reader.month is not None and reader.month != month:
        raise OutOfRangeError("day-of-year does not match month", complete=True)
    if reader.day is not None and reader.day != day:
        raise OutOfRangeError("day-of-year does not match day", complete=True)
    return month, day


def _in_zone(reader: Reader, days: int, zone: Zone) -> Time:
    """The time at which the zone that was read shows what was read."""
    second, nanosecond = reader.second_of_day(), reader.nanosecond
    if reader.is_utc:
        return from_date(days, second, nanosecond, UTC_ZONE)
    shown = from_date(days, second, nanosecond, UTC_ZONE).unix
    if reader.offset is not None:
        name, offset = zone.lookup(shown - reader.offset)
        fits = offset == reader.offset and reader.zone in ("", name)
        return from_unix(
            shown - reader.offset, zone if fits else fixed_zone(reader.zone, reader.offset), nanosecond
        )
    if reader.zone:
        known = zone.offset_of(reader.zone, shown)
        if known is not None:
            return from_unix(shown - known, zone, nanosecond)
        # Go makes up a zone of that name, and does not move the time to it.
        hours = int(reader.zone[3:] or "0") if reader.zone.startswith("GMT") else 0
        return from_unix(shown, fixed_zone(reader.zone, hours * 3600), nanosecond)
    return from_date(days, second, nanosecond, zone)
