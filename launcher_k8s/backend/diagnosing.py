"""Gathering what the cluster says of a job, for a diagnosis: no more than may say something of its state.

Nothing beyond the guide's role is needed. A part that may not be read, or that is there no more, is left out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from launcher_k8s.backend.events import Events, selector
from launcher_k8s.backend.patience import Patience
from launcher_k8s.cause import Diagnosis
from launcher_k8s.connection import JOBS, NODES, PODS, Cluster, LogOptions
from launcher_k8s.diagnosis import Scene, diagnose
from launcher_k8s.errors import ClusterError
from launcher_k8s.rows import EventRow, JobRow, NodeRow, PodRow, decode_node
from launcher_k8s.rows.asked import AskedRow, decode_asked, decode_asked_by_job
from launcher_k8s.shape.names import MAIN_CONTAINER
from launcher_k8s.status import JobState, JobStatus
from launcher_k8s.tracker import Tracker

_log = logging.getLogger(__name__)

_EVENTFUL: Final = (JobState.PENDING, JobState.FAILED)
_RUNTIME_FAILED: Final = (1, 255)
"""What a container ends with where runc has started it and only then finds that it cannot run the program."""

_AT_ONCE: Final = timedelta(seconds=1)
_LONGEST_OUTPUT: Final = 512
_RUNTIME_SAYS: Final = "exec "
"""How runc begins to say so; whatever else a job prints is its own affair."""


class Diagnostician:
    """Diagnoses jobs of one namespace.

    Args:
        cluster: Where they are.
        namespace: Their namespace.
        tracker: What is known of them.
        events: Reads their Events.
        patience: How requests are repeated.
    """

    def __init__(
        self, cluster: Cluster, namespace: str, tracker: Tracker, events: Events, patience: Patience
    ) -> None:
        self._cluster = cluster
        self._jobs = JOBS.within(namespace)
        self._pods = PODS.within(namespace)
        self._tracker = tracker
        self._events = events
        self._patience = patience

    async def diagnose(self, status: JobStatus) -> Diagnosis:
        """Why a job is as it is.

        Raises:
            ClusterError: The cluster could not be asked.
        """
        job, pod = self._tracker.row(status.id), self._tracker.pod(status.id)
        asked, events, node, output = await asyncio.gather(
            self._asked(status, pod),
            self._told(status, job, pod),
            self._node(status, pod),
            self._begin(status, pod),
        )
        return diagnose(
            Scene(
                status=status,
                job=job,
                pod=pod,
                asked=asked or AskedRow(),
                events=events or (),
                node=node,
                output=output,
            )
        )

    async def _asked(self, status: JobStatus, pod: PodRow | None) -> AskedRow | None:
        """What the pod asks for; while there is none, the Job's template says it."""
        if status.state.is_final:
            return None

        async def of_pod() -> AskedRow:
            name = pod.name if pod and not pod.gone else ""
            return decode_asked((await self._cluster.get(self._pods.named(name))).body)

        async def of_job() -> AskedRow:
            return decode_asked_by_job((await self._cluster.get(self._jobs.named(status.id))).body)

        asked = await self._patience.run_if_there(of_pod) if pod and not pod.gone else None
        return asked or await self._patience.run_if_there(of_job)

    async def _told(
        self, status: JobStatus, job: JobRow | None, pod: PodRow | None
    ) -> Sequence[EventRow] | None:
        if status.state not in _EVENTFUL or job is None:
            return None
        name = pod.name if pod and (status.state.is_final or not pod.gone) else ""
        return await self._patience.run_if_there(lambda: self._events.read(selector(job.uid, name)))

    async def _node(self, status: JobStatus, pod: PodRow | None) -> NodeRow | None:
        if status.state.is_final or pod is None or not pod.node:
            return None
        name = pod.node

        async def read() -> NodeRow:
            return decode_node((await self._cluster.get(NODES.named(name))).body)

        return await self._patience.run_if_there(read)

    async def _begin(self, status: JobStatus, pod: PodRow | None) -> str:
        """How the output of a job begins that may have ended before its program ran."""
        if status.exit_code not in _RUNTIME_FAILED or pod is None or pod.gone or not _ended_at_once(status):
            return ""
        log = self._cluster.log(
            self._pods.named(pod.name), LogOptions(MAIN_CONTAINER, limit_bytes=_LONGEST_OUTPUT)
        )
        try:
            async with log as pieces:
                begin = b"".join([piece async for piece in pieces]).decode(errors="replace")
        except ClusterError as error:
            _log.debug("the output of job %s could not be read: %s", status.id, error)
            return ""
        line = begin.partition("\n")[0].strip()
        return line if line.startswith(_RUNTIME_SAYS) else ""


def _ended_at_once(status: JobStatus) -> bool:
    start, end = status.start_time, status.end_time
    return start is not None and end is not None and end - start <= _AT_ONCE
