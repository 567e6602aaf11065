"""A job's output: which pod's log it is, and when it has ended."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress

import msgspec

from launcher_k8s.backend.characters import whole_characters
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.statuses import changes
from launcher_k8s.connection import PODS, Cluster, Resource
from launcher_k8s.errors import ObjectNotFoundError, OutputNotFoundError
from launcher_k8s.kube.logs import ContainerLife, follow_log
from launcher_k8s.output import GapReason, OutputChunk, OutputGap
from launcher_k8s.rows.decoding import Lean, NamedContainer, decode
from launcher_k8s.shape.names import MAIN_CONTAINER
from launcher_k8s.status import JobState, JobStatus
from launcher_k8s.tracker import Tracker

NODE_LOST = "NodeLost"


class _Spec(Lean):
    containers: list[NamedContainer] | None = None
    init_containers: list[NamedContainer] | None = None
    ephemeral_containers: list[NamedContainer] | None = None

    def names(self) -> list[str]:
        """The names of all containers."""
        kinds = (self.containers, self.init_containers, self.ephemeral_containers)
        return [container.name for kind in kinds for container in kind or ()]


class _Pod(Lean):
    spec: _Spec


_pods = msgspec.json.Decoder(_Pod)


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
    if follow:
        await _started(tracker, job_id)
    if tracker.pod(job_id) is None and _may_have_printed(tracker.status(job_id)):
        # Another process may have recorded the end, or a listing failed: the Job can be ahead of its Pod.
        with suppress(ObjectNotFoundError):
            await patience.run(lambda: look(job_id))
    status, pod = tracker.status(job_id), tracker.pod(job_id)
    if status is None or not _may_have_printed(status):
        return
    if pod is None:
        yield OutputGap(None, None, GapReason.POD_DELETED)
        return
    if status.start_time is None:
        return
    name = pod.name
    resource = PODS.within(namespace).named(name)
    if container != MAIN_CONTAINER:  # which every Pod that is ours has
        await _check_container(cluster, resource, job_id, container, patience)

    async def life() -> ContainerLife:
        return _life(tracker, job_id, name)

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


async def _check_container(
    cluster: Cluster, pod: Resource, job_id: str, container: str, patience: Patience
) -> None:
    try:
        reply = await patience.run(lambda: cluster.get(pod))
    except ObjectNotFoundError:
        return  # what becomes of the output of a pod that is gone, the log's follower tells
    names = decode(_pods, reply.body, "a Pod").spec.names()
    if container not in names:
        raise OutputNotFoundError(
            f"job {job_id} has no container {container!r}", hint=f"its containers: {', '.join(names)}"
        )


async def _started(tracker: Tracker, job_id: str) -> None:
    async with aclosing(changes(tracker, job_id)) as statuses:
        async for status in statuses:
            if _has_started(status):
                return


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
