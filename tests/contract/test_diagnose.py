"""Why a job waits, how it goes on or how it ended, in words, whoever asks."""

from __future__ import annotations

import pytest

from launcher_k8s import Cause, Job, JobBackend, JobNotFoundError, JobState
from tests.contract.acts import Exits, WaitsFor
from tests.contract.capabilities import Can, needs
from tests.contract.reading import told_of
from tests.contract.world import USER, World

FOR_EVER = WaitsFor("never")


async def submitted(backend: JobBackend, job: Job, *, until: JobState | None = None) -> str:
    """The id of a job that has come so far."""
    job_id = (await backend.submit(job, user=USER)).id
    if until is not None:
        await backend.wait(job_id, until=until)
    return job_id


async def ended(backend: JobBackend, job: Job) -> str:
    """The id of a job that has ended by itself."""
    job_id = await submitted(backend, job)
    await backend.wait(job_id)
    return job_id


async def test_a_running_job_is_well(world: World, backend: JobBackend) -> None:
    job_id = await submitted(backend, world.job(FOR_EVER), until=JobState.RUNNING)
    told = await backend.diagnose(job_id)
    assert (told.state, told.cause, told.resolution) == (JobState.RUNNING, Cause.RUNNING, "")
    assert told.since == (await backend.wait(job_id, until=JobState.RUNNING)).start_time


async def test_a_secret_that_is_not_there_is_named(world: World, backend: JobBackend) -> None:
    job_id = await submitted(backend, world.job(secrets=["nowhere:key:PASSWORD"]))
    await told_of(backend, job_id, "nowhere")
    told = await backend.diagnose(job_id)
    assert told.cause is Cause.CONFIG_MISSING
    assert "nowhere" in told.summary
    assert told.resolution


@needs(Can.SCHEDULE)
async def test_what_no_node_has_is_named(world: World, backend: JobBackend) -> None:
    job_id = await submitted(backend, world.job(cpus=10_000))
    await told_of(backend, job_id, "nodes are available")
    told = await backend.diagnose(job_id)
    assert told.cause is Cause.UNSCHEDULABLE
    assert "too little free CPU (the job asks for 10" in told.summary


@needs(Can.PERMISSIONS)
async def test_what_may_not_be_read_is_left_out(world: World, backend: JobBackend) -> None:
    job_id = await submitted(backend, world.job(FOR_EVER), until=JobState.RUNNING)
    await world.deny("get", "nodes")
    assert (await backend.diagnose(job_id)).cause is Cause.RUNNING


async def test_a_program_that_is_not_there_is_named(world: World, backend: JobBackend) -> None:
    job_id = await ended(backend, Job(name="no program", exe="/no/such/program"))
    told = await backend.diagnose(job_id)
    assert told.cause is Cause.COMMAND_NOT_FOUND
    assert "/no/such/program" in told.summary


async def test_an_end_of_its_own_is_told_with_the_exit_code(world: World, backend: JobBackend) -> None:
    job_id = await ended(backend, world.job(Exits(3)))
    told = await backend.diagnose(job_id)
    assert (told.cause, told.summary) == (Cause.FINISHED, "The job ran to its end with exit code 3.")
    assert told.since == (await backend.wait(job_id)).end_time


async def test_a_drained_job_says_so_in_a_fresh_process_too(world: World, backend: JobBackend) -> None:
    job_id = await submitted(backend, world.job(FOR_EVER), until=JobState.RUNNING)
    await world.evict_by_api(job_id)
    await backend.wait(job_id)
    told = await backend.diagnose(job_id)
    assert told.cause is Cause.EVICTED
    await world.until_recorded(job_id)
    async with world.backend() as fresh:
        again = await fresh.diagnose(job_id)
    assert (again.cause, again.summary, again.since) == (told.cause, told.summary, told.since)


@needs(Can.PREEMPTION)
async def test_a_preempted_job_says_so(world: World) -> None:
    async with world.backend(overrides=await world.contended()) as backend:
        job_id = await submitted(backend, world.job(FOR_EVER), until=JobState.RUNNING)
        await world.preempt(job_id)
        await backend.wait(job_id)
        assert (await backend.diagnose(job_id)).cause is Cause.PREEMPTED


@needs(Can.LOSE_A_NODE)
async def test_a_job_whose_node_is_lost_says_so(world: World, backend: JobBackend) -> None:
    job_id = await submitted(backend, world.job(FOR_EVER, host=await world.losable_node()))
    await world.run_on_losable_node(job_id)
    await backend.wait(job_id, until=JobState.RUNNING)
    await world.lose_node(job_id)
    await backend.wait(job_id)
    assert (await backend.diagnose(job_id)).cause is Cause.NODE_LOST


async def test_another_users_job_is_not_found(world: World, backend: JobBackend) -> None:
    job_id = await submitted(backend, world.job(FOR_EVER))
    with pytest.raises(JobNotFoundError):
        await backend.diagnose(job_id, user="somebody")
