"""A control that a process has declared and was killed before it carried it out: the next one does."""

from __future__ import annotations

import json

import pytest

from launcher_k8s import JobBackend, JobState, Operation
from launcher_k8s.connection import JOBS
from launcher_k8s.shape.names import INTENT_ANNOTATION
from tests.contract.test_control import ENDS, UNSHARED, end_of, started
from tests.contract.world import USER, World

LONG_AGO = "2024-01-01T00:00:00Z"


async def declare(world: World, job_id: str, operation: Operation, **more: object) -> None:
    """Write what a process writes before it is killed."""
    intent = json.dumps({"operation": operation.value, "time": LONG_AGO, "user": USER, **more})
    patch = {"metadata": {"annotations": {INTENT_ANNOTATION: intent}}}
    await world.patch(world.within(JOBS).named(job_id), patch)


async def is_done(world: World, job_id: str) -> bool:
    """Whether the control that stands on a Job is said to be carried out."""
    annotations = (await world.job_object(job_id))["metadata"].get("annotations", {})
    return bool(json.loads(annotations.get(INTENT_ANNOTATION, "{}")).get("done"))


async def left_running(world: World) -> str:
    """A running job whose process is gone; an output is no part of it."""
    async with world.backend() as backend:
        return await started(world, backend)


@pytest.mark.parametrize("operation", ENDS)
async def test_the_next_process_ends_a_job(world: World, operation: Operation) -> None:
    job_id = await left_running(world)
    await declare(world, job_id, operation)
    async with world.backend() as fresh:
        assert end_of(await fresh.wait(job_id)) == ENDS[operation]


async def test_the_next_process_suspends_and_resumes_a_job(world: World) -> None:
    job_id = await left_running(world)
    await declare(world, job_id, Operation.SUSPEND)
    async with world.backend() as fresh:
        assert (await fresh.list())[0].state is JobState.SUSPENDED
        await world.until(lambda: is_done(world, job_id), "its processes were stopped")
    await declare(world, job_id, Operation.RESUME)
    async with world.backend() as fresh:
        await world.release(job_id, "end")
        assert (await fresh.wait(job_id)).exit_code == 3  # which it can only tell if it goes on


async def test_a_process_that_is_open_carries_it_out_too(world: World, backend: JobBackend) -> None:
    job_id = await started(world, backend)
    await declare(world, job_id, Operation.KILL)
    assert end_of(await backend.wait(job_id)) == ENDS[Operation.KILL]


async def test_what_was_carried_out_is_not_done_again(world: World) -> None:
    done, left = await left_running(world), await left_running(world)
    await declare(world, done, Operation.KILL, done=True)
    await declare(world, left, Operation.KILL)
    async with world.backend() as fresh:
        await fresh.wait(left)
        assert (await fresh.wait(done, until=JobState.RUNNING)).state is JobState.RUNNING


async def test_a_job_that_cannot_be_signalled_is_ended_by_its_node(world: World) -> None:
    grace = {"/spec/template/spec/terminationGracePeriodSeconds": 1}
    async with world.backend(overrides=UNSHARED | grace) as backend:
        job_id = await started(world, backend)
    await declare(world, job_id, Operation.KILL)
    async with world.backend() as fresh:
        assert (await fresh.wait(job_id)).state is JobState.KILLED


async def test_a_suspension_that_cannot_be_is_taken_back(world: World) -> None:
    async with world.backend(overrides=UNSHARED) as backend:
        job_id = await started(world, backend)
    await declare(world, job_id, Operation.SUSPEND)
    async with world.backend() as fresh:
        assert (await fresh.wait(job_id, until=JobState.RUNNING)).state is JobState.RUNNING


async def test_a_control_that_was_carried_out_says_so(world: World, backend: JobBackend) -> None:
    job_id = await started(world, backend)
    await backend.control(job_id, Operation.SUSPEND)
    assert await is_done(world, job_id)
    await backend.control(job_id, Operation.RESUME)
    assert await is_done(world, job_id)
