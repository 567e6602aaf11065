"""Looking at something else now and then while a stream is read.

Used by the log follower: a kubelet that cannot keep up with a busy job, or is held back by a slow reader,
may pass over whole rotated files within one followed stream, without a word: at the end of the file that it
has open it goes on in the one that is the newest then (``ReadLogs`` of cri-client). Whoever has looked at the
head of each newest file knows which lines must come.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any

import attrs

from launcher_k8s.clock import Clock
from launcher_k8s.errors import ClusterTimeoutError


@attrs.frozen
class Lookout:
    """How often to look.

    Args:
        every_s: Seconds between looks. A kubelet rotates a log every ten seconds at most by default, and
            every three at the shortest (``containerLogMonitorInterval``).
        in_silence: How many looks to take while nothing comes; what is silent for longer is at rest.
        while_held: How many looks to take while what came is not read on. Then nobody knows any more what the
            stream may have passed over.
        after_bytes: Nothing is rotated before the log is this long, so there is nothing to look for.
            (The kubelet's default is 10 MiB.)
    """

    every_s: float = 2.0
    in_silence: int = 30
    while_held: int = 150
    after_bytes: int = 2**20


async def with_looks(
    chunks: AsyncIterator[bytes],
    look: Callable[[], Awaitable[None]],
    *,
    while_held: Callable[[], Awaitable[None]],
    lookout: Lookout,
    clock: Clock,
) -> AsyncGenerator[bytes]:
    """Give the chunks as they come, and look every so often, also while none come or none is asked for.

    Nothing is read ahead: while the consumer is busy, no chunk is asked for.

    Args:
        chunks: The stream.
        look: Is awaited at each look.
        while_held: The same while no chunk is asked for.
        lookout: How often.
        clock: On whose time.

    Raises:
        ClusterTimeoutError: The consumer was busy for so long that the stream must be opened anew.
    """
    nap = _nap(clock, lookout)
    pending: asyncio.Future[bytes | None] | None = None
    try:
        while True:
            pending = asyncio.ensure_future(anext(chunks, None))
            for _ in range(lookout.in_silence):
                either: tuple[asyncio.Future[Any], ...] = (pending, nap)
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                if pending.done():
                    break
                await look()
                nap = _nap(clock, lookout)
            chunk = await pending
            if chunk is None:
                return
            if nap.done():
                await look()
                nap = _nap(clock, lookout)
            held = asyncio.ensure_future(_look_while_held(while_held, lookout, clock))
            try:
                yield chunk
            finally:
                await _drop(held)
            if not held.cancelled():
                raise ClusterTimeoutError("the output was not read on for too long", transient=True)
    finally:
        await _drop(nap, *([pending] if pending else []))


async def _look_while_held(look: Callable[[], Awaitable[None]], lookout: Lookout, clock: Clock) -> None:
    for _ in range(lookout.while_held):
        await clock.sleep(lookout.every_s)
        await look()


def _nap(clock: Clock, lookout: Lookout) -> asyncio.Future[None]:
    return asyncio.ensure_future(clock.sleep(lookout.every_s))


async def _drop(*tasks: asyncio.Future[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
