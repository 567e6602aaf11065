"""The streams of a process: pipes or a terminal, read as they fill and written as they drain."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import struct
import termios
from collections.abc import Awaitable, Callable
from typing import Final

from launcher_k8s.testing.local.container import Streams

Sink = Callable[[bytes], Awaitable[None]]

_READ_BYTES: Final = 64 * 1024
_DRAIN_S: Final = 2.0


class ProcessStreams:
    """Our ends of a process's streams.

    Args:
        stdin: Whether it can be written to.
        stdout: Takes what it writes; also all that a terminal shows. None: nobody does.
        stderr: The same for its errors.
        tty: Whether it has a terminal instead of pipes.
    """

    def __init__(
        self, *, stdin: bool, stdout: Sink | None, stderr: Sink | None = None, tty: bool = False
    ) -> None:
        self._theirs: list[int] = []
        self._reading: list[tuple[int, Sink]] = []
        self._stdin: int | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._pumps: list[asyncio.Task[None]] = []
        self._terminal: int | None = None
        self._ended: list[Callable[[], object]] = []
        self.streams = self._open_terminal(stdin, stdout) if tty else self._open_pipes(stdin, stdout, stderr)

    async def open(self) -> None:
        """Begin to read; to be called once the process has its ends, which are closed here."""
        self._close_theirs()
        loop = asyncio.get_running_loop()
        while self._reading:  # one at a time, as `close` may come between: then each is closed by its owner
            descriptor, sink = self._reading.pop(0)
            reader = asyncio.StreamReader()
            protocol = asyncio.StreamReaderProtocol(reader)
            transport, _ = await loop.connect_read_pipe(lambda: protocol, os.fdopen(descriptor, "rb", 0))  # noqa: B023
            self._pumps.append(asyncio.create_task(_pump(reader, transport, sink)))
        if self._stdin is not None:
            pipe = os.fdopen(self._stdin, "wb", 0)
            self._stdin = None
            written, mixin = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, pipe)
            self._writer = asyncio.StreamWriter(written, mixin, None, loop)

    async def write(self, data: bytes) -> None:
        """Write to standard input; a process that reads no more loses it."""
        if self._writer is None or self._writer.is_closing():
            return
        try:
            self._writer.write(data)
            await self._writer.drain()
        except ConnectionError:
            self.close_stdin()

    def close_stdin(self) -> None:
        """No more is written; a terminal's is told so by the character for it."""
        if self._writer is None:
            return
        if self._terminal is not None:
            self._writer.write(b"\x04")
        else:
            self._writer.close()

    def resize(self, columns: int, rows: int) -> None:
        """Tell a terminal its size."""
        if self._terminal is not None:
            fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def on_end(self, call: Callable[[], object]) -> None:
        """Call this when nothing more is read, at the latest when all is closed."""
        self._ended.append(call)

    async def drain(self) -> None:
        """After the process's end: until all it wrote was taken, or nobody takes it for a while."""
        if self._pumps:
            await asyncio.wait(self._pumps, timeout=_DRAIN_S)
            self._tell_end()

    async def close(self) -> None:
        """Close everything."""
        self._close_theirs()
        for descriptor, _ in self._reading:
            os.close(descriptor)
        self._reading.clear()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for left in (self._stdin, self._terminal):
            if left is not None:
                os.close(left)
        self._stdin = self._terminal = None
        self._tell_end()

    def _tell_end(self) -> None:
        while self._ended:
            self._ended.pop()()

    def _open_terminal(self, stdin: bool, stdout: Sink | None) -> Streams:
        ours, theirs = pty.openpty()
        self._theirs.append(theirs)
        self._terminal = ours
        if stdout is not None:
            self._reading.append((os.dup(ours), stdout))
        if stdin:
            self._stdin = os.dup(ours)
        return Streams(terminal=theirs)

    def _open_pipes(self, stdin: bool, stdout: Sink | None, stderr: Sink | None) -> Streams:
        return Streams(
            stdin=self._input() if stdin else None,
            stdout=self._output(stdout) if stdout else None,
            stderr=self._output(stderr) if stderr else None,
        )

    def _input(self) -> int:
        theirs, self._stdin = os.pipe()
        self._theirs.append(theirs)
        return theirs

    def _output(self, sink: Sink) -> int:
        ours, theirs = os.pipe()
        self._reading.append((ours, sink))
        self._theirs.append(theirs)
        return theirs

    def _close_theirs(self) -> None:
        while self._theirs:
            os.close(self._theirs.pop())


async def _pump(reader: asyncio.StreamReader, transport: asyncio.BaseTransport, sink: Sink) -> None:
    """Hand on what comes until nothing more can."""
    try:
        while data := await reader.read(_READ_BYTES):
            await sink(data)
    except OSError:
        pass  # a terminal whose other end is closed reads as an error
    finally:
        transport.close()
