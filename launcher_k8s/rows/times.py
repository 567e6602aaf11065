"""Times in rows: seconds since 1970, half of what a ``datetime`` takes."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, TypeAlias

import msgspec

Time: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time on the wire; one without a zone is malformed."""


def seconds(moment: datetime) -> float:
    """An aware time as seconds since 1970."""
    return moment.timestamp()


def seconds_or_none(moment: datetime | None) -> float | None:
    """The same; None for none, and for Kubernetes' zero time, which stands for none."""
    if moment is None:
        return None
    since = moment.timestamp()
    return since if since > 0 else None


@lru_cache(maxsize=256)
def time_of(since: float) -> datetime:
    """The aware time in UTC so many seconds after 1970; that of many jobs at once is one value."""
    return datetime.fromtimestamp(since, UTC)


def time_or_none(since: float | None) -> datetime | None:
    """The same; None for none."""
    return None if since is None else time_of(since)
