"""Spans of time as kubectl shows them (``k8s.io/apimachinery/pkg/util/duration/duration.go``)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

_SECOND_IS: Final = timedelta(seconds=1)
_HOURS_A_DAY: Final = 24
_DAYS_A_YEAR: Final = 365


def human_duration(span: timedelta) -> str:
    """A span in the one or two units that tell most, such as ``5m30s`` or ``3d4h``."""
    seconds = int(span / _SECOND_IS)
    if seconds < -1:
        return "<invalid>"
    if seconds < 2 * 60:
        return f"{max(0, seconds)}s"
    minutes, hours = seconds // 60, seconds // 3600
    if minutes < 10:
        return _two(minutes, "m", seconds % 60, "s")
    if minutes < 3 * 60:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 2 * _HOURS_A_DAY:
        return f"{hours}h"
    return _days(hours)


def _days(hours: int) -> str:
    days = hours // _HOURS_A_DAY
    if days < 8:
        return _two(days, "d", hours % _HOURS_A_DAY, "h")
    if days < 2 * _DAYS_A_YEAR:
        return f"{days}d"
    if days < 8 * _DAYS_A_YEAR:
        return _two(days // _DAYS_A_YEAR, "y", days % _DAYS_A_YEAR, "d")
    return f"{days // _DAYS_A_YEAR}y"


def _two(more: int, unit: str, less: int, lesser_unit: str) -> str:
    return f"{more}{unit}{less}{lesser_unit}" if less else f"{more}{unit}"


def since(stamp: str | None, now: datetime) -> str:
    """How long ago a time of an object was; ``<unknown>`` without one."""
    return human_duration(now - parse_stamp(stamp)) if stamp else "<unknown>"


def parse_stamp(stamp: str) -> datetime:
    """A time as objects carry it."""
    return datetime.fromisoformat(stamp)
