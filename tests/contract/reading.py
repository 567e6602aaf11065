"""Reading streams to their end, or to where a test wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from launcher_k8s import JobBackend, JobState, JobStatus, OutputChunk, OutputGap, Stream

T = TypeVar("T")
Pieces = list[OutputChunk | OutputGap]


async def all_of(stream: Stream[T]) -> list[T]:
    """Everything until the stream ends."""
    async with stream:
        return [each async for each in stream]


async def pieces_of(output: Stream[OutputChunk | OutputGap]) -> Pieces:
    """All output until the stream ends."""
    async with output:
        return [piece async for piece in output]


def bytes_in(pieces: Iterable[OutputChunk | OutputGap]) -> bytes:
    """The bytes of an output, without its gaps."""
    return b"".join(piece.data for piece in pieces if isinstance(piece, OutputChunk))


def gaps_in(pieces: Iterable[OutputChunk | OutputGap]) -> list[OutputGap]:
    """The gaps of an output."""
    return [piece for piece in pieces if isinstance(piece, OutputGap)]


def parts_of(pieces: Iterable[OutputChunk | OutputGap]) -> list[bytes]:
    """The bytes of an output, parted at its gaps."""
    parts: list[list[bytes]] = [[]]
    for piece in pieces:
        if isinstance(piece, OutputGap):
            parts.append([])
        else:
            parts[-1].append(piece.data)
    return [b"".join(part) for part in parts]


async def whole(output: Stream[OutputChunk | OutputGap]) -> bytes:
    """All output, of which nothing may be missing."""
    pieces = await pieces_of(output)
    assert not gaps_in(pieces)
    return bytes_in(pieces)


async def first(statuses: Stream[JobStatus], is_meant: Callable[[JobStatus], bool]) -> JobStatus:
    """The first status of which something is so."""
    async for status in statuses:
        if is_meant(status):
            return status
    raise AssertionError("the stream ended without such a status")


async def told_of(backend: JobBackend, job_id: str, words: str) -> JobStatus:
    """The first status of a job whose message has these words."""
    async with backend.statuses(job_id) as statuses:
        return await first(statuses, lambda status: words in status.status_message)


async def running(backend: JobBackend, job_id: str) -> JobStatus:
    """The job's status when it runs."""
    return await backend.wait(job_id, until=[JobState.RUNNING])


def order_of(statuses: Iterable[JobStatus]) -> list[JobState]:
    """The states in the order in which they came, those in a row told once."""
    states: list[JobState] = []
    for status in statuses:
        if not states or states[-1] is not status.state:
            states.append(status.state)
    return states
