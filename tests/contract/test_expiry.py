"""Jobs that have ended are removed when ``job-expiry-hours`` have passed, and not before they were read."""

from __future__ import annotations

from decimal import Decimal

from launcher_k8s import JobBackend, JobFilter, JobState, OutputChunk
from launcher_k8s.connection import JOBS, PODS, SERVICES
from tests.contract.acts import Exits, Prints, PrintsLines, WaitsFor
from tests.contract.faults import Answers, LosesAnswer, On
from tests.contract.reading import all_of, running, whole
from tests.contract.world import USER, World

AT_ONCE = Decimal(0)
SOON = Decimal("0.001")
LINES = PrintsLines(0, 2000)
DELETE = On("delete", "jobs")


async def left_of(world: World) -> list[str]:
    """What there is of jobs, whatever its name."""
    return [name for kind in (JOBS, PODS, SERVICES) for name in await world.names(kind)]


async def test_with_0_hours_all_is_delivered_and_then_removed(world: World) -> None:
    async with world.backend(job_expiry_hours=AT_ONCE) as backend, world.backend() as other:
        job = world.job(WaitsFor("go"), Prints(b"all of it\n"), Exits(3), ports=[8080], tags=["mine"])
        job_id = (await backend.submit(job, user=USER)).id
        async with backend.output(job_id) as output:
            await running(backend, job_id)
            await world.release(job_id, "go")
            assert (await backend.wait(job_id)).exit_code == 3
            assert await whole(output) == b"all of it\n"
        await world.until(lambda: is_empty(world), "Job, Pod and Service are gone")
        assert [(each.id, each.exit_code) for each in await backend.list(JobFilter(tags=["mine"]))] == [
            (job_id, 3)
        ]
        assert (await backend.get(job_id)).status is JobState.FINISHED
        assert (await all_of(backend.statuses(job_id)))[-1].exit_code == 3
        await world.until(lambda: is_unknown(other), "the other process has seen it removed")


async def test_a_slow_reader_is_waited_for(world: World) -> None:
    async with world.backend(job_expiry_hours=AT_ONCE) as backend:
        job_id = (await backend.submit(world.job(LINES), user=USER)).id
        async with backend.output(job_id) as output:
            first = await anext(output)
            assert isinstance(first, OutputChunk)
            await backend.wait(job_id)
            await world.clock.sleep(2)  # long enough for a removal, were there one
            assert await world.names(JOBS) == [job_id]
            assert first.data + await whole(output) == LINES.data
        await world.until(lambda: is_empty(world), "the job is removed after all")


async def test_a_job_is_kept_for_its_time_and_removed_after_it(world: World) -> None:
    async with world.backend(job_expiry_hours=SOON) as backend:
        job_id = (await backend.submit(world.job(), user=USER)).id
        status = await backend.wait(job_id)
        await world.until(lambda: is_empty(world), "the job is removed")
        assert status.last_update_time is not None
        assert (world.clock.now() - status.last_update_time).total_seconds() >= 3.6
        await world.until(lambda: is_unknown(backend), "it is no longer listed")


async def test_a_fresh_process_removes_what_an_earlier_one_left(world: World) -> None:
    async with world.backend() as backend:
        job_id = (await backend.submit(world.job(), user=USER)).id
        await backend.wait(job_id)
    async with world.backend(job_expiry_hours=SOON):
        await world.until(lambda: is_empty(world), "the job is removed")


async def test_two_processes_and_a_bad_day_do_no_harm(world: World) -> None:
    busy = world.break_(Answers(DELETE, 429, reason="TooManyRequests", retry_after_s=1, times=2))
    lost = world.break_(LosesAnswer(DELETE))
    async with (
        world.backend(job_expiry_hours=AT_ONCE) as backend,
        world.backend(job_expiry_hours=AT_ONCE) as other,
    ):
        ids = [(await backend.submit(world.job(), user=USER)).id for _ in range(3)]
        for job_id in ids:
            assert (await other.wait(job_id)).state is JobState.FINISHED
            assert (await backend.wait(job_id)).state is JobState.FINISHED
        await world.until(lambda: is_empty(world), "all are removed")
    assert (busy.hits, lost.hits) == (2, 1)


async def test_the_jobs_of_another_launcher_are_left_alone(world: World) -> None:
    async with (
        world.backend(job_expiry_hours=AT_ONCE, instance_id="one") as backend,
        world.backend(instance_id="two") as other,
    ):
        theirs = (await other.submit(world.job(), user=USER)).id
        await other.wait(theirs)
        ours = (await backend.submit(world.job(), user=USER)).id
        await backend.wait(ours)
        await world.until(lambda: is_left(world, theirs), "only ours is removed")


async def is_empty(world: World) -> bool:
    """Whether nothing is left of any job."""
    return not await left_of(world)


async def is_left(world: World, job_id: str) -> bool:
    """Whether one job is there, and no other."""
    return await world.names(JOBS) == [job_id]


async def is_unknown(backend: JobBackend) -> bool:
    """Whether a backend knows of no job any more."""
    return not await backend.list()
