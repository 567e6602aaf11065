"""Lets the Job controller run when it has something to do, on the event loop's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Protocol


class Controller(Protocol):
    """Something that acts at certain times."""

    @property
    def due(self) -> datetime | None:
        """When it wants to run next."""

    def run(self) -> None:
        """Do what is due."""


class Controllers:
    """Runs a controller whenever it is due.

    Args:
        make: Makes it; it is given what to call when it is due earlier than it was.
        now: The time, aware.
    """

    def __init__(
        self, make: Callable[[Callable[[], None]], Controller], *, now: Callable[[], datetime]
    ) -> None:
        self._now = now
        self._alarm: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._controller: Controller = make(self._arrange)
        self._arrange()

    async def close(self) -> None:
        """Run it no more."""
        self._disarm()
        self._arrange = lambda: None  # type: ignore[method-assign]

    def _arrange(self) -> None:
        self._disarm()
        due = self._controller.due
        if due is not None:
            left_s = max(0.0, (due - self._now()).total_seconds())
            self._alarm = self._loop.call_later(left_s, self._run)

    def _run(self) -> None:
        self._controller.run()
        self._arrange()

    def _disarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
