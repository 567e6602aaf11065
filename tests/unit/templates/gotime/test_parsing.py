from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.gotime.parsing import parse_time
from launcher_k8s.templates.gotime.zones import UTC_ZONE, local_zone
from launcher_k8s.templates.govalues.values import GoError

BERLIN = local_zone(ZoneInfo("Europe/Berlin"))


def parsed(layout: str, text: str) -> str:
    return parse_time(layout, text, UTC_ZONE).go_string()


@pytest.mark.parametrize(
    ("layout", "text", "time"),
    [
        ("2006-01-02", "2024-02-29", "2024-02-29 00:00:00 +0000 UTC"),
        ("2006-002", "2024-060", "2024-02-29 00:00:00 +0000 UTC"),
        ("2006 __2", "2023  60", "2023-03-01 00:00:00 +0000 UTC"),
        ("02 Jan 06 3:04PM", "05 mar 70 12:01AM", "1970-03-05 00:01:00 +0000 UTC"),
        ("02 January 06", "05 MARCH 68", "2068-03-05 00:00:00 +0000 UTC"),
        ("15:04:05", "23:59:59.25", "0000-01-01 23:59:59.25 +0000 UTC"),
        ("15:04:05,000", "23:59:59,250", "0000-01-01 23:59:59.25 +0000 UTC"),
        ("2006-01-02T15:04:05Z07:00", "2020-01-02T03:04:05+02:00", "2020-01-02 03:04:05 +0200 +0200"),
        ("15:04 Z0700", "12:00 Z", "0000-01-01 12:00:00 +0000 UTC"),
        ("15:04 MST", "12:00 PDT", "0000-01-01 12:00:00 +0000 PDT"),
        ("15:04 MST", "12:00 GMT+3", "0000-01-01 15:00:00 +0300 GMT+3"),
        ("15:04 MST", "12:00 UTC", "0000-01-01 12:00:00 +0000 UTC"),
        ("2006  1", "2024 5", "2024-05-01 00:00:00 +0000 UTC"),
    ],
)
def test_what_a_text_says(layout: str, text: str, time: str) -> None:
    assert parsed(layout, text) == time


@pytest.mark.parametrize(
    ("layout", "text", "error"),
    [
        ("2006-01-02", "2023-02-29", 'parsing time "2023-02-29": day out of range'),
        ("2006-01-02", "2023-13-01", 'parsing time "2023-13-01": month out of range'),
        ("15", "24", 'parsing time "24": hour out of range'),
        ("4", "60", 'parsing time "60": minute out of range'),
        ("05", "60", 'parsing time "60": second out of range'),
        ("2006-01-02", "x", 'parsing time "x" as "2006-01-02": cannot parse "x" as "2006"'),
        ("2006-01", "2023", 'parsing time "2023" as "2006-01": cannot parse "" as "-"'),
        ("2006", "2023é", r'parsing time "2023\xc3\xa9": extra text: "\xc3\xa9"'),
        ("Jan", "Foo", 'parsing time "Foo" as "Jan": cannot parse "Foo" as "Jan"'),
        ("PM", "XM", 'parsing time "XM" as "PM": cannot parse "XM" as "PM"'),
        ("-07:00", "+25:00", 'parsing time "+25:00": time zone offset hour out of range'),
        ("-0700", "x0100", 'parsing time "x0100" as "-0700": cannot parse "x0100" as "-0700"'),
        ("MST", "ab", 'parsing time "ab" as "MST": cannot parse "ab" as "MST"'),
        ("MST", "ABCDEF", 'parsing time "ABCDEF" as "MST": cannot parse "ABCDEF" as "MST"'),
        (".000", ".-12", 'parsing time ".-12": fractional second out of range'),
        (".000", "x123", 'parsing time "x123" as ".000": cannot parse "x123" as ".000"'),
        ("2006 002", "2023 366", 'parsing time "2023 366": day-of-year out of range'),
        ("2006 01 002", "2023 05 001", 'parsing time "2023 05 001": day-of-year does not match month'),
        ("2006 02 002", "2023 05 001", 'parsing time "2023 05 001": day-of-year does not match day'),
    ],
)
def test_what_is_wrong_with_a_text(layout: str, text: str, error: str) -> None:
    with pytest.raises(GoError) as raised:
        parsed(layout, text)
    assert str(raised.value) == error


def test_a_time_without_zone_is_the_zones_own() -> None:
    assert (
        parse_time("2006-01-02 15:04", "2024-07-01 12:00", BERLIN).go_string()
        == "2024-07-01 12:00:00 +0200 CEST"
    )
    assert (
        parse_time("2006-01-02 15:04", "2024-01-01 12:00", BERLIN).go_string()
        == "2024-01-01 12:00:00 +0100 CET"
    )


def test_an_offset_or_abbreviation_that_fits_the_zone_is_the_zones() -> None:
    assert parse_time("2006-01-02 -07", "2024-07-01 +02", BERLIN).zone is BERLIN
    assert parse_time("2006-01-02 -07", "2024-07-01 +01", BERLIN).zone is not BERLIN
    assert parse_time("2006-01-02 MST", "2024-07-01 CEST", BERLIN).unix == 1_719_784_800


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_was_written_is_read_back(moment: datetime) -> None:
    layout = "Mon, 02 Jan 2006 15:04:05.000000 Z07:00"
    text = moment.strftime("%a, %d %b ") + f"{moment:%Y}".rjust(4, "0") + f"{moment: %H:%M:%S.%f} Z"
    time = parse_time(layout, text, BERLIN)
    assert time.format(layout) == text
    assert time.unix == (moment.replace(microsecond=0) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
