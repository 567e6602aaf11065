from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import pytest

from launcher_k8s import ClusterSettings, Job, JobBackend, JobState
from launcher_k8s.backend.feeding import LEASE_S, NEARER_S
from launcher_k8s.connection import JOBS
from launcher_k8s.rows import Delivery, decode_job, format_delivery
from launcher_k8s.shape.names import DELIVERY_ANNOTATION
from launcher_k8s.testing import ALWAYS, ScriptedCluster
from tests.unit.backend.placed import annotate, place

SETTINGS = ClusterSettings(namespace="jobs")
TEXT = "a secret input"
READS = Job.shell("cat", name="reads", image="r:4", stdin=TEXT)


@pytest.fixture
def cluster() -> ScriptedCluster:
    return ScriptedCluster()


@pytest.fixture
async def backend(cluster: ScriptedCluster) -> AsyncIterator[JobBackend]:
    async with JobBackend(SETTINGS, cluster=cluster, clock=cluster.clock, groups=lambda _user: ()) as backend:
        yield backend


def claim(cluster: ScriptedCluster, job_id: str, *, ago_s: float = 0.0, done: bool = False) -> None:
    """Let another process say that it sends a job its input."""
    said = Delivery("another", cluster.clock.now().timestamp() - ago_s, done)
    annotate(cluster, "jobs", job_id, {DELIVERY_ANNOTATION: format_delivery(said)})


async def delivery_of(cluster: ScriptedCluster, job_id: str) -> Delivery | None:
    row = decode_job((await cluster.get(JOBS.within("jobs").named(job_id))).body)
    assert row is not None
    return row.delivery


async def test_what_was_submitted_is_sent_once_the_job_runs(
    cluster: ScriptedCluster, backend: JobBackend
) -> None:
    job_id = (await backend.submit(READS, user="jsmith")).id
    await cluster.clock.sleep(60)
    pod = cluster.pod_of(job_id)
    assert pod.stdin() == b""
    pod.running()
    await cluster.clock.sleep(1)
    assert (pod.stdin(), pod.has_closed_stdin()) == (TEXT.encode(), True)


async def test_that_all_was_sent_is_said_on_the_job(cluster: ScriptedCluster, backend: JobBackend) -> None:
    job_id = (await backend.submit(READS, user="jsmith")).id
    cluster.pod_of(job_id).running()
    await cluster.clock.sleep(1)
    delivery = await delivery_of(cluster, job_id)
    assert delivery is not None
    assert delivery.done


async def test_the_copy_is_left_to_the_process_that_has_submitted_it_for_a_while(
    cluster: ScriptedCluster, backend: JobBackend
) -> None:
    place(cluster, SETTINGS, "reads-1", READS)
    pod = cluster.pod_of("reads-1").running()
    await cluster.clock.sleep(NEARER_S - 1)
    assert pod.stdin() == b""
    await cluster.clock.sleep(2)
    assert pod.stdin() == TEXT.encode()


async def test_what_another_process_sends_is_left_to_it(
    cluster: ScriptedCluster, backend: JobBackend
) -> None:
    place(cluster, SETTINGS, "reads-1", READS)
    pod = cluster.pod_of("reads-1").running()
    for _ in range(10):
        claim(cluster, "reads-1")
        await cluster.clock.sleep(LEASE_S / 2)
    assert pod.stdin() == b""


async def test_what_a_dead_process_has_begun_is_taken_over(
    cluster: ScriptedCluster, backend: JobBackend
) -> None:
    place(cluster, SETTINGS, "reads-1", READS)
    claim(cluster, "reads-1", ago_s=LEASE_S / 2)
    pod = cluster.pod_of("reads-1").running()
    await cluster.clock.sleep(LEASE_S)
    assert pod.stdin() == TEXT.encode()


async def test_what_was_sent_is_not_sent_again(cluster: ScriptedCluster, backend: JobBackend) -> None:
    place(cluster, SETTINGS, "reads-1", READS)
    claim(cluster, "reads-1", ago_s=10 * LEASE_S, done=True)
    pod = cluster.pod_of("reads-1").running()
    await cluster.clock.sleep(10 * LEASE_S)
    assert pod.stdin() == b""


async def test_jobs_of_another_instance_are_not_fed(cluster: ScriptedCluster) -> None:
    place(cluster, ClusterSettings(namespace="jobs", instance_id="other"), "reads-1", READS)
    async with JobBackend(SETTINGS, cluster=cluster, clock=cluster.clock, groups=lambda _user: ()) as backend:
        pod = cluster.pod_of("reads-1").running()
        await backend.wait("reads-1", until=[JobState.RUNNING])
        await cluster.clock.sleep(10 * LEASE_S)
    assert pod.stdin() == b""
    assert cluster.requests().count("patch jobs") == 0


