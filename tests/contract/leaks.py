"""What a test may not leave behind: tasks of the event loop, sockets, child processes."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import attrs

FAREWELL_S = 3.0
"""Connections close after their session has, and threads of servers a little later still."""


@attrs.frozen
class Held:
    """What this process holds at a moment."""

    tasks: frozenset[asyncio.Task[Any]]
    sockets: frozenset[str]
    children: frozenset[int]

    @classmethod
    async def now(cls, *, sockets: bool) -> Held:
        """What is held now; without sockets where other parts of the session open and close some too."""
        current = asyncio.current_task()
        others = frozenset(task for task in asyncio.all_tasks() if task is not current)
        return cls(others, frozenset(_sockets() if sockets else ()), frozenset(_children()))

    async def check(self, *, daemons: frozenset[int] = frozenset()) -> None:
        """Nothing is held now that was not held then, the daemons of a cluster aside.

        Raises:
            AssertionError: It names what is left.
        """
        deadline = time.monotonic() + FAREWELL_S
        sockets = bool(self.sockets)  # the event loop has one
        while (left := self._left(await Held.now(sockets=sockets), daemons)) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        assert not left, f"left behind: {'; '.join(left)}"

    def _left(self, now: Held, daemons: frozenset[int]) -> list[str]:
        return [
            *(f"task {task!r}" for task in now.tasks - self.tasks),
            *(f"socket {each}" for each in now.sockets - self.sockets),
            *(f"process {pid}" for pid in now.children - self.children - daemons),
        ]


def _sockets() -> set[str]:
    found = set()
    for each in Path("/proc/self/fd").iterdir():
        try:
            target = str(each.readlink())
        except OSError:  # the folder's own descriptor
            continue
        if target.startswith("socket:"):
            found.add(target)
    return found


def _children() -> set[int]:
    while True:
        try:
            lists = [each.read_text() for each in Path("/proc/self/task").glob("*/children")]
        except (FileNotFoundError, ProcessLookupError):
            continue  # a thread has ended meanwhile: its children are another's now
        return {int(pid) for each in lists for pid in each.split()}
