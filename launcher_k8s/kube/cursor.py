"""Where in a container's output we are, and how to find that place again in a new stream.

A log can be asked for only from a whole second on, and a stream may end anywhere. So the cursor
remembers the line that was last begun, by its stamp (several lines may share one: by their number) and
by length and checksum of what was delivered of it. A reader of a new stream drops everything up to
that place. Rules: kubernetes facts, "Logs"; design, "output" (every byte once, in order, or an explicit
gap). What cannot be found again is told as a gap, also where it was lost in a way not foreseen here:
the checksum is verified, never trusted.

A kubelet that cannot keep up with a busy job, is held back by a slow reader, or is caught in the moment of
rotation, may leave out lines within one stream (seen with Kubernetes 1.36). A whole file that it passed over
is found by landmarks: lines that were seen at the head of a newest file, and that must come. Not to be known
from a cluster, and so not told: what was rotated away before the first stream was opened, and what a kubelet
left out at the end of a file whose successor it then read from the beginning.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from zlib import crc32

import attrs

from launcher_k8s.kube.continuation import KEPT_BYTES, OverlapSearch
from launcher_k8s.kube.stamps import StampedLines, moment, nanoseconds, newest, split_stamped
from launcher_k8s.output import GapReason, OutputChunk, OutputGap

_NS = 1_000_000_000
# Standard output and error are stamped by two tasks of the runtime, so stamps may be out of order by
# a little; a line may be the next in the file and yet bear the second before.
_DISORDER_NS = 100_000_000


@attrs.define
class LogCursor:
    """The place after the last byte delivered.

    Args:
        stamp: Of the line last begun; empty before the first.
        repeats: How many lines in a row, up to this one, have this stamp.
        newest_ns: The latest stamp so far; a line with a later one was not delivered yet.
        size: How many bytes of the line's body were delivered.
        checksum: Of these bytes.
        is_open: Whether the line's newline is yet to be delivered.
        tail: The last bytes that were delivered of the line's body.
        stranger: The stamp of a line that begins a file and does not go on with the cursor's.
        landmarks: Stamps of lines that are known to be in the log, and must come before any later line.
    """

    stamp: bytes = b""
    repeats: int = 0
    newest_ns: int = 0
    size: int = 0
    checksum: int = 0
    is_open: bool = False
    tail: bytes = b""
    stranger: bytes = b""
    landmarks: list[bytes] = attrs.field(factory=list)

    @property
    def since(self) -> datetime | None:
        """From when on to ask for the log again; None for all of it."""
        if not self.stamp:
            return None
        return datetime.fromtimestamp((nanoseconds(self.stamp) - _DISORDER_NS) // _NS, UTC)

    @property
    def time(self) -> datetime | None:
        """When the last line was begun; None before the first."""
        return moment(self.stamp) if self.stamp else None

    def expect(self, stamp: bytes) -> None:
        """A line with this stamp is in the log; unless it has passed already, it must come."""
        if nanoseconds(stamp) > self.newest_ns and stamp not in self.landmarks:
            self.landmarks.append(stamp)

    def pass_lines(self, lines: StampedLines) -> None:
        """All of these were delivered."""
        stamps = lines.stamps
        last = stamps[-1]
        run = next((n for n, stamp in enumerate(reversed(stamps)) if stamp != last), len(stamps))
        self.repeats = run + (self.repeats if run == len(stamps) and last == self.stamp else 0)
        self.stamp = last
        self.newest_ns = max(self.newest_ns, newest(stamps))
        self.size = len(lines.bodies[-1])
        self.checksum = crc32(lines.bodies[-1])
        self.tail = lines.bodies[-1][-KEPT_BYTES:]
        self.is_open = lines.is_open

    def pass_piece(self, piece: bytes, *, ended: bool) -> None:
        """More of the open line was delivered; ``piece`` is without its newline."""
        self.size += len(piece)
        self.checksum = crc32(piece, self.checksum)
        self.tail = (self.tail + piece)[-KEPT_BYTES:]
        self.is_open = not ended

    def may_go_on_in(self, stamp: bytes) -> bool:
        """Whether a file whose first line has this later stamp may begin inside the cursor's line."""
        return len(self.tail) == KEPT_BYTES and stamp != self.stranger

    def move_to(self, stamp: bytes, overlap: OverlapSearch) -> None:
        """The newest file begins inside the cursor's line, or not: say the same place in its terms.

        Args:
            stamp: What stands before the file's first line.
            overlap: How much of that line was delivered.
        """
        if not overlap.found:
            self.stranger = stamp
            return
        self.stamp, self.repeats = stamp, 1
        self.newest_ns = max(self.newest_ns, nanoseconds(stamp))
        self.size, self.checksum = overlap.size, overlap.checksum


