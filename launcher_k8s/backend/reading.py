"""What the streams of an entered backend give: first whether the job is there, then all that it tells."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, closing

from launcher_k8s.backend.expiry import Hold
from launcher_k8s.backend.opening import Opened
from launcher_k8s.backend.output import read_output
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.statuses import changes
from launcher_k8s.backend.utilization import utilization_of
from launcher_k8s.output import OutputChunk, OutputGap
from launcher_k8s.status import JobFilter, JobStatus
from launcher_k8s.utilization import Utilization


async def read_changes(
    here: Opened, wanted: str | JobFilter, user: str | None
) -> AsyncGenerator[JobStatus, None]:
    """The statuses of one job, or of all that match a filter."""
    if isinstance(wanted, str):
        await here.lookup.find(wanted, user)
    else:
        await here.follower.synced()
    async with aclosing(changes(here.tracker, wanted, user=user)) as statuses:
        async for status in statuses:
            yield status


async def read_job_output(
    here: Opened,
    namespace: str,
    job_id: str,
    user: str | None,
    *,
    hold: Hold,
    container: str,
    follow: bool,
    timestamps: bool,
    patience: Patience,
) -> AsyncGenerator[OutputChunk | OutputGap, None]:
    """What one container of a job prints; the job is held until its end."""
    with closing(hold):
        await here.lookup.find(job_id, user)
        pieces = read_output(
            here.cluster,
            namespace,
            here.tracker,
            job_id,
            look=here.follower.look,
            container=container,
            follow=follow,
            timestamps=timestamps,
            patience=patience,
        )
        async with aclosing(pieces):
            async for piece in pieces:
                yield piece


async def read_utilization(here: Opened, job_id: str, user: str | None) -> AsyncGenerator[Utilization, None]:
    """What a job uses."""
    await here.lookup.find(job_id, user)
    async with aclosing(utilization_of(job_id, here.tracker, here.meter, here.inside)) as figures:
        async for each in figures:
            yield each
