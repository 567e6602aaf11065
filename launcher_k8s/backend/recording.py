"""Writing final states on their Jobs, so that any later process says the same.

The first process that sees a job's end writes annotation ``launcher-k8s/final``; a state that is there
already wins (docs, "Guarantees"). Only jobs of our own instance id are ever written.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import msgspec

from launcher_k8s.backend.leaving import finish
from launcher_k8s.backend.patience import Patience
from launcher_k8s.connection import JOBS, Cluster, Reply
from launcher_k8s.errors import ClusterError, ConflictError, ObjectNotFoundError
from launcher_k8s.rows import decode_job, format_final
from launcher_k8s.shape.names import FINAL_ANNOTATION
from launcher_k8s.tracker import Tracker, Unrecorded

_log = logging.getLogger(__name__)

AT_ONCE = 16


class Recorder:
    """Writes final states in the background; leaving it waits a little for those under way.

    Args:
        cluster: Where the Jobs are.
        namespace: Their namespace.
        tracker: Told of every Job that was written.
        patience: How requests are repeated.
        settled: Told of each job that has nothing to be written any more.
    """

    def __init__(
        self,
        cluster: Cluster,
        namespace: str,
        tracker: Tracker,
        patience: Patience,
        settled: Callable[[str], object],
    ) -> None:
        self._cluster = cluster
        self._jobs = JOBS.within(namespace)
        self._tracker = tracker
        self._patience = patience.without_end()
        self.settled = settled
        self._waiting: deque[Unrecorded] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await finish(set(self._tasks), self._patience.clock)

    def record(self, unrecorded: Unrecorded) -> None:
        """Write one final state, some time soon."""
        self._waiting.append(unrecorded)
        if len(self._tasks) < AT_ONCE:
            self._start()

    def _start(self) -> None:
        task = asyncio.create_task(self._work())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def _work(self) -> None:
        while self._waiting:
            await self._record(self._waiting.popleft())

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._waiting and not task.cancelled():
            self._start()

    async def _record(self, unrecorded: Unrecorded) -> None:
        job_id = unrecorded.row.id
        try:
            await self._patience.run(lambda: self._write(unrecorded))
        except ObjectNotFoundError:
            _log.debug("job %s was removed before its final state was written", job_id)
        except ClusterError as error:
            _log.warning("the final state of job %s could not be written: %s", job_id, error)
        self.settled(job_id)

    async def _write(self, unrecorded: Unrecorded) -> None:
        row = unrecorded.row
        while True:
            try:
                reply = await self._patch(unrecorded, row.resource_version)
            except ConflictError:
                current = decode_job((await self._cluster.get(self._jobs.named(row.id))).body)
                if current is None or current.key != row.key or current.final is not None:
                    return
                row = current
                continue
            written = decode_job(reply.body)
            if written is not None:
                self._tracker.learn(written)
            return

    async def _patch(self, unrecorded: Unrecorded, version: str) -> Reply:
        annotations = {FINAL_ANNOTATION: format_final(unrecorded.final)}
        patch: dict[str, Any] = {"metadata": {"resourceVersion": version, "annotations": annotations}}
        if unrecorded.suspend:
            patch["spec"] = {"suspend": True}
        return await self._cluster.patch(self._jobs.named(unrecorded.row.id), msgspec.json.encode(patch))
