from __future__ import annotations

import math
from typing import Any

import pytest

from launcher_k8s.templates.functions.durations import REGISTRY
from launcher_k8s.templates.govalues.durations import SECOND, Duration
from launcher_k8s.templates.govalues.kinds import type_name
from launcher_k8s.templates.govalues.values import GoError, Int64, Uint64


def call(name: str, *arguments: Any) -> Any:
    return REGISTRY[name].call(*arguments)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1h", 3600),
        (" 90s ", 90),
        ("2.5", 2.5),
        (3, 3),
        (Int64(-3), -3),
        (Uint64(3), 3),
        (1.5, 1.5),
        (Duration(SECOND), 1),
    ],
)
def test_durations_are_text_seconds_or_durations(value: Any, seconds: float) -> None:
    assert call("mustToDuration", value) == seconds * SECOND
    assert type_name(call("mustToDuration", value)) == "time.Duration"
    assert call("durationSeconds", value) == seconds


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (None, "invalid duration"),
        ("  ", "empty duration"),
        ("soon", 'could not parse duration "soon"'),
        ("NaN", "invalid duration seconds: NaN"),
        (math.inf, "invalid duration seconds: +Inf"),
        (1e10, "duration seconds overflow: 1e+10"),
        (1 << 62, "duration seconds overflow: 4611686018427387904"),
        (True, "unsupported duration type bool"),
        ([], "unsupported duration type []interface {}"),
    ],
)
def test_what_is_no_duration(value: Any, error: str) -> None:
    with pytest.raises(GoError) as raised:
        call("mustToDuration", value)
    assert str(raised.value) == error
    assert call("durationHours", value) == call("durationNanoseconds", value) == 0


def test_units() -> None:
    units = ("Weeks", "Days", "Hours", "Minutes", "Seconds", "Milliseconds", "Microseconds", "Nanoseconds")
    assert [call(f"duration{unit}", "84h") for unit in units] == [
        0.5, 3.5, 84.0, 5040.0, 302_400.0, 302_400_000, 302_400_000_000, 302_400_000_000_000,
    ]  # fmt: skip
    assert [type_name(call(f"duration{unit}", "x")) for unit in ("Weeks", "Nanoseconds")] == [
        "float64",
        "int64",
    ]


def test_rounding_and_truncating() -> None:
    assert call("durationRoundTo", "2h31m", "1h") == call("mustToDuration", "3h")
    assert call("durationTruncateTo", "2h59m", "1h") == call("mustToDuration", "2h")
    assert call("durationRoundTo", "2h", "x") == call("mustToDuration", "2h")
    assert call("durationTruncateTo", "x", "1h") == 0
