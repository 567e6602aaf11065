"""When which ended job is due to be removed: kept in the order in which the jobs ended.

That order does not depend on how long they are kept, so a reload that changes it costs nothing, and 20,000
ended jobs cost nothing but the look at the one that ended first.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left

import msgspec

from launcher_k8s.rows import JobRow


class Ending(msgspec.Struct, frozen=True, gc=False):
    """The end of a job.

    Args:
        at: Its ``last_update_time``, in seconds since 1970.
        job_id: The job.
    """

    at: float
    job_id: str


def ending_of(row: JobRow) -> Ending | None:
    """The end of a job; None for one that has not ended, or of which no time is known at all."""
    if row.final is None:
        return None
    for at in (row.final.end_time, row.final.start_time, row.created):
        if at is not None:
            return Ending(at, row.id)
    return None


class Endings:
    """Ended jobs that are still there, by the time of their end: 16 bytes for each.

    Args:
        keep_s: How long each is kept, in seconds; may be changed at any time.
    """

    def __init__(self, keep_s: float) -> None:
        self.keep_s = keep_s
        self._before = array("d")  # negative times, ascending: the one that ended first is the last
        self._ids: list[str] = []

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ending: Ending) -> None:
        """Let a job await its removal."""
        index = bisect_left(self._before, -ending.at)
        self._before.insert(index, -ending.at)
        self._ids.insert(index, ending.job_id)

    def take(self, *, now: float) -> Ending | None:
        """The next job that is due; None if none is."""
        due = self.due
        return Ending(-self._before.pop(), self._ids.pop()) if due is not None and due <= now else None

    @property
    def due(self) -> float | None:
        """When the next job is due, in seconds since 1970; None if none waits."""
        return self.keep_s - self._before[-1] if self._ids else None
