"""A job with ports has one Service, owned by its Job: made again where it is missing, gone with the Job."""

from __future__ import annotations

from launcher_k8s.connection import JOBS, SERVICES
from tests.contract.acts import WaitsFor
from tests.contract.reading import running
from tests.contract.world import USER, World


async def test_a_missing_service_is_made_again_after_a_restart(world: World) -> None:
    async with world.backend() as backend:
        job_id = (await backend.submit(world.job(WaitsFor("end"), ports=[8080]), user=USER)).id
        await running(backend, job_id)
    (before,) = await world.objects(world.within(SERVICES))
    await world.delete(world.within(SERVICES).named(job_id))
    async with world.backend():
        await world.until(lambda: is_made(world, job_id), "the Service is there again")
    (after,) = await world.objects(world.within(SERVICES))
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    for part in ("name", "labels", "ownerReferences"):
        assert after["metadata"][part] == before["metadata"][part]
    assert after["spec"]["selector"] == before["spec"]["selector"]
    assert [port["targetPort"] for port in after["spec"]["ports"]] == [8080]


async def test_a_service_goes_with_its_job(world: World) -> None:
    async with world.backend() as backend:
        job_id = (await backend.submit(world.job(WaitsFor("end"), ports=[8080]), user=USER)).id
        await running(backend, job_id)
        assert await world.names(SERVICES) == [job_id]
        await backend.remove(job_id)
        await world.until(lambda: is_gone(world), "the Service is gone with its Job")


async def is_made(world: World, job_id: str) -> bool:
    """Whether the Service of a job is there."""
    return await world.names(SERVICES) == [job_id]


async def is_gone(world: World) -> bool:
    """Whether there is neither a Job nor a Service."""
    return not await world.names(JOBS) and not await world.names(SERVICES)
