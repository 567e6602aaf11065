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
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import RLock

from launcher_k8s.testing.scripted.idleness import Lull

START = datetime(2026, 1, 1, tzinfo=UTC)

MOST_AT_ONCE = 100
"""Alarms of one moment that ring before others may react to them: whoever follows them shall keep up."""


class _Awaited:
    """How many alarms time is to pass for; loops in several threads may set them."""

    __slots__ = ("lock", "number")

    def __init__(self, lock: RLock) -> None:
        self.number = 0
        self.lock = lock


class Alarm:
    """Something that is to happen at a moment; once it has, it may be set again, unless it was cancelled.

    Args:
        happen: What happens; a subclass may say that by :meth:`ring` instead.

    Attributes:
        due_s: That moment, in the clock's seconds.
        is_set: Whether it is still to happen.
        awaited: Where it is counted if time passes for its sake.
    """

    __slots__ = ("_happen", "awaited", "due_s", "is_set")

    def __init__(self, happen: Callable[[], object] | None = None) -> None:
        self._happen = happen
        self.due_s = 0.0
        self.is_set = False
        self.awaited: _Awaited | None = None

    def ring(self) -> None:
        """It happens."""
        happen, self._happen = self._happen, None
        if happen is not None:
            happen()

    def cancel(self) -> None:
        """It is not to happen any more."""
        if self.take():
            self._happen = None

    def take(self) -> bool:
        """Have it no longer set; whether it was, which is so for one of all who ask at the same time."""
        if self.awaited is None:
            was_set, self.is_set = self.is_set, False
            return was_set
        with self.awaited.lock:
            was_set, self.is_set = self.is_set, False
            self.awaited.number -= was_set
        return was_set


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
        self._moments: list[float] = []  # a heap
        self._alarms: dict[float, deque[Alarm]] = {}  # of each moment, in the order in which they were set
        self._lock = RLock()  # loops may be in several threads; what is collected meanwhile cancels alarms
        self._awaited = _Awaited(self._lock)
        self._lulls: dict[asyncio.AbstractEventLoop, Lull] = {}  # of each loop that takes turns

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
        alarm = Alarm(ring)
        self.arm(alarm, seconds, is_awaited=is_awaited)
        return alarm

    def arm(self, alarm: Alarm, seconds: float, *, is_awaited: bool = True) -> None:
        """Let an alarm that is not set ring after so many seconds, as with :meth:`call_later`."""
        alarm.due_s = due_s = self._seconds + seconds if seconds > 0 else self._seconds
        alarm.is_set, alarm.awaited = True, None
        if not seconds < math.inf:
            return
        with self._lock:
            if is_awaited:
                alarm.awaited = self._awaited
                self._awaited.number += 1
            alarms = self._alarms.get(due_s)
            if alarms is None:
                alarms = self._alarms[due_s] = deque()
                heapq.heappush(self._moments, due_s)
            alarms.append(alarm)
        if is_awaited:
            self.note_work()

    async def advance(self, seconds: float) -> None:
        """Let so many seconds pass: what falls due happens at its time, and all may react to it."""
        until_s = self._seconds + seconds
        await self.settle()
        while (alarm := self._next()) is not None and alarm.due_s <= until_s:
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
        for lull in tuple(self._lulls.values()):
            lull.restart()
        if not self._advances_by_itself or self._held:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # nothing runs yet; the first request or sleep comes back here
        if loop not in self._lulls and self._awaited.number:
            lull = self._lulls[loop] = Lull(loop)
            loop.call_soon(self._turn, loop, lull)

    def _turn(self, loop: asyncio.AbstractEventLoop, lull: Lull) -> None:
        """One turn of a loop, while somebody waits for time to pass, in this loop or beside it."""
        if self._held or not self._awaited.number:
            del self._lulls[loop]
            return
        is_reached = lull.is_reached()
        if lull.pause_s:
            loop.call_later(lull.pause_s, self._turn, loop, lull)
        else:
            loop.call_soon(self._turn, loop, lull)
        if is_reached:
            lull.restart()
            self._pass_until(math.inf)

    def _pass_until(self, due_s: float) -> None:
        """Let time pass up to a moment, with what falls due until then; of very much, the first part only.

        Up to the first alarm that is waited for, if that comes before.
        """
        for _ in range(MOST_AT_ONCE):
            alarm = self._next()
            if alarm is None or alarm.due_s > due_s or (due_s == math.inf and not self._awaited.number):
                break
            self._reach(alarm.due_s)
            if alarm.awaited is not None:
                due_s = alarm.due_s
            if self._take(alarm):
                alarm.ring()
        else:
            return
        if due_s < math.inf:
            self._reach(due_s)

    def _take(self, alarm: Alarm) -> bool:
        """Take the next out, before it rings: it may be set again then. Whether nobody else has done so."""
        with self._lock:
            alarms = self._alarms.get(alarm.due_s)
            if alarms and alarms[0] is alarm:
                alarms.popleft()
        return alarm.take()

    def _next(self) -> Alarm | None:
        """The next that is not cancelled."""
        with self._lock:
            while self._moments:
                alarms = self._alarms[self._moments[0]]
                while alarms:
                    if alarms[0].is_set:
                        return alarms[0]
                    alarms.popleft()
                del self._alarms[heapq.heappop(self._moments)]
        return None

    def _reach(self, seconds: float) -> None:
        if seconds > self._seconds:
            self._seconds = seconds
            self._now = self._start + timedelta(seconds=seconds)


def _wake(waiter: asyncio.Future[None]) -> None:
    """Let go on who sleeps, in this loop or, beside it, in that of another thread."""
    loop = waiter.get_loop()
    if loop is not asyncio.get_running_loop():
        with suppress(RuntimeError):  # it is closed by now
            loop.call_soon_threadsafe(_wake, waiter)
    elif not waiter.done():
        waiter.set_result(None)
