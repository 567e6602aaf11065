"""The times that a kubelet writes before the lines of a log.

``timestamps=true`` puts an RFC 3339 time and a blank before each line, nine digits of a second wide, in
the zone that the container runtime wrote (kubelet: ``RFC3339NanoFixed``). Only a line's beginning has
one: text at a line's beginning without a time is no output of the program, it is the kubelet's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import attrs

LONGEST = len("2026-11-21T04:22:00.123456789+02:00 ")
_UTC_WIDTH = len("2026-11-21T04:22:00.123456789Z")
_SECONDS = len("2026-11-21T04:22:00")
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) ")
_SHAPE = bytes.maketrans(b"123456789", b"000000000")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NS = 1_000_000_000


def nanoseconds(stamp: bytes) -> int:
    """A stamp as nanoseconds since 1970."""
    text = stamp.decode("ascii")
    zone = "+00:00" if text.endswith("Z") else text[-6:]
    digits = text[_SECONDS + 1 : -1 if text.endswith("Z") else -6]
    since = datetime.fromisoformat(text[:_SECONDS] + zone) - _EPOCH
    return (since.days * 86_400 + since.seconds) * _NS + int(digits.ljust(9, "0"))


def moment(stamp: bytes) -> datetime:
    """A stamp as an aware time, in UTC, cut to microseconds."""
    return _EPOCH + timedelta(microseconds=nanoseconds(stamp) // 1000)


def newest(stamps: Sequence[bytes]) -> int:
    """The latest of some stamps, as nanoseconds. Stamps of one width in UTC compare as text."""
    if all(len(stamp) == _UTC_WIDTH for stamp in stamps):
        return nanoseconds(max(stamps))
    return max(map(nanoseconds, stamps))


@attrs.frozen
class StampedLines:
    """Line beginnings, and what stands after them.

    Args:
        stamps: The stamp of each line.
        bodies: What each line holds, without newline.
        is_open: Whether the last line's newline is yet to come.
        rest: What could not be split: the beginning of a stamp, or text without one.
        is_foreign: Whether ``rest`` is text without a stamp.
    """

    stamps: list[bytes]
    bodies: list[bytes]
    is_open: bool
    rest: bytes = b""
    is_foreign: bool = False

    def offset(self, index: int) -> int:
        """How many bytes stand before a line's stamp."""
        return sum(map(len, self.stamps[:index])) + sum(map(len, self.bodies[:index])) + 2 * index

    def joined(self) -> bytes:
        """The lines without their stamps, as the program printed them."""
        return self._ended(b"\n".join(self.bodies))

    def as_sent(self) -> bytes:
        """The lines with their stamps, a blank after each."""
        return self._ended(b"\n".join(map(b"%b %b".__mod__, zip(self.stamps, self.bodies, strict=True))))

    def _ended(self, text: bytes) -> bytes:
        return text if self.is_open else text + b"\n"


def split_stamped(data: bytes) -> StampedLines:
    """Split what begins at a line's beginning into stamps and bodies.

    All lines of a node's log have stamps of one shape, so one comparison per line checks them; only
    where that fails each is looked at.
    """
    lines = data.split(b"\n")
    last = lines.pop()
    is_open = _STAMP.match(last) is not None
    if is_open:
        lines.append(last)
    first = _STAMP.match(lines[0]) if lines else None
    width = first.end() if first else 0
    shapes = {line[:width].translate(_SHAPE) for line in lines}
    if len(shapes) == 1 and width:
        bodies = [line[width:] for line in lines]
        rest = b"" if is_open else last
        return StampedLines(
            [line[: width - 1] for line in lines], bodies, is_open, rest, len(rest) >= LONGEST
        )
    return _split_each(lines, is_open=is_open, last=b"" if is_open else last)


def _split_each(lines: list[bytes], *, is_open: bool, last: bytes) -> StampedLines:
    stamps: list[bytes] = []
    bodies: list[bytes] = []
    for index, line in enumerate(lines):
        match = _STAMP.match(line)
        if match is None:
            rest = b"\n".join(lines[index:] if is_open else [*lines[index:], last])
            return StampedLines(stamps, bodies, is_open=False, rest=rest, is_foreign=True)
        stamps.append(line[: match.end() - 1])
        bodies.append(line[match.end() :])
    return StampedLines(stamps, bodies, is_open, last, len(last) >= LONGEST)
