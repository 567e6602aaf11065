"""Statuses from the tracker as async generators: pulled by the reader, woken by changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from launcher_k8s.status import JobFilter, JobStatus
from launcher_k8s.tracker import Tracker


async def changes(
    tracker: Tracker, wanted: str | JobFilter, *, user: str | None = None
) -> AsyncGenerator[JobStatus]:
    """The present status of each match, then every change once; for one id, ends after the final state."""
    woken = asyncio.Event()
    subscription = tracker.subscribe(wanted, user=user, wake=woken.set)
    try:
        while True:
            woken.clear()
            while (status := subscription.take()) is not None:
                yield status
            if subscription.done:
                return
            await woken.wait()
    finally:
        subscription.close()
