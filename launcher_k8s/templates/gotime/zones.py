"""Time zones: what their clocks show at an instant.

Named zones are those of the IANA database, as Python finds it: the system's, else package tzdata's. Source:
Go 1.26, time/zoneinfo.go.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import attrs

from launcher_k8s.templates.gotime.calendar import CYCLE, DAY

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = -62_000_000_000  # in year 5: no zone had a transition before
_LAST: Final = 250_000_000_000  # in year 9892: Python's calendar ends soon after
_SURVEY: Final = (_FIRST, *range(-4_100_000_000, 2_200_000_000, 14 * DAY))  # the last from 1840 to 2039


class Zone(Protocol):
    """A zone."""

    @property
    def name(self) -> str:
        """As Go's ``Location`` tells it."""

    def lookup(self, unix: int) -> tuple[str, int]:
        """Abbreviation and offset in seconds east of UTC at an instant."""

    def offset_of(self, abbreviation: str, unix: int) -> int | None:
        """The offset that an abbreviation means on a clock that shows so; None if it is not this zone's."""


@attrs.frozen(eq=False)
class FixedZone:
    """A zone that never changes; UTC is one."""

    name: str
    offset: int

    def lookup(self, _unix: int) -> tuple[str, int]:
        """Its name and offset."""
        return self.name, self.offset

    def offset_of(self, _abbreviation: str, _unix: int) -> int | None:
        """None: such a zone is never asked, but for UTC, where Go finds nothing either."""
        return None


UTC_ZONE: Final = FixedZone("UTC", 0)
_WHOLE_HOURS: Final = {hours * 3600: FixedZone("", hours * 3600) for hours in range(-12, 15)}


def fixed_zone(name: str, offset: int) -> FixedZone:
    """A zone of its own; one without a name that is whole hours off is always the same, as in Go."""
    known = None if name else _WHOLE_HOURS.get(offset)
    return known or FixedZone(name, offset)


@attrs.frozen(eq=False)
class NamedZone:
    """A zone of the database, or the host's own."""

    name: str
    zone: tzinfo

    def lookup(self, unix: int) -> tuple[str, int]:
        """What its clocks show; as 400 years before where Python's calendar ends."""
        unix = max(unix, _FIRST)
        if unix > _LAST:
            unix -= ((unix - _LAST) // (CYCLE * DAY) + 1) * CYCLE * DAY
        shown = (_EPOCH + timedelta(seconds=unix)).astimezone(self.zone)
        offset = shown.utcoffset() or timedelta()
        return shown.tzname() or "", offset.days * DAY + offset.seconds

    def offset_of(self, abbreviation: str, unix: int) -> int | None:
        """The offset in use then under that name, else the first that ever had it."""
        offsets = _offsets(self).get(abbreviation, ())
        for offset in offsets:
            name, found = self.lookup(unix - offset)
            if name == abbreviation:
                return found
        return next(iter(offsets), None)


@cache
def _offsets(zone: NamedZone) -> dict[str, list[int]]:
    """All offsets that each abbreviation has had, as far as a look every two weeks shows."""
    found: dict[str, list[int]] = {}
    for unix in _SURVEY:
        name, offset = zone.lookup(unix)
        offsets = found.setdefault(name, [])
        if offset not in offsets:
            offsets.append(offset)
    return found


@cache
def local_zone(zone: tzinfo | None) -> Zone:
    """The host's zone as Go knows it.

    Args:
        zone: That of the host's clock. With a key it is what the variable ``TZ`` named, and keeps that name.
    """
    if zone is None or zone is UTC or str(zone) == "UTC":
        return UTC_ZONE
    return NamedZone(getattr(zone, "key", None) or "Local", zone)


@cache
def load_zone(name: str) -> Zone | None:
    """A zone by its name in the database, UTC for nothing; None if there is none."""
    if name in ("", "UTC"):
        return UTC_ZONE
    try:
        return NamedZone(name, ZoneInfo(name))
    except (KeyError, ValueError, OSError):  # no such zone; no name of one; a directory of them
        return None
