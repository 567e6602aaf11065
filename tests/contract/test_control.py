"""``control``: the intent first, then the signal; and every process tells the same end."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from launcher_k8s import InvalidJobStateError, JobBackend, JobState, JobStatus, Operation
from launcher_k8s.connection import PODS
from launcher_k8s.errors import JobNotFoundError, NotSupportedError
from launcher_k8s.job import Json
from tests.contract.acts import Exits, Prints, WaitsFor
from tests.contract.faults import Answers, LosesAnswer, LosesRequest, On
from tests.contract.reading import all_of, bytes_in, order_of, whole
from tests.contract.world import USER, World

UNSHARED: dict[str, Json] = {"/spec/template/spec/shareProcessNamespace": False}
HELD: dict[str, Json] = {"/spec/suspend": True}
ENDS = {
    Operation.STOP: (JobState.FINISHED, 143, ""),
    Operation.KILL: (JobState.KILLED, 137, f"killed by {USER}"),
}


async def started(world: World, backend: JobBackend) -> str:
    """A job that runs until the gate ``end``, or somebody ends it."""
    submitted = await backend.submit(world.job(Prints(b"begun\n"), WaitsFor("end"), Exits(3)), user=USER)
    async with backend.output(submitted.id) as output:
        assert bytes_in([await anext(output)]) == b"begun\n"
    await backend.wait(submitted.id, until=JobState.RUNNING)
    return submitted.id


def end_of(status: JobStatus) -> tuple[JobState, int | None, str]:
    return status.state, status.exit_code, status.status_message


@pytest.mark.parametrize("operation", ENDS)
async def test_an_ended_job_is_told_so_by_every_process(
    world: World, backend: JobBackend, operation: Operation
) -> None:
    job_id = await started(world, backend)
    await backend.control(job_id, operation, user=USER)
    final = await backend.wait(job_id)
    assert end_of(final) == ENDS[operation]
    assert await whole(backend.output(job_id)) == b"begun\n"
    async with world.backend() as fresh:
        assert await fresh.wait(job_id) == final
        await world.until_recorded(job_id)
        (pod,) = await world.pods_of(job_id)
        await world.delete(world.within(PODS).named(pod["metadata"]["name"]), grace_s=0)
    async with world.backend() as fresh:
        assert await fresh.wait(job_id) == final


@pytest.mark.parametrize("operation", ENDS)
async def test_a_job_that_is_the_first_process_is_ended_by_its_node(
    world: World, operation: Operation
) -> None:
    grace: dict[str, Json] = {"/spec/template/spec/terminationGracePeriodSeconds": 1}
    async with world.backend(overrides=UNSHARED | grace) as backend:
        job_id = await started(world, backend)
        result = await backend.control(job_id, operation)
        final = await backend.wait(job_id)
    assert not result.operation_complete
    assert final.state is ENDS[operation][0]
    assert final.exit_code in (137, 143)


async def test_a_job_that_is_the_first_process_cannot_be_suspended(world: World) -> None:
    async with world.backend(overrides=UNSHARED) as backend:
        job_id = await started(world, backend)
        with pytest.raises(NotSupportedError, match="first process"):
            await backend.control(job_id, Operation.SUSPEND)
        assert (await backend.get(job_id)).status is JobState.RUNNING
    assert "launcher-k8s/intent" not in (await world.job_object(job_id))["metadata"].get("annotations", {})


async def test_a_suspended_job_stands_still_until_it_is_resumed(world: World, backend: JobBackend) -> None:
    job_id = await started(world, backend)
    reading = asyncio.create_task(all_of(backend.statuses(job_id)))
    await asyncio.sleep(0)
    await backend.control(job_id, Operation.SUSPEND)
    async with world.backend() as fresh:
        assert (await fresh.list())[0].state is JobState.SUSPENDED
        await backend.wait(job_id, until=JobState.SUSPENDED)
        await fresh.control(job_id, Operation.RESUME)
    await backend.wait(job_id, until=JobState.RUNNING)
    await world.release(job_id, "end")
    told = await reading
    states = [state for state in order_of(told) if state is not JobState.PENDING]
    assert states == [JobState.RUNNING, JobState.SUSPENDED, JobState.RUNNING, JobState.FINISHED]
    assert told[-1].exit_code == 3


async def test_a_canceled_job_never_starts_and_keeps_its_record(world: World) -> None:
    async with world.backend(overrides=HELD) as backend:
        submitted = await backend.submit(world.job(Exits(0)), user=USER)
        assert (await backend.control(submitted.id, Operation.CANCEL, user=USER)).operation_complete
        final = await backend.wait(submitted.id)
    assert end_of(final) == (JobState.CANCELED, None, f"canceled by {USER}")
    assert (await world.job_object(submitted.id))["spec"]["suspend"]
    async with world.backend() as fresh:
        assert await fresh.wait(submitted.id) == final


@pytest.mark.parametrize("operation", [Operation.STOP, Operation.KILL, Operation.SUSPEND, Operation.RESUME])
async def test_a_pending_job_can_only_be_canceled(world: World, operation: Operation) -> None:
    async with world.backend(overrides=HELD) as backend:
        submitted = await backend.submit(world.job(Exits(0)), user=USER)
        with pytest.raises(InvalidJobStateError, match="it is Pending"):
            await backend.control(submitted.id, operation)


@pytest.mark.parametrize("operation", list(Operation))
async def test_an_ended_job_cannot_be_controlled(
    world: World, backend: JobBackend, operation: Operation
) -> None:
    submitted = await backend.submit(world.job(Exits(0)), user=USER)
    await backend.wait(submitted.id)
    with pytest.raises(InvalidJobStateError, match="it is Finished"):
        await backend.control(submitted.id, operation)


async def test_others_jobs_are_left_alone(world: World, backend: JobBackend) -> None:
    job_id = await started(world, backend)
    with pytest.raises(JobNotFoundError):
        await backend.control(job_id, Operation.KILL, user="somebody")
    async with world.backend(instance_id="other") as other:
        with pytest.raises(InvalidJobStateError, match="another Launcher instance"):
            await other.control(job_id, Operation.KILL)
    assert "launcher-k8s/intent" not in (await world.job_object(job_id))["metadata"].get("annotations", {})


async def test_sidecars_are_left_alone(world: World) -> None:
    sidecar = world.container("sidecar", WaitsFor("aside"), Exits(0))
    async with world.backend(overrides={"/spec/template/spec/containers/-": sidecar}) as backend:
        job_id = await started(world, backend)
        await backend.control(job_id, Operation.KILL)
        assert (await backend.wait(job_id)).state is JobState.KILLED
    (pod,) = await world.pods_of(job_id)
    states = {each["name"]: each["state"] for each in pod["status"]["containerStatuses"]}
    assert "running" in states["sidecar"]


@pytest.mark.parametrize("fault", [LosesRequest, LosesAnswer])
async def test_a_lost_request_or_answer_changes_nothing(
    world: World, backend: JobBackend, fault: type[LosesRequest | LosesAnswer]
) -> None:
    job_id = await started(world, backend)
    lost = world.break_(fault(On("patch", "jobs")))
    await backend.control(job_id, Operation.KILL, user=USER)
    assert end_of(await backend.wait(job_id)) == ENDS[Operation.KILL]
    assert lost.hits == 1


async def test_where_a_container_cannot_be_reached_its_node_ends_the_job(
    world: World, backend: JobBackend
) -> None:
    job_id = await started(world, backend)
    world.break_(Answers(On("exec", "pods"), 403, reason="Forbidden", message="cannot create", times=9))
    result = await backend.control(job_id, Operation.STOP)
    assert not result.operation_complete
    assert (await backend.wait(job_id)).state is JobState.FINISHED


async def test_a_job_that_ends_while_it_is_killed_is_told_as_it_ended(
    world: World, backend: JobBackend
) -> None:
    job_id = await started(world, backend)
    await world.release(job_id, "end")
    with suppress(InvalidJobStateError):
        await backend.control(job_id, Operation.KILL)
    final = await backend.wait(job_id)
    assert (final.state, final.exit_code) in ((JobState.KILLED, 137), (JobState.FINISHED, 3))


async def test_many_controls_at_once_give_one_end(world: World, backend: JobBackend) -> None:
    job_id = await started(world, backend)
    asked = [Operation.SUSPEND, Operation.KILL, Operation.STOP, Operation.SUSPEND]
    async with world.backend() as other:
        done = await asyncio.gather(
            *(each.control(job_id, one) for one in asked for each in (backend, other)),
            return_exceptions=True,
        )
        if (await backend.list())[0].state is JobState.SUSPENDED:
            await backend.control(job_id, Operation.RESUME)
            await backend.control(job_id, Operation.KILL)
        ends = [await each.wait(job_id) for each in (backend, other)]
    assert all(not isinstance(each, Exception) or isinstance(each, InvalidJobStateError) for each in done)
    assert ends[0] == ends[1]
    assert ends[0].state in (JobState.KILLED, JobState.FINISHED)
