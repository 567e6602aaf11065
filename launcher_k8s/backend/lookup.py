"""One job, by its id: what the tracker knows of it, else what the API server says."""

from __future__ import annotations

from launcher_k8s.backend.following import Follower
from launcher_k8s.backend.patience import Patience
from launcher_k8s.connection import JOBS, Cluster, Reply, Resource
from launcher_k8s.errors import JobNotFoundError, ObjectNotFoundError
from launcher_k8s.naming import could_be_id
from launcher_k8s.rows import decode_job
from launcher_k8s.status import JobStatus
from launcher_k8s.tracker import Tracker


class Lookup:
    """Finds jobs of one namespace.

    Args:
        cluster: Where they are.
        namespace: Their namespace.
        tracker: What is known of them.
        follower: Keeps the tracker up to date.
        patience: How requests are repeated.
    """

    def __init__(
        self, cluster: Cluster, namespace: str, tracker: Tracker, follower: Follower, patience: Patience
    ) -> None:
        self._cluster = cluster
        self._jobs = JOBS.within(namespace)
        self._tracker = tracker
        self._follower = follower
        self._patience = patience

    def resource(self, job_id: str) -> Resource:
        """The Job of an id."""
        return self._jobs.named(job_id)

    async def find(self, job_id: str, user: str | None) -> JobStatus:
        """A job's status; one that the watch has not told of yet is asked for.

        Raises:
            JobNotFoundError: There is none, or it is another user's.
            ClusterError: The cluster could not be asked.
        """
        _refuse_impossible(job_id)
        await self._follower.synced()
        if self._tracker.status(job_id) is None:
            await self._read(job_id)
        return self._status(job_id, user)

    async def read(self, job_id: str, user: str | None) -> tuple[JobStatus, Reply]:
        """A job's status, and its Job as the cluster has it now.

        Raises:
            JobNotFoundError: There is none, or it is another user's.
            ClusterError: The cluster could not be asked.
        """
        _refuse_impossible(job_id)
        await self._follower.synced()
        reply = await self._read(job_id)
        return self._status(job_id, user), reply

    async def recall(self, job_id: str, user: str | None) -> tuple[JobStatus, Reply | None]:
        """As :meth:`read`; without the Job of one that the cluster has no more and that is still told of.

        Raises:
            JobNotFoundError: There is none, or it is another user's.
            ClusterError: The cluster could not be asked.
        """
        try:
            return await self.read(job_id, user)
        except JobNotFoundError:
            if not self._tracker.is_kept(job_id):
                raise
        return self._status(job_id, user), None

    async def _read(self, job_id: str) -> Reply:
        try:
            reply = await self._patience.run(lambda: self._cluster.get(self.resource(job_id)))
        except ObjectNotFoundError:
            raise JobNotFoundError(job_id) from None
        row = decode_job(reply.body)
        if row is None:
            raise JobNotFoundError(job_id)
        self._follower.learn(row)
        return reply

    def _status(self, job_id: str, user: str | None) -> JobStatus:
        status = self._tracker.status(job_id)
        if status is None or (user is not None and status.user != user):
            raise JobNotFoundError(job_id)
        return status


def _refuse_impossible(job_id: str) -> None:
    # Such text would be part of a request's path, and could name something other than a job.
    if not could_be_id(job_id):
        raise JobNotFoundError(job_id)
