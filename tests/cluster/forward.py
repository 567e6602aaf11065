"""The way from the machine's loopback into a cluster's namespace, which can be broken on purpose.

A forwarder is a process of its own: it listens on 127.0.0.1 and makes its outgoing sockets inside the
namespace. `Forwarder` is the handle to one; it speaks to the process over a unix socket, one JSON line each
way, so that the main forwarder of a cluster brought up by hand can be cut from any test.

- `cut()`: every open connection is reset, as by a dying load balancer; new ones are accepted.
- `stall()`: nothing moves any more, in either direction; connections stay open, new ones are not served.
- `refuse()`: open connections stay, new ones are refused.
- `resume()`: ends both.

While nobody listens at the far end, a new connection is accepted and reset: a forwarder cannot do better.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from tests.cluster.network import stream_socket
from tests.cluster.places import REPOSITORY
from tests.cluster.processes import Processes
from tests.cluster.waiting import until

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset


class Forwarder:
    """Handle to a forwarder process, by its control socket.

    Close it (or leave its `with` block) to end a process that `Forwarder.start` made.
    """

    def __init__(self, control: Path, child: subprocess.Popen[bytes] | None = None) -> None:
        self._control, self._child = control, child

    @classmethod
    def start(cls, control: Path, target: tuple[str, int], *, netns: Path | None = None) -> Forwarder:
        """A forwarder of one's own, on a port of its own; it ends with this process at the latest."""
        command = [*_command(control, target, netns), "--lifeline"]
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        child = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
        forwarder = cls(control, child)
        forwarder._wait()
        return forwarder

    @classmethod
    def start_daemon(
        cls, processes: Processes, control: Path, target: tuple[str, int], *, netns: Path, port: int = 0
    ) -> Forwarder:
        """The cluster's own forwarder, which outlives the process that starts it."""
        command = [*_command(control, target, netns), f"--port={port}"]
        processes.start("forwarder", command, env={"PYTHONPATH": str(REPOSITORY)})
        forwarder = cls(control)
        until(forwarder._answers, "forwarder", within_s=15, evidence=processes.evidence)
        return forwarder

    @property
    def port(self) -> int:
        return self._ask("port")

    @property
    def connections(self) -> int:
        """How many are open now."""
        return self._ask("connections")

    @property
    def bytes_out(self) -> int:
        """How many bytes have come from the cluster, over all connections so far."""
        return self._ask("bytes_out")

    def cut(self) -> int:
        """Reset all open connections; returns how many."""
        return self._ask("cut")

    def stall(self) -> None:
        self._ask("stall")

    def refuse(self) -> None:
        self._ask("refuse")

    def resume(self) -> None:
        self._ask("resume")

    def close(self) -> None:
        if self._child is not None:
            assert self._child.stdin is not None
            self._child.stdin.close()
            self._child.wait(10)
            self._child = None

    def __enter__(self) -> Forwarder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, verb: str) -> int:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(10)
            connection.connect(str(self._control))
            connection.sendall(verb.encode() + b"\n")
            answer = json.loads(connection.makefile().readline())
        return int(answer)

    def _answers(self) -> bool:
        return self.port > 0

    def _wait(self) -> None:
        until(self._answers, "forwarder", within_s=15)


def _command(control: Path, target: tuple[str, int], netns: Path | None) -> list[str]:
    inside = [f"--netns={netns}"] if netns else []
    to = f"{target[0]}:{target[1]}"
    return [sys.executable, "-m", "tests.cluster.forward", f"--control={control}", f"--to={to}", *inside]


class _Side(asyncio.Protocol):
    """One end of a forwarded connection; what it receives goes to its peer, no faster than that can send."""

    def __init__(self, server: _Server, *, outer: bool) -> None:
        self._server, self._outer = server, outer
        self.peer: _Side | None = None
        self.transport: asyncio.Transport | None = None
        self._peer_full = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._server.sides.add(self)
        if self._outer:
            transport.pause_reading()
            self._server.connect_later(self)

    def data_received(self, data: bytes) -> None:
        if not self._outer:
            self._server.bytes_out += len(data)
        if self.peer is not None and self.peer.transport is not None:
            self.peer.transport.write(data)

    def eof_received(self) -> bool:
        if self.peer is not None and self.peer.transport is not None and self.peer.transport.can_write_eof():
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
        self.listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        self.listener.setblocking(False)
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

    def _keep(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[arg-type]
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
        """A listening socket that is shut down refuses, yet keeps its port for when it listens again."""
        asyncio.get_running_loop().remove_reader(self.listener)
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
    parser = argparse.ArgumentParser(prog="tests.cluster.forward")
    parser.add_argument("--control", type=Path, required=True)
    parser.add_argument("--to", required=True, metavar="HOST:PORT")
    parser.add_argument("--netns", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--lifeline", action="store_true", help="end when standard input ends")
    asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
