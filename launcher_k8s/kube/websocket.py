"""A websocket as sessions need it: bounded messages, silence noticed, refusals whole, let go of at once.

The HTTP library's websocket does the framing. It would answer a refused upgrade without its body, tell a
silent peer from a slow reader badly, and leave TLS connections to close when they like: these are done here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

import aiohttp
import attrs

from launcher_k8s.kube.sockets import drop

LONGEST_MESSAGE: Final = 2**20
"""The API server's are of 32 KiB."""

FAREWELL_S: Final = 2.0
_OVER: Final = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED)


class RefusedUpgradeError(Exception):
    """The server answered otherwise than by a websocket."""

    def __init__(self, code: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"HTTP status {code}")
        self.code = code
        self.headers = headers
        self.body = body


async def check_upgrade(answer: aiohttp.ClientResponse) -> None:
    """See that an answer is a websocket; of one that is not, the body says why.

    Raises:
        RefusedUpgradeError: It is none.
    """
    if answer.status != 101:
        raise RefusedUpgradeError(answer.status, answer.headers, await answer.read())


class BrokenSocketError(aiohttp.ClientError):
    """What came is no message that can be taken."""


@attrs.frozen
class Pulse:
    """How silence is told from nothing to say.

    Args:
        ping_s: After so many seconds without a message the server is asked for a sign of life.
        pong_s: So many seconds later it is taken for dead.
    """

    ping_s: float
    pong_s: float


class Socket(aiohttp.ClientWebSocketResponse):
    """A websocket that is read by one task."""

    async def read(self, pulse: Pulse, *, is_busy: Callable[[], bool]) -> bytes:
        """The next message; empty ones are passed over, and an empty one tells that the server has closed.

        Only somebody who waits for a message notices silence: one who does not read hears no pong either.

        Args:
            pulse: How silence is judged.
            is_busy: Whether the server may have its hands full, so that it need not answer.

        Raises:
            TimeoutError: The server gives no sign of life.
            BrokenSocketError: It sent something else than bytes, or too much of them.
        """
        is_asked = False
        while True:
            try:
                async with asyncio.timeout(pulse.pong_s if is_asked else pulse.ping_s):
                    message = await self.receive()
            except TimeoutError:
                if is_asked and not is_busy():
                    raise
                await self.ping()
                is_asked = True
                continue
            is_asked = False
            if message.type in _OVER:
                return b""
            if message.type is aiohttp.WSMsgType.PING:
                await self.pong(message.data)
            elif message.type is aiohttp.WSMsgType.ERROR:
                raise BrokenSocketError(f"the websocket failed: {message.data}")
            elif message.type is aiohttp.WSMsgType.TEXT:
                raise BrokenSocketError("the server sent text")
            elif message.type is aiohttp.WSMsgType.BINARY and message.data:
                return bytes(message.data)

    async def say_goodbye(self) -> None:
        """Let what was sent arrive, and end; waits a little for the server to say the same."""
        if self.closed:
            return
        try:
            async with asyncio.timeout(FAREWELL_S):
                await self.send_frame(b"\x03\xe8", aiohttp.WSMsgType.CLOSE)
                while (await self.receive()).type not in _OVER:
                    pass
        except (TimeoutError, aiohttp.ClientError, OSError):
            return  # it was a courtesy

    def drop(self) -> None:
        """Let go of the connection at once."""
        drop(self._response)
        self._response.close()
