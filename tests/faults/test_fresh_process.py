"""What became of a job is told by a process that comes later as by the one that saw it.

Also when the pods have been deleted since. On the real cluster it is a process of its own that comes later,
in the other worlds a backend of its own.
"""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

from launcher_k8s import JobBackend, JobState, JobStatus, Operation, from_wire
from launcher_k8s.connection import PODS
from tests.contract.acts import Exits, Outgrows, WaitsFor
from tests.contract.reading import running
from tests.contract.real import RealWorld
from tests.contract.world import USER, World

HELD = {"/spec/suspend": True}
ENDS = {
    "stop": (JobState.FINISHED, 143, ""),
    "kill": (JobState.KILLED, 137, f"killed by {USER}"),
    "memory": (JobState.KILLED, 137, "OOMKilled: the job used more memory than its limit"),
    "cancel": (JobState.CANCELED, None, f"canceled by {USER}"),
    "exit": (JobState.FINISHED, 3, ""),
}
FRESH = """
import asyncio, json, sys
from launcher_k8s import ClusterSettings, JobBackend, to_wire

async def main(settings):
    async with JobBackend(ClusterSettings(**settings), groups=lambda user: ()) as backend:
        print(json.dumps([to_wire(status) for status in await backend.list()]))

asyncio.run(main(json.loads(sys.argv[1])))
"""


@pytest.mark.parametrize("where", ["scripted", "embedded", pytest.param("real", marks=pytest.mark.cluster)])
async def test_a_fresh_process_tells_the_same(world: World) -> None:
    async with world.backend() as backend, world.backend(overrides=HELD) as holding:
        ids = await begun(world, backend)
        ids["cancel"] = (await holding.submit(world.job(name="cancel"), user=USER)).id
        await asyncio.gather(
            *(
                backend.control(ids[name], Operation(name), user=USER)
                for name in ("stop", "kill", "suspend", "cancel")
            )
        )
        await world.run_out_of_memory(ids["memory"])
        for name, end in ENDS.items():
            final = await backend.wait(ids[name])
            assert (final.state, final.exit_code, final.status_message) == end, name
        await backend.wait(ids["suspend"], until=JobState.SUSPENDED)
        assert await told_by_fresh(world) == await told_by(backend)

        await world.until_recorded(*(ids[name] for name in ENDS))
        await delete_pods(world)
        assert (await backend.wait(ids["suspend"])).state is JobState.FAILED
        await world.until_recorded(ids["suspend"])
        told = await told_by(backend)
        assert await told_by_fresh(world) == told
    for name, end in ENDS.items():
        status = told[ids[name]]
        assert (status.state, status.exit_code, status.status_message) == end, name


async def begun(world: World, backend: JobBackend) -> dict[str, str]:
    """Running jobs, by what is to become of them."""
    jobs = {
        **{name: world.job(WaitsFor("never"), name=name) for name in ("stop", "kill", "suspend")},
        "memory": world.job(WaitsFor("memory"), Outgrows(), name="memory", mem_mb=32),
        "exit": world.job(Exits(3), name="exit"),
    }
    submitted = await asyncio.gather(*(backend.submit(job, user=USER) for job in jobs.values()))
    ids = {name: each.id for name, each in zip(jobs, submitted, strict=True)}
    for job_id in ids.values():
        await running(backend, job_id)
    return ids


async def delete_pods(world: World) -> None:
    """Delete every pod; returns when they are gone."""
    for name in await world.names(PODS):
        await world.delete(world.within(PODS).named(name), grace_s=0)

    async def are_gone() -> bool:
        return not await world.objects(world.within(PODS))

    await world.until(are_gone, "the pods are gone")


async def told_by(backend: JobBackend) -> dict[str, JobStatus]:
    """The status of every job."""
    return {status.id: status for status in await backend.list()}


async def told_by_fresh(world: World) -> dict[str, JobStatus]:
    """The same by a process that has seen nothing."""
    if not isinstance(world, RealWorld):
        async with world.backend() as fresh:
            return await told_by(fresh)
    settings = json.dumps({"namespace": world.namespace, **world.reach})
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FRESH, settings, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    assert process.returncode == 0
    statuses = [from_wire(JobStatus, each) for each in json.loads(told)]
    return {status.id: status for status in statuses}
