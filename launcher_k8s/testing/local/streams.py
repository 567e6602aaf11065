"""Responses that go on: watches and logs, and what a fault does to them on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from launcher_k8s.testing.fault import Encounter, Fault
from launcher_k8s.testing.local.responses import headers

Send = Callable[["HttpStream"], Awaitable[None]]


class CutError(Exception):
    """The connection was broken on purpose."""


class HttpStream:
    """A chunked response.

    Args:
        request: What it answers.
        content_type: Of what is sent.
        encounter: The faults it meets.
    """

    def __init__(self, request: web.Request, content_type: str, encounter: Encounter) -> None:
        self._request = request
        self._response = web.StreamResponse(headers=headers(content_type))
        self._left = encounter.cut_after
        self._stalls: list[Fault] = [] if encounter.stall is None else [encounter.stall]

    def cut(self) -> None:
        """Break the connection, whatever is on the way."""
        break_connection(self._request)

    def stall(self, fault: Fault) -> None:
        """Send nothing until a fault has ended."""
        self._stalls.append(fault)

    async def open(self) -> None:
        """Send the head."""
        await self._response.prepare(self._request)

    async def write(self, data: bytes) -> None:
        """Send some bytes, when the client takes them.

        Raises:
            CutError: That was where the stream was to be broken.
            ConnectionError: The client is gone.
        """
        while self._stalls:
            await wait_out(self._stalls.pop())
        if self._left is None:
            await self._response.write(data)
            return
        await self._response.write(data[: self._left])
        self._left -= min(len(data), self._left)
        if not self._left:
            self.cut()
            raise CutError

    async def close(self) -> None:
        """End it as a server does that has said everything."""
        await self._response.write_eof()

    @property
    def response(self) -> web.StreamResponse:
        """For aiohttp."""
        return self._response


class HttpSession:
    """An exec or attach, which faults can meet while it is open.

    Args:
        request: The request that was upgraded.
    """

    def __init__(self, request: web.Request) -> None:
        self._request = request

    def cut(self) -> None:
        """Break the connection, whatever is on the way."""
        break_connection(self._request)

    def stall(self, fault: Fault) -> None:
        """Take nothing from the client until a fault has ended, not even its pings."""
        transport = self._request.transport
        if isinstance(transport, asyncio.Transport):
            transport.pause_reading()
            fault.on_end(transport.resume_reading)


def break_connection(request: web.Request) -> None:
    """Close a connection without a word."""
    if request.transport is not None:
        request.transport.abort()


async def wait_out(fault: Fault) -> None:
    """Until a fault that stalls has ended."""
    ended = asyncio.Event()
    fault.on_end(ended.set)
    await ended.wait()


async def serve_stream(stream: HttpStream, send: Send) -> web.StreamResponse:
    """Open a stream, let ``send`` fill it, and end it; a client that went away is no error."""
    try:
        await stream.open()
        await send(stream)
        await stream.close()
    except (CutError, ConnectionError):
        pass
    return stream.response
