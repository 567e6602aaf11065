"""The elements of a layout, read one by one from a text of bytes.

Source: Go 1.26, time/format.go (``parse``, ``parseTimeZone``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from launcher_k8s.templates.gotime.calendar import MONTHS, WEEKDAYS
from launcher_k8s.templates.gotime.layouts import is_fraction

_FRACTION: Final = re.compile(r"[.,][0-9]+").match
_SIGNED: Final = re.compile(r"[+-]?[0-9]*").fullmatch
_ZONE_OFFSET: Final = re.compile(r"[+-]([0-9]+)").match
_CAPITALS: Final = re.compile(r"[A-Z]{0,6}").match
_LONGEST_FRACTION: Final = 10  # with its point


class BadElementError(Exception):
    """A text that does not begin with an element."""


class OutOfRangeError(Exception):
    """A number that is too large or too small."""

    def __init__(self, what: str, *, complete: bool = False) -> None:
        super().__init__(what if complete else f"{what} out of range")


class Reader:
    """What was read, and the rest of the text.

    Attributes:
        rest: What is still to be read.
        month: None until it was read; so ``day``, ``year_day`` and ``offset``, in seconds.
        zone: The zone's abbreviation; empty until it was read.
        is_utc: Whether the zone was read as ``Z`` or ``UTC``.
    """

    def __init__(self, text: str) -> None:
        self.rest = text
        self.year = 0
        self.month: int | None = None
        self.day: int | None = None
        self.year_day: int | None = None
        self.hour = self.minute = self.second = self.nanosecond = 0
        self.half: str | None = None
        self.zone = ""
        self.offset: int | None = None
        self.is_utc = False

    def second_of_day(self) -> int:
        """The time of day in seconds, with ``AM`` and ``PM``."""
        hour = self.hour
        if self.half == "PM" and hour < 12:
            hour += 12
        elif self.half == "AM" and hour == 12:
            hour = 0
        return (hour * 60 + self.minute) * 60 + self.second

    def skip(self, prefix: str) -> bool:
        """Read what stands between elements: blanks for blanks, however many; false if it differs."""
        while prefix:
            if prefix[0] == " ":
                if self.rest and self.rest[0] != " ":
                    return False
                prefix, self.rest = prefix.lstrip(" "), self.rest.lstrip(" ")
            elif self.rest[:1] != prefix[0]:
                return False
            else:
                prefix, self.rest = prefix[1:], self.rest[1:]
        return True

    def read(self, element: str, following: str) -> None:
        """Read one element.

        Args:
            element: As layouts write it.
            following: The next one, which may be for the fraction of a second.

        Raises:
            BadElementError: The text does not go on so.
            OutOfRangeError: It does, but its number cannot be.
        """
        if is_fraction(element):
            self._fraction(element)
        elif element[0] in "-Z":
            self._offset(element)
        else:
            _READERS[element](self)
            if element in ("5", "05") and not is_fraction(following) and _FRACTION(self.rest):
                self._fraction(".9")

    def take(self, count: int) -> str:
        """So many bytes."""
        if len(self.rest) < count:
            raise BadElementError
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def number(self, shortest: int, longest: int) -> int:
        """A number of so many digits."""
        count = 0
        while count < longest and self.rest[count : count + 1] in set("0123456789"):
            count += 1
        if count < shortest:
            raise BadElementError
        return int(self.take(count))

    def name(self, names: tuple[str, ...], length: int | None) -> int:
        """Which of some names it is, whatever its case; ``length`` is how much of them counts."""
        for at, name in enumerate(names):
            wanted = name[:length]
            if self.rest[: len(wanted)].lower() == wanted.lower():
                self.rest = self.rest[len(wanted) :]
                return at
        raise BadElementError

    def _fraction(self, element: str) -> None:
        if element[1] == "0":
            text = self.take(len(element))
        else:
            match = _FRACTION(self.rest)
            if match is None:
                return
            text = self.take(match.end())
        if text[0] not in ".,":
            raise BadElementError
        digits = text[1:_LONGEST_FRACTION]
        number = _integer(digits)
        if number < 0:
            raise OutOfRangeError("fractional second")
        self.nanosecond = number * 10 ** (_LONGEST_FRACTION - 1 - len(digits))

    def _offset(self, element: str) -> None:
        if element[0] == "Z" and self.rest[:1] == "Z":
            self.rest, self.is_utc = self.rest[1:], True
            return
        text = self.take(len(element))
        places = [at for at, character in enumerate(element) if character == ":"]
        if any(text[at] != ":" for at in places):
            raise BadElementError
        digits = "".join(character for at, character in enumerate(text[1:]) if at + 1 not in places)
        self._set_offset(text[0], [digits[at : at + 2] for at in range(0, len(digits), 2)])

    def _set_offset(self, sign: str, parts: list[str]) -> None:
        numbers, failed = [0, 0, 0], False
        for at, part in enumerate(parts):
            if not (part.isascii() and part.isdigit()):
                failed = True
                break
            numbers[at] = int(part)
        for number, limit, what in zip(numbers, (24, 60, 60), ("hour", "minute", "second"), strict=True):
            if number > limit:
                raise OutOfRangeError(f"time zone offset {what}")
        if failed or sign not in "+-":
            raise BadElementError
        offset = (numbers[0] * 60 + numbers[1]) * 60 + numbers[2]
        # Go takes an offset of -1 second for none at all.
        signed = -offset if sign == "-" else offset
        self.offset = None if signed == -1 else signed


def _integer(text: str) -> int:
    """Digits, which may have a sign; none at all are 0, as to Go."""
    if not _SIGNED(text):
        raise BadElementError
    return int(text) if text.lstrip("+-") else 0


def _year_of_century(reader: Reader) -> None:
    year = _integer(reader.take(2))
    reader.year = year + (1900 if year >= 69 else 2000)


def _year(reader: Reader) -> None:
    if not reader.rest[:1].isdigit():
        raise BadElementError
    reader.year = _integer(reader.take(4))


def _month(reader: Reader, shortest: int) -> None:
    reader.month = reader.number(shortest, 2)
    if not 1 <= reader.month <= 12:
        raise OutOfRangeError("month")


def _month_name(reader: Reader, length: int | None) -> None:
    reader.month = reader.name(MONTHS, length) + 1


def _weekday(reader: Reader, length: int | None) -> None:
    reader.name(WEEKDAYS, length)


def _day(reader: Reader, shortest: int, blanks: int) -> None:
    _skip_blanks(reader, blanks)
    reader.day = reader.number(shortest, 2)


def _year_day(reader: Reader, shortest: int, blanks: int) -> None:
    _skip_blanks(reader, blanks)
    reader.year_day = reader.number(shortest, 3)


def _skip_blanks(reader: Reader, most: int) -> None:
    for _ in range(most):
        reader.rest = reader.rest.removeprefix(" ")


def _clock(reader: Reader, part: str, shortest: int, highest: int) -> None:
    number = reader.number(shortest, 2)
    if number > highest:
        raise OutOfRangeError(part)
    setattr(reader, part, number)


def _half(reader: Reader, halves: tuple[str, ...]) -> None:
    text = reader.take(2)
    if text not in halves:
        raise BadElementError
    reader.half = text.upper()


def _zone(reader: Reader) -> None:
    if reader.rest.startswith("UTC"):
        reader.rest, reader.is_utc = reader.rest[3:], True
        return
    reader.zone = reader.take(_abbreviation_length(reader.rest))


def _abbreviation_length(text: str) -> int:
    """How long the zone's abbreviation is that a text begins with."""
    if len(text) < 3:
        raise BadElementError
    if text.startswith(("ChST", "MeST")):
        return 4
    if text.startswith("GMT"):
        return 3 + _signed_offset_length(text[3:])
    length = _signed_offset_length(text)
    if length:
        return length
    match = _CAPITALS(text)
    count = match.end() if match else 0
    fits = count == 3 or (count in (4, 5) and text[count - 1] == "T") or (count == 4 and text[:4] == "WITA")
    if not fits:
        raise BadElementError
    return count


