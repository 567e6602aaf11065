"""Helm's functions on durations, which take text, numbers of seconds, and durations.

Source: Helm 4.3.1, pkg/engine/funcs.go.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from launcher_k8s.templates.govalues.characters import SPACE
from launcher_k8s.templates.govalues.durations import (
    HOUR,
    MICROSECOND,
    MILLISECOND,
    MINUTE,
    SECOND,
    Duration,
    cut,
    in_units,
    parse_duration,
    round_to,
    truncate,
)
from launcher_k8s.templates.govalues.floats import format_float
from launcher_k8s.templates.govalues.kinds import kind_name, type_name
from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.reals import parse_float
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError, Int64

REGISTRY: Final[Registry] = {}

_HIGHEST: Final = (1 << 63) - 1
_MOST_SECONDS: Final = _HIGHEST // SECOND


@function(REGISTRY, "any", "mustToDuration")
def to_duration(value: Any) -> Duration:
    """A value as a duration."""
    if isinstance(value, Duration):
        return value
    if isinstance(value, str):
        return _from_text(value)
    if value is None:
        raise GoError("invalid duration")
    if isinstance(value, float):
        return _from_float(value)
    if isinstance(value, int) and kind_name(value) != "bool":
        if abs(value) > _MOST_SECONDS:
            raise GoError(f"duration seconds overflow: {int(value)}")
        return Duration(value * SECOND)
    raise GoError(f"unsupported duration type {type_name(value)}")


def _from_text(text: str) -> Duration:
    trimmed = text.strip(SPACE)
    if not trimmed:
        raise GoError("empty duration")
    try:
        return parse_duration(trimmed)
    except GoError:
        seconds = parse_float(trimmed)
    if seconds is None:
        raise GoError(f"could not parse duration {quote(text)}")
    return _from_float(seconds)


def _from_float(seconds: float) -> Duration:
    if not math.isfinite(seconds):
        raise GoError(f"invalid duration seconds: {format_float(seconds)}")
    if abs(seconds) > float(_HIGHEST) / SECOND:
        raise GoError(f"duration seconds overflow: {format_float(seconds)}")
    nanoseconds = math.trunc(seconds * SECOND)
    # Where the float nearest to the limit is above it, amd64 makes the lowest number of it.
    return Duration(nanoseconds if nanoseconds <= _HIGHEST else -_HIGHEST - 1)


def _register(name: str, convert: Callable[[int], Any], nothing: Any) -> None:
    """A function that gives a duration in some unit, and nothing for what is none."""

    @function(REGISTRY, "any", name)
    def converted(value: Any) -> Any:
        try:
            return convert(to_duration(value))
        except GoError:
            return nothing


_register("durationWeeks", lambda duration: in_units(duration, HOUR) / 24.0 / 7.0, 0.0)
_register("durationDays", lambda duration: in_units(duration, HOUR) / 24.0, 0.0)
_register("durationHours", lambda duration: in_units(duration, HOUR), 0.0)
_register("durationMinutes", lambda duration: in_units(duration, MINUTE), 0.0)
_register("durationSeconds", lambda duration: in_units(duration, SECOND), 0.0)
_register("durationMilliseconds", lambda duration: Int64(cut(duration, MILLISECOND)), Int64(0))
_register("durationMicroseconds", lambda duration: Int64(cut(duration, MICROSECOND)), Int64(0))
_register("durationNanoseconds", Int64, Int64(0))


@function(REGISTRY, "any, any", "durationRoundTo")
def duration_round_to(value: Any, multiple: Any) -> Duration:
    """To the nearest multiple of another; zero for no duration, unchanged if the other is none."""
    return _adjusted(round_to, value, multiple)


@function(REGISTRY, "any, any", "durationTruncateTo")
def duration_truncate_to(value: Any, multiple: Any) -> Duration:
    """Towards zero to a multiple of another; zero for no duration, unchanged if the other is none."""
    return _adjusted(truncate, value, multiple)


def _adjusted(adjust: Callable[[int, int], Duration], value: Any, multiple: Any) -> Duration:
    try:
        duration = to_duration(value)
    except GoError:
        return Duration(0)
    try:
        return adjust(duration, to_duration(multiple))
    except GoError:
        return duration
