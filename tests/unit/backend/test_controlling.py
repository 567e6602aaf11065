"""Controls that fail half-way, meet each other, or are left by their callers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from launcher_k8s import ClusterSettings, Job, JobBackend, JobState, Operation, ProfileSection
from launcher_k8s.errors import BackendClosedError, ClusterError
from launcher_k8s.testing import ALWAYS, ScriptedCluster, runs

SETTINGS = ClusterSettings(profiles=(ProfileSection.everyone(default_container_image="r:4"),))


@pytest.fixture
def cluster() -> ScriptedCluster:
    return ScriptedCluster(life=runs())


def backend_on(cluster: ScriptedCluster) -> JobBackend:
    return JobBackend(SETTINGS, cluster=cluster, clock=cluster.clock, groups=lambda _user: ())


@asynccontextmanager
async def running_on(cluster: ScriptedCluster) -> AsyncIterator[tuple[JobBackend, str]]:
    async with backend_on(cluster) as backend:
        submitted = await backend.submit(Job.shell("sleep 9", name="long"), user="jane")
        await backend.wait(submitted.id, until=JobState.RUNNING)
        yield backend, submitted.id


def intent_of(cluster: ScriptedCluster, job_id: str) -> str | None:
    text = cluster.job(job_id)["metadata"].get("annotations", {}).get("launcher-k8s/intent")
    return None if text is None else str(msgspec.json.decode(text)["operation"])


async def test_the_intent_stands_before_the_signal_is_sent(cluster: ScriptedCluster) -> None:
    async with running_on(cluster) as (backend, job_id):
        before = len(cluster.asked)
        await backend.control(job_id, Operation.KILL, user="jane")
    asked = [str(each) for each in cluster.asked[before:]]
    assert asked.index("patch jobs") < asked.index("get pods/exec")


async def test_a_suspend_that_fails_is_taken_back(cluster: ScriptedCluster) -> None:
    async with running_on(cluster) as (backend, job_id):
        cluster.faults.delay("patch jobs", 1.0)
        control = asyncio.create_task(backend.control(job_id, Operation.SUSPEND))
        await cluster.clock.sleep(0.5)  # it has looked whether it can, and writes its intent
        cluster.faults.fail("get pods/exec", times=ALWAYS)
        with pytest.raises(ClusterError):
            await control
        assert intent_of(cluster, job_id) is None
        assert (await backend.list())[0].state is JobState.RUNNING


async def test_an_image_without_programs_is_ended_by_its_node(cluster: ScriptedCluster) -> None:
    async with running_on(cluster) as (backend, job_id):
        cluster.pod_of(job_id).without_programs()
        result = await backend.control(job_id, Operation.STOP)
        final = await backend.wait(job_id)
    assert not result.operation_complete
    assert (final.state, final.exit_code) == (JobState.FINISHED, 143)


async def test_a_program_that_ignores_a_stop_can_be_killed(cluster: ScriptedCluster) -> None:
    async with running_on(cluster) as (backend, job_id):
        cluster.pod_of(job_id).ignores_term()
        await backend.control(job_id, Operation.STOP)
        assert (await backend.list())[0].state is JobState.RUNNING
        await backend.control(job_id, Operation.KILL, user="jane")
        final = await backend.wait(job_id)
    assert (final.state, final.exit_code, final.status_message) == (JobState.KILLED, 137, "killed by jane")


async def test_a_caller_who_leaves_does_not_leave_half_of_it(cluster: ScriptedCluster) -> None:
    async with running_on(cluster) as (backend, job_id):
        cluster.faults.delay("patch jobs", 1.0)
        control = asyncio.create_task(backend.control(job_id, Operation.KILL))
        await cluster.clock.sleep(0.5)
        control.cancel()
        assert (await backend.wait(job_id)).state is JobState.KILLED
    assert cluster.pods_of(job_id)[0].signals == ["KILL"]


async def test_a_backend_that_is_left_gives_the_control_a_moment(cluster: ScriptedCluster) -> None:
    async with running_on(cluster) as (backend, job_id):
        cluster.faults.delay("patch jobs", 1.0)
        control = asyncio.create_task(backend.control(job_id, Operation.KILL))
        await cluster.clock.sleep(0.5)
    assert (await control).operation_complete
    assert cluster.pods_of(job_id)[0].signals == ["KILL"]


async def test_a_control_that_leaving_overtakes_says_so(cluster: ScriptedCluster) -> None:
    async with running_on(cluster) as (backend, job_id):
        cluster.faults.stall("patch jobs")
        control = asyncio.create_task(backend.control(job_id, Operation.KILL))
        await cluster.clock.sleep(0.5)
    with pytest.raises(BackendClosedError):
        await control
    with pytest.raises(BackendClosedError):
        await backend.control(job_id, Operation.KILL)
