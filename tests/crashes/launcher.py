"""A launcher as a process: one that takes the steps of a verb, and one that comes after it.

Both are functions for a process of their own. They tell what they do through a pipe; the first ends at its
step or goes on until it is killed, and is never left in order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

import attrs

from launcher_k8s import JobBackend, JobState, JobStatus, KubernetesCluster, Operation, OutputChunk
from launcher_k8s.host import SystemClock
from launcher_k8s.job import Job, Json
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.shape.names import INTENT_ANNOTATION
from tests.crashes.steps import SteppingCluster, Steps
from tests.crashes.ways import Way, annotation_of

USER = "jsmith"
PATIENCE_S = 150
STILL_S = 0.5
TICKS = "i=0; while :; do echo $i; i=$((i+1)); sleep 0.1; done"
HELD: dict[str, Json] = {"/spec/suspend": True}
INPUT = "".join(f"line {number} of what is sent\n" for number in range(3000))
CONTROLS = {each.value: each for each in Operation}


@attrs.frozen
class Order:
    """What a launcher is to do.

    Args:
        way: To which cluster.
        verb: ``submit``, ``stdin``, or a control.
        name: The job's name, its key, and the launcher's instance id: others leave it alone.
        last_step: Where to die.
        later_s: By how much its clock is ahead.
    """

    way: Way
    verb: str
    name: str
    last_step: str = ""
    later_s: float = 0.0

    @property
    def job(self) -> Job:
        if self.verb == "submit":
            return Job.shell("echo $SAID; exit 5", name=self.name, env={"SAID": self.name}, ports=[8080])
        if self.verb == "stdin":
            return Job.shell("cat; exit 6", name=self.name, stdin=INPUT)
        return Job.shell(TICKS, name=self.name)

    @property
    def settings(self) -> ClusterSettings:
        return self.way.settings(self.name, HELD if self.verb == "cancel" else None)


class LaterClock(SystemClock):
    """The system's clock, set forward: what was said a moment ago was said long ago."""

    def __init__(self, later_s: float) -> None:
        super().__init__()
        self._ahead = timedelta(seconds=later_s)

    def now(self) -> datetime:
        return super().now() + self._ahead


# --- the one that is killed


def be_killed(order: Order, tell: Connection) -> None:
    """Take the steps of a verb; tells when the verb begins, and of the steps when it is through."""
    asyncio.run(_be_killed(order, tell))


async def _be_killed(order: Order, tell: Connection) -> None:
    steps = Steps(order.last_step)
    cluster = SteppingCluster(KubernetesCluster.from_settings(order.settings), steps)
    async with JobBackend(order.settings, cluster=cluster, groups=_no_groups) as backend:
        act = await _prepare(order, backend)
        tell.send("begun")
        steps.begin()
        await act()
        tell.send(steps.taken)
        await asyncio.Event().wait()


async def _prepare(order: Order, backend: JobBackend) -> Callable[[], Awaitable[object]]:
    if order.verb == "submit":
        return lambda: _submit(order, backend)
    if order.verb == "stdin":
        return lambda: _submit_and_wait(order, backend)
    operation = CONTROLS[order.verb]
    job_id = await _submit(order, backend)
    if operation is not Operation.CANCEL:
        await backend.wait(job_id, until=JobState.RUNNING, timeout_s=PATIENCE_S)
        await _more_output(backend, job_id, 0)
    if operation is Operation.RESUME:
        await backend.control(job_id, Operation.SUSPEND, user=USER)
    return lambda: backend.control(job_id, operation, user=USER)


async def _submit(order: Order, backend: JobBackend) -> str:
    return (await backend.submit(order.job, user=USER, key=order.name)).id


async def _submit_and_wait(order: Order, backend: JobBackend) -> None:
    await backend.wait(await _submit(order, backend), timeout_s=PATIENCE_S)


# --- the one that comes after it


def take_over(order: Order, tell: Connection) -> None:
    """Bring the job of a killed launcher to its end, and tell all that is to be seen of it."""
    tell.send(asyncio.run(_take_over(order)))


async def _take_over(order: Order) -> dict[str, Any]:
    clock = LaterClock(order.later_s)
    async with JobBackend(order.settings, clock=clock, groups=_no_groups) as backend:
        found = order.way.job(order.name)
        if order.verb in CONTROLS:
            assert found is not None
            job_id = str(found["metadata"]["name"])
        else:
            job_id = await _submit(order, backend)
        following = asyncio.create_task(_followed(backend, job_id))
        if order.verb in CONTROLS:
            await _control(order, backend, job_id)
        final = await backend.wait(job_id, timeout_s=PATIENCE_S)
        said = await _output(backend, job_id)
        return {
            "id": job_id,
            "state": final.state.value,
            "exit code": final.exit_code,
            "message": final.status_message,
            "states": [status.state.value for status in await following],
            "output": said,
            "diagnosis": (await backend.diagnose(job_id)).summary,
        }


async def _control(order: Order, backend: JobBackend, job_id: str) -> None:
    operation = CONTROLS[order.verb]
    found = order.way.job(order.name)
    assert found is not None
    if annotation_of(found, INTENT_ANNOTATION).get("operation") != operation.value:
        await backend.control(job_id, operation, user=USER)
    if operation in (Operation.SUSPEND, Operation.RESUME):
        await _until(lambda: _is_done(order))
    if operation is Operation.SUSPEND:
        state = (await backend.wait(job_id, until=JobState.SUSPENDED)).state
        assert state is JobState.SUSPENDED, f"told as {state.value}"
        await _stands_still(backend, job_id)
        await backend.control(job_id, Operation.RESUME, user=USER)
    if operation in (Operation.SUSPEND, Operation.RESUME):
        await _more_output(backend, job_id, len(await _output(backend, job_id)))
        await backend.control(job_id, Operation.STOP, user=USER)


def _is_done(order: Order) -> bool:
    found = order.way.job(order.name)
    return bool(found and annotation_of(found, INTENT_ANNOTATION).get("done"))


async def _until(condition: Callable[[], bool]) -> None:
    """Wait until something is so, of which no event tells."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def _stands_still(backend: JobBackend, job_id: str) -> None:
    await asyncio.sleep(STILL_S)  # what it has printed comes to its log
    before = await _output(backend, job_id)
    await asyncio.sleep(STILL_S)  # it would print five lines
    assert await _output(backend, job_id) == before, "a suspended job goes on"


async def _more_output(backend: JobBackend, job_id: str, so_far: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(await _output(backend, job_id)) <= so_far:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _output(backend: JobBackend, job_id: str) -> bytes:
    async with backend.output(job_id, follow=False) as output:
        return b"".join(
            [piece.data if isinstance(piece, OutputChunk) else b"(gap)" async for piece in output]
        )


async def _followed(backend: JobBackend, job_id: str) -> list[JobStatus]:
    async with backend.statuses(job_id) as statuses:
        return [status async for status in statuses]


def list_jobs(order: Order, tell: Connection) -> None:
    """Tell what a launcher that comes later says of all jobs."""
    tell.send(asyncio.run(_list_jobs(order)))


async def _list_jobs(order: Order) -> dict[str, tuple[str, int | None, str]]:
    async with JobBackend(order.settings, groups=_no_groups) as backend:
        return {
            each.id: (each.state.value, each.exit_code, each.status_message) for each in await backend.list()
        }


def _no_groups(_user: str) -> tuple[str, ...]:
    return ()
