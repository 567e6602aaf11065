"""A job's output: which pod's log it is, and when it has ended."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress

import attrs

from launcher_k8s.backend.characters import whole_characters
from launcher_k8s.backend.init_containers import PodContainers, decode_containers
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.statuses import changes
from launcher_k8s.connection import PODS, Cluster
from launcher_k8s.errors import ObjectNotFoundError, OutputNotFoundError
from launcher_k8s.kube.logs import ContainerLife, follow_log
from launcher_k8s.output import GapReason, OutputChunk, OutputGap
from launcher_k8s.shape.names import MAIN_CONTAINER
from launcher_k8s.status import JobState, JobStatus
from launcher_k8s.tracker import Tracker

NODE_LOST = "NodeLost"
_POD_EVERY_S = 1.0


async def read_output(
    cluster: Cluster,
    namespace: str,
    tracker: Tracker,
    job_id: str,
    *,
    look: Callable[[str], Awaitable[object]],
    container: str,
    follow: bool,
    timestamps: bool = False,
    patience: Patience,
) -> AsyncGenerator[OutputChunk | OutputGap]:
    """Everything a job prints; waits for its start, and ends when nothing more can come.

    No chunk ends inside a UTF-8 character.

    Args:
        cluster: Where the log is.
        namespace: The job's namespace.
        tracker: Knows the job's pod and state.
        job_id: The job; known to the tracker.
        look: Lets the tracker know of a job what the cluster has now.
        container: The container's name.
        follow: Whether to wait for what is still to come.
        timestamps: Whether to put its time before each line.
        patience: How requests are repeated; gives the clock and the chance of all waits.

    Raises:
        OutputNotFoundError: The job's pod has no such container.
    """
    search = _Search(cluster, namespace, tracker, job_id, look, container, follow, patience)
    found = await search.log()
    if isinstance(found, OutputGap):
        yield found
    if not isinstance(found, _Log):
        return
    resource = PODS.within(namespace).named(found.pod)

    async def life() -> ContainerLife:
        known = _life(tracker, job_id, found.pod)
        if not found.is_init or known in (ContainerLife.DELETED, ContainerLife.NODE_LOST):
            return known
        job = known if follow else ContainerLife.ENDED  # what has not begun is not waited for
        reply = await patience.run_if_there(lambda: cluster.get(resource))
        return decode_containers(reply.body).life_of_init(container, job) if reply else job

    items = follow_log(
        cluster,
        resource,
        container,
        life=life,
        clock=patience.clock,
        chance=patience.chance,
        follow=follow,
        timestamps=timestamps,
    )
    async with aclosing(whole_characters(items)) as pieces:
        async for piece in pieces:
            yield piece


@attrs.frozen
class _Log:
    """The log that is to be read: of the pod of that name, and whether an init container wrote it."""

    pod: str
    is_init: bool = False


@attrs.frozen
class _Search:
    """Finds the log of a job's container; the arguments are those of :func:`read_output`."""

    cluster: Cluster
    namespace: str
    tracker: Tracker
    job_id: str
    look: Callable[[str], Awaitable[object]]
    container: str
    follow: bool
    patience: Patience

    async def log(self) -> _Log | OutputGap | None:
        """The log, the gap that is in its place, or None where nothing was printed."""
        if self.container == MAIN_CONTAINER:  # which every Pod that is ours has
            return await self._log_with_the_job()
        if self.follow:
            await self._placed()
        await self._catch_up()
        pod, containers = self.tracker.pod(self.job_id), await self._containers()
        if pod is not None and (containers is None or containers.has_init(self.container)):
            return _Log(pod.name, is_init=containers is not None)
        return await self._log_with_the_job()

    async def _log_with_the_job(self) -> _Log | OutputGap | None:
        """Of a container that begins when the job does."""
        if self.follow:
            await self._started()
        await self._catch_up()
        status, pod = self.tracker.status(self.job_id), self.tracker.pod(self.job_id)
        if status is None or not _may_have_printed(status):
            return None
        if pod is None:
            return OutputGap(None, None, GapReason.POD_DELETED)
        return _Log(pod.name) if status.start_time is not None else None

    async def _catch_up(self) -> None:
        """Look for the pod: another process may have recorded the end, or a listing failed."""
        if self.tracker.pod(self.job_id) is None and _may_have_printed(self.tracker.status(self.job_id)):
            with suppress(ObjectNotFoundError):
                await self.patience.run(lambda: self.look(self.job_id))

    async def _containers(self) -> PodContainers | None:
        """The containers of the job's pod, the one that is wanted among them; None where there is no pod."""
        if (pod := self.tracker.pod(self.job_id)) is None:
            return None
        resource = PODS.within(self.namespace).named(pod.name)
        try:
            reply = await self.patience.run(lambda: self.cluster.get(resource))
        except ObjectNotFoundError:
            return None  # what becomes of the output of a pod that is gone, the log's follower tells
        found = decode_containers(reply.body)
        if self.container not in (names := found.names()):
            message = f"job {self.job_id} has no container {self.container!r}"
            raise OutputNotFoundError(message, hint=f"its containers: {', '.join(names)}")
        return found

    async def _started(self) -> None:
        async with aclosing(changes(self.tracker, self.job_id)) as statuses:
            async for status in statuses:
                if _has_started(status):
                    return

    async def _placed(self) -> None:
        """Wait for the job's pod, of which no status tells, or for the job's end."""
        while self.tracker.pod(self.job_id) is None:
            status = self.tracker.status(self.job_id)
            if status is None or status.state.is_final:
                return
            await self.patience.clock.sleep(_POD_EVERY_S)


def _has_started(status: JobStatus) -> bool:
    return status.start_time is not None or status.state.is_final


def _may_have_printed(status: JobStatus | None) -> bool:
    """Whether a job has begun, or has ended where it is not known whether it had: its Pod may be gone."""
    if status is None:
        return False
    is_unknown = status.state.is_final and status.state is not JobState.CANCELED and not status.removed
    return status.start_time is not None or is_unknown


def _life(tracker: Tracker, job_id: str, pod_name: str) -> ContainerLife:
    status, pod = tracker.status(job_id), tracker.pod(job_id)
    if status is None or status.removed or pod is None or pod.gone or pod.name != pod_name:
        return ContainerLife.DELETED
    if pod.loss == NODE_LOST:
        return ContainerLife.NODE_LOST
    ended = status.state.is_final or pod.finished is not None
    return ContainerLife.ENDED if ended else ContainerLife.LIVE
