"""Times in rows: seconds since 1970, half of what a ``datetime`` takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, TypeAlias

import msgspec

Time: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time on the wire; one without a zone is malformed."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def seconds(moment: datetime) -> float:
    """An aware time as seconds since 1970."""
    return (moment - _EPOCH).total_seconds()


def seconds_or_none(moment: datetime | None) -> float | None:
    """The same; None for none, and for Kubernetes' zero time, which stands for none."""
    if moment is None:
        return None
    since = (moment - _EPOCH).total_seconds()
    return since if since > 0 else None


def time_of(since: float) -> datetime:
    """The aware time in UTC so many seconds after 1970."""
    return datetime.fromtimestamp(since, UTC)


def time_or_none(since: float | None) -> datetime | None:
    """The same; None for none."""
    return None if since is None else time_of(since)
