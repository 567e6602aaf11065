"""The websocket protocols of exec and attach: ``v5.channel.k8s.io`` and ``v4.channel.k8s.io``.

Each message begins with the number of a channel: 0 standard input, 1 output, 2 errors, 3 the outcome as a
Status, 4 the terminal's size. In v5 a message on channel 255 names a channel that the client closes.
Source: ``k8s.io/apimachinery/pkg/util/httpstream/wsstream`` and
``k8s.io/kubelet/pkg/cri/streaming/remotecommand``.
"""

from __future__ import annotations

import asyncio
import struct
from contextlib import suppress
from typing import Final

import msgspec
from aiohttp import WSMsgType, web

from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.refusals import bad_request
from launcher_k8s.testing.local.pipes import ProcessStreams

PROTOCOLS: Final = ("v5.channel.k8s.io", "v4.channel.k8s.io")
STDIN, STDOUT, STDERR, OUTCOME, RESIZE = range(5)
_CLOSE: Final = 255


class Channels:
    """The server's end of one session.

    Args:
        http: The request to upgrade.

    Attributes:
        stdin_ended: Set when the client has closed its standard input.
    """

    def __init__(self, http: web.Request) -> None:
        self._http = http
        self.stdin_ended = asyncio.Event()
        self._socket = web.WebSocketResponse(protocols=PROTOCOLS, autoping=True, max_msg_size=0)

    @staticmethod
    def check(http: web.Request) -> None:
        """See whether a request can be upgraded.

        Raises:
            Refusal: 400: it does not ask for it.
        """
        if http.headers.get("Upgrade", "").lower() != "websocket":
            raise bad_request("Upgrade request required")

    async def open(self) -> web.StreamResponse | None:
        """Upgrade; the answer instead, where none of the client's protocols is known, or it is gone."""
        asked = {each.strip() for each in self._http.headers.get("Sec-WebSocket-Protocol", "").split(",")}
        if not asked & set(PROTOCOLS):
            return web.Response(status=403)
        try:
            await self._socket.prepare(self._http)
        except ConnectionError:
            return web.Response(status=400)  # which nobody hears
        return None

    @property
    def response(self) -> web.StreamResponse:
        """For aiohttp."""
        return self._socket

    async def send(self, channel: int, data: bytes) -> None:
        """Send bytes on a channel; a client that is gone loses them."""
        if not self._socket.closed:
            with suppress(ConnectionError):
                await self._socket.send_bytes(bytes((channel,)) + data)

    async def finish(self, outcome: Object) -> None:
        """Tell how it ended, and close."""
        await self.send(OUTCOME, msgspec.json.encode(outcome))
        await self._socket.close()

    async def feed(self, streams: ProcessStreams) -> None:
        """Hand on what the client sends, until it is gone."""
        async for message in self._socket:
            if message.type is not WSMsgType.BINARY or not message.data:
                continue
            channel, data = message.data[0], bytes(message.data[1:])
            if channel == STDIN and data:
                await streams.write(data)
            elif channel == RESIZE:
                _resize(streams, data)
            elif channel == _CLOSE and data == bytes((STDIN,)):
                streams.close_stdin()
                self.stdin_ended.set()


def _resize(streams: ProcessStreams, data: bytes) -> None:
    try:
        size = msgspec.json.decode(data)
        streams.resize(int(size["Width"]), int(size["Height"]))
    except (msgspec.DecodeError, KeyError, TypeError, ValueError, struct.error):
        return  # the kubelet ignores sizes that it cannot read
