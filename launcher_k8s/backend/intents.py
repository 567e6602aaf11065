"""What is intended with a job: it stands on the Job, before anything is done, and says when it was.

Each write carries the resource version that was read: of two controls one comes after the other, and a final
state that is there wins. Rules: design, "Guarantees".
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import attrs
import msgspec
from msgspec.structs import replace

from launcher_k8s.backend.following import Follower
from launcher_k8s.backend.lookup import Lookup
from launcher_k8s.backend.patience import Patience
from launcher_k8s.connection import Cluster
from launcher_k8s.controls import check_control
from launcher_k8s.errors import (
    ClusterError,
    ConflictError,
    InvalidJobStateError,
    JobNotFoundError,
    ObjectNotFoundError,
)
from launcher_k8s.rows import Intent, JobRow, PodRow, decode_job, format_intent
from launcher_k8s.shape.names import INTENT_ANNOTATION
from launcher_k8s.status import JobStatus, Operation

_log = logging.getLogger(__name__)
T = TypeVar("T")


@attrs.frozen
class Seen:
    """A job as it was read."""

    status: JobStatus
    row: JobRow
    pod: PodRow | None


class Intents:
    """Reads jobs that are controlled, and writes what is intended with them.

    Args:
        cluster: Where the jobs are.
        instance_id: Only jobs of this instance are written.
        follower: Reads jobs anew, and is told of what was written.
        lookup: Finds jobs.
        patience: How requests are repeated.
    """

    def __init__(
        self, cluster: Cluster, instance_id: str, follower: Follower, lookup: Lookup, patience: Patience
    ) -> None:
        self._cluster = cluster
        self._instance_id = instance_id
        self._follower = follower
        self._lookup = lookup
        self._patience = patience

    async def read(self, job_id: str) -> Seen:
        """The job as the API server has it now."""
        return await self._found(job_id, lambda: self.read_once(job_id))

    async def read_once(self, job_id: str) -> Seen:
        """As :meth:`read`, by one try."""
        row, pod = await self._follower.look(job_id)
        return Seen(await self._lookup.find(job_id, None), row, pod)

    def check(self, seen: Seen, operation: Operation) -> None:
        """See whether an operation is valid.

        Raises:
            InvalidJobStateError: It is not, or the job is another instance's.
        """
        if seen.row.instance_id != self._instance_id:
            raise InvalidJobStateError(f"job {seen.row.id} belongs to another Launcher instance")
        check_control(seen.row.id, operation, seen.status.state, seen.row.intent)

    async def declare(self, seen: Seen, intent: Intent) -> Seen:
        """Write an intent; the job as it is then, which may have ended meanwhile."""
        latest = seen

        async def write() -> Seen:
            nonlocal latest
            while True:
                try:
                    row = await self._annotate(latest.row, intent)
                except ConflictError:
                    latest = await self.read_once(seen.row.id)
                    if latest.row.intent == intent or latest.status.state.is_final:
                        return latest  # the answer to our own request was lost, or the job was faster
                    self.check(latest, intent.operation)
                else:
                    return attrs.evolve(latest, row=row)

        return await self._found(seen.row.id, write)

    async def take_back(self, row: JobRow, intent: Intent, before: Intent | None) -> None:
        """Put back what was intended before, unless somebody has intended something since."""
        try:
            await self.put_instead(row, intent, before)
        except ClusterError as error:
            what = intent.operation.value
            _log.warning("the %s of job %s could not be taken back: %s", what, row.id, error)

    async def say_done(self, row: JobRow, intent: Intent) -> None:
        """Say that an intent was carried out, so that nobody does it again."""
        try:
            await self.put_instead(row, intent, replace(intent, done=True))
        except ClusterError as error:
            what = intent.operation.value
            _log.info("that the %s of job %s was carried out could not be noted: %s", what, row.id, error)

    async def put_instead(self, row: JobRow, intent: Intent, other: Intent | None) -> JobRow | None:
        """Put another intent in the place of one; None if the job has ended or somebody has put one there."""
        latest = row

        async def write() -> JobRow | None:
            nonlocal latest
            while latest.intent == intent and latest.final is None:
                try:
                    return await self._annotate(latest, other)
                except ConflictError:
                    latest = (await self.read_once(row.id)).row
            return None

        return await self._patience.run(write)

    async def _annotate(self, row: JobRow, intent: Intent | None) -> JobRow:
        metadata: dict[str, Any] = {
            "resourceVersion": row.resource_version,
            "annotations": {INTENT_ANNOTATION: None if intent is None else format_intent(intent)},
        }
        is_cancel = intent is not None and intent.operation is Operation.CANCEL
        patch = {"metadata": metadata} | ({"spec": {"suspend": True}} if is_cancel else {})
        reply = await self._cluster.patch(self._lookup.resource(row.id), msgspec.json.encode(patch))
        written = decode_job(reply.body)
        if written is None:
            raise JobNotFoundError(row.id)
        self._follower.learn(written)
        return written

    async def _found(self, job_id: str, request: Callable[[], Awaitable[T]]) -> T:
        try:
            return await self._patience.run(request)
        except ObjectNotFoundError:
            raise JobNotFoundError(job_id) from None
