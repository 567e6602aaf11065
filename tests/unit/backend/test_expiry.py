from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from launcher_k8s.backend import JobBackend
from launcher_k8s.errors import JobNotFoundError
from launcher_k8s.job import Job
from launcher_k8s.rows import Final, format_final
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.shape.names import FINAL_ANNOTATION
from launcher_k8s.status import JobFilter, JobState, JobStatus
from launcher_k8s.testing import ALWAYS, ScriptedCluster
from launcher_k8s.testing.cluster.kinds import JOB as JOBS
from launcher_k8s.testing.cluster.kinds import POD, SERVICE
from tests.unit.backend.placed import annotate, place

HOUR_S = 3600
JOB = Job.shell("make all", name="build", image="r:4", tags=["t"])
WITH_SERVICE = Job.shell("serve", name="web", image="r:4", ports=[8080])


@pytest.fixture
def cluster() -> ScriptedCluster:
    return ScriptedCluster()


@asynccontextmanager
async def entered(
    cluster: ScriptedCluster, *, hours: str = "24", **changes: Any
) -> AsyncIterator[JobBackend]:
    settings = ClusterSettings(**{"job_expiry_hours": Decimal(hours), "instance_id": "prod-1", **changes})
    async with JobBackend(settings, cluster=cluster, clock=cluster.clock, groups=lambda _user: ()) as backend:
        yield backend


async def ended(cluster: ScriptedCluster, backend: JobBackend, job: Job = JOB, *, code: int = 0) -> str:
    """A job that has run to its end."""
    job_id = (await backend.submit(job, user="jsmith")).id
    cluster.pod_of(job_id).running().prints(b"hello\n").exits(code)
    assert (await backend.wait(job_id)).state is JobState.FINISHED
    return job_id


def left_in(cluster: ScriptedCluster) -> list[str]:
    return [kind.plural for kind in (JOBS, POD, SERVICE) for _ in cluster.api.objects(kind)]


def deletions(cluster: ScriptedCluster) -> int:
    return cluster.requests().count("delete jobs")


# --- when


async def test_a_job_goes_with_all_that_is_its_own_when_its_hours_have_passed(
    cluster: ScriptedCluster,
) -> None:
    async with entered(cluster, hours="2") as backend:
        await ended(cluster, backend, WITH_SERVICE)
        await cluster.clock.advance(2 * HOUR_S - 60)
        assert left_in(cluster) == ["jobs", "pods", "services"]
        await cluster.clock.advance(120)
        assert left_in(cluster) == []
        assert await backend.list() == []


async def test_a_running_job_never_expires(cluster: ScriptedCluster) -> None:
    async with entered(cluster, hours="0") as backend:
        job_id = (await backend.submit(JOB, user="jsmith")).id
        cluster.pod_of(job_id).running()
        await cluster.clock.advance(2 * HOUR_S)
        assert left_in(cluster) == ["jobs", "pods"]


async def test_each_job_goes_at_its_own_time(cluster: ScriptedCluster) -> None:
    async with entered(cluster, hours="1") as backend:
        first = await ended(cluster, backend)
        await cluster.clock.advance(HOUR_S / 2)
        second = await ended(cluster, backend)
        await cluster.clock.advance(HOUR_S / 2)
        assert [status.id for status in await backend.list()] == [second]
        with pytest.raises(JobNotFoundError):
            await backend.get(first)
        await cluster.clock.advance(HOUR_S / 2)
        assert await backend.list() == []


