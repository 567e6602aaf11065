from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.govalues.comparing import deep_equal, equal, less
from launcher_k8s.templates.govalues.durations import (
    HOUR,
    MINUTE,
    SECOND,
    Duration,
    absolute,
    format_duration,
    parse_duration,
    quote_plain,
    round_to,
    truncate,
)
from launcher_k8s.templates.govalues.printing import format_value, sprintf
from launcher_k8s.templates.govalues.values import GoError, NoFieldError

LOWEST, HIGHEST = -(1 << 63), (1 << 63) - 1


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (1, "1ns"),
        (1100, "1.1µs"),
        (2_200_000, "2.2ms"),
        (3 * SECOND, "3s"),
        (4 * MINUTE + 5 * SECOND + 1_000_000, "4m5.001s"),
        (-(5 * HOUR + 6 * SECOND), "-5h0m6s"),
        (HIGHEST, "2562047h47m16.854775807s"),
        (LOWEST, "-2562047h47m16.854775808s"),
    ],
)
def test_durations_as_text_and_back(nanoseconds: int, text: str) -> None:
    assert format_duration(nanoseconds) == text
    assert parse_duration(text) == nanoseconds


@given(st.integers(LOWEST, HIGHEST))
def test_what_was_written_is_read_back(nanoseconds: int) -> None:
    assert parse_duration(format_duration(nanoseconds)) == nanoseconds


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("+5s", 5 * SECOND),
        ("-.5s", -SECOND // 2),
        ("1.s", SECOND),
        ("0", 0),
        ("1us1\u03bcs1µs", 3000),
        ("0.1ns", 0),
    ],
)
def test_other_forms(text: str, nanoseconds: int) -> None:
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", 'time: invalid duration ""'),
        ("-", 'time: invalid duration "-"'),
        (".s", 'time: invalid duration ".s"'),
        ("1", 'time: missing unit in duration "1"'),
        ("1d", 'time: unknown unit "d" in duration "1d"'),
        ("1é", r'time: unknown unit "\xc3\xa9" in duration "1\xc3\xa9"'),
        ("9223372036854775808ns", 'time: invalid duration "9223372036854775808ns"'),
        ("3000000h", 'time: invalid duration "3000000h"'),
        ("2000000h2000000h", 'time: invalid duration "2000000h2000000h"'),
    ],
)
def test_what_is_no_duration(text: str, error: str) -> None:
    with pytest.raises(GoError) as raised:
        parse_duration(text)
    assert str(raised.value) == error


def test_rounding_is_half_away_from_zero_and_stops_at_the_ends() -> None:
    assert round_to(90 * SECOND, MINUTE) == 2 * MINUTE
    assert round_to(-90 * SECOND, MINUTE) == -2 * MINUTE
    assert round_to(7, 0) == truncate(7, -1) == 7
    assert round_to(HIGHEST, HOUR) == HIGHEST
    assert truncate(-90 * SECOND, MINUTE) == -MINUTE
    assert absolute(LOWEST) == HIGHEST


def test_templates_use_it_as_a_number_with_methods() -> None:
    duration = Duration(90 * MINUTE)
    names = ("Hours", "Minutes", "Seconds", "Milliseconds", "Microseconds", "Nanoseconds")
    assert [duration.get(name) for name in names] == [
        1.5, 90.0, 5400.0, 5_400_000, 5_400_000_000, 5_400_000_000_000,
    ]  # fmt: skip
    assert duration.get("String") == format_value(duration) == sprintf("%s", duration) == "1h30m0s"
    assert sprintf("%d", Duration(5)) == "5"
    assert equal(Duration(5), 5)
    assert less(Duration(5), 6)
    assert not deep_equal(Duration(5), Duration(6))
    with pytest.raises(NoFieldError):
        duration.get("Days")


def test_quotes_show_bytes() -> None:
    assert quote_plain('a"\\é\n\x7f') == '"a\\"\\\\\\xc3\\xa9\\x0a\x7f"'