async def test_an_attach_that_fails_is_tried_again(cluster: ScriptedCluster, backend: JobBackend) -> None:
    job_id = (await backend.submit(READS, user="jsmith")).id
    fault = cluster.faults.fail("get pods/attach", code=503, times=2)
    pod = cluster.pod_of(job_id).running()
    await cluster.clock.sleep(30)
    assert fault.met == 2
    assert pod.stdin() == TEXT.encode()


@pytest.mark.parametrize("what", ["patch jobs", "get pods/attach"])
async def test_a_long_outage_leaves_no_job_without_its_input(
    cluster: ScriptedCluster, backend: JobBackend, what: str
) -> None:
    job_id = (await backend.submit(READS, user="jsmith")).id
    outage = cluster.faults.drop_request(what, times=ALWAYS)
    pod = cluster.pod_of(job_id).running()
    await cluster.clock.sleep(600)
    assert pod.stdin() == b""
    outage.end()
    await cluster.clock.sleep(60)
    assert (pod.stdin(), pod.has_closed_stdin()) == (TEXT.encode(), True)


async def test_a_job_that_ends_is_sent_no_more(
    cluster: ScriptedCluster, backend: JobBackend, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = (await backend.submit(READS, user="jsmith")).id
    cluster.faults.fail("get pods/attach", code=503, times=ALWAYS)
    cluster.pod_of(job_id).running().exits(0)
    await backend.wait(job_id)
    await cluster.clock.sleep(60)
    assert caplog.messages == []


async def test_what_cannot_be_sent_is_logged_without_the_input(
    cluster: ScriptedCluster, backend: JobBackend, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    job_id = (await backend.submit(READS, user="jsmith")).id
    cluster.faults.fail("get pods/attach", code=500, times=ALWAYS)
    cluster.pod_of(job_id).running()
    await cluster.clock.sleep(300)
    assert f"the standard input of job {job_id} could not be sent" in caplog.text
    assert TEXT not in caplog.text


async def test_that_all_was_sent_is_said_also_where_the_job_was_faster(
    cluster: ScriptedCluster, backend: JobBackend
) -> None:
    job_id = (await backend.submit(READS, user="jsmith")).id
    cluster.faults.delay("get pods/attach", 30)
    pod = cluster.pod_of(job_id).running()
    await cluster.clock.sleep(1)
    pod.exits(0)
    await cluster.clock.sleep(1)
    delivery = await delivery_of(cluster, job_id)
    assert delivery is not None
    assert (delivery.done, delivery.cut) == (True, False)


@pytest.mark.parametrize("has_ended", [False, True])
async def test_of_what_a_dead_process_has_begun_it_is_said_that_it_may_be_cut(
    cluster: ScriptedCluster, backend: JobBackend, caplog: pytest.LogCaptureFixture, has_ended: bool
) -> None:
    place(cluster, SETTINGS, "reads-1", READS)
    claim(cluster, "reads-1")
    pod = cluster.pod_of("reads-1").running()
    if has_ended:
        pod.exits(0)
    await cluster.clock.sleep(LEASE_S + 1)
    delivery = await delivery_of(cluster, "reads-1")
    assert delivery is not None
    assert (delivery.done, delivery.cut) == (True, True)
    assert "the standard input of job reads-1 may not come whole" in caplog.text
    assert "Its standard input may not have come whole" in (await backend.diagnose("reads-1")).summary


async def test_a_wait_for_another_process_does_not_hold_up_leaving(cluster: ScriptedCluster) -> None:
    async with JobBackend(SETTINGS, cluster=cluster, clock=cluster.clock, groups=lambda _user: ()) as backend:
        place(cluster, SETTINGS, "reads-1", READS)
        claim(cluster, "reads-1")
        cluster.pod_of("reads-1").running()
        await backend.wait("reads-1", until=[JobState.RUNNING])
        await cluster.clock.sleep(LEASE_S / 2)
        leaves = cluster.clock.monotonic()
    assert cluster.clock.monotonic() == leaves


async def test_a_job_that_has_changed_is_read_anew_before_it_is_written(
    cluster: ScriptedCluster, backend: JobBackend
) -> None:
    job_id = (await backend.submit(READS, user="jsmith")).id
    cluster.faults.fail("patch jobs", code=409, times=1)
    cluster.pod_of(job_id).running()
    await cluster.clock.sleep(10)
    asked = cluster.requests()
    assert (asked.count("patch jobs"), asked.count("get jobs")) == (3, 1)
