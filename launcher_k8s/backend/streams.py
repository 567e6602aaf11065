"""Streams handed to callers: async iterators that close what they hold, whoever ends them."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Generic, Self, TypeVar

from launcher_k8s.errors import BackendClosedError

T_co = TypeVar("T_co", covariant=True)


class Stream(Generic[T_co]):
    """An async iterator and async context manager over values that arrive.

    Use ``async with backend.output(id) as out:`` and leaving the block early closes the connection
    behind it. One task reads a stream at a time; another one may close it, and its reader then sees its end.

    Raises:
        BackendClosedError: The backend was closed while the stream had more to come.
        RuntimeError: Another task is reading the stream.
    """

    def __init__(self, source: AsyncGenerator[T_co, None]) -> None:
        self._source = source
        self._reader: asyncio.Task[object] | None = None
        self._interrupted = False
        self._is_ended = False
        self._unread = asyncio.Event()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T_co:
        if self._interrupted:
            raise BackendClosedError
        if self._reader is not None:
            raise RuntimeError("another task is reading this stream: open one for each reader")
        self._reader = asyncio.current_task()
        try:
            return await anext(self._source)
        except asyncio.CancelledError:
            # The same bookkeeping as asyncio.timeout: our own cancellation becomes our error, but only
            # where nobody else has asked for one too.
            if self._is_ours():
                raise self._end() from None
            raise
        finally:
            self._reader = None
            self._unread.set()

    def _end(self) -> Exception:
        return BackendClosedError() if self._interrupted else StopAsyncIteration()

    def _is_ours(self) -> bool:
        return self._is_ended and self._reader is not None and self._reader.uncancel() == 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the stream and free its connection; harmless when it has ended already."""
        if self._reader is not None:
            self._end_under_reader(self._reader)
            await self._unread.wait()
        await self._source.aclose()

    async def interrupt(self) -> None:
        """End the stream under its reader, who gets :class:`BackendClosedError`."""
        self._interrupted = True
        if self._reader is None:
            await self._source.aclose()
        else:
            self._end_under_reader(self._reader)

    def _end_under_reader(self, reader: asyncio.Task[object]) -> None:
        """Cancel who reads, once: whoever else ends the stream meanwhile adds no second cancellation."""
        if not self._is_ended:
            self._is_ended = True
            self._unread.clear()
            reader.cancel()


class StreamSet:
    """The streams that a backend has open; holds none alive that its reader has dropped."""

    def __init__(self) -> None:
        self._streams: weakref.WeakSet[Stream[object]] = weakref.WeakSet()

    def open(self, source: AsyncGenerator[T_co, None]) -> Stream[T_co]:
        """A stream over a generator, remembered until it is dropped."""
        stream = Stream(source)
        self._streams.add(stream)
        return stream

    def __len__(self) -> int:
        return len(self._streams)

    async def interrupt_all(self) -> None:
        """End every stream that is still held by someone."""
        for stream in list(self._streams):
            await stream.interrupt()
