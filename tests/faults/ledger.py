"""What processes were told of jobs, and what they may have been told: each change once, each byte once.

A `Ledger` is one process's. It reads a stream of all statuses, one of each job, and each job's output, from
the moment a job is known to its end; whatever a fault does to it, what it was told must make a whole life.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Self

import attrs

from launcher_k8s import JobBackend, JobFilter, JobState, JobStatus
from launcher_k8s.clock import Clock
from launcher_k8s.errors import ForbiddenError
from tests.contract.acts import LINE
from tests.contract.reading import Pieces, all_of, bytes_in, gaps_in, order_of, parts_of

AGAIN_S = 0.3


@attrs.frozen
class Life:
    """How a job is to live: its final state, exit code and words, and all that it prints.

    Args:
        final: The state it ends in.
        exit_codes: Those that it may show.
        words: Stand in its last message.
        output: All that its container prints.
        may_lack: Whether bytes may be gone with the pod, if a gap tells so.
        last_words: What a shell may print of a child that is killed before it.
    """

    final: JobState
    exit_codes: tuple[int | None, ...]
    output: bytes
    words: str = ""
    may_lack: bool = False
    last_words: bytes = b""

    def check(self, status: JobStatus) -> None:
        """A status is this life's end."""
        assert status.state is self.final, status
        assert self.words in status.status_message, status
        assert status.exit_code in self.exit_codes, status

    def check_told(self, told: list[JobStatus], *, since_begin: bool) -> None:
        """Each change was told once and in order, to this end and not beyond.

        Whoever asks late is told from the present state on; nobody is spared that the job has run.
        """
        whole = [JobState.PENDING, JobState.RUNNING, self.final]
        assert order_of(told) in (whole, whole[1:], *([] if since_begin else [whole[2:]])), told
        changes = [(status.state, status.status_message) for status in told]
        # A reason to wait may come and go more than once.
        assert all(one != other for one, other in pairwise(changes)), f"each change once: {changes}"
        self.check(told[-1])

    def check_output(self, pieces: Pieces) -> None:
        """Every byte came once and in order; where some are missing, a gap tells so."""
        parts = parts_of(pieces)
        if len(parts) == 1:
            lacks = f"{len(parts[0])} of {len(self.output)} bytes, from {parts[0][:LINE]!r}"
            assert parts[0] in (self.output, self.output + self.last_words), lacks
            return
        assert self.may_lack, f"there is nothing to lack: {gaps_in(pieces)}"
        at = 0
        for part in parts:
            begin = self.output.find(part, at)
            assert begin >= at, f"what came after a gap is not what follows: {part[:200]!r}"
            at = begin + len(part)


class Ledger:
    """What one backend tells; see the module."""

    def __init__(self, backend: JobBackend, clock: Clock) -> None:
        self._backend = backend
        self._clock = clock
        self.all: defaultdict[str, list[JobStatus]] = defaultdict(list)
        self._statuses: dict[str, asyncio.Task[list[JobStatus]]] = {}
        self._outputs: dict[str, asyncio.Task[Pieces]] = {}
        self._printed: dict[str, Pieces] = {}

    @classmethod
    @asynccontextmanager
    async def kept(cls, backend: JobBackend, clock: Clock) -> AsyncGenerator[Self]:
        """A ledger that is kept inside the block."""
        ledger = cls(backend, clock)
        reading = asyncio.create_task(ledger._read_all())
        try:
            yield ledger
        finally:
            tasks = [reading, *ledger._statuses.values(), *ledger._outputs.values()]
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        assert reading.cancelled(), reading.exception()

    def follow(self, job_ids: Iterable[str]) -> None:
        """Read all of some jobs from now on."""
        for job_id in job_ids:
            self._statuses[job_id] = asyncio.create_task(all_of(self._backend.statuses(job_id)))
            self._outputs[job_id] = asyncio.create_task(self._read_output(job_id))

    def has_printed(self, job_id: str, data: bytes) -> bool:
        """Whether this is what a job has printed so far."""
        return bytes_in(self._printed.get(job_id, ())) == data

    async def check(self, lives: Mapping[str, Life]) -> None:
        """What was told are these lives, by every stream; returns when they have been told to the end."""
        for job_id, life in lives.items():
            life.check_told(await self._statuses[job_id], since_begin=False)
            life.check_output(await self._outputs[job_id])
            life.check_told(self.all[job_id], since_begin=True)

    async def _read_all(self) -> None:
        async with self._backend.statuses(JobFilter()) as statuses:
            async for status in statuses:
                self.all[status.id].append(status)

    async def _read_output(self, job_id: str) -> Pieces:
        """Everything that a job prints; begun anew where it may not be read for a while."""
        while True:
            pieces: Pieces = []
            self._printed[job_id] = pieces
            try:
                async with self._backend.output(job_id) as output:
                    async for piece in output:
                        pieces.append(piece)
            except ForbiddenError:
                await self._clock.sleep(AGAIN_S)
            else:
                return pieces