def _signed_offset_length(text: str) -> int:
    """How long an offset of less than a day is that a text begins with; 0 if there is none."""
    match = _ZONE_OFFSET(text)
    if match is None or len(match[1].lstrip("0")) > 2 or int(match[1]) > 23:
        return 0
    return match.end()


_READERS: Final[Mapping[str, Callable[[Reader], None]]] = {
    "06": _year_of_century,
    "2006": _year,
    "Jan": partial(_month_name, length=3),
    "January": partial(_month_name, length=None),
    "1": partial(_month, shortest=1),
    "01": partial(_month, shortest=2),
    "Mon": partial(_weekday, length=3),
    "Monday": partial(_weekday, length=None),
    "2": partial(_day, shortest=1, blanks=0),
    "_2": partial(_day, shortest=1, blanks=1),
    "02": partial(_day, shortest=2, blanks=0),
    "__2": partial(_year_day, shortest=1, blanks=2),
    "002": partial(_year_day, shortest=3, blanks=0),
    "15": partial(_clock, part="hour", shortest=1, highest=23),
    "3": partial(_clock, part="hour", shortest=1, highest=12),
    "03": partial(_clock, part="hour", shortest=2, highest=12),
    "4": partial(_clock, part="minute", shortest=1, highest=59),
    "04": partial(_clock, part="minute", shortest=2, highest=59),
    "5": partial(_clock, part="second", shortest=1, highest=59),
    "05": partial(_clock, part="second", shortest=2, highest=59),
    "PM": partial(_half, halves=("PM", "AM")),
    "pm": partial(_half, halves=("pm", "am")),
    "MST": _zone,
}
