"""``statuses``: the present state, then every change once and in order, and the same to every process."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise

import pytest

from launcher_k8s import JobBackend, JobFilter, JobState, JobStatus, Stream
from launcher_k8s.connection import JOBS, PODS
from launcher_k8s.errors import BackendClosedError, OperationTimeoutError
from launcher_k8s.shape.names import FINAL_ANNOTATION
from tests.contract.acts import Exits, Prints, WaitsFor
from tests.contract.reading import all_of, first, order_of, running
from tests.contract.world import USER, World

WHOLE_LIFE = [JobState.PENDING, JobState.RUNNING, JobState.FINISHED]
HELD = {"/spec/suspend": True}


async def start(world: World, job_id: str) -> None:
    """Let a job begin that an override held back."""
    await world.patch(world.within(JOBS).named(job_id), {"spec": {"suspend": False}})


async def test_a_life_is_told_once_and_in_order(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(WaitsFor("end"), Exits(3)), user=USER)
    reading = asyncio.create_task(all_of(backend.statuses(submitted.id)))
    await running(backend, submitted.id)
    await world.release(submitted.id, "end")
    told = await reading
    assert order_of(told) == WHOLE_LIFE
    assert all(one != other for one, other in pairwise(told)), "each change once"
    assert [status.state for status in told].count(JobState.RUNNING) == 1


async def test_a_stream_that_is_opened_late_begins_with_the_present(
    world: World, backend: JobBackend
) -> None:
    submitted = await backend.submit(world.job(), user=USER)
    final = await backend.wait(submitted.id)
    assert await all_of(backend.statuses(submitted.id)) == [final]


async def test_a_job_that_is_quicker_than_the_eye_is_still_told_as_running_once(
    world: World, backend: JobBackend
) -> None:
    submitted = await backend.submit(world.job(), user=USER)
    told = await all_of(backend.statuses(submitted.id))
    assert order_of(told) == WHOLE_LIFE


async def test_a_running_that_nobody_saw_is_inferred_from_its_start(world: World) -> None:
    async with world.backend(overrides=HELD) as backend:
        submitted = await backend.submit(world.job(Exits(3)), user=USER)
        async with backend.statuses(submitted.id) as statuses:
            assert (await anext(statuses)).state is JobState.PENDING
            async with world.unreachable():
                await start(world, submitted.id)
                await world.until(lambda: _has_ended(world, submitted.id), "the job has ended")
                await world.expire_versions()  # else the watches would show it after all
            rest = [status async for status in statuses]
    *before, ran, final = [status for status in rest if status.state is not JobState.PENDING]
    assert not before
    assert (ran.state, ran.inferred, final.state, final.inferred) == (
        JobState.RUNNING,
        True,
        JobState.FINISHED,
        False,
    )
    assert ran.start_time == final.start_time
    assert final.exit_code == 3


async def _has_ended(world: World, job_id: str) -> bool:
    conditions = (await world.job_object(job_id)).get("status", {}).get("conditions", [])
    return any(each["type"] in ("Complete", "Failed") and each["status"] == "True" for each in conditions)


async def test_a_removed_job_tells_so_last(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(WaitsFor("never"), ports=[8080]), user=USER)
    await running(backend, submitted.id)
    reading = asyncio.create_task(all_of(backend.statuses(submitted.id)))
    await backend.remove(submitted.id)
    told = await reading
    assert told[-1].removed
    assert told[-1].state.is_final
    assert [status.removed for status in told].count(True) == 1
    await world.until(lambda: _is_empty(world), "nothing of it is left")


async def _is_empty(world: World) -> bool:
    return not [*await world.names(JOBS), *await world.names(PODS)]


async def test_a_job_that_others_delete_is_told_as_removed(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(WaitsFor("never")), user=USER)
    async with backend.statuses(JobFilter()) as statuses:
        await first(statuses, lambda status: status.state is JobState.RUNNING)
        await world.delete(world.within(JOBS).named(submitted.id))
        told = await first(statuses, lambda status: status.removed)
    assert told.id == submitted.id
    assert told.state is JobState.FAILED


# --- filters


async def test_a_filter_tells_of_every_job_that_matches(world: World, backend: JobBackend) -> None:
    old = await backend.submit(world.job(tags=["a", "b"]), user=USER)
    await backend.wait(old.id)
    async with backend.statuses(JobFilter(tags=["a"]), user=USER) as statuses:
        assert (await anext(statuses)).id == old.id
        await backend.submit(world.job(tags=["b"]), user=USER)
        await backend.submit(world.job(tags=["a"]), user="jdoe")
        new = await backend.submit(world.job(tags=["a"]), user=USER)
        told = await _until_final(statuses, new.id)
    assert {status.id for status in told} == {new.id}
    assert order_of(told) == WHOLE_LIFE


async def _until_final(statuses: Stream[JobStatus], job_id: str) -> list[JobStatus]:
    told = []
    async for status in statuses:
        told.append(status)
        if status.id == job_id and status.state.is_final:
            break
    return told


async def test_many_jobs_end_once_each(world: World, backend: JobBackend) -> None:
    count, finals = 12, []
    async with backend.statuses(JobFilter()) as statuses, asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(backend.submit(world.job(Exits(number)), user=USER))
        async for status in statuses:
            if status.state.is_final:
                finals.append(status)
            if len(finals) == count:
                break
    assert len({status.id for status in finals}) == count
    assert sorted(status.exit_code or 0 for status in finals) == list(range(count))
    assert sorted(status.id for status in finals) == await world.names(JOBS)


async def test_a_list_is_the_jobs_that_match_by_submission(world: World, backend: JobBackend) -> None:
    first_job = await backend.submit(world.job(tags=["x"]), user=USER)
    await backend.wait(first_job.id)
    second = await backend.submit(world.job(WaitsFor("never")), user=USER)
    await running(backend, second.id)
    assert {status.id for status in await backend.list()} == {first_job.id, second.id}
    assert [status.id for status in await backend.list(JobFilter(tags=["x"]))] == [first_job.id]
    assert [status.id for status in await backend.list(JobFilter(states=["Running"]))] == [second.id]


async def test_a_list_goes_over_every_page(world: World) -> None:
    async with world.backend(fetch_limit=2) as backend:
        ids = {(await backend.submit(world.job(), user=USER)).id for _ in range(5)}
        assert {job.id for job in await backend.list(fields=["command"])} == ids
    async with world.backend(fetch_limit=2) as fresh:
        assert {status.id for status in await fresh.list()} == ids


async def test_a_job_is_read_back_as_it_was_submitted(world: World, backend: JobBackend) -> None:
    job = world.job(WaitsFor("never"), name="My Job", tags=["t"], env={"A": "ü"}, ports=[8080])
    submitted = await backend.submit(job, user=USER)
    found = await backend.get(submitted.id)
    asked = (job.name, job.command, job.tags, job.environment, job.exposed_ports)
    assert (found.name, found.command, found.tags, found.environment, found.exposed_ports) == asked
    assert (found.id, found.user) == (submitted.id, USER)


# --- another process


async def test_two_processes_tell_the_same(world: World, backend: JobBackend) -> None:
    async with world.backend() as other:
        submitted = await backend.submit(world.job(WaitsFor("end"), Exits(3)), user=USER)
        readings = [asyncio.create_task(all_of(each.statuses(submitted.id))) for each in (backend, other)]
        assert await running(backend, submitted.id) == await running(other, submitted.id)
        await world.release(submitted.id, "end")
        ours, theirs = await asyncio.gather(*readings)
    assert order_of(ours) == order_of(theirs) == WHOLE_LIFE
    assert ours[-1] == theirs[-1]


async def test_a_process_that_starts_later_finds_the_job_and_its_end(world: World) -> None:
    async with world.backend() as before:
        submitted = await before.submit(world.job(Prints(b"said\n"), WaitsFor("end"), Exits(3)), user=USER)
        await running(before, submitted.id)
    await world.release(submitted.id, "end")
    await world.until(lambda: _has_ended(world, submitted.id), "the job has ended")
    async with world.backend() as after:
        final = await after.wait(submitted.id)
    assert (final.state, final.exit_code, final.name) == (JobState.FINISHED, 3, "contract")
    assert final.start_time is not None


async def test_the_end_is_recorded_once_whoever_sees_it(world: World, backend: JobBackend) -> None:
    async with world.backend() as other:
        submitted = await backend.submit(world.job(Exits(3)), user=USER)
        finals = await asyncio.gather(*(each.wait(submitted.id) for each in (backend, other)))
        await world.until(lambda: _record(world, submitted.id), "the end is recorded")
    assert finals[0] == finals[1]
    recorded = json.loads(await _record(world, submitted.id))
    assert (recorded["status"], recorded["exitCode"]) == ("Finished", 3)


async def _record(world: World, job_id: str) -> str:
    annotations = (await world.job_object(job_id))["metadata"]["annotations"]
    return str(annotations.get(FINAL_ANNOTATION, ""))


# --- ends of waiting


async def test_a_wait_that_is_over_in_time_tells_how_far_it_came(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(WaitsFor("never")), user=USER)
    first: list[JobStatus] = []
    await backend.wait(submitted.id, until=JobState.RUNNING, progress=lambda news: first.append(news.status))
    assert order_of(first) == [JobState.PENDING, JobState.RUNNING]
    second: list[JobStatus] = []
    with pytest.raises(OperationTimeoutError, match=r"after 1 s.*Running"):
        await backend.wait(submitted.id, timeout_s=1, progress=lambda news: second.append(news.status))
    assert order_of(second) == [JobState.RUNNING]


async def test_closing_the_backend_ends_its_streams(world: World) -> None:
    async with world.backend() as backend:
        submitted = await backend.submit(world.job(Prints(b"ready\n"), WaitsFor("never")), user=USER)
        await running(backend, submitted.id)
        statuses, output = backend.statuses(submitted.id), backend.output(submitted.id)
        await anext(statuses)
        await anext(output)
        readers = [asyncio.create_task(_next(statuses)), asyncio.create_task(_next(output))]
    ended = await asyncio.gather(*readers, return_exceptions=True)
    assert [type(error) for error in ended] == [BackendClosedError] * 2


async def _next(stream: Stream[object]) -> object:
    return await anext(stream)