async def test_a_fresh_process_removes_what_an_earlier_one_left(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        await ended(cluster, backend)
    await cluster.clock.advance(30 * HOUR_S)
    async with entered(cluster) as backend:
        await backend.list()
        await cluster.clock.settle()
        assert left_in(cluster) == []


async def test_while_nothing_is_due_nothing_is_asked(cluster: ScriptedCluster) -> None:
    async with entered(cluster, hours="5") as backend:
        await ended(cluster, backend)
        await cluster.clock.settle()
        asked = len([verb for verb in cluster.requests() if not verb.startswith("watch")])
        await cluster.clock.advance(4 * HOUR_S)
        assert len([verb for verb in cluster.requests() if not verb.startswith("watch")]) == asked


# --- whose


@pytest.mark.parametrize(("ours", "theirs"), [("prod-1", "prod-2"), ("", "prod-2"), ("prod-1", "")])
async def test_jobs_of_another_instance_stay(cluster: ScriptedCluster, ours: str, theirs: str) -> None:
    async with entered(cluster, hours="0", instance_id=ours) as backend:
        await backend.list()
        async with entered(cluster, instance_id=theirs) as other:
            await ended(cluster, other)
        await cluster.clock.advance(HOUR_S)
        assert left_in(cluster) == ["jobs", "pods"]
        assert len(await backend.list()) == 1


async def test_a_job_is_removed_only_after_its_end_was_written_on_it(cluster: ScriptedCluster) -> None:
    async with entered(cluster, hours="0") as backend:
        outage = cluster.faults.fail("patch jobs", code=503, times=3)
        await ended(cluster, backend)
        await cluster.clock.advance(60)
        assert outage.met == 3
        assert cluster.requests()[-1] == "delete jobs"


async def test_a_job_goes_also_where_its_end_may_not_be_written(cluster: ScriptedCluster) -> None:
    cluster.faults.fail("patch jobs", code=403, message="may not patch", times=ALWAYS)
    async with entered(cluster, hours="0") as backend:
        await ended(cluster, backend)
        await cluster.clock.settle()
        assert left_in(cluster) == []


async def test_a_namesake_that_came_since_is_not_touched(cluster: ScriptedCluster) -> None:
    async with entered(cluster, hours="1") as backend:
        job_id = await ended(cluster, backend)
        await cluster.clock.settle()
        outage = cluster.faults.drop_request("watch jobs", times=ALWAYS)
        cluster.faults.end_watches()
        cluster.delete_job(job_id)
        place(cluster, backend.settings, job_id)
        await cluster.clock.advance(2 * HOUR_S)
        assert deletions(cluster) == 1
        assert cluster.job(job_id)
        outage.end()


# --- with 0 hours


async def test_with_0_hours_an_open_output_is_read_to_its_end_first(cluster: ScriptedCluster) -> None:
    async with entered(cluster, hours="0") as backend:
        job_id = (await backend.submit(JOB, user="jsmith")).id
        cluster.pod_of(job_id).running().prints(b"one\n")
        async with backend.output(job_id) as output:
            first = await anext(output)
            cluster.pod_of(job_id).prints(b"two\n").exits(3)
            assert (await backend.wait(job_id)).exit_code == 3
            await cluster.clock.advance(60)
            assert deletions(cluster) == 0
            rest = [piece async for piece in output]
        await cluster.clock.settle()
        assert b"".join(piece.data for piece in (first, *rest)) == b"one\ntwo\n"  # type: ignore[union-attr]
        assert left_in(cluster) == []


async def test_an_output_that_was_opened_and_not_begun_counts_too(cluster: ScriptedCluster) -> None:
    async with entered(cluster, hours="0") as backend:
        job_id = (await backend.submit(JOB, user="jsmith")).id
        output = backend.output(job_id)
        cluster.pod_of(job_id).running().prints(b"one\n").exits(0)
        await backend.wait(job_id)
        assert [piece.data async for piece in output] == [b"one\n"]  # type: ignore[union-attr]


async def test_an_output_that_nobody_has_any_more_holds_nothing(cluster: ScriptedCluster) -> None:
    async with entered(cluster, hours="0") as backend:
        job_id = (await backend.submit(JOB, user="jsmith")).id
        output = backend.output(job_id)
        cluster.pod_of(job_id).running().exits(0)
        await backend.wait(job_id)
        await cluster.clock.advance(60)
        assert deletions(cluster) == 0
        del output
        gc.collect()
        await cluster.clock.settle()
        assert left_in(cluster) == []


async def test_what_this_process_knows_of_the_job_stays(cluster: ScriptedCluster) -> None:
    async with entered(cluster, hours="0") as backend, entered(cluster) as other:
        job_id = await ended(cluster, backend, code=3)
        await cluster.clock.advance(60)
        assert left_in(cluster) == []
        (status,) = await backend.list(JobFilter(tags=["t"]))
        assert (status.id, status.exit_code, status.removed) == (job_id, 3, False)
        job = await backend.get(job_id, user="jsmith")
        assert (job.status, job.exit_code, job.name) == (JobState.FINISHED, 3, "build")
        assert [job.id for job in await backend.list(fields=["command"])] == [job_id]
        assert (await backend.wait(job_id)).exit_code == 3
        async with backend.statuses(JobFilter()) as statuses:
            assert (await anext(statuses)).id == job_id
        assert await other.list() == []


async def test_what_is_known_of_it_outlasts_a_new_list(cluster: ScriptedCluster) -> None:
    async with entered(cluster, hours="0") as backend:
        job_id = await ended(cluster, backend)
        await cluster.clock.advance(60)
        cluster.faults.expire_versions()
        await cluster.clock.advance(60)
        assert [status.id for status in await backend.list()] == [job_id]


async def test_a_second_process_hears_how_it_ended_and_that_it_is_removed(cluster: ScriptedCluster) -> None:
    async with entered(cluster, hours="0") as backend, entered(cluster) as other:
        told: list[JobStatus] = []
        async with other.statuses(JobFilter()) as statuses:
            job_id = await ended(cluster, backend, code=3)
            while not (told and told[-1].removed):
                told.append(await anext(statuses))
        assert (told[-1].id, told[-1].state, told[-1].exit_code) == (job_id, JobState.FINISHED, 3)


async def test_who_removes_it_himself_is_rid_of_it(cluster: ScriptedCluster) -> None:
    async with entered(cluster, hours="0") as backend:
        job_id = await ended(cluster, backend)
        await cluster.clock.advance(60)
        await backend.remove(job_id)
        assert await backend.list() == []
        with pytest.raises(JobNotFoundError):
            await backend.remove(job_id)


async def test_another_users_job_is_not_found_then_either(cluster: ScriptedCluster) -> None:
    async with entered(cluster, hours="0") as backend:
        job_id = await ended(cluster, backend)
        await cluster.clock.advance(60)
        with pytest.raises(JobNotFoundError):
            await backend.get(job_id, user="other")


async def test_leaving_does_not_remove_what_is_still_being_read(cluster: ScriptedCluster) -> None:
    async with entered(cluster, hours="0") as backend:
        job_id = (await backend.submit(JOB, user="jsmith")).id
        cluster.pod_of(job_id).running().prints(b"one\n").exits(0)
        output = backend.output(job_id)
        await anext(output)
        await backend.wait(job_id)
        await cluster.clock.advance(60)
    await cluster.clock.settle()
    assert left_in(cluster) == ["jobs", "pods"]


# --- many, and troubles


def leave(cluster: ScriptedCluster, count: int) -> None:
    """Jobs that ended long ago, as an earlier process left them."""
    final = format_final(Final(JobState.FINISHED, 0, "", 1000.0, 2000.0))
    settings = ClusterSettings(instance_id="prod-1")
    for number in range(count):
        place(cluster, settings, f"old-{number}")
        annotate(cluster, settings.namespace, f"old-{number}", {FINAL_ANNOTATION: final})


async def test_few_are_removed_at_a_time(cluster: ScriptedCluster) -> None:
    leave(cluster, 12)
    cluster.faults.delay("delete jobs", 10, times=ALWAYS)
    async with entered(cluster) as backend:
        await backend.list()
        await cluster.clock.advance(5)
        assert deletions(cluster) == 4
        await cluster.clock.advance(30)
        assert left_in(cluster) == []


async def test_two_at_once_do_no_harm(cluster: ScriptedCluster, caplog: pytest.LogCaptureFixture) -> None:
    leave(cluster, 6)
    caplog.set_level(logging.WARNING)
    async with entered(cluster) as backend, entered(cluster) as other:
        await asyncio.gather(backend.list(), other.list())
        await cluster.clock.advance(60)
        assert left_in(cluster) == []
        assert await other.list() == []
        assert caplog.messages == []


async def test_an_outage_is_waited_out(cluster: ScriptedCluster) -> None:
    leave(cluster, 1)
    cluster.faults.drop_request("delete jobs", times=20)
    async with entered(cluster):
        await cluster.clock.advance(HOUR_S)
        assert (deletions(cluster), left_in(cluster)) == (21, [])


async def test_the_time_that_a_busy_server_asks_for_is_waited(cluster: ScriptedCluster) -> None:
    leave(cluster, 1)
    cluster.faults.fail("delete jobs", code=429, retry_after_s=50)
    async with entered(cluster):
        await cluster.clock.advance(49)
        assert deletions(cluster) == 1
        await cluster.clock.advance(20)
        assert left_in(cluster) == []


async def test_a_missing_permission_is_told_once(
    cluster: ScriptedCluster, caplog: pytest.LogCaptureFixture
) -> None:
    leave(cluster, 12)
    cluster.faults.fail("delete jobs", code=403, message="may not delete", times=ALWAYS)
    async with entered(cluster, hours="1"):
        await cluster.clock.advance(3 * HOUR_S)
        assert deletions(cluster) <= 4
    (message,) = caplog.messages
    assert message.startswith("ended jobs are not removed: ")
    assert "may not delete" in message


async def test_a_refusal_of_one_job_keeps_the_others_from_nothing(
    cluster: ScriptedCluster, caplog: pytest.LogCaptureFixture
) -> None:
    leave(cluster, 6)
    cluster.faults.fail("delete jobs", code=422, message="not this one")
    async with entered(cluster):
        await cluster.clock.advance(60)
        assert left_in(cluster) == ["jobs", "pods"]
    (message,) = caplog.messages
    assert "has expired and could not be removed" in message
