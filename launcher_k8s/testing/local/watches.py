"""Watches over HTTP: events as they come, bookmarks now and then, an end in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

import msgspec

from launcher_k8s.testing.cluster.kinds import Kind
from launcher_k8s.testing.cluster.requests import Request, read_integer
from launcher_k8s.testing.cluster.watching import Watch
from launcher_k8s.testing.local.negotiation import Shape
from launcher_k8s.testing.local.responses import Wish, reshape_event
from launcher_k8s.testing.local.streams import HttpStream

BOOKMARK_S: Final = 60.0
LONGEST_S: Final = 1800.0
"""How long a watch lasts that asks for no end (``--min-request-timeout``)."""


class WatchSender:
    """Sends one watch to one client.

    Args:
        watch: What is followed.
        wake: Set by the watch when there is something.
        request: What was asked.
        kind: Of what.
        wish: In which form.
        now: The time, aware.
        bookmark_s: Seconds between bookmarks.
    """

    def __init__(
        self,
        watch: Watch,
        wake: asyncio.Event,
        *,
        request: Request,
        kind: Kind,
        wish: Wish,
        now: Callable[[], datetime],
        bookmark_s: float = BOOKMARK_S,
    ) -> None:
        self._watch = watch
        self._wake = wake
        self._timeout_s = read_integer(request.params, "timeoutSeconds") or LONGEST_S
        self._kind = kind
        self._wish = wish
        self._now = now
        self._bookmark_s = bookmark_s
        self._first = True

    async def send(self, stream: HttpStream) -> None:
        """Until the watch is over or its time is."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._timeout_s
        bookmark_at = loop.time() + self._bookmark_s
        while True:
            self._wake.clear()
            if events := self._watch.take():
                await stream.write(b"".join(each + b"\n" for each in self._shaped(events)))
                continue
            if self._watch.is_over or loop.time() >= end:
                return
            try:
                async with asyncio.timeout_at(min(end, bookmark_at)):
                    await self._wake.wait()
            except TimeoutError:
                if loop.time() >= bookmark_at:
                    bookmark_at += self._bookmark_s
                    self._watch.bookmark()

    def _shaped(self, events: list[bytes]) -> Iterable[bytes]:
        if self._wish.form.shape is Shape.OBJECT:
            return events
        return [self._reshaped(each) for each in events]

    def _reshaped(self, event: bytes) -> bytes:
        first, self._first = self._first, False
        decoded = msgspec.json.decode(event)
        return msgspec.json.encode(reshape_event(decoded, self._kind, self._wish, self._now(), first=first))
