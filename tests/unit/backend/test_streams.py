from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from launcher_k8s.backend.streams import Stream, StreamSet
from launcher_k8s.errors import BackendClosedError


class Source:
    """Yields what is put into it, and remembers that it was closed."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[int] = asyncio.Queue()
        self.waiting = asyncio.Event()
        self.closed = False

    async def run(self) -> AsyncGenerator[int, None]:
        try:
            while True:
                self.waiting.set()
                yield await self.queue.get()
        finally:
            self.closed = True


async def test_values_come_in_order() -> None:
    source = Source()
    async with Stream(source.run()) as stream:
        source.queue.put_nowait(1)
        source.queue.put_nowait(2)
        assert [await anext(stream), await anext(stream)] == [1, 2]


async def test_leaving_the_block_early_closes_the_source() -> None:
    source = Source()
    source.queue.put_nowait(1)
    async with Stream(source.run()) as stream:
        await anext(stream)
    assert source.closed


async def test_a_waiting_reader_is_told_when_the_backend_closes() -> None:
    source, streams = Source(), StreamSet()
    stream = streams.open(source.run())
    reader = asyncio.create_task(anext(stream))
    await source.waiting.wait()
    await streams.interrupt_all()
    with pytest.raises(BackendClosedError):
        await reader
    assert source.closed


async def test_a_stream_nobody_reads_is_closed_with_the_backend() -> None:
    source, streams = Source(), StreamSet()
    source.queue.put_nowait(1)
    stream = streams.open(source.run())
    await anext(stream)
    await streams.interrupt_all()
    assert source.closed
    with pytest.raises(BackendClosedError):
        await anext(stream)


async def test_a_readers_own_cancellation_stays_a_cancellation() -> None:
    source = Source()
    stream = Stream(source.run())
    reader = asyncio.create_task(anext(stream))
    await source.waiting.wait()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader


async def test_a_cancellation_from_outside_wins_over_the_closing() -> None:
    source, streams = Source(), StreamSet()
    stream = streams.open(source.run())
    reader = asyncio.create_task(anext(stream))
    await source.waiting.wait()
    reader.cancel()
    await streams.interrupt_all()
    with pytest.raises(asyncio.CancelledError):
        await reader


async def test_a_dropped_stream_is_not_held() -> None:
    source, streams = Source(), StreamSet()
    streams.open(source.run())
    assert len(streams) == 0


async def test_a_second_reader_is_told_so_and_takes_nothing_from_the_first() -> None:
    source, streams = Source(), StreamSet()
    stream = streams.open(source.run())
    reader = asyncio.create_task(anext(stream))
    await source.waiting.wait()
    with pytest.raises(RuntimeError, match="another task is reading this stream"):
        await anext(stream)
    await streams.interrupt_all()
    with pytest.raises(BackendClosedError):
        await reader


async def test_a_reader_sees_the_end_of_a_stream_that_another_task_closes() -> None:
    source = Source()
    stream = Stream(source.run())

    async def read() -> list[int]:
        return [value async for value in stream]

    reader = asyncio.create_task(read())
    await source.waiting.wait()
    await asyncio.gather(stream.aclose(), stream.aclose())
    assert source.closed
    assert await reader == []


async def test_a_reader_whose_stream_is_closed_and_interrupted_is_told_of_it_once() -> None:
    source = Source()
    stream = Stream(source.run())
    reader = asyncio.create_task(anext(stream))
    await source.waiting.wait()
    await asyncio.gather(stream.aclose(), stream.interrupt())
    with pytest.raises(BackendClosedError):
        await reader
