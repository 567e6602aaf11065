from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.templates.gotime.moment import ZERO, Month, Time, Weekday, from_date, from_unix
from launcher_k8s.templates.gotime.zones import UTC_ZONE, FixedZone, load_zone
from launcher_k8s.templates.govalues.comparing import deep_equal
from launcher_k8s.templates.govalues.durations import HOUR, MINUTE, SECOND, Duration
from launcher_k8s.templates.govalues.kinds import kind_name, type_name
from launcher_k8s.templates.govalues.printing import format_value, sprintf
from launcher_k8s.templates.govalues.values import GoError, NoFieldError

LEAP_DAY = from_unix(1_709_211_845, UTC_ZONE, 500_000_000)  # 2024-02-29 13:04:05.5


def method(time: Time, name: str, *arguments: Any) -> Any:
    found = time.go_method(name)
    assert found is not None
    return found.call(*arguments)


def test_templates_read_its_parts() -> None:
    names = (
        "Year",
        "Day",
        "YearDay",
        "Hour",
        "Minute",
        "Second",
        "Nanosecond",
        "Unix",
        "UnixMilli",
        "UnixMicro",
    )
    assert [LEAP_DAY.get(name) for name in names] == [
        2024, 29, 60, 13, 4, 5, 500_000_000, 1_709_211_845, 1_709_211_845_500, 1_709_211_845_500_000,
    ]  # fmt: skip
    assert LEAP_DAY.get("UnixNano") == 1_709_211_845_500_000_000
    assert format_value(LEAP_DAY) == LEAP_DAY.get("String") == "2024-02-29 13:04:05.5 +0000 UTC"


def test_months_and_weekdays_print_as_names_and_count_as_numbers() -> None:
    month, weekday = LEAP_DAY.get("Month"), LEAP_DAY.get("Weekday")
    assert (month, weekday) == (Month(2), Weekday(4))
    assert sprintf("%v %d %v", month, month, weekday) == "February 2 Thursday"
    assert [type_name(month), kind_name(weekday)] == ["time.Month", "int"]


def test_its_own_fields_cannot_be_read() -> None:
    with pytest.raises(NoFieldError):
        LEAP_DAY.get("wall")


def test_adding_and_subtracting() -> None:
    later = LEAP_DAY.plus(90 * MINUTE)
    assert later.get("Hour") == 14
    assert later.minus(LEAP_DAY) == 90 * MINUTE
    assert LEAP_DAY.plus(-SECOND).get("Second") == 4
    assert from_unix(1 << 40, UTC_ZONE).minus(ZERO) == (1 << 63) - 1


def test_dates_are_carried_over() -> None:
    assert method(LEAP_DAY, "AddDate", 1, 0, 0).format("2006-01-02") == "2025-03-01"
    assert method(LEAP_DAY, "AddDate", 0, -2, 2).format("2006-01-02") == "2023-12-31"


def test_order() -> None:
    later = LEAP_DAY.plus(1)
    assert [method(LEAP_DAY, name, later) for name in ("Before", "After", "Equal", "Compare")] == [
        True, False, False, -1,
    ]  # fmt: skip


def test_rounding_to_multiples() -> None:
    assert method(LEAP_DAY, "Round", Duration(HOUR)).format("15:04:05.9") == "13:00:00"
    assert method(LEAP_DAY, "Round", Duration(SECOND)).format("15:04:05.9") == "13:04:06"
    assert method(LEAP_DAY, "Truncate", Duration(SECOND)).format("15:04:05.9") == "13:04:05"
    assert method(LEAP_DAY, "Truncate", Duration(0)) == LEAP_DAY


def test_the_zero_time() -> None:
    assert ZERO.get("IsZero") is True
    assert format_value(ZERO) == "0001-01-01 00:00:00 +0000 UTC"
    assert ZERO.unix == -62_135_596_800


def test_zones() -> None:
    berlin = load_zone("Europe/Berlin")
    assert berlin is not None
    time = from_date(19_904, 12 * 3600, 0, berlin)
    assert time.go_string() == "2024-06-30 12:00:00 +0200 CEST"
    assert time.get("UTC").go_string() == "2024-06-30 10:00:00 +0000 UTC"
    assert format_value(time.get("Location")) == "Europe/Berlin"


def test_json_is_rfc_3339_of_years_with_four_digits() -> None:
    assert LEAP_DAY.go_json() == '"2024-02-29T13:04:05.5Z"'
    with pytest.raises(GoError, match=r"year outside of range \[0,9999\]"):
        from_unix(1 << 40, UTC_ZONE).go_json()
    with pytest.raises(GoError, match=r"timezone hour outside of range \[0,23\]"):
        from_unix(0, FixedZone("", 90_000)).go_json()


def test_seconds_wrap_around_as_an_int64() -> None:
    assert from_unix((1 << 63) - 1, UTC_ZONE).format("2006") == "292277026596"
    assert from_unix(-(1 << 63), UTC_ZONE).unix == -(1 << 63)


def test_equal_times_are_deeply_equal() -> None:
    assert deep_equal(LEAP_DAY, LEAP_DAY.plus(0))
    assert not deep_equal(LEAP_DAY, LEAP_DAY.plus(1))
