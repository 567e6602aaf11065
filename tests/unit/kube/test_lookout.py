from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from launcher_k8s.errors import UnavailableError
from launcher_k8s.kube.lookout import Lookout, with_looks


class Eye:
    """Counts looks, and can be waited for."""

    def __init__(self) -> None:
        self.looks = 0
        self.looked = asyncio.Event()

    async def look(self) -> None:
        self.looks += 1
        self.looked.set()


async def three() -> AsyncIterator[bytes]:
    for piece in (b"a", b"b", b"c"):
        yield piece


async def read(chunks: AsyncIterator[bytes], eye: Eye, lookout: Lookout, clock: list[float]) -> list[bytes]:
    ticks = iter(clock)
    async with aclosing(with_looks(chunks, eye.look, lookout=lookout, clock=lambda: next(ticks))) as stream:
        return [chunk async for chunk in stream]


async def test_all_chunks_come_and_looks_in_between() -> None:
    eye = Eye()
    assert await read(three(), eye, Lookout(every_s=4), [0, 1, 5, 5, 6]) == [b"a", b"b", b"c"]
    assert eye.looks == 1


async def test_silence_is_looked_into_but_not_for_ever() -> None:
    eye, over = Eye(), asyncio.Event()

    async def silent() -> AsyncIterator[bytes]:
        await over.wait()
        yield b"a"

    async def end_it() -> None:
        while eye.looks < 3:
            eye.looked.clear()
            await eye.looked.wait()
        await asyncio.sleep(0.05)
        over.set()

    ending = asyncio.create_task(end_it())
    chunks = await read(silent(), eye, Lookout(every_s=0.001, in_silence=3), [0.0] * 9)
    await ending
    assert chunks == [b"a"]
    assert eye.looks == 3


async def test_errors_pass_through() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"a"
        raise UnavailableError("cut")

    with pytest.raises(UnavailableError, match="cut"):
        await read(broken(), Eye(), Lookout(), [0.0] * 9)


async def test_nothing_is_read_ahead() -> None:
    asked = 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal asked
        for piece in (b"a", b"b"):
            asked += 1
            yield piece

    stream = with_looks(counted(), Eye().look, lookout=Lookout(), clock=lambda: 0.0)
    async with aclosing(stream):
        assert await anext(stream) == b"a"
        await asyncio.sleep(0)
        assert asked == 1


async def test_cancelling_ends_the_read_that_is_pending() -> None:
    waiting, cancelled = asyncio.Event(), asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            waiting.set()
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        yield b""

    task = asyncio.create_task(read(endless(), Eye(), Lookout(), [0.0] * 9))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cancelled.is_set()
