"""Removing jobs that ended longer ago than ``job-expiry-hours`` (domain, section 5, "Expiry").

A job is removed with its pods and, by its ownership, its Service. Only jobs of our own instance id are,
each after its final state was written on it, so that whoever watches learns how it ended before he learns
that it is gone; and none while this process has an output of it open. Any number of processes may do this
on one cluster: a removal names the very Job, and one that is gone is what was wanted.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from decimal import Decimal
from types import TracebackType
from typing import Final, Self

from launcher_k8s.backend.endings import Ending, Endings, ending_of
from launcher_k8s.backend.leaving import finish
from launcher_k8s.backend.patience import Patience
from launcher_k8s.connection import JOBS, Cluster
from launcher_k8s.errors import ClusterError, ConflictError, ForbiddenError, ObjectNotFoundError
from launcher_k8s.kube.deadline import DeadlineError, deadline
from launcher_k8s.tracker import Tracker

_log = logging.getLogger(__name__)

AT_ONCE: Final = 4
LONGEST_NAP_S: Final = 600.0
"""The time of day may be set, and a machine may sleep: so long a jump may go unnoticed."""

_HOUR_S = 3600


class Hold:
    """Keeps a job from being removed until it is closed, once or more often."""

    def __init__(self, expiry: Expiry, job_id: str) -> None:
        self._expiry: Expiry | None = expiry
        self._job_id = job_id

    def close(self) -> None:
        """The job may be removed."""
        expiry, self._expiry = self._expiry, None
        if expiry is not None:
            expiry.let_go(self._job_id)


class Expiry:
    """Removes jobs when they are due, while it is entered.

    Without the permission to remove them none is. That is told once, and remembered until the next
    :meth:`keep_for`.

    Args:
        cluster: Where the Jobs are.
        namespace: Their namespace.
        tracker: Knows them; keeps what it knows of those removed as soon as they had ended.
        patience: How requests are repeated; gives the clock.
        hours: How long an ended job is kept; 0 means not at all.
    """

    def __init__(
        self, cluster: Cluster, namespace: str, tracker: Tracker, patience: Patience, hours: Decimal
    ) -> None:
        self._cluster = cluster
        self._jobs = JOBS.within(namespace)
        self._tracker = tracker
        self._patience = patience.without_end()
        self._clock = patience.clock
        self._endings = Endings(_seconds(hours))
        self._holds: dict[str, int] = {}
        self._held: dict[str, Ending] = {}  # those that were due while they were held
        self._may_remove = True
        self._news = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._removals: set[asyncio.Task[None]] = set()
        self._turns: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._turns = asyncio.create_task(self._remove_in_turn())
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.stop()
        await finish(set(self._removals), self._clock)

    def stop(self) -> None:
        """Begin no more removals: what is held until now must not be removed because we leave."""
        if self._turns is not None:
            self._turns.cancel()

    def keep_for(self, hours: Decimal) -> None:
        """Keep ended jobs for so many hours from now on."""
        self._endings.keep_s = _seconds(hours)
        self._may_remove = True
        self._news.set()

    def consider(self, job_id: str) -> None:
        """Remove a job of ours when it is due: it has ended, and that was written on it."""
        row = self._tracker.row(job_id)
        ending = ending_of(row) if row is not None else None
        if ending is not None:
            self._await(ending)

    def hold(self, job_id: str) -> Hold:
        """Keep a job until the hold is closed, however long ago it ended."""
        self._holds[job_id] = self._holds.get(job_id, 0) + 1
        return Hold(self, job_id)

    def let_go(self, job_id: str) -> None:
        """One hold less."""
        self._holds[job_id] -= 1
        if not self._holds[job_id]:
            del self._holds[job_id]
            if ending := self._held.pop(job_id, None):
                self._await(ending)

    def _await(self, ending: Ending) -> None:
        next_due = self._endings.due
        self._endings.add(ending)
        if self._endings.due != next_due:
            self._news.set()

    async def _remove_in_turn(self) -> None:
        while True:
            await self._slots.acquire()
            removal = asyncio.create_task(self._remove(await self._next()))
            self._removals.add(removal)
            removal.add_done_callback(self._ended)

    async def _next(self) -> Ending:
        while not self._may_remove or (ending := self._endings.take(now=self._now)) is None:
            self._news.clear()
            with suppress(DeadlineError):
                async with deadline(self._clock, self._nap_s):
                    await self._news.wait()
        return ending

    @property
    def _now(self) -> float:
        return self._clock.now().timestamp()

    @property
    def _nap_s(self) -> float | None:
        due = self._endings.due
        return None if due is None or not self._may_remove else min(due - self._now, LONGEST_NAP_S)

    async def _remove(self, ending: Ending) -> None:
        job_id = ending.job_id
        if job_id in self._holds:
            self._held[job_id] = ending
            return
        row = self._tracker.row(job_id)
        if row is None or ending_of(row) != ending:
            return  # removed by others; the name may be another job's by now
        if not self._endings.keep_s:
            self._tracker.keep(job_id)
        try:
            await self._patience.run(lambda: self._delete(job_id, row.uid))
        except ForbiddenError as error:
            if self._may_remove:
                _log.warning("ended jobs are not removed: %s", error)
            self._may_remove = False
            self._endings.add(ending)
        except ClusterError as error:
            _log.warning("job %s has expired and could not be removed: %s", job_id, error)
        else:
            _log.info("job %s had expired and was removed", job_id)

    async def _delete(self, job_id: str, uid: str) -> None:
        # Not there, or another one of that name (a conflict): somebody else was faster.
        with suppress(ObjectNotFoundError, ConflictError):
            await self._cluster.delete(self._jobs.named(job_id), uid=uid)

    def _ended(self, removal: asyncio.Task[None]) -> None:
        self._removals.discard(removal)
        self._slots.release()
        if not removal.cancelled() and (error := removal.exception()) is not None:
            _log.error("removing expired jobs failed", exc_info=error)


def _seconds(hours: Decimal) -> float:
    return float(hours * _HOUR_S)
