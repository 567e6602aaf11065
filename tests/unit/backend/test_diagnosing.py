"""What is asked of the cluster for a diagnosis, and what becomes of it where something may not be asked."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from launcher_k8s import Cause, ClusterSettings, Diagnosis, Job, JobBackend, JobNotFoundError, ProfileSection
from launcher_k8s.testing import ScriptedCluster, ScriptedPod
from launcher_k8s.wire import to_wire

SETTINGS = ClusterSettings(profiles=(ProfileSection.everyone(default_container_image="r:4"),))
NO_NODE = "0/1 nodes are available: 1 Insufficient cpu."


class Ward:
    """A backend on a scripted cluster, and a job on it."""

    def __init__(self, cluster: ScriptedCluster, backend: JobBackend, job_id: str) -> None:
        self.cluster = cluster
        self.job_id = job_id
        self.backend = backend

    @property
    def pod(self) -> ScriptedPod:
        return self.cluster.pod_of(self.job_id)

    async def diagnosed(self) -> Diagnosis:
        return await self.backend.diagnose(self.job_id)

    async def seen(self) -> None:
        """Wait until the backend has seen why the job waits."""
        async with self.backend.statuses(self.job_id) as statuses:
            async for status in statuses:
                if status.status_message:
                    return

    async def read(self) -> list[str]:
        """What one diagnosis reads from the cluster."""
        before = len(self.cluster.asked)
        await self.diagnosed()
        return [each.resource.plural for each in self.cluster.asked[before:] if each.verb != "patch"]


@pytest.fixture
async def ward() -> AsyncIterator[Ward]:
    cluster = ScriptedCluster()
    async with JobBackend(SETTINGS, cluster=cluster, clock=cluster.clock, groups=lambda _: ()) as backend:
        job_id = (await backend.submit(Job.shell("true", name="a", cpus=4), user="jane")).id
        yield Ward(cluster, backend, job_id)


async def test_what_the_job_asks_for_is_read_from_its_pod(ward: Ward) -> None:
    ward.pod.pending("Unschedulable", NO_NODE)
    await ward.seen()
    told = await ward.diagnosed()
    assert told.cause is Cause.UNSCHEDULABLE
    assert "the job asks for 4" in told.summary


async def test_an_event_is_found_at_once(ward: Ward) -> None:
    ward.pod.gets_event("FailedMount", 'MountVolume.SetUp failed for volume "v" : secret "s" not found')
    assert (await ward.diagnosed()).cause is Cause.CONFIG_MISSING


@pytest.mark.parametrize("denied", ["list events", "get nodes", "get pods"])
async def test_what_may_not_be_read_is_left_out(ward: Ward, denied: str) -> None:
    ward.pod.gets_event("FailedMount", 'MountVolume.SetUp failed for volume "v" : secret "s" not found')
    ward.cluster.faults.deny(denied)
    assert (await ward.diagnosed()).cause is Cause.CONFIG_MISSING


async def test_without_any_event_the_rows_still_tell(ward: Ward) -> None:
    ward.pod.waiting("InvalidImageName", "no image")
    ward.cluster.faults.deny("list events")
    ward.cluster.faults.deny("watch events")
    await ward.seen()
    assert (await ward.diagnosed()).cause is Cause.IMAGE_NAME


async def test_of_a_job_that_has_ended_well_nothing_is_read(ward: Ward) -> None:
    ward.pod.running().exits(0)
    await ward.backend.wait(ward.job_id)
    assert await ward.read() == []


async def test_the_beginning_of_the_output_tells_what_the_runtime_could_not_run(ward: Ward) -> None:
    ward.pod.running().prints("exec /x: exec format error\n").exits(1)
    await ward.backend.wait(ward.job_id)
    assert (await ward.diagnosed()).cause is Cause.EXEC_FORMAT


async def test_what_a_job_prints_itself_is_its_own_affair(ward: Ward) -> None:
    ward.pod.running().prints("token: 1234\n").exits(1)
    await ward.backend.wait(ward.job_id)
    assert "1234" not in str(to_wire(await ward.diagnosed()))


async def test_a_job_that_ran_for_a_while_is_not_suspected_of_that(ward: Ward) -> None:
    ward.pod.running().prints("exec /x: exec format error\n")
    await ward.cluster.clock.advance(60)
    ward.pod.exits(1)
    await ward.backend.wait(ward.job_id)
    assert (await ward.diagnosed()).cause is Cause.FINISHED


async def test_output_that_may_not_be_read_is_left_out(ward: Ward) -> None:
    ward.pod.running().prints("exec /x: exec format error\n").exits(1)
    await ward.backend.wait(ward.job_id)
    ward.cluster.faults.deny("get pods/log")
    assert (await ward.diagnosed()).cause is Cause.FINISHED


async def test_a_removed_job_is_diagnosed_by_what_was_told_of_it(ward: Ward) -> None:
    async with ward.backend.statuses(ward.job_id) as statuses:
        await ward.backend.remove(ward.job_id)
        async for status in statuses:
            if status.removed:
                break
    assert (await ward.diagnosed()).cause is Cause.DELETED


async def test_another_users_job_is_not_found(ward: Ward) -> None:
    with pytest.raises(JobNotFoundError):
        await ward.backend.diagnose(ward.job_id, user="jim")
