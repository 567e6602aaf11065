"""A container's log on disk, in the form of the container runtime interface (CRI), and who waits for more.

One entry a line: ``TIME STREAM TAG TEXT``. Lines over 16 KiB are stored in parts, of which all but the last
bear the tag ``P``; so does a last line without an end. When a file has reached its size, the next entry
begins a new one and the old one is gone: the API serves only the newest (kubernetes facts, "Logs").
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import IO, Final

import attrs

PART_BYTES: Final = 16 * 1024
DEFAULT_ROTATE_BYTES: Final = 10 * 1024 * 1024
_NANOSECONDS: Final = 1_000_000_000


@attrs.frozen
class Entry:
    """One entry of a log.

    Args:
        time: As written, RFC 3339 with nanoseconds.
        stream: ``stdout`` or ``stderr``.
        ends_line: Whether a line ends with it.
        content: The bytes, without the end of line.
    """

    time: str
    stream: str
    ends_line: bool
    content: bytes

    @classmethod
    def parse(cls, line: bytes) -> Entry:
        """Read an entry as it is on disk."""
        stamp, stream, tag, content = line.rstrip(b"\n").split(b" ", 3)
        return cls(stamp.decode(), stream.decode(), tag == b"F", content)


class LogFile:
    """One run's log: written by the streams of the container, read by any number of readers.

    Args:
        path: Where; its directory exists.
        rotate_bytes: How large it may grow.
    """

    def __init__(self, path: Path, *, rotate_bytes: int = DEFAULT_ROTATE_BYTES) -> None:
        self.path = path
        self.generation = 0
        self._rotate_bytes = rotate_bytes
        self._file: IO[bytes] = path.open("wb", buffering=0)
        self._size = 0
        self._open_streams = 0
        self._changed = asyncio.Event()

    @property
    def is_complete(self) -> bool:
        """Whether nothing will be added any more."""
        return self._file.closed

    def stream(self, name: str) -> LogStream:
        """The writing end for one stream; the log is complete when all of them are closed."""
        self._open_streams += 1
        return LogStream(self, name)

    def append(self, entries: bytes) -> None:
        """Add entries."""
        if self._size >= self._rotate_bytes:
            self._rotate()
        self._file.write(entries)
        self._size += len(entries)
        self._tell()

    def release(self) -> None:
        """One writer less."""
        self._open_streams -= 1
        if self._open_streams == 0:
            self.close()

    def close(self) -> None:
        """Complete the log."""
        self._file.close()
        self._tell()

    async def wait(self) -> None:
        """Until something was added or the log was completed."""
        await self._changed.wait()

    def _rotate(self) -> None:
        self._file.close()
        newest = self.path.with_name(f"{self.path.name}.next")
        self._file = newest.open("wb", buffering=0)
        newest.replace(self.path)  # at no time is there none; those who read the old file read it to its end
        self._size = 0
        self.generation += 1

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class LogStream:
    """What a container writes on one stream, cut into entries."""

    def __init__(self, log: LogFile, name: str) -> None:
        self._log = log
        self._name = name.encode()
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take in what was written."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        entries = [part for line in lines for part in self._parts(line, ended=True)]
        while len(self._rest) > PART_BYTES:
            entries.append(self._entry(self._rest[:PART_BYTES], ended=False))
            self._rest = self._rest[PART_BYTES:]
        if entries:
            self._log.append(b"".join(entries))

    def close(self) -> None:
        """The stream has ended; a line without an end is an entry all the same."""
        if self._rest:
            self._log.append(self._entry(self._rest, ended=False))
            self._rest = b""
        self._log.release()

    def _parts(self, line: bytes, *, ended: bool) -> list[bytes]:
        pieces = [line[place : place + PART_BYTES] for place in range(0, len(line), PART_BYTES)] or [b""]
        last = len(pieces) - 1
        return [self._entry(piece, ended=ended and index == last) for index, piece in enumerate(pieces)]

    def _entry(self, content: bytes, *, ended: bool) -> bytes:
        return b"%b %b %b %b\n" % (_stamp(), self._name, b"F" if ended else b"P", content)


def _stamp() -> bytes:
    seconds, nanoseconds = divmod(time.time_ns(), _NANOSECONDS)
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{moment}.{nanoseconds:09d}Z".encode()
