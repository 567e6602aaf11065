"""A cluster that does what a test wrote down, and fails the test that asks for more.

``launcher_k8s.testing.ScriptedCluster`` is no substitute here: it answers as a cluster does. ``kube.logs``
and ``kube.reflector`` are tested by the very bytes of each stream, where it is cut, how many there are and
with which version each is asked for, also in orders that no cluster in good health gives: a log that differs
between two readings, a watch that ends at once, pages that expire each time, a version from the future.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Any, Self

import attrs

from launcher_k8s.connection import (
    JSON_MEDIA_TYPE,
    MERGE_PATCH,
    ConnectOptions,
    LogOptions,
    Reply,
    Resource,
    Session,
)

Step = bytes | BaseException
Stream = Sequence[Step] | BaseException


@attrs.define
class Script:
    """What the verbs answer, in order; a stream is a list of its pieces, and may end with an error.

    ``heads`` are logs that are asked for by a number of bytes; the last of them is given again and again.

    ``asked`` holds the arguments of each call; ``open_streams`` counts streams not yet left.
    """

    gets: Sequence[Step] = ()
    pages: Sequence[Step] = ()
    watches: Sequence[Stream] = ()
    logs: Sequence[Stream] = ()
    heads: Sequence[Stream] = ()
    asked: list[dict[str, Any]] = attrs.field(factory=list)
    open_streams: int = 0
    opened: asyncio.Event = attrs.field(factory=asyncio.Event)


class PlayedCluster:
    """Plays a script; when a script is at its end, a stream stays open and silent."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self._gets, self._pages = iter(script.gets), iter(script.pages)
        self._watches, self._logs = iter(script.watches), iter(script.logs)
        self._heads = iter(script.heads)
        self._head: Stream = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None, /
    ) -> None:
        return None

    async def version(self) -> str:
        raise AssertionError("not scripted")

    async def create(
        self,
        resource: Resource,
        body: bytes,
        *,
        params: Mapping[str, str] | None = None,
        content_type: str = JSON_MEDIA_TYPE,
    ) -> Reply:
        raise AssertionError("not scripted")

    async def get(self, resource: Resource) -> Reply:
        return Reply(_play(next(self._gets)))

    async def list_page(
        self,
        resource: Resource,
        *,
        label_selector: str = "",
        field_selector: str = "",
        limit: int = 0,
        continue_token: str = "",
    ) -> Reply:
        self.script.asked.append(
            {"labels": label_selector, "fields": field_selector, "limit": limit, "continue": continue_token}
        )
        return Reply(_play(next(self._pages)))

    async def patch(self, resource: Resource, body: bytes, *, content_type: str = MERGE_PATCH) -> Reply:
        raise AssertionError("not scripted")

    async def delete(self, resource: Resource, *, uid: str = "") -> Reply:
        raise AssertionError("not scripted")

    @asynccontextmanager
    async def watch(
        self,
        resource: Resource,
        *,
        resource_version: str,
        label_selector: str = "",
        field_selector: str = "",
        timeout_s: int = 0,
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        self.script.asked.append(
            {"labels": label_selector, "version": resource_version, "timeout_s": timeout_s}
        )
        async with self._stream(self._watches) as pieces:
            yield pieces

    def connect(self, pod: Resource, options: ConnectOptions) -> AbstractAsyncContextManager[Session]:
        raise AssertionError(f"{options} of {pod.name}: no session was written")

    @asynccontextmanager
    async def log(self, pod: Resource, options: LogOptions) -> AsyncIterator[AsyncIterator[bytes]]:
        self.script.asked.append({"pod": pod.name, "options": options})
        if options.limit_bytes is None:
            streams = self._logs
        else:
            self._head = next(self._heads, self._head)
            streams = iter([self._head])
        async with self._stream(streams) as pieces:
            yield pieces

    @asynccontextmanager
    async def _stream(self, streams: Iterator[Stream]) -> AsyncIterator[AsyncIterator[bytes]]:
        stream = next(streams, None)
        if isinstance(stream, BaseException):
            raise stream
        self.script.open_streams += 1
        self.script.opened.set()
        try:
            yield _pieces(stream)
        finally:
            self.script.open_streams -= 1


async def _pieces(stream: Sequence[Step] | None) -> AsyncIterator[bytes]:
    if stream is None:
        await asyncio.Event().wait()
    for step in stream or []:
        yield _play(step)


def _play(step: Step) -> bytes:
    if isinstance(step, BaseException):
        raise step
    return step
