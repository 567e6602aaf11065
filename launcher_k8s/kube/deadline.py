"""A time limit on any clock; ``asyncio.timeout``, by which it is done, knows only the event loop's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from launcher_k8s.clock import Clock


class DeadlineError(TimeoutError):
    """The time of a :func:`deadline` has passed; no other limit's."""


@asynccontextmanager
async def deadline(clock: Clock, seconds: float | None) -> AsyncGenerator[None]:
    """Cancel the block after so many seconds of a clock.

    Args:
        clock: Whose seconds.
        seconds: How many; no limit if None.

    Raises:
        DeadlineError: The time has passed, in place of the cancellation.
    """
    if seconds is None:
        yield
        return
    limit = asyncio.timeout(None)
    try:
        async with limit:
            alarm = asyncio.create_task(_ring(clock, seconds, limit))
            try:
                yield
            finally:
                alarm.cancel()
                await asyncio.wait({alarm})
    except TimeoutError:
        if limit.expired():
            raise DeadlineError from None
        raise


async def _ring(clock: Clock, seconds: float, limit: asyncio.Timeout) -> None:
    await clock.sleep(seconds)
    limit.reschedule(asyncio.get_running_loop().time())
