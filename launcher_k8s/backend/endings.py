"""When which ended job is due to be removed: kept in the order in which the jobs ended.

That order does not depend on how long they are kept, so a reload that changes it costs nothing, and 20,000
ended jobs cost nothing but the look at the one that ended first.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right

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
    """Ended jobs that are still there, by the time of their end: 16 bytes for each, 32 at most.

    Args:
        keep_s: How long each is kept, in seconds; may be changed at any time.
    """

    def __init__(self, keep_s: float) -> None:
        self.keep_s = keep_s
        # Ascending, as jobs end: nearly all are added at the end, and none has to make room for them.
        self._times = array("d")
        self._ids: list[str] = []
        self._taken = 0  # so many at the beginning; let go now and then, many at once

    def __len__(self) -> int:
        return len(self._ids) - self._taken

    def add(self, ending: Ending) -> None:
        """Let a job await its removal."""
        index = bisect_right(self._times, ending.at, self._taken)
        self._times.insert(index, ending.at)
        self._ids.insert(index, ending.job_id)

    def take(self, *, now: float) -> Ending | None:
        """The next job that is due; None if none is."""
        due = self.due
        if due is None or due > now:
            return None
        ending = Ending(self._times[self._taken], self._ids[self._taken])
        self._taken += 1
        if self._taken > len(self):
            del self._times[: self._taken], self._ids[: self._taken]
            self._taken = 0
        return ending

    @property
    def due(self) -> float | None:
        """When the next job is due, in seconds since 1970; None if none waits."""
        return self.keep_s + self._times[self._taken] if len(self._ids) > self._taken else None
