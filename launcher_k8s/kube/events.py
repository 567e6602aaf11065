"""A watch's events, however the network cut them."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from typing import NoReturn

import msgspec

from launcher_k8s.errors import ClusterError, UnavailableError
from launcher_k8s.kube.lines import LineSplitter
from launcher_k8s.kube.problems import Attempt, Status, error_from_status

_TYPE_WITHIN = 32


class WatchEvents:
    """The events of a watch, one line of JSON each.

    Args:
        chunks: What came, cut anywhere.
        attempt: What errors name.
    """

    def __init__(self, chunks: AsyncIterator[bytes], attempt: Attempt) -> None:
        self._chunks = chunks
        self._attempt = attempt
        self._splitter = LineSplitter()
        self._ready: deque[bytes] = deque()

    def __aiter__(self) -> WatchEvents:
        return self

    async def __anext__(self) -> bytes:
        while not self._ready:
            try:
                chunk = await anext(self._chunks)
            except StopAsyncIteration:
                if self._splitter.rest:
                    self._refuse("the watch ended inside an event")
                raise
            self._ready.extend(self._splitter.feed(chunk))
        line = self._ready.popleft()
        if not line.startswith(b"{"):
            self._refuse("what came on the watch is no event")
        if (error := error_in(self._attempt, line)) is not None:
            raise error
        return line

    def _refuse(self, what: str) -> NoReturn:
        raise _unreadable(self._attempt, what)


class _ErrorEvent(msgspec.Struct):
    object: Status


def error_in(attempt: Attempt, line: bytes) -> ClusterError | None:
    """The error that an event of a watch tells; None if it tells of an object."""
    if line.find(b'"ERROR"', 0, _TYPE_WITHIN) < 0:
        return None
    try:
        event = msgspec.json.decode(line, type=_ErrorEvent)
    except msgspec.DecodeError:
        return _unreadable(attempt, "the watch ended with an error that cannot be read")
    return error_from_status(attempt, event.object)


def _unreadable(attempt: Attempt, what: str) -> UnavailableError:
    return UnavailableError(f"cannot {attempt}: {what}", transient=True)
