"""Go's ``time.Time``: an instant of nanoseconds, and the zone that it is shown in.

Like Go's, it counts seconds from the year 1 in an ``int64`` that wraps around. Source: Go 1.26, time/time.go
and time/format_rfc3339.go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from launcher_k8s.templates.gotime.calendar import (
    DAY,
    MONTHS,
    WEEKDAYS,
    date_from_days,
    day_of_year,
    days_from_date,
    weekday,
)
from launcher_k8s.templates.gotime.layouts import RFC3339_NANO, Shown, format_layout, shown_at
from launcher_k8s.templates.gotime.zones import UTC_ZONE, Zone
from launcher_k8s.templates.govalues.durations import SECOND, Duration, NamedInteger, saturated
from launcher_k8s.templates.govalues.signature import Function
from launcher_k8s.templates.govalues.structs import Struct
from launcher_k8s.templates.govalues.values import GoError, Int64, int64

_UNIX: Final = 62_135_596_800  # from the year 1 to 1970
_ABSOLUTE: Final = (292_277_022_400 * 3_652_425 // 10_000 + 306) * DAY  # from the earliest day to the year 1
_WORD: Final = 1 << 64
_STRING: Final = "2006-01-02 15:04:05.999999999 -0700 MST"
_TIME: Final = "time.Time"
_DURATION: Final = "time.Duration"


class Month(NamedInteger):
    """A ``time.Month``, from 1."""

    __slots__ = ()
    go_type = "time.Month"
    go_kind = "int"

    def go_string(self) -> str:
        """Its English name."""
        return MONTHS[self - 1]


class Weekday(NamedInteger):
    """A ``time.Weekday``, 0 for Sunday."""

    __slots__ = ()
    go_type = "time.Weekday"
    go_kind = "int"

    def go_string(self) -> str:
        """Its English name."""
        return WEEKDAYS[self]


@attrs.frozen
class Location(Struct):
    """A ``*time.Location``."""

    go_type = "*time.Location"
    go_kind = "ptr"

    name: str

    def go_string(self) -> str:
        """The zone's name."""
        return self.name

    def go_method(self, name: str) -> Function | None:
        """Its one method; None if there is none of that name."""
        return Function(name, (), None, self.go_string) if name == "String" else None


@attrs.frozen
class Time(Struct):
    """A ``time.Time``.

    Args:
        seconds: Since 0001-01-01 in UTC, in an ``int64``.
        nanosecond: Of the second.
        zone: What it is shown in.
    """

    go_type = _TIME

    seconds: int
    nanosecond: int = 0
    zone: Zone = UTC_ZONE

    @property
    def unix(self) -> int:
        """Seconds since 1970-01-01 in UTC."""
        return int(int64(self.seconds - _UNIX))

    def shown(self) -> Shown:
        """What a clock in its zone shows."""
        name, offset = self.zone.lookup(self.unix)
        local = (self.seconds + offset + _ABSOLUTE) % _WORD - _ABSOLUTE - _UNIX
        return shown_at(local, self.nanosecond, name, offset)

    def format(self, layout: str) -> str:
        """As a layout says."""
        return format_layout(self.shown(), layout)

    def plus(self, nanoseconds: int) -> Time:
        """So much later (``Add``)."""
        seconds, nanosecond = divmod(self.nanosecond + int(nanoseconds), SECOND)
        return attrs.evolve(self, seconds=int(int64(self.seconds + seconds)), nanosecond=nanosecond)

    def minus(self, other: Time) -> Duration:
        """How much later than another, as far as a duration can tell (``Sub``)."""
        return saturated((self.seconds - other.seconds) * SECOND + self.nanosecond - other.nanosecond)

    def compared_with(self, other: Time) -> int:
        """-1, 0 or 1 for before, equal or after."""
        mine, its = (self.seconds, self.nanosecond), (other.seconds, other.nanosecond)
        return (mine > its) - (mine < its)

    def go_string(self) -> str:
        """As ``String`` writes it."""
        return self.format(_STRING)

    def go_json(self) -> str:
        """As ``MarshalJSON`` writes it.

        Raises:
            GoError: Its year has not four digits, or its zone is a day off.
        """
        shown = self.shown()
        if not 0 <= date_from_days(shown.days)[0] <= 9999:
            raise _unmarshalled("year outside of range [0,9999]")
        if abs(shown.offset) >= DAY:
            raise _unmarshalled("timezone hour outside of range [0,23]")
        return f'"{format_layout(shown, RFC3339_NANO)}"'

    def go_method(self, name: str) -> Function | None:
        """A method with its receiver bound; None if there is none of that name."""
        if name not in _METHODS:
            return None
        params, call = _METHODS[name]
        return Function(name, params, None, lambda *args: call(self, *args))

    def go_fields(self) -> tuple[tuple[str, Any], ...]:
        """What two of them are compared by; none can be named."""
        return (("wall", self.nanosecond), ("ext", Int64(self.seconds)), ("loc", Location(self.zone.name)))

    def go_field(self, _name: str) -> Any:
        """MISSING: all fields are the type's own."""
        return Struct.go_field(_NOTHING, _name)