class _Line(Enum):
    """What is done with the rest of the line that we are inside of."""

    DROP = "it was delivered before, or is nobody's"
    SKIM = "its beginning was delivered before"
    COPY = "it is new"


class LogReader:
    """Reads one stream: what comes before the cursor's place is dropped, what comes after is delivered.

    Args:
        cursor: Where we are.
        is_stamped: Whether each line is delivered with its time before it.

    Invariant: once ``reached``, the cursor stands after the last byte that :meth:`feed` returned.

    Attributes:
        reached: Whether the cursor's place was found, or told as a gap.
        added: Whether anything was delivered.
        is_empty: Whether the stream held nothing at all, as far as it was read.
        foreign: Text without a stamp that ended the stream: a message of the kubelet's.
        is_unclear: Whether the stream ends here, since it may have begun inside the cursor's line: where
            that line goes on is to be found before another stream is read.
    """

    def __init__(self, cursor: LogCursor, *, is_stamped: bool = False) -> None:
        self.reached = not cursor.stamp
        self.added = False
        self.is_empty = True
        self.foreign = b""
        self.is_unclear = False
        self._is_first = True  # no line was looked at yet
        self._cursor = cursor
        self._is_stamped = is_stamped
        self._line: _Line | None = None  # None: at a line's beginning
        self._pending = b""  # of a stamp whose end is yet to come
        self._headless = not self.reached  # the first line may lack its beginning, and so its stamp
        self._met = 0  # lines with the cursor's stamp so far
        self._unskimmed = cursor.size
        self._skimmed = 0  # checksum of what was skimmed
        self._items: list[OutputChunk | OutputGap] = []

    def feed(self, chunk: bytes) -> list[OutputChunk | OutputGap]:
        """What a chunk of the stream adds; nothing does after ``foreign`` text or once it ``is_unclear``."""
        self.is_empty = self.is_empty and not chunk
        data = self._pending + chunk if self._pending else chunk
        self._pending = b""
        while data and not self.foreign and not self.is_unclear:
            data = self._begin(data) if self._line is None else self._go_on(self._line, data)
        items, self._items = self._items, []
        return items

    def _begin(self, data: bytes) -> bytes:
        """Take lines from a line's beginning on; returns what is yet to be looked at."""
        lines = split_stamped(data)
        if self._headless and (lines.stamps or lines.is_foreign):
            self._headless = False
            if not lines.stamps:  # older parts of the line were left out by the server, its stamp with them
                self._line = _Line.DROP
                return data
        if lines.stamps and not self.reached:
            taken = self._seek(lines)
            self._is_first = False
            if taken is not None:
                return data[taken:]
        elif lines.stamps:
            missing = self._find_missing(lines)
            if missing is not None:
                return self._take_until(missing, lines, data)
            self._take(lines)
        if lines.is_foreign:
            self.foreign = lines.rest
        else:
            self._pending = lines.rest
        return b""

    def _take(self, lines: StampedLines) -> None:
        self._deliver(lines.as_sent() if self._is_stamped else lines.joined())
        self._cursor.pass_lines(lines)
        self._line = _Line.COPY if lines.is_open else None

    def _take_until(self, index: int, lines: StampedLines, data: bytes) -> bytes:
        """Take the lines before a gap that the stream itself passed over; returns the rest."""
        offset = lines.offset(index)
        if index:
            self._take(split_stamped(data[:offset]))
        self._tell_gap(lines.stamps[index])
        return data[offset:]

    def _find_missing(self, lines: StampedLines) -> int | None:
        """The first line that comes although a landmark should have come before it; None if all is well."""
        cursor = self._cursor
        if not cursor.landmarks:
            return None
        cursor.landmarks = [mark for mark in cursor.landmarks if mark not in lines.stamps]
        latest_ns = min(map(nanoseconds, cursor.landmarks), default=0) + _DISORDER_NS
        if not cursor.landmarks or newest(lines.stamps) <= latest_ns:
            return None
        return next(index for index, stamp in enumerate(lines.stamps) if nanoseconds(stamp) > latest_ns)

    def _seek(self, lines: StampedLines) -> int | None:
        """Drop lines up to the cursor's place; returns how many bytes that are, None if it is not here."""
        cursor = self._cursor
        if cursor.stamp in lines.stamps or self._met or newest(lines.stamps) > cursor.newest_ns:
            for index, stamp in enumerate(lines.stamps):
                if stamp == cursor.stamp:
                    self._met += 1
                    if self._met == cursor.repeats:
                        self._start_skimming()
                        return lines.offset(index) + len(stamp) + 1
                elif self._met or nanoseconds(stamp) > cursor.newest_ns:
                    if self._is_first and not index and cursor.may_go_on_in(stamp):
                        self.is_unclear = True
                        return 0
                    self._tell_gap(stamp)
                    return lines.offset(index)
        self._line = _Line.DROP if lines.is_open else None
        return None

    def _go_on(self, line: _Line, data: bytes) -> bytes:
        """Take the rest of a line, or as much of it as there is; returns what comes after it."""
        piece, newline, after = data.partition(b"\n")
        if line is _Line.SKIM:
            piece = self._skim(piece, ended=bool(newline))
        if self._line is _Line.COPY:
            self._deliver(piece + newline)
            self._cursor.pass_piece(piece, ended=bool(newline))
        if newline:
            self._line = None
        return after

    def _start_skimming(self) -> None:
        cursor = self._cursor
        nothing_known = cursor.is_open and not cursor.size
        self.reached = nothing_known
        self._line = _Line.COPY if nothing_known else _Line.SKIM

    def _skim(self, piece: bytes, *, ended: bool) -> bytes:
        """Check what was delivered of the cursor's line against this; returns what was not delivered."""
        cursor = self._cursor
        known, new = piece[: self._unskimmed], piece[self._unskimmed :]
        self._skimmed = crc32(known, self._skimmed)
        self._unskimmed -= len(known)
        if not (ended or new or (cursor.is_open and not self._unskimmed)):
            return b""
        if self._unskimmed or self._skimmed != cursor.checksum or (new and not cursor.is_open):
            self._tell_gap(cursor.stamp)  # another line than the one we knew
        cursor.size -= self._unskimmed
        cursor.checksum = self._skimmed
        self.reached = True
        self._line = _Line.COPY if cursor.is_open or new else _Line.DROP
        return new

    def _deliver(self, data: bytes) -> None:
        if data:
            self._items.append(OutputChunk(data))
            self.added = True

    def _tell_gap(self, before: bytes) -> None:
        cursor, before_ns = self._cursor, nanoseconds(before)
        self._items.append(OutputGap(cursor.time, moment(before), GapReason.ROTATED))
        cursor.landmarks = [mark for mark in cursor.landmarks if nanoseconds(mark) > before_ns]
        self.reached = self.added = True
