"""The steps that a launcher takes towards its cluster, each a place to be killed at.

A step is one request, or one act within a session, and has two sides: ``before`` nothing has reached the
cluster, ``after`` all is done there and the launcher has not gone on. They are counted from the moment at
which the verb begins that is looked at. Nothing is counted of the watches, nor of what
a launcher does at its start.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Self, TypeVar

from launcher_k8s.connection import (
    JSON_MEDIA_TYPE,
    MERGE_PATCH,
    SERVICES,
    Cluster,
    ConnectOptions,
    LogOptions,
    OutputChannel,
    Reply,
    Resource,
    Session,
)
from launcher_k8s.shape.names import DELIVERY_ANNOTATION, FINAL_ANNOTATION, INTENT_ANNOTATION

T = TypeVar("T")

_WRITTEN = (INTENT_ANNOTATION, FINAL_ANNOTATION, DELIVERY_ANNOTATION)


class Steps:
    """Counts steps once it is begun, and ends the process at one of them.

    Args:
        last: The name of the step and side to die at; empty for none.
    """

    def __init__(self, last: str) -> None:
        self.taken: list[str] = []
        self._last = last
        self._counts: Counter[str] = Counter()
        self._is_begun = False

    def begin(self) -> None:
        """Count from now on."""
        self._is_begun = True

    async def take(self, what: str, work: Awaitable[T]) -> T:
        """Take a step, which may fail."""
        if not self._is_begun:
            return await work
        self._counts[what] += 1
        step = f"{what} {self._counts[what]}"
        self._pass(f"before {step}")
        try:
            return await work
        finally:
            self._pass(f"after {step}")

    def _pass(self, side: str) -> None:
        self.taken.append(side)
        if side == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


class SteppingCluster:
    """A :class:`~launcher_k8s.connection.Cluster` whose every request is a step."""

    def __init__(self, cluster: Cluster, steps: Steps) -> None:
        self._cluster = cluster
        self._steps = steps

    async def __aenter__(self) -> Self:
        await self._cluster.__aenter__()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._cluster.__aexit__(exc_type, exc, tb)

    async def version(self) -> str:
        return await self._cluster.version()

    async def create(
        self,
        resource: Resource,
        body: bytes,
        *,
        params: Mapping[str, str] | None = None,
        content_type: str = JSON_MEDIA_TYPE,
    ) -> Reply:
        work = self._cluster.create(resource, body, params=params, content_type=content_type)
        return await self._steps.take(f"create {resource.kind}", work)

    async def get(self, resource: Resource) -> Reply:
        return await self._steps.take(f"get {resource.kind}", self._cluster.get(resource))

    async def list_page(
        self,
        resource: Resource,
        *,
        label_selector: str = "",
        field_selector: str = "",
        limit: int = 0,
        continue_token: str = "",
    ) -> Reply:
        work = self._cluster.list_page(
            resource,
            label_selector=label_selector,
            field_selector=field_selector,
            limit=limit,
            continue_token=continue_token,
        )
        is_at_start = resource.plural == SERVICES.plural
        return await (work if is_at_start else self._steps.take(f"list {resource.kind}", work))

    async def patch(self, resource: Resource, body: bytes, *, content_type: str = MERGE_PATCH) -> Reply:
        what = next((name for name in _WRITTEN if name.encode() in body), "")
        work = self._cluster.patch(resource, body, content_type=content_type)
        return await self._steps.take(f"patch {resource.kind} {what}", work)

    async def delete(self, resource: Resource, *, uid: str = "") -> Reply:
        return await self._steps.take(f"delete {resource.kind}", self._cluster.delete(resource, uid=uid))

    def watch(
        self,
        resource: Resource,
        *,
        resource_version: str,
        label_selector: str = "",
        field_selector: str = "",
        timeout_s: int = 0,
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        return self._cluster.watch(
            resource,
            resource_version=resource_version,
            label_selector=label_selector,
            field_selector=field_selector,
            timeout_s=timeout_s,
        )

    def log(self, pod: Resource, options: LogOptions) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        return self._cluster.log(pod, options)

    @asynccontextmanager
    async def connect(self, pod: Resource, options: ConnectOptions) -> AsyncIterator[Session]:
        connection = self._cluster.connect(pod, options)
        session = await self._steps.take(f"open {pod.kind}", connection.__aenter__())
        try:
            yield SteppingSession(session, self._steps, pod.kind)
        finally:
            await connection.__aexit__(None, None, None)


class SteppingSession:
    """A :class:`~launcher_k8s.connection.Session` whose every act is a step, its first answer as well."""

    def __init__(self, session: Session, steps: Steps, what: str) -> None:
        self._session = session
        self._steps = steps
        self._what = what

    async def send(self, data: bytes) -> None:
        await self._steps.take(f"send {self._what}", self._session.send(data))

    async def close_stdin(self) -> None:
        await self._steps.take(f"close {self._what}", self._session.close_stdin())

    async def __aiter__(self) -> AsyncIterator[tuple[OutputChannel, bytes]]:
        pieces = aiter(self._session)
        try:
            yield await self._steps.take(f"read {self._what}", anext(pieces))
        except StopAsyncIteration:
            return
        async for piece in pieces:
            yield piece

    async def outcome(self) -> int:
        return await self._steps.take(f"outcome {self._what}", self._session.outcome())
