"""The forwarder process that `forward.Forwarder` is the handle to.

It listens on 127.0.0.1 and makes its outgoing sockets inside the cluster's namespace. One verb per connection
comes over the control socket: a name and a newline; the answer is a number.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import struct
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from tests.cluster.network import stream_socket

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset


class _Side(asyncio.Protocol):
    """One end of a forwarded connection; what it receives goes to its peer, no faster than that can send."""

    def __init__(self, server: _Server, *, outer: bool) -> None:
        self._server, self._outer = server, outer
        self.peer: _Side | None = None
        self.transport: asyncio.Transport | None = None
        self._peer_full = False
        self._ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._server.sides.add(self)
        if self._outer:
            # Not at once: an early Python 3.11 begins to read after this, paused or not.
            asyncio.get_running_loop().call_soon(self._begin, transport)

    def _begin(self, transport: asyncio.Transport) -> None:
        """Read nothing before there is a far end to send it to."""
        transport.pause_reading()
        self._server.connect_later(self)

    def data_received(self, data: bytes) -> None:
        if not self._outer:
            self._server.bytes_out += len(data)
        if self.peer is not None and self.peer.transport is not None:
            self.peer.transport.write(data)

    def eof_received(self) -> bool:
        self._ended = True
        if self.peer is None or self.peer.transport is None:
            return False
        if self.peer._ended:  # both directions have ended; a transport does not see that by itself
            self.peer.transport.close()
            return False
        self.peer.transport.write_eof()
        return True  # half closed: the other direction goes on

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.sides.discard(self)
        peer, self.peer, self.transport = self.peer, None, None
        if peer is not None and peer.transport is not None:
            peer.reset() if exc else peer.transport.close()

    def pause_writing(self) -> None:
        if self.peer is not None:
            self.peer.hold(full=True)

    def resume_writing(self) -> None:
        if self.peer is not None:
            self.peer.hold(full=False)

    def hold(self, *, full: bool | None = None) -> None:
        """Read or do not read, after a change of one of the reasons not to."""
        if full is not None:
            self._peer_full = full
        if self.transport is None or self.transport.is_closing():
            return
        if self._peer_full or self._server.stalled or self.peer is None:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    def reset(self) -> None:
        if self.transport is not None:
            connection = self.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.transport.abort()


class _Server:
    """The forwarder process: the listening socket, its connections, and the control verbs."""

    def __init__(self, target: tuple[str, int], netns: Path | None, port: int) -> None:
        self._target, self._netns = target, netns
        self.sides: set[_Side] = set()
        self.bytes_out = 0
        self.stalled = False
        self._waiting: list[_Side] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.listener = _listener(port)
        self.verbs = {
            "port": lambda: int(self.listener.getsockname()[1]),
            "connections": lambda: sum(side._outer for side in self.sides),
            "bytes_out": lambda: self.bytes_out,
            "cut": self._cut,
            "stall": self._stall,
            "refuse": self._refuse,
            "resume": self._resume,
        }

    def listen(self) -> None:
        asyncio.get_running_loop().add_reader(self.listener, self._accept)

    def _accept(self) -> None:
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        self._keep(self._serve(connection))

    async def _serve(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        await loop.connect_accepted_socket(lambda: _Side(self, outer=True), connection)

    def connect_later(self, side: _Side) -> None:
        if self.stalled:
            self._waiting.append(side)
        else:
            self._keep(self._connect(side))

    async def _connect(self, side: _Side) -> None:
        """Find the far end for `side`; where nobody listens, reset it."""
        loop = asyncio.get_running_loop()
        connection = stream_socket(self._netns)
        connection.setblocking(False)
        try:
            await loop.sock_connect(connection, self._target)
            inner = _Side(self, outer=False)
            await loop.create_connection(lambda: inner, sock=connection)
        except OSError:
            connection.close()
            side.reset()
            return
        if side.transport is None:  # it has gone meanwhile
            inner.reset()
            return
        side.peer, inner.peer = inner, side
        side.hold()
        inner.hold()

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _cut(self) -> int:
        open_now = [side for side in self.sides if side._outer]
        for side in list(self.sides):
            side.reset()
        return len(open_now)

    def _stall(self) -> int:
        self.stalled = True
        return self._hold_all()

    def _refuse(self) -> int:
        """A listening socket that is shut down refuses, yet keeps its port for when it listens again.

        Not twice: the second time would mark it as shut down for good, and so whatever it accepts later.
        """
        if asyncio.get_running_loop().remove_reader(self.listener):
            self.listener.shutdown(socket.SHUT_RDWR)
        return 0

    def _resume(self) -> int:
        self.stalled = False
        self.listener.listen(1024)
        self.listen()
        waiting, self._waiting = self._waiting, []
        for side in waiting:
            self.connect_later(side)
        return self._hold_all()

    def _hold_all(self) -> int:
        for side in self.sides:
            side.hold()
        return len(self.sides)

    async def control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        verb = (await reader.readline()).decode().strip()
        if verb in self.verbs:
            writer.write(json.dumps(self.verbs[verb]()).encode() + b"\n")
        writer.close()


def _listener(port: int) -> socket.socket:
    """Bound by number: a port that the kernel chose is given back when the socket stops to listen."""
    if port == 0:
        with socket.create_server(("127.0.0.1", 0)) as chosen:
            port = chosen.getsockname()[1]
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    listener.setblocking(False)
    return listener


async def _run(options: argparse.Namespace) -> None:
    host, _, port = options.to.rpartition(":")
    server = _Server((host, int(port)), options.netns, options.port)
    server.listen()
    options.control.unlink(missing_ok=True)
    control = await asyncio.start_unix_server(server.control, options.control)
    if options.lifeline:
        await asyncio.to_thread(sys.stdin.buffer.read)  # until whoever started it closes or dies
        options.control.unlink(missing_ok=True)
    else:
        await control.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.cluster.forwarding")
    parser.add_argument("--control", type=Path, required=True)
    parser.add_argument("--to", required=True, metavar="HOST:PORT")
    parser.add_argument("--netns", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--lifeline", action="store_true", help="end when standard input ends")
    asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
