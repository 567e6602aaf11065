"""Messages of a session with a container, over a websocket."""

from __future__ import annotations

from launcher_k8s.errors import UnavailableError
from launcher_k8s.kube.sessions import PROTOCOLS, V5
from launcher_k8s.kube.transport import Request, Transport
from launcher_k8s.kube.websocket import Socket


class SocketWire:
    """Messages over a websocket.

    Args:
        socket: The websocket.
        transport: Whose errors it makes, and whose time limits it has.
        request: What was asked.
    """

    def __init__(self, socket: Socket, transport: Transport, request: Request) -> None:
        self._socket = socket
        self._transport = transport
        self._request = request
        self._has_sent = False

    @property
    def closes_stdin(self) -> bool:
        """Whether the protocol that was agreed on can tell an end of input.

        Raises:
            UnavailableError: None was agreed on.
        """
        if self._socket.protocol is None:
            hint = "a proxy on the way, or a server before Kubernetes 1.4, speaks another protocol"
            attempt = self._request.attempt
            raise UnavailableError(f"cannot {attempt}: the server speaks none of {PROTOCOLS}", hint=hint)
        return self._socket.protocol == V5

    async def receive(self) -> bytes:
        """The next message; an empty one when the other side has ended."""
        with self._transport.translating(self._request):
            return await self._socket.read(self._transport.pulse, is_busy=lambda: self._has_sent)

    async def send(self, message: bytes) -> None:
        """Send one; to somebody who is gone it is lost."""
        self._has_sent = True
        try:
            await self._socket.send_bytes(message)
        except (OSError, RuntimeError):
            return  # whoever reads is told how it ended

    async def close(self) -> None:
        """Let what was sent arrive, and end."""
        await self._socket.say_goodbye()
