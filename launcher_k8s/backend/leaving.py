"""How work in the background ends when the backend is left: it is given a moment, then cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from launcher_k8s.clock import Clock
from launcher_k8s.kube.deadline import DeadlineError, deadline

LEAVING_S = 5.0


async def finish(tasks: Collection[asyncio.Task[Any]], clock: Clock) -> None:
    """Wait a little for tasks to end, and cancel those that do not; what they raise is theirs to tell."""
    if not tasks:
        return
    with suppress(DeadlineError):
        async with deadline(clock, LEAVING_S):
            await asyncio.wait(tasks)
    late = [task for task in tasks if not task.done()]
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