_NOTHING: Final = Struct()
ZERO: Final = Time(0)
"""Go's zero time, which stands for none."""


def _unmarshalled(message: str) -> GoError:
    return GoError(f"json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: {message}")


def from_unix(unix: int, zone: Zone, nanosecond: int = 0) -> Time:
    """The time so many seconds after 1970 began (``time.Unix``)."""
    return Time(int(int64(unix + _UNIX)), nanosecond, zone)


def from_date(days: int, second: int, nanosecond: int, zone: Zone) -> Time:
    """The time at which a zone's clocks show a day and a second of it (``time.Date``)."""
    local = days * DAY + second
    _, offset = zone.lookup(local)
    if offset:
        _, offset = zone.lookup(local - offset)
    return from_unix(local - offset, zone, nanosecond)


def _date(time: Time) -> tuple[int, int, int]:
    return date_from_days(time.shown().days)


def _add_date(time: Time, years: int, months: int, days: int) -> Time:
    shown = time.shown()
    year, month, day = date_from_days(shown.days)
    changed = days_from_date(year + years, month + months, day + days)
    return from_date(changed, shown.second, time.nanosecond, time.zone)


def _to_multiple(time: Time, multiple: int, *, up: bool) -> Time:
    """To a multiple of a duration since the year 1, halfway up (``Round``) or always down (``Truncate``)."""
    if multiple <= 0:
        return time
    rest = (time.seconds * SECOND + time.nanosecond) % multiple
    return time.plus(multiple - rest if up and 2 * rest >= multiple else -rest)


def _unix_in(time: Time, count: int) -> Int64:
    return int64(time.unix * count + time.nanosecond * count // SECOND)


_METHODS: Final[Mapping[str, tuple[tuple[str, ...], Callable[..., Any]]]] = {
    "Year": ((), lambda time: _date(time)[0]),
    "Month": ((), lambda time: Month(_date(time)[1])),
    "Day": ((), lambda time: _date(time)[2]),
    "Weekday": ((), lambda time: Weekday(weekday(time.shown().days))),
    "YearDay": ((), lambda time: day_of_year(time.shown().days)),
    "Hour": ((), lambda time: time.shown().second // 3600),
    "Minute": ((), lambda time: time.shown().second // 60 % 60),
    "Second": ((), lambda time: time.shown().second % 60),
    "Nanosecond": ((), lambda time: time.nanosecond),
    "Unix": ((), lambda time: Int64(time.unix)),
    "UnixMilli": ((), lambda time: _unix_in(time, 1_000)),
    "UnixMicro": ((), lambda time: _unix_in(time, 1_000_000)),
    "UnixNano": ((), lambda time: _unix_in(time, SECOND)),
    "IsZero": ((), lambda time: (time.seconds, time.nanosecond) == (0, 0)),
    "UTC": ((), lambda time: attrs.evolve(time, zone=UTC_ZONE)),
    "Location": ((), lambda time: Location(time.zone.name)),
    "String": ((), Time.go_string),
    "Format": (("string",), Time.format),
    "Add": ((_DURATION,), Time.plus),
    "AddDate": (("int", "int", "int"), _add_date),
    "Sub": ((_TIME,), Time.minus),
    "Round": ((_DURATION,), lambda time, multiple: _to_multiple(time, multiple, up=True)),
    "Truncate": ((_DURATION,), lambda time, multiple: _to_multiple(time, multiple, up=False)),
    "After": ((_TIME,), lambda time, other: time.compared_with(other) > 0),
    "Before": ((_TIME,), lambda time, other: time.compared_with(other) < 0),
    "Equal": ((_TIME,), lambda time, other: time.compared_with(other) == 0),
    "Compare": ((_TIME,), Time.compared_with),
}
