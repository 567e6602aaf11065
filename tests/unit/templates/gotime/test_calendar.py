from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.gotime import calendar

EPOCH = date(1970, 1, 1)


@given(st.dates())
def test_days_agree_with_pythons_calendar(day: date) -> None:
    days = (day - EPOCH).days
    assert calendar.days_from_date(day.year, day.month, day.day) == days
    assert calendar.date_from_days(days) == (day.year, day.month, day.day)
    assert calendar.weekday(days) == day.isoweekday() % 7
    assert calendar.day_of_year(days) == day.timetuple().tm_yday


@given(st.integers(-(10**14), 10**14))
def test_the_calendar_has_no_end(days: int) -> None:
    year, month, day = calendar.date_from_days(days)
    assert calendar.days_from_date(year, month, day) == days
    assert 1 <= day <= calendar.days_in(month, year)


@pytest.mark.parametrize(
    ("date", "carried"),
    [((2023, 14, 1), (2024, 2, 1)), ((2024, 0, 1), (2023, 12, 1)), ((2023, 2, 30), (2023, 3, 2))],
)
def test_what_is_out_of_range_is_carried_over(
    date: tuple[int, int, int], carried: tuple[int, int, int]
) -> None:
    assert calendar.date_from_days(calendar.days_from_date(*date)) == carried
