"""Sprig's functions on dates and durations.

What is no date is now, an unknown zone is UTC, and the local zone is that of the effects' clock. Source:
Sprig 3.3.0, date.go.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from launcher_k8s.templates.effects import Effects
from launcher_k8s.templates.functions.numbers import decimal_integer
from launcher_k8s.templates.gotime.moment import ZERO, Time, from_unix
from launcher_k8s.templates.gotime.parsing import parse_time
from launcher_k8s.templates.gotime.zones import UTC_ZONE, Zone, load_zone, local_zone
from launcher_k8s.templates.govalues.durations import (
    HOUR,
    MINUTE,
    SECOND,
    Duration,
    format_duration,
    parse_duration,
    round_to,
)
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError, Int32, Int64, int64

REGISTRY: Final[Registry] = {}

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL: Final = "Local"
_HTML: Final = "2006-01-02"
_DAY: Final = 24 * HOUR
_ROUND_UNITS: Final = (
    (365 * _DAY, "y"),
    (30 * _DAY, "mo"),
    (_DAY, "d"),
    (HOUR, "h"),
    (MINUTE, "m"),
    (SECOND, "s"),
)


@function(REGISTRY, "", "now", needs_effects=True)
def now(effects: Effects) -> Time:
    """The time."""
    moment = effects.now()
    since = moment - _EPOCH
    zone = local_zone(moment.tzinfo)
    return from_unix(since // timedelta(seconds=1), zone, since.microseconds * 1000)


def _local(effects: Effects) -> Zone:
    return local_zone(effects.now().tzinfo)


def _since(effects: Effects, time: Time) -> Duration:
    return now(effects).minus(time)


def _time(effects: Effects, value: Any, kinds: tuple[type, ...]) -> Time:
    """A time, or seconds since 1970 if they are of one of these types; now for anything else."""
    if isinstance(value, Time):
        return value
    return from_unix(int(value), UTC_ZONE) if type(value) in kinds else now(effects)


@function(REGISTRY, "string, any, string", "dateInZone", "date_in_zone", needs_effects=True)
def date_in_zone(effects: Effects, layout: str, date: Any, name: str) -> str:
    """A date as a layout says, in a zone."""
    time = _time(effects, date, (int, Int64, Int32))
    zone = _local(effects) if name == _LOCAL else load_zone(name)
    return Time(time.seconds, time.nanosecond, zone or UTC_ZONE).format(layout)


@function(REGISTRY, "string, any", "date", needs_effects=True)
def date(effects: Effects, layout: str, value: Any) -> str:
    """A date as a layout says."""
    return date_in_zone(effects, layout, value, _LOCAL)


@function(REGISTRY, "any", "htmlDate", needs_effects=True)
def html_date(effects: Effects, value: Any) -> str:
    """A date as HTML's date pickers take it."""
    return date_in_zone(effects, _HTML, value, _LOCAL)


@function(REGISTRY, "any, string", "htmlDateInZone", needs_effects=True)
def html_date_in_zone(effects: Effects, value: Any, name: str) -> str:
    """The same, in a zone."""
    return date_in_zone(effects, _HTML, value, name)


@function(REGISTRY, "string, time.Time", "dateModify", "date_modify")
def modify(duration: str, time: Time) -> Time:
    """A time so much later; the time itself if that is no duration."""
    try:
        return time.plus(parse_duration(duration))
    except GoError:
        return time


@function(REGISTRY, "string, time.Time", "mustDateModify", "must_date_modify")
def must_modify(duration: str, time: Time) -> Time:
    """A time so much later."""
    return time.plus(parse_duration(duration))


@function(REGISTRY, "any", "ago", needs_effects=True)
def ago(effects: Effects, value: Any) -> str:
    """How long ago a date was, in whole seconds."""
    return format_duration(round_to(_since(effects, _time(effects, value, (int, Int64))), SECOND))


@function(REGISTRY, "any", "duration")
def duration(value: Any) -> str:
    """Seconds as a duration, if they are an ``int64`` or text; no time for anything else."""
    seconds = decimal_integer(value) if isinstance(value, str) else value if type(value) is Int64 else 0
    return format_duration(int64(seconds * SECOND))


@function(REGISTRY, "any", "durationRound", needs_effects=True)
def duration_round(effects: Effects, value: Any) -> str:
    """A duration, or the time since a date, in its largest unit."""
    size = abs(int(_any_duration(effects, value)))
    return next((f"{size // unit}{letter}" for unit, letter in _ROUND_UNITS if size > unit), "0s")


def _any_duration(effects: Effects, value: Any) -> int:
    if isinstance(value, Time):
        return _since(effects, value)
    if isinstance(value, str):
        try:
            return parse_duration(value)
        except GoError:
            return 0
    return value if type(value) is Int64 else 0


@function(REGISTRY, "string, string", "toDate", needs_effects=True)
def to_date(effects: Effects, layout: str, text: str) -> Time:
    """A text that was written by a layout as a time; Go's zero time if it was not."""
    try:
        return parse_time(layout, text, _local(effects))
    except GoError:
        return ZERO


@function(REGISTRY, "string, string", "mustToDate", needs_effects=True)
def must_to_date(effects: Effects, layout: str, text: str) -> Time:
    """A text that was written by a layout as a time."""
    return parse_time(layout, text, _local(effects))


@function(REGISTRY, "time.Time", "unixEpoch")
def unix_epoch(time: Time) -> str:
    """Seconds since 1970."""
    return str(time.unix)
