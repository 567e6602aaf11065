"""Asking the Events why a job waits whose Job and Pod do not say (domain, section 5, the first state).

There is no standing watch on Events. So those of one Pod, or of the Job while it has no Pod, are read when it
stays pending. Reads are few at a time and few a second, however many jobs wait, and rarer the longer one
waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import attrs

from launcher_k8s.backend.events import Events, selector
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.turns import Turn, Turns
from launcher_k8s.diagnosis import present_trouble
from launcher_k8s.errors import ClusterError, ForbiddenError
from launcher_k8s.kube.deadline import DeadlineError, deadline
from launcher_k8s.kube.retry import Backoff
from launcher_k8s.rows import EventRow
from launcher_k8s.tracker import Tracker, Unexplained

_log = logging.getLogger(__name__)

RARER = Backoff(base_s=2.0, cap_s=60.0)


@attrs.frozen
class Attention:
    """How closely jobs that wait without a reason are looked at.

    Args:
        after_s: How long one waits before the first look, in seconds; most have started by then.
        pause_s: Seconds between two reads, whichever jobs they are for.
        at_once: How many reads may be under way.
        again: How long until the next look at the same job.
    """

    after_s: float = 2.0
    pause_s: float = 0.25
    at_once: int = 4
    again: Backoff = RARER


DEFAULT_ATTENTION = Attention()


class Troubles:
    """Notes on a tracker what keeps jobs waiting, while it is entered.

    Without the permission to read Events nothing is noted. That is found out once and remembered.

    Args:
        events: Reads them.
        tracker: Is told.
        patience: Its clock and chance; reads are not repeated at once, as another look follows.
        attention: How closely to look.
    """

    def __init__(
        self,
        events: Events,
        tracker: Tracker,
        patience: Patience,
        attention: Attention = DEFAULT_ATTENTION,
    ) -> None:
        self._events = events
        self._tracker = tracker
        self._clock = patience.clock
        self._chance = patience.chance
        self._attention = attention
        self._turns = Turns(attention.after_s)
        self._sooner = asyncio.Event()
        self._slots = asyncio.Semaphore(attention.at_once)
        self._may_read = True
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._start(asyncio.create_task(self._look_in_turn()))
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def look_into(self, unexplained: Unexplained) -> None:
        """Find out why a job waits, if it still does after a moment."""
        if self._may_read:
            next_due_s = self._turns.due_s
            self._turns.add(unexplained, now_s=self._clock.monotonic())
            if self._turns.due_s != next_due_s:
                self._sooner.set()

    async def _look_in_turn(self) -> None:
        while True:
            turn = await self._next_turn()
            if self._may_read and self._tracker.is_unexplained(turn.unexplained):
                await self._slots.acquire()
                self._start(asyncio.create_task(self._look(turn)))
                await self._clock.sleep(self._attention.pause_s)

    async def _next_turn(self) -> Turn:
        while (turn := self._turns.take(now_s=self._clock.monotonic())) is None:
            self._sooner.clear()
            due_s = self._turns.due_s
            with suppress(DeadlineError):
                async with deadline(self._clock, due_s and due_s - self._clock.monotonic()):
                    await self._sooner.wait()
        return turn

    async def _look(self, turn: Turn) -> None:
        unexplained = turn.unexplained
        try:
            self._note(unexplained, await self._events.read(selector(unexplained.uid, unexplained.pod)))
        except ForbiddenError as error:
            self._may_read = False
            _log.debug("why jobs wait is not looked for in their Events: %s", error)
        except ClusterError as error:
            _log.debug("the Events of job %s could not be read: %s", unexplained.job_id, error)
        finally:
            self._slots.release()
        delay_s = self._attention.again.delay_s(turn.looks, chance=self._chance())
        self._turns.add_again(turn, due_s=self._clock.monotonic() + delay_s)
        self._sooner.set()

    def _note(self, unexplained: Unexplained, events: Sequence[EventRow]) -> None:
        if events:  # they are forgotten after an hour: none are no sign that all goes well
            trouble = present_trouble(events, job_id=unexplained.job_id)
            self._tracker.note(unexplained, str(trouble) if trouble else "")

    def _start(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("looking for why jobs wait failed", exc_info=error)
