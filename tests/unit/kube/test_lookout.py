from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from launcher_k8s.errors import ClusterTimeoutError, UnavailableError
from launcher_k8s.kube.lookout import Lookout, with_looks
from launcher_k8s.testing import ScriptedClock


class Eye:
    """Counts looks."""

    def __init__(self) -> None:
        self.looks = 0

    async def look(self) -> None:
        self.looks += 1


async def read(
    chunks: AsyncIterator[bytes], eye: Eye, lookout: Lookout, clock: ScriptedClock | None = None
) -> list[bytes]:
    looking = with_looks(
        chunks, eye.look, while_held=eye.look, lookout=lookout, clock=clock or ScriptedClock()
    )
    async with aclosing(looking) as stream:
        return [chunk async for chunk in stream]


async def test_all_chunks_come_and_looks_in_between() -> None:
    eye, clock = Eye(), ScriptedClock()

    async def slow() -> AsyncIterator[bytes]:
        for number, piece in enumerate((b"a", b"b", b"c", b"d")):
            await clock.sleep(3 if number else 0)
            yield piece

    assert await read(slow(), eye, Lookout(every_s=4, in_silence=0), clock) == [b"a", b"b", b"c", b"d"]
    assert eye.looks == 1, "after six seconds; the next is due at ten"


async def test_silence_is_looked_into_but_not_for_ever() -> None:
    eye, clock = Eye(), ScriptedClock()

    async def silent() -> AsyncIterator[bytes]:
        await clock.sleep(3600)
        yield b"a"

    assert await read(silent(), eye, Lookout(every_s=4, in_silence=3), clock) == [b"a"]
    assert eye.looks == 3 + 1, "and once more when something came"


async def test_errors_pass_through() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"a"
        raise UnavailableError("cut")

    with pytest.raises(UnavailableError, match="cut"):
        await read(broken(), Eye(), Lookout())


async def test_nothing_is_read_ahead() -> None:
    asked = 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal asked
        for piece in (b"a", b"b"):
            asked += 1
            yield piece

    eye = Eye()
    stream = with_looks(counted(), eye.look, while_held=eye.look, lookout=Lookout(), clock=ScriptedClock())
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

    task = asyncio.create_task(read(endless(), Eye(), Lookout()))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cancelled.is_set()


async def pieces() -> AsyncIterator[bytes]:
    for piece in (b"a", b"b"):
        yield piece


async def test_a_reader_who_is_busy_is_looked_out_for() -> None:
    eye, held, clock = Eye(), Eye(), ScriptedClock()
    lookout = Lookout(every_s=4, in_silence=0)
    stream = with_looks(pieces(), eye.look, while_held=held.look, lookout=lookout, clock=clock)
    async with aclosing(stream):
        assert await anext(stream) == b"a"
        await clock.advance(13)
        assert (eye.looks, held.looks) == (0, 3)
        assert await anext(stream) == b"b"
        assert held.looks == 3


async def test_a_reader_who_is_busy_for_very_long_must_begin_anew() -> None:
    eye, clock = Eye(), ScriptedClock()
    lookout = Lookout(every_s=4, in_silence=0, while_held=5)
    stream = with_looks(pieces(), eye.look, while_held=eye.look, lookout=lookout, clock=clock)
    async with aclosing(stream):
        assert await anext(stream) == b"a"
        await clock.advance(3600)
        assert eye.looks == 5
        with pytest.raises(ClusterTimeoutError):
            await anext(stream)
