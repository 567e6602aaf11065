"""What containers have printed, as a kubelet keeps and gives it.

A container's log is entries: a line each, or a part of a line over 16 KiB, of which only the first has a
time before it when it is read with timestamps. What has no end of line yet is kept back until it has, or
the container has ended. Only the newest file is read: what was in the one before a rotation is gone for
whoever has not read it. Rules: kubernetes facts, "Logs"; ``k8s.io/cri-client/pkg/logs``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from launcher_k8s.connection import LogOptions

LONGEST_PART: Final = 16_384
DEFAULT_FILE_SIZE: Final = 10 * 2**20
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HEAD_BYTES: Final = len("2026-01-01T00:00:00.000000000Z stdout F ")


@attrs.frozen
class Entry:
    """One stored line, or one part of a long one.

    Args:
        nanoseconds: When it was printed, since 1970.
        data: What was printed, its end of line included.
        is_first: Whether a line begins with it.
    """

    nanoseconds: int
    data: bytes = attrs.field(repr=False)
    is_first: bool = True

    @property
    def stamp(self) -> bytes:
        """The time as it is sent: nine digits after the point, always."""
        seconds, rest = divmod(self.nanoseconds, 10**9)
        return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z ".encode()


class ContainerLog:
    """The log of one container.

    Args:
        now: The time, aware.
        file_size: After so many bytes another file is begun.
    """

    def __init__(self, *, now: Callable[[], datetime], file_size: int = DEFAULT_FILE_SIZE) -> None:
        self._now = now
        self._file_size = file_size
        self._entries: list[Entry] = []
        self._first_of_file = 0
        self._size = 0
        self._rest = b""
        self._in_line = False
        self._last = 0
        self._is_over = False
        self._readers: dict[LogReader, Callable[[], None]] = {}

    def write(self, data: bytes) -> None:
        """Take in what the container prints."""
        self._rest += data
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            self._store_line(line + b"\n")
        while len(self._rest) >= LONGEST_PART:
            part, self._rest = self._rest[:LONGEST_PART], self._rest[LONGEST_PART:]
            self._store(part)
        self._stir()

    def rotate(self) -> None:
        """Begin another file: what has been printed so far cannot be read any more."""
        self._first_of_file = len(self._entries)
        self._size = 0

    def end(self) -> None:
        """The container has ended: nothing more comes."""
        if self._rest:
            self._store(self._rest)
            self._rest = b""
        self.close()

    def close(self) -> None:
        """End all streams, as when the pod is gone."""
        self._is_over = True
        self._stir()

    def reopen(self) -> None:
        """The container runs again."""
        self._is_over = False

    def reader(self, options: LogOptions, wake: Callable[[], None]) -> LogReader:
        """Read the newest file; ``wake`` is called when there is more."""
        reader = LogReader(self, options, self._first_of_file)
        self._readers[reader] = wake
        return reader

    @property
    def text(self) -> bytes:
        """Everything that was ever printed in whole."""
        return b"".join(entry.data for entry in self._entries)

    @property
    def entries(self) -> list[Entry]:
        """Everything stored, oldest first."""
        return self._entries

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self._is_over

    def forget(self, reader: LogReader) -> None:
        """Somebody reads no more."""
        self._readers.pop(reader, None)

    def _store_line(self, line: bytes) -> None:
        while len(line) > LONGEST_PART:
            self._store(line[:LONGEST_PART])
            line = line[LONGEST_PART:]
        self._store(line)

    def _store(self, data: bytes) -> None:
        # Two prints at one moment of a clock that stands still: a real one would have gone on a little.
        self._last = max((self._now() - _EPOCH) // timedelta(microseconds=1) * 1000, self._last + 1)
        size = len(data) + _HEAD_BYTES
        if self._size + size > self._file_size:
            self.rotate()
        self._entries.append(Entry(self._last, data, not self._in_line))
        self._size += size
        self._in_line = not data.endswith(b"\n")

    def _stir(self) -> None:
        for wake in list(self._readers.values()):
            wake()


class LogReader:
    """One reading of a log, from the beginning of its newest file.

    Args:
        log: What is read.
        options: How.
        start: The first entry.
    """

    def __init__(self, log: ContainerLog, options: LogOptions, start: int) -> None:
        self._log = log
        self._options = options
        self._next = start
        self._left = options.limit_bytes
        since = options.since_time
        whole = 0 if since is None else (since.astimezone(UTC) - _EPOCH) // timedelta(seconds=1)
        self._since = whole * 10**9

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        is_at_end = self._next >= len(self._log.entries) and (not self._options.follow or self._log.is_over)
        return is_at_end or self._left == 0

    def take(self) -> bytes:
        """What is there to read now."""
        pieces = []
        entries = self._log.entries
        while self._next < len(entries):
            entry = entries[self._next]
            self._next += 1
            if entry.nanoseconds >= self._since:
                pieces.append(self._shown(entry))
        return self._limited(b"".join(pieces))

    def close(self) -> None:
        """Read no more."""
        self._log.forget(self)

    def _shown(self, entry: Entry) -> bytes:
        return entry.stamp + entry.data if self._options.timestamps and entry.is_first else entry.data

    def _limited(self, data: bytes) -> bytes:
        if self._left is None:
            return data
        data = data[: self._left]
        self._left -= len(data)
        return data
