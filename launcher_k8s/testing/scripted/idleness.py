"""Whether anybody but the clock has something to do.

Time may pass by itself only when all others wait. No event loop tells that in public, so CPython's own is
looked into: callbacks that are ready, and threads of the loop's default executor (``asyncio.to_thread``)
that are at work. Of another loop, and of threads and processes of other origin, nothing is known: with
those, let time pass by :meth:`~launcher_k8s.testing.scripted.clock.ScriptedClock.advance` only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sized
from typing import Any

QUIET_TURNS = 3
"""Turns of the loop in a row without anything ready: each also looks once at all sockets."""

BUSY_TURNS = 1000
"""Turns after which somebody who only lets others run (``sleep(0)`` in a loop) is no reason to wait."""

THREAD_PAUSE_S = 0.0005


class Lull:
    """Counts the turns of a loop until it has come to rest.

    Args:
        loop: Whose turns.

    Attributes:
        pause_s: How long to leave the loop alone before its next turn is counted, in real seconds: not at
            all, unless a thread is at work, which needs the time.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.pause_s = 0.0
        self._loop: Any = loop
        self._quiet = 0
        self._busy = 0

    def restart(self) -> None:
        """Somebody has done something that counts as work."""
        self._quiet = self._busy = 0

    def is_reached(self) -> bool:
        """Whether all rest; asked once in each turn of the loop."""
        if _has_busy_threads(self._loop):
            self._quiet, self.pause_s = 0, THREAD_PAUSE_S
            return False
        self.pause_s = 0.0
        if _has_ready(self._loop):
            self._quiet = 0
            self._busy += 1
        else:
            self._quiet += 1
        return self._quiet >= QUIET_TURNS or self._busy >= BUSY_TURNS


def _has_ready(loop: Any) -> bool:
    ready: Sized = getattr(loop, "_ready", ())
    return len(ready) > 0


def _has_busy_threads(loop: Any) -> bool:
    """Whether the default executor has work; what it has finished is ready by then."""
    executor = getattr(loop, "_default_executor", None)
    threads, queue = getattr(executor, "_threads", ()), getattr(executor, "_work_queue", None)
    idle = getattr(executor, "_idle_semaphore", None)
    if queue is None or idle is None:
        return False
    return queue.qsize() > 0 or getattr(idle, "_value", 0) < len(threads)
