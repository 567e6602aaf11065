"""The Gregorian calendar, without end in both directions.

Source: Go 1.26, time/time.go (``absDays``, ``daysIn``), whose results it has but not its arithmetic.
"""

from __future__ import annotations

from typing import Final

DAY: Final = 86_400
CYCLE: Final = 146_097
"""How many days 400 years have, after which all repeats, the days of the week too."""

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
WEEKDAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

_ERA: Final = 719_468  # days from 0000-03-01 to 1970-01-01
_LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days_from_date(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01; months and days out of range are carried over."""
    year += (month - 1) // 12
    month = (month - 1) % 12 + 1
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5
    return era * CYCLE + of_era * 365 + of_era // 4 - of_era // 100 + of_year + day - 1 - _ERA


def date_from_days(days: int) -> tuple[int, int, int]:
    """Year, month and day."""
    era, of_era = divmod(days + _ERA, CYCLE)
    years = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * years + years // 4 - years // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + (3 if shifted < 10 else -9)
    return years + era * 400 + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1


def weekday(days: int) -> int:
    """The day of the week, 0 for Sunday."""
    return (days + 4) % 7


def day_of_year(days: int) -> int:
    """The day of the year, from 1."""
    return days - days_from_date(date_from_days(days)[0], 1, 1) + 1


def is_leap(year: int) -> bool:
    """Whether the year has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in(month: int, year: int) -> int:
    """How many days the month has."""
    return 29 if month == 2 and is_leap(year) else _LENGTHS[month - 1]
