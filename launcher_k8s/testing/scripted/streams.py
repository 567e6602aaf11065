"""Streams of a scripted cluster: a watch's events and a log's chunks, with the faults that meet them.

A stream ends as over HTTP: by itself when the server ends it, with an error when it is cut, when it is silent
for too long, and when the cluster is left.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from launcher_k8s.clock import Clock
from launcher_k8s.errors import ClusterError
from launcher_k8s.kube.deadline import DeadlineError, deadline
from launcher_k8s.kube.problems import Attempt
from launcher_k8s.testing.fault import Encounter, Fault
from launcher_k8s.testing.scripted.breaking import timed_out, torn


class Feed(Protocol):
    """Where a stream's pieces come from."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes after what waits."""

    def take(self) -> list[bytes]:
        """What has come since the last call, or its beginning; empty when nothing has."""

    def close(self) -> None:
        """Nobody reads any more."""


class ScriptedStream:
    """An open stream.

    Args:
        attempt: What was asked, for errors.
        encounter: The fault that meets it.
        clock: On whose time it may be silent, if a fault makes it so.
        silence_s: For how long.
        read: Makes an error of a piece that tells one, as the client does over HTTP.

    Attributes:
        attempt: What was asked.
        feed: Where its pieces come from; set before it is read.
    """

    feed: Feed
    _may_be_torn = False  # of a line that is cut in the middle nothing is seen, of output all that came

    def __init__(
        self,
        attempt: Attempt,
        encounter: Encounter,
        *,
        clock: Clock,
        silence_s: float,
        read: Callable[[bytes], ClusterError | None] = lambda _: None,
    ) -> None:
        self.attempt = attempt
        self._stall = encounter.stall
        self._left = encounter.cut_after
        self._clock = clock
        self._silence_s = silence_s
        self._read = read
        self._news = asyncio.Event()
        self._ready: deque[bytes] = deque()
        self._trouble: ClusterError | None = None

    def wake(self) -> None:
        """There is something to take, or nothing more will come."""
        self._news.set()

    def cut(self) -> None:
        """Break the connection."""
        self.fail(torn(self.attempt))

    def stall(self, fault: Fault) -> None:
        """Let nothing through until a fault has ended."""
        self._stall = fault
        self.wake()

    def fail(self, trouble: ClusterError) -> None:
        """End the stream with an error, after what waits."""
        self._trouble = self._trouble or trouble
        self.wake()

    @property
    def is_broken(self) -> bool:
        """Whether the connection was cut, or the cluster was left."""
        return self._trouble is not None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        while not self._ready:
            if self._trouble is not None:
                raise self._trouble
            if self._stall is not None and self._stall.holds:
                await self._wait_out()
                continue
            self._ready.extend(self._whole(self.feed.take()))
            if self._ready or self._trouble is not None:
                continue
            if self.feed.is_over:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        piece = self._ready.popleft()
        error = self._read(piece)
        if error is not None:
            raise error
        return piece

    def _whole(self, pieces: list[bytes]) -> list[bytes]:
        """The pieces that come before the connection is cut."""
        if self._left is None:
            return pieces
        passed: list[bytes] = []
        for piece in pieces:
            if len(piece) > self._left:
                self.cut()
                torn = piece[: self._left] if self._may_be_torn else b""
                return [*passed, torn] if torn else passed
            self._left -= len(piece)
            passed.append(piece)
        return passed

    async def _wait_out(self) -> None:
        """Hear nothing until the fault ends, or the silence has lasted too long."""
        assert self._stall is not None
        self._stall.on_end(self.wake)
        try:
            async with deadline(self._clock, self._silence_s):
                while self._stall.holds and self._trouble is None:
                    self._news.clear()
                    await self._news.wait()
        except DeadlineError:
            raise timed_out(self.attempt) from None


class LogStream(ScriptedStream):
    """The stream of a log."""

    _may_be_torn = True
