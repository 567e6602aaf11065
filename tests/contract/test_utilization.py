"""What a running job uses: told while it runs, by what may be asked of the metrics API."""

from __future__ import annotations

import pytest

from launcher_k8s import JobBackend, JobNotFoundError, JobNotRunningError, JobState
from tests.contract.acts import Exits, WaitsFor
from tests.contract.capabilities import Can, needs
from tests.contract.reading import all_of
from tests.contract.world import USER, World

GATE = "end"


@needs(Can.MEASURE)
async def test_a_job_tells_what_it_uses_until_it_ends(world: World, backend: JobBackend) -> None:
    job_id = (await backend.submit(world.job(WaitsFor(GATE)), user=USER)).id
    await backend.wait(job_id, until=JobState.RUNNING)
    async with backend.utilization(job_id, user=USER) as figures:
        told = await anext(figures)
        await world.release(job_id, GATE)
        rest = await all_of(figures)
    assert (await backend.wait(job_id)).state is JobState.FINISHED
    for each in (told, *rest):
        assert each.cpu_percent is not None
        assert 0 <= each.cpu_percent < 100
        assert each.resident_memory_mb
        assert each.virtual_memory_mb is None or each.virtual_memory_mb > 0


async def test_a_pending_job_is_not_running(world: World) -> None:
    async with world.backend(overrides={"/spec/suspend": True}) as backend:
        job_id = (await backend.submit(world.job(), user=USER)).id
        with pytest.raises(JobNotRunningError, match="is Pending"):
            await all_of(backend.utilization(job_id))


async def test_a_job_that_has_ended_has_no_figures(world: World, backend: JobBackend) -> None:
    job_id = (await backend.submit(world.job(Exits(3)), user=USER)).id
    await backend.wait(job_id)
    assert await all_of(backend.utilization(job_id)) == []


async def test_another_users_job_is_not_found(world: World, backend: JobBackend) -> None:
    job_id = (await backend.submit(world.job(), user=USER)).id
    with pytest.raises(JobNotFoundError):
        await all_of(backend.utilization(job_id, user="somebody"))
