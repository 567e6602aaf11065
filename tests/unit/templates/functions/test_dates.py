from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from launcher_k8s.templates.functions.dates import REGISTRY
from launcher_k8s.templates.govalues.printing import format_value
from launcher_k8s.templates.govalues.values import GoError, Int32, Int64

RFC3339 = "2006-01-02T15:04:05Z07:00"


@pytest.fixture
def in_berlin(effects: Any) -> Any:
    effects.moment = datetime(2024, 7, 1, 12, 0, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    return effects


def test_now_is_the_effects_clock(effects: Any) -> None:
    assert format_value(REGISTRY["now"].call(effects)) == "2024-02-29 13:04:05.6789 +0000 UTC"


@pytest.mark.parametrize("seconds", [0, Int64(0), Int32(0)])
def test_whole_numbers_are_seconds_since_1970(effects: Any, seconds: int) -> None:
    assert REGISTRY["date"].call(effects, RFC3339, seconds) == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize("value", ["1970-01-01", 0.0, None, True])
def test_what_is_no_date_is_now(effects: Any, value: Any) -> None:
    assert REGISTRY["htmlDate"].call(effects, value) == "2024-02-29"


def test_dates_are_local_unless_a_zone_is_named(in_berlin: Any) -> None:
    assert REGISTRY["date"].call(in_berlin, RFC3339, 0) == "1970-01-01T01:00:00+01:00"
    for name in ("dateInZone", "date_in_zone"):
        assert REGISTRY[name].call(in_berlin, RFC3339, 0, "Asia/Kolkata") == "1970-01-01T05:30:00+05:30"
        assert REGISTRY[name].call(in_berlin, "MST", 0, "Local") == "CET"
    assert REGISTRY["htmlDateInZone"].call(in_berlin, -1, "UTC") == "1969-12-31"


def test_an_unknown_zone_is_utc(in_berlin: Any) -> None:
    assert REGISTRY["dateInZone"].call(in_berlin, "15:04 MST", 0, "Mars/Olympus") == "00:00 UTC"


def test_modifying_a_date(effects: Any) -> None:
    now = REGISTRY["now"].call(effects)
    for name in ("dateModify", "date_modify", "mustDateModify", "must_date_modify"):
        assert REGISTRY[name].call("-1h4m", now).format("15:04") == "12:00"


def test_modifying_by_what_is_no_duration(effects: Any) -> None:
    now = REGISTRY["now"].call(effects)
    assert REGISTRY["dateModify"].call("soon", now) == now
    with pytest.raises(GoError, match='time: invalid duration "soon"'):
        REGISTRY["mustDateModify"].call("soon", now)


def test_how_long_ago_in_whole_seconds(effects: Any) -> None:
    assert REGISTRY["ago"].call(effects, Int64(1_709_211_845 - 3600)) == "1h0m1s"
    assert REGISTRY["ago"].call(effects, "never") == "0s"


@pytest.mark.parametrize(
    ("value", "text"),
    [("95", "1m35s"), (Int64(95), "1m35s"), (95, "0s"), ("x", "0s"), ("9" * 30, "-1s"), (1.5, "0s")],
)
def test_seconds_as_a_duration(value: Any, text: str) -> None:
    assert REGISTRY["duration"].call(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2h10m", "2h"),
        ("-50h", "2d"),
        ("1m", "60s"),
        ("1s", "0s"),
        ("9000h", "1y"),
        ("800h", "1mo"),
        ("x", "0s"),
        (Int64(61_000_000_000), "1m"),
        (5, "0s"),
    ],
)
def test_a_duration_in_its_largest_unit(effects: Any, value: Any, text: str) -> None:
    assert REGISTRY["durationRound"].call(effects, value) == text


def test_the_time_since_a_date_in_its_largest_unit(effects: Any) -> None:
    date = REGISTRY["toDate"].call(effects, "2006-01-02", "2024-02-20")
    assert REGISTRY["durationRound"].call(effects, date) == "9d"


def test_reading_a_date(in_berlin: Any) -> None:
    for name in ("toDate", "mustToDate"):
        date = REGISTRY[name].call(in_berlin, "2006-01-02", "2024-07-01")
        assert date.format(RFC3339) == "2024-07-01T00:00:00+02:00"
        assert REGISTRY["unixEpoch"].call(date) == "1719784800"


def test_reading_what_is_no_date(effects: Any) -> None:
    assert REGISTRY["toDate"].call(effects, "2006", "x").get("IsZero") is True
    with pytest.raises(GoError, match='parsing time "x" as "2006"'):
        REGISTRY["mustToDate"].call(effects, "2006", "x")
