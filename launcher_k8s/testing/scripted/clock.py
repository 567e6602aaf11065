"""The time of a scripted cluster: it stands still until somebody moves it, or until all wait for it.

An hour of backoff takes no time, and what happens at a moment happens in one order. There are two sorts
of alarms. For one that is waited for, time passes: when nobody else can run, it passes up to the next of
them. What is merely due (the server's time limit on a watch) happens when time comes there for another
reason.
"""

from __future__ import annotations

import asyncio
import heapq
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from launcher_k8s.testing.scripted.idleness import Lull

START = datetime(2026, 1, 1, tzinfo=UTC)

MOST_AT_ONCE = 100
"""Alarms of one moment that ring before others may react to them: whoever follows them shall keep up."""


class Alarm:
    """Something that is to happen at a moment.

    Attributes:
        due_s: That moment, in the clock's seconds.
        ring: What happens; None once it has, or when it shall not.
    """

    __slots__ = ("due_s", "ring")

    def __init__(self, due_s: float, ring: Callable[[], object]) -> None:
        self.due_s = due_s
        self.ring: Callable[[], object] | None = ring

    def cancel(self) -> None:
        """It is not to happen any more."""
        self.ring = None


_Entry = tuple[float, int, Alarm]


class _Queue:
    """Alarms by their time, those of one moment in the order in which they were set."""

    def __init__(self) -> None:
        self._heap: list[_Entry] = []

    def put(self, entry: _Entry) -> None:
        heapq.heappush(self._heap, entry)

    def next(self) -> Alarm | None:
        """The next that has not rung and is not cancelled."""
        while self._heap and self._heap[0][2].ring is None:
            heapq.heappop(self._heap)
        return self._heap[0][2] if self._heap else None


class ScriptedClock:
    """A :class:`~launcher_k8s.clock.Clock` that a test is the master of.

    Args:
        start: What time it is at first, aware.
        advances_by_itself: Whether time passes when nothing else can happen; else only by :meth:`advance`.

    Attributes:
        naps_s: How long each sleep was asked to be, in order.
    """

    def __init__(self, start: datetime = START, *, advances_by_itself: bool = True) -> None:
        self.naps_s: list[float] = []
        self._start = self._now = start
        self._seconds = 0.0
        self._advances_by_itself = advances_by_itself
        self._held = 0
        self._all = _Queue()
        self._awaited = _Queue()
        self._number = count()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lull: Lull | None = None

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since the start."""
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        """Wait until so many seconds have passed on this clock; zero or less lets others run once."""
        self.naps_s.append(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiter = asyncio.get_running_loop().create_future()
        alarm = self.call_later(seconds, lambda: _wake(waiter))
        try:
            await waiter
        finally:
            alarm.cancel()

    def call_later(self, seconds: float, ring: Callable[[], object], *, is_awaited: bool = True) -> Alarm:
        """Let something happen after so many seconds.

        Args:
            seconds: How many; infinitely many are never over.
            ring: What happens; called by the event loop, or from :meth:`advance`.
            is_awaited: Whether time passes for its sake when nobody else can run.
        """
        alarm = Alarm(self._seconds + max(seconds, 0.0), ring)
        if seconds < math.inf:
            entry = (alarm.due_s, next(self._number), alarm)
            self._all.put(entry)
            if is_awaited:
                self._awaited.put(entry)
                self.note_work()
        return alarm

    async def advance(self, seconds: float) -> None:
        """Let so many seconds pass: what falls due happens at its time, and all may react to it."""
        until_s = self._seconds + seconds
        await self.settle()
        while (alarm := self._all.next()) is not None and alarm.due_s <= until_s:
            self._pass_until(alarm.due_s)
            await self.settle()
        self._reach(until_s)

    async def settle(self) -> None:
        """Let all run until nobody can do anything more unless time passes."""
        lull = Lull(asyncio.get_running_loop())
        self._held += 1
        try:
            while not lull.is_reached():  # noqa: ASYNC110 -- that all rest sets no event
                await asyncio.sleep(lull.pause_s)
        finally:
            self._held -= 1
            self.note_work()

    def note_work(self) -> None:
        """Somebody is at work, though nobody may be seen waiting: time does not pass by itself just now."""
        if self._lull is not None:
            self._lull.restart()
        if not self._advances_by_itself or self._held:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # nothing runs yet; the first request or sleep comes back here
        if self._loop is not loop and self._awaited.next() is not None:
            self._loop, self._lull = loop, Lull(loop)
            loop.call_soon(self._turn)

    def _turn(self) -> None:
        """One turn of the loop, while somebody waits for time to pass."""
        if self._loop is None or self._lull is None:
            return
        alarm = self._awaited.next()
        if self._held or alarm is None:
            self._loop = self._lull = None
            return
        is_reached = self._lull.is_reached()
        if self._lull.pause_s:
            self._loop.call_later(self._lull.pause_s, self._turn)
        else:
            self._loop.call_soon(self._turn)
        if is_reached:
            self._lull.restart()
            self._pass_until(alarm.due_s)

    def _pass_until(self, due_s: float) -> None:
        """Let time pass up to a moment, with what falls due until then; of very much, the first part only."""
        for _ in range(MOST_AT_ONCE):
            alarm = self._all.next()
            if alarm is None or alarm.due_s > due_s:
                break
            self._reach(alarm.due_s)
            assert alarm.ring is not None
            ring, alarm.ring = alarm.ring, None
            ring()
        else:
            return
        self._reach(due_s)

    def _reach(self, seconds: float) -> None:
        if seconds > self._seconds:
            self._seconds = seconds
            self._now = self._start + timedelta(seconds=seconds)


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
