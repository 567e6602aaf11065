"""A container's output, followed to its end across everything that can interrupt it.

A log's stream may end before its container (rotation, a restarted kubelet, a cut connection, silence),
so it is opened again from the cursor's place until the container has ended and a plain read adds
nothing (kubernetes facts, "Logs"). What a stream holds is read by :mod:`launcher_k8s.kube.cursor`; here
it is decided when to open the next one, and when there is none any more. Memory is that of one chunk:
nothing is read before the consumer asks.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from enum import Enum

import attrs

from launcher_k8s.clock import Clock
from launcher_k8s.connection import Cluster, LogOptions, Resource
from launcher_k8s.errors import (
    ClusterError,
    ClusterTimeoutError,
    ForbiddenError,
    InvalidObjectError,
    ObjectNotFoundError,
    UnauthorizedError,
    UnavailableError,
)
from launcher_k8s.kube.continuation import OverlapSearch
from launcher_k8s.kube.cursor import LogCursor, LogReader
from launcher_k8s.kube.lookout import Lookout, with_looks
from launcher_k8s.kube.retry import Backoff
from launcher_k8s.kube.stamps import LONGEST, split_stamped
from launcher_k8s.output import GapReason, OutputChunk, OutputGap

_log = logging.getLogger(__name__)

LOG_BACKOFF = Backoff(base_s=0.25, cap_s=5.0)
_LAST_TRIES = 4  # reads of an ended container's log that may fail before what is missing is told as a gap
_FINAL_REFUSALS = 6  # an API server that has just started refuses everybody until it knows its roles
_LONGEST_QUOTE = 200
_HEAD_BYTES = 32_768
DEFAULT_LOOKOUT = Lookout()


class ContainerLife(Enum):
    """What a follower needs to know of a container."""

    LIVE = "it may still print"
    ENDED = "it has ended; its log is there"
    NEVER = "it has not started and will not"
    DELETED = "its pod was deleted"
    NODE_LOST = "its node is gone"


Item = OutputChunk | OutputGap

_GIVE_UP = {ContainerLife.DELETED: GapReason.POD_DELETED, ContainerLife.NODE_LOST: GapReason.NODE_LOST}
_ANSWERS_OF_THE_API_SERVER = (0, 429, 503)  # overload, or no answer at all: they say nothing of the log


async def follow_log(
    cluster: Cluster,
    pod: Resource,
    container: str,
    *,
    life: Callable[[], Awaitable[ContainerLife]],
    clock: Clock,
    chance: Callable[[], float],
    follow: bool = True,
    timestamps: bool = False,
    backoff: Backoff = LOG_BACKOFF,
    lookout: Lookout = DEFAULT_LOOKOUT,
) -> AsyncGenerator[Item]:
    """Give a container's output: every byte once and in order, or a gap where some are gone.

    Args:
        cluster: Where to read it.
        pod: The pod, by name.
        container: The container's name.
        life: Asked before each stream is opened: what is known of the container now. It may wait, for the
            container to start, say.
        clock: On whose time the waits and looks are.
        chance: Gives random numbers in [0, 1), for the jitter of the waits.
        follow: Whether to go on until the container has ended; else until all that is there was read.
        timestamps: Whether to put the time that the node has noted before each line.
        backoff: Waits between streams that add nothing.
        lookout: How often to look at the head of the newest file of a long log.

    Raises:
        ForbiddenError: The account may not read logs.
        UnauthorizedError: The API server does not know the token.
    """
    follower = _Follower(cluster, pod, container, follow, timestamps, lookout, clock)
    while not follower.is_over:
        async with aclosing(follower.read(await life())) as items:
            async for item in items:
                yield item
        if follower.idle_reads and not follower.is_over:
            asked_s = follower.trouble.retry_after_s if follower.trouble else None
            await clock.sleep(
                backoff.delay_s(follower.idle_reads - 1, chance=chance(), retry_after_s=asked_s)
            )


@attrs.define
class _Follower:
    """One container's log over many streams.

    Args:
        cluster: As for :func:`follow_log`, and so the next six.
        cursor: Where we are.
        length: Bytes that came, those that were dropped included.
        idle_reads: Streams in a row that added nothing.
        lost_reads: Plain reads in a row that the node refused, or that did not hold the cursor's place.
        refusals: Answers in a row that the account may not read logs.
        is_settled: Whether the last stream held the cursor's place and ended by itself.
        trouble: What ended the last stream; None when it ended by itself.
        is_over: Whether nothing more can come.
    """

    cluster: Cluster
    pod: Resource
    container: str
    follow: bool
    timestamps: bool
    lookout: Lookout
    clock: Clock
    cursor: LogCursor = attrs.field(factory=LogCursor)
    length: int = 0
    idle_reads: int = 0
    lost_reads: int = 0
    refusals: int = 0
    is_settled: bool = False
    trouble: ClusterError | None = None
    is_over: bool = False

    async def read(self, life: ContainerLife) -> AsyncGenerator[Item]:
        """Open one stream, give what it adds, and conclude from its end."""
        if life is ContainerLife.NEVER:
            self.is_over = True
            return
        reader = LogReader(self.cursor, is_stamped=self.timestamps)
        # What had ended before this stream was opened is wholly in it: there is nothing to wait for.
        is_plain = not self.follow or life is not ContainerLife.LIVE
        was_cut, self.trouble = self.trouble is not None, None
        try:
            async with aclosing(self._stream(reader, follow=not is_plain)) as items:
                async for item in items:
                    yield item
        except ClusterError as error:
            self.trouble = error
        if reader.is_unclear and (gap := await self._find_place(may_miss=was_cut)):
            yield gap
        # A log may be rotated after its last line: then the newest file is empty, and nothing is missing.
        reader.reached = reader.reached or (self.is_settled and reader.is_empty)
        self.is_settled = self.trouble is None and reader.reached
        self._count(reader, is_plain=is_plain)
        if self.trouble is not None and self.refusals == _FINAL_REFUSALS:
            raise self.trouble
        reason = await self._reason_to_give_up(life, reader)
        if reason is not None:
            yield OutputGap(self.cursor.time, None, reason)
        self.is_over = reason is not None or self._is_read(life, reader)

    async def _stream(self, reader: LogReader, *, follow: bool) -> AsyncGenerator[Item]:
        options = LogOptions(self.container, follow=follow, timestamps=True, since_time=self.cursor.since)
        async with self.cluster.log(self.pod, options) as chunks:
            # While the reader is held back, much more may have been printed than has come.
            looking = with_looks(
                chunks, self._look_if_long, while_held=self._look, lookout=self.lookout, clock=self.clock
            )
            async with aclosing(looking):
                async for chunk in looking:
                    self.length += len(chunk)
                    for item in reader.feed(chunk):
                        yield item
                    if reader.foreign:
                        raise _as_error(reader.foreign)
                    if reader.is_unclear:
                        return

    async def _find_place(self, *, may_miss: bool) -> OutputGap | None:
        """Find where the cursor's line goes on in the newest file.

        Where several places look the same (a line of zeros, say) the last is taken: nothing comes twice,
        and if something may thus be missing that is told.

        Args:
            may_miss: Whether the stream that delivered the line's beginning was cut.
        """
        overlap = OverlapSearch(self.cursor.tail, is_whole=not self.cursor.is_open)
        try:
            stamp = await self._read_first_line(overlap)
        except ClusterError as error:
            self.trouble = error
            return None
        if stamp:
            self.cursor.move_to(stamp, overlap)
        if overlap.is_ambiguous and (may_miss or overlap.size < overlap.length):
            return OutputGap(self.cursor.time, None, GapReason.ROTATED)
        return None

    async def _read_first_line(self, overlap: OverlapSearch) -> bytes:
        """Search a plain read's first line, at most all that is there now; returns its stamp."""
        options = LogOptions(self.container, timestamps=True, since_time=self.cursor.since)
        stamp, body, newline = b"", b"", b""
        async with self.cluster.log(self.pod, options) as chunks:
            async for chunk in chunks:
                body, newline, _ = (body + chunk).partition(b"\n")
                if not stamp:
                    if len(body) < LONGEST and not newline:
                        continue
                    stamp, body = _split_stamp(body)
                    if not stamp:
                        return b""
                overlap.feed(body)
                body = b""
                if newline:
                    break
        overlap.conclude(ended=bool(newline))
        return stamp

    async def _look_if_long(self) -> None:
        if self.length >= self.lookout.after_bytes:
            await self._look()

    async def _look(self) -> None:
        """Note a line of the newest file: the second, since the first may be a line's second half."""
        options = LogOptions(self.container, timestamps=True, limit_bytes=_HEAD_BYTES)
        head = b""
        try:
            async with self.cluster.log(self.pod, options) as chunks:
                async for chunk in chunks:
                    head += chunk
        except ClusterError:
            return  # it is the stream's part to fail; the next look may succeed
        stamps = split_stamped(head).stamps
        if len(stamps) > 1:
            self.cursor.expect(stamps[1])

    def _count(self, reader: LogReader, *, is_plain: bool) -> None:
        quiet = isinstance(self.trouble, ClusterTimeoutError)  # a job that prints nothing for a while
        self.idle_reads = 0 if reader.added else 1 if quiet else self.idle_reads + 1
        by_node = self.trouble is None or self.trouble.status not in _ANSWERS_OF_THE_API_SERVER
        refused = isinstance(self.trouble, (ForbiddenError, UnauthorizedError))
        lost = is_plain and by_node and not refused and not (self.trouble is None and reader.reached)
        self.lost_reads = self.lost_reads + 1 if lost and not reader.added else 0
        self.refusals = self.refusals + 1 if refused else 0
        expected = quiet or (isinstance(self.trouble, InvalidObjectError) and not self.cursor.stamp)
        if self.trouble is not None and self.idle_reads == 1 and not expected:
            _log.warning("the output of %s is interrupted: %s", self.pod.name, self.trouble)

    async def _reason_to_give_up(self, life: ContainerLife, reader: LogReader) -> GapReason | None:
        """Why what is yet to be delivered can no longer be had; None if it can, or if there is nothing."""
        if self.trouble is None and reader.reached:
            return None
        if isinstance(self.trouble, ObjectNotFoundError) and await self._is_pod_gone():
            return GapReason.POD_DELETED
        if life in _GIVE_UP:
            return _GIVE_UP[life]
        if self.lost_reads < _LAST_TRIES:
            return None
        return GapReason.ROTATED if self.trouble is None else GapReason.LOG_LOST

    def _is_read(self, life: ContainerLife, reader: LogReader) -> bool:
        """Whether all that there is, or will be, was delivered."""
        if self.trouble is None and reader.reached:
            return not self.follow or (life is not ContainerLife.LIVE and not reader.added)
        not_started = life is ContainerLife.LIVE and isinstance(self.trouble, InvalidObjectError)
        return not_started and not self.follow and not self.cursor.stamp

    async def _is_pod_gone(self) -> bool:
        """A kubelet that has just started answers 404 for pods it does not know yet: ask the API server."""
        try:
            await self.cluster.get(self.pod)
        except ObjectNotFoundError:
            return True
        except ClusterError:
            return False
        return False


def _as_error(foreign: bytes) -> UnavailableError:
    """What a kubelet wrote into a log's stream instead of the log, after it had said 200."""
    said = foreign[:_LONGEST_QUOTE].decode("utf-8", "replace").strip()
    return UnavailableError(f"the node cannot give the log: {said}", status=500, transient=True)


def _split_stamp(line: bytes) -> tuple[bytes, bytes]:
    """A line's stamp, empty if it has none, and its body."""
    lines = split_stamped(line)
    return (lines.stamps[0], lines.bodies[0]) if lines.stamps else (b"", line)
