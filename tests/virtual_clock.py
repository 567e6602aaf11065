"""A clock whose time passes only while everybody sleeps: an hour takes none, and all happens in order."""

from __future__ import annotations

import asyncio
import heapq
import math
from datetime import UTC, datetime, timedelta
from itertools import count

BUSY_TURNS = 1000
"""Turns of the event loop after which time passes even if somebody is at work: a test that spins, say."""


class VirtualClock:
    """A :class:`~launcher_k8s.clock.Clock` for tests.

    Attributes:
        naps_s: How long each sleep was asked to be.
    """

    def __init__(self) -> None:
        self.naps_s: list[float] = []
        self._seconds = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = count()
        self._is_driven = False

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        self.naps_s.append(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiter = asyncio.get_running_loop().create_future()
        if seconds < math.inf:
            heapq.heappush(self._sleepers, (self._seconds + seconds, next(self._number), waiter))
        if self._sleepers and not self._is_driven:
            self._is_driven = True
            self._turn(BUSY_TURNS)
        await waiter

    def _turn(self, left: int) -> None:
        loop = asyncio.get_running_loop()
        others: object = getattr(loop, "_ready")  # noqa: B009 -- nothing public tells who is at work
        if left and (others or left == BUSY_TURNS):
            loop.call_soon(self._turn, left - 1)
        else:
            self._wake_next()

    def _wake_next(self) -> None:
        while self._sleepers and self._sleepers[0][2].done():  # cancelled
            heapq.heappop(self._sleepers)
        self._is_driven = bool(self._sleepers)
        if self._sleepers:
            due, _, waiter = heapq.heappop(self._sleepers)
            self._seconds = max(self._seconds, due)
            waiter.set_result(None)
            self._turn(BUSY_TURNS)
