"""Every fault, on the scripted cluster: what a request meets, and that the real backend gets over it."""

from __future__ import annotations

import asyncio
import json

import pytest

from launcher_k8s import JobBackend, JobFilter, JobState, OutputChunk
from launcher_k8s.connection import PODS, LogOptions, Resource
from launcher_k8s.errors import (
    ClusterError,
    ClusterTimeoutError,
    ExpiredError,
    ForbiddenError,
    ObjectNotFoundError,
    UnauthorizedError,
    UnavailableError,
)
from launcher_k8s.testing import ScriptedCluster, finishes
from launcher_k8s.testing.cluster import refusals
from launcher_k8s.testing.fault import Target
from tests.unit.testing.scripted.conftest import JOB, backend_on

CONFIG_MAPS = Resource("configmaps", namespace="n")
BODY = json.dumps({"metadata": {"name": "c"}}).encode()


@pytest.fixture
def cluster() -> ScriptedCluster:
    return ScriptedCluster()


# --- which requests


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("", True),
        ("get", True),
        ("get pods/log", True),
        ("* pods/log", True),
        ("get pods/log a", True),
        ("get pods", False),
        ("list", False),
        ("get pods/log b", False),
    ],
)
def test_a_target_is_written_as_in_a_role(text: str, matches: bool) -> None:
    assert Target.parse(text).matches("get", PODS.named("a", "log")) is matches


def test_a_target_of_too_many_words_is_an_error() -> None:
    with pytest.raises(ValueError, match="says more than verb, resource and name"):
        Target.parse("get pods a b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("creat jobs", "the verb 'creat': did you mean create?"),
        ("CREATE JOBS", "the verb 'CREATE': did you mean create?"),
        ("create job", "the resource 'job': did you mean jobs?"),
        ("watch pod", "the resource 'pod': did you mean pods?"),
        ("get pods/logs", "the resource 'pods/logs': did you mean pods/log?"),
        ("create foos", "the resource 'foos': write"),
        ("watch pods/log", "pods/log has only get"),
    ],
)
def test_a_target_that_nothing_can_meet_is_an_error(cluster: ScriptedCluster, text: str, said: str) -> None:
    with pytest.raises(ValueError, match="meets no request") as caught:
        cluster.faults.fail(text)
    assert said in str(caught.value)


@pytest.mark.parametrize("times", [0, -1])
def test_a_fault_that_meets_nothing_is_an_error(cluster: ScriptedCluster, times: int) -> None:
    with pytest.raises(ValueError, match=f"times is {times}"):
        cluster.faults.fail("create jobs", times=times)


@pytest.mark.parametrize("code", [0, 200, 302, 600])
def test_a_failure_is_an_http_status_of_a_failure(cluster: ScriptedCluster, code: int) -> None:
    with pytest.raises(ValueError, match=f"from 400 to 599: code is {code}"):
        cluster.faults.fail("create jobs", code=code)


# --- answers


@pytest.mark.parametrize("code", [429, 500, 503])
async def test_a_failure_is_answered_so_often(cluster: ScriptedCluster, code: int) -> None:
    fault = cluster.faults.fail("create configmaps", code=code, times=2, retry_after_s=7)
    async with cluster:
        for _ in range(2):
            with pytest.raises(UnavailableError) as caught:
                await cluster.create(CONFIG_MAPS, BODY)
            assert (caught.value.status, caught.value.retry_after_s) == (code, 7)
        await cluster.create(CONFIG_MAPS, BODY)
    assert fault.is_over


async def test_other_requests_do_not_meet_it(cluster: ScriptedCluster) -> None:
    fault = cluster.faults.fail("create configmaps")
    async with cluster:
        await cluster.list_page(CONFIG_MAPS)
    assert fault.met == 0


async def test_failures_are_met_one_after_the_other(cluster: ScriptedCluster) -> None:
    cluster.faults.fail("get", code=500)
    cluster.faults.refuse("get", refusals.bad_request("no"))
    codes = []
    async with cluster:
        for _ in range(2):
            with pytest.raises(ClusterError) as caught:
                await cluster.get(CONFIG_MAPS.named("c"))
            codes.append(caught.value.status)
    assert codes == [500, 400]


async def test_a_submit_gets_over_an_overloaded_server(cluster: ScriptedCluster) -> None:
    cluster.faults.fail("create jobs", code=429, times=3, retry_after_s=60)
    async with backend_on(cluster) as backend:
        await backend.submit(JOB, user="me")
    assert cluster.requests().count("create jobs") == 4
    assert cluster.clock.monotonic() >= 180


async def test_a_delay_passes_on_the_clock(cluster: ScriptedCluster) -> None:
    cluster.faults.delay("list", 20)
    async with cluster:
        await cluster.list_page(CONFIG_MAPS)
    assert cluster.clock.monotonic() == 20


async def test_what_is_delayed_for_too_long_is_given_up(cluster: ScriptedCluster) -> None:
    cluster.faults.delay("list", 31)
    async with cluster:
        with pytest.raises(ClusterTimeoutError):
            await cluster.list_page(CONFIG_MAPS)
    assert cluster.clock.monotonic() == 30


async def test_what_is_stalled_is_not_done_until_it_is_released(cluster: ScriptedCluster) -> None:
    stall = cluster.faults.stall("create configmaps")
    async with cluster:
        creating = asyncio.create_task(cluster.create(CONFIG_MAPS, BODY))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not creating.done()
        stall.end()
        await creating
        await cluster.get(CONFIG_MAPS.named("c"))


async def test_what_is_stalled_for_ever_is_given_up_and_not_done(cluster: ScriptedCluster) -> None:
    cluster.faults.stall("create configmaps")
    async with cluster:
        with pytest.raises(ClusterTimeoutError):
            await cluster.create(CONFIG_MAPS, BODY)
        with pytest.raises(ObjectNotFoundError):
            await cluster.get(CONFIG_MAPS.named("c"))


async def test_a_dropped_answer_is_of_something_done(cluster: ScriptedCluster) -> None:
    cluster.faults.drop_answer("create configmaps")
    async with cluster:
        with pytest.raises(UnavailableError) as caught:
            await cluster.create(CONFIG_MAPS, BODY)
        assert caught.value.transient
        await cluster.get(CONFIG_MAPS.named("c"))


async def test_a_submit_whose_answer_is_lost_makes_one_job(cluster: ScriptedCluster) -> None:
    cluster.faults.drop_answer("create jobs")
    async with backend_on(cluster) as backend:
        submitted = await backend.submit(JOB, user="me")
        assert [status.id for status in await backend.list()] == [submitted.id]


async def test_permissions_are_denied_in_rbacs_words_and_given_back(cluster: ScriptedCluster) -> None:
    denial = cluster.faults.deny("list configmaps")
    review = {"spec": {"resourceAttributes": {"verb": "list", "resource": "configmaps", "namespace": "n"}}}
    reviews = Resource("selfsubjectaccessreviews", group="authorization.k8s.io")
    async with cluster:
        with pytest.raises(
            ForbiddenError, match='cannot list resource "configmaps" in API group "" in the name'
        ):
            await cluster.list_page(CONFIG_MAPS)
        answer = json.loads((await cluster.create(reviews, json.dumps(review).encode())).body)
        assert answer["status"]["allowed"] is False
        denial.end()
        await cluster.list_page(CONFIG_MAPS)


async def test_logs_can_be_denied() -> None:
    cluster = ScriptedCluster(life=finishes())
    cluster.faults.deny("get pods/log")
    async with backend_on(cluster) as backend:
        submitted = await backend.submit(JOB, user="me")
        await backend.wait(submitted.id)
        pod = cluster.pod_of(submitted.id)
        with pytest.raises(ForbiddenError, match='cannot get resource "pods/log"'):
            async with cluster.log(PODS.within(pod.namespace).named(pod.name), LogOptions("main")):
                pass


async def test_a_rotated_token_is_found_by_the_client(cluster: ScriptedCluster) -> None:
    async with cluster:
        old = cluster.faults.token
        assert cluster.faults.rotate_token() != old
        await cluster.list_page(CONFIG_MAPS)


async def test_a_token_that_is_not_renewed_is_unknown(cluster: ScriptedCluster) -> None:
    async with cluster:
        cluster.faults.rotate_token(is_renewed=False)
        with pytest.raises(UnauthorizedError):
            await cluster.list_page(CONFIG_MAPS)
    async with cluster:
        await cluster.list_page(CONFIG_MAPS)


# --- streams


async def test_a_watch_is_cut_in_the_middle_of_a_line(cluster: ScriptedCluster) -> None:
    cluster.faults.cut("watch configmaps", after_bytes=10)
    async with cluster:
        await cluster.create(CONFIG_MAPS, BODY)
        with pytest.raises(UnavailableError, match="broke off"):
            async with cluster.watch(CONFIG_MAPS, resource_version="0") as lines:
                await anext(lines)
    assert cluster.faults.open_streams == 0


async def test_a_log_is_cut_after_so_many_bytes() -> None:
    cluster = ScriptedCluster(life=finishes(output="0123456789\n"))
    async with backend_on(cluster) as backend:
        submitted = await backend.submit(JOB, user="me")
        await backend.wait(submitted.id)
        pod = cluster.pod_of(submitted.id)
        cluster.faults.cut("get pods/log", after_bytes=4)
        log = cluster.log(PODS.within(pod.namespace).named(pod.name), LogOptions("rs-launcher-container"))
        async with log as chunks:
            assert await anext(chunks) == b"0123"
            with pytest.raises(UnavailableError, match="broke off"):
                await anext(chunks)


async def test_output_is_whole_however_often_it_is_cut(cluster: ScriptedCluster) -> None:
    async with backend_on(cluster) as backend:
        submitted = await backend.submit(JOB, user="me")
        pod = cluster.pod_of(submitted.id).running()
        cluster.faults.cut("get pods/log", after_bytes=100, times=5)
        reading = asyncio.create_task(_read(backend, submitted.id))
        text = b"".join(b"line %d\n" % number for number in range(50))
        for line in text.splitlines(keepends=True):
            pod.prints(line)
            await cluster.clock.advance(1)
        pod.exits()
        assert await reading == text


async def test_open_streams_are_cut_now(cluster: ScriptedCluster) -> None:
    async with backend_on(cluster) as backend:
        await backend.list()
        await cluster.clock.settle()
        assert cluster.faults.cut_now("watch") == 2
        submitted = await backend.submit(JOB, user="me")
        cluster.pod_of(submitted.id).exits(5)
        assert (await backend.wait(submitted.id)).exit_code == 5
    assert cluster.requests().count("watch pods") == 2


async def test_a_stream_that_hangs_is_given_up_by_its_reader(cluster: ScriptedCluster) -> None:
    async with backend_on(cluster) as backend:
        await backend.list()
        await cluster.clock.settle()
        stall = cluster.faults.stall("watch", times=2)
        submitted = await backend.submit(JOB, user="me")
        cluster.pod_of(submitted.id).exits(5)
        assert (await backend.wait(submitted.id)).exit_code == 5
        assert cluster.clock.monotonic() > 100
        assert stall.met == 2


async def test_a_stream_goes_on_when_its_stall_ends(cluster: ScriptedCluster) -> None:
    stall = cluster.faults.stall("watch configmaps")
    async with cluster:
        await cluster.create(CONFIG_MAPS, BODY)
        async with cluster.watch(CONFIG_MAPS, resource_version="0") as lines:
            reading = asyncio.ensure_future(anext(lines))
            for _ in range(10):
                await asyncio.sleep(0)
            assert not reading.done()
            stall.end()
            assert b'"ADDED"' in await reading


# --- versions


async def test_expired_versions_answer_410(cluster: ScriptedCluster) -> None:
    async with cluster:
        for name in ("a", "b"):
            await cluster.create(CONFIG_MAPS, json.dumps({"metadata": {"name": name}}).encode())
        page = json.loads((await cluster.list_page(CONFIG_MAPS, limit=1)).body)["metadata"]
        await cluster.delete(CONFIG_MAPS.named("b"))
        cluster.faults.expire_versions()
        with pytest.raises(ExpiredError):
            await cluster.list_page(CONFIG_MAPS, limit=1, continue_token=page["continue"])
        with pytest.raises(ExpiredError):
            async with cluster.watch(CONFIG_MAPS, resource_version=page["resourceVersion"]) as lines:
                await anext(lines)


async def test_open_watches_are_told_that_their_version_expired(cluster: ScriptedCluster) -> None:
    async with cluster, cluster.watch(CONFIG_MAPS, resource_version="0") as lines:
        cluster.faults.expire_versions()
        with pytest.raises(ExpiredError):
            [line async for line in lines]


async def test_nothing_is_missed_across_expired_versions(cluster: ScriptedCluster) -> None:
    seen = []
    async with backend_on(cluster) as backend, backend.statuses(JobFilter()) as statuses:
        submitted = await backend.submit(JOB, user="me")
        pod = cluster.pod_of(submitted.id)
        for happen in (lambda: None, pod.running, pod.exits):
            cluster.faults.expire_versions()
            happen()
            seen.append((await anext(statuses)).state)
    assert seen == [JobState.PENDING, JobState.RUNNING, JobState.FINISHED]


async def test_ended_watches_are_opened_again(cluster: ScriptedCluster) -> None:
    async with backend_on(cluster) as backend:
        await backend.list()
        await cluster.clock.settle()
        cluster.faults.end_watches()
        await cluster.clock.advance(60)
    assert cluster.requests().count("watch jobs") == 2
    assert cluster.requests().count("list jobs") == 1


# --- pods and nodes


async def test_a_pod_is_evicted_by_the_name_of_its_job(cluster: ScriptedCluster) -> None:
    async with backend_on(cluster) as backend:
        submitted = await backend.submit(JOB, user="me")
        cluster.pod_of(submitted.id).running()
        cluster.faults.evict(submitted.id)
        assert (await backend.wait(submitted.id)).state is JobState.FAILED


async def test_a_container_is_killed_for_memory(cluster: ScriptedCluster) -> None:
    async with backend_on(cluster) as backend:
        submitted = await backend.submit(JOB, user="me")
        cluster.pod_of(submitted.id).running()
        cluster.faults.kill_for_memory(submitted.id)
        assert (await backend.wait(submitted.id)).state is JobState.KILLED


async def test_a_lost_node_takes_its_pods_and_logs_along(cluster: ScriptedCluster) -> None:
    async with backend_on(cluster) as backend:
        submitted = await backend.submit(JOB, user="me")
        pod = cluster.pod_of(submitted.id).running().prints("x\n")
        cluster.faults.lose_node()
        assert "deletionTimestamp" in pod.object["metadata"]
        log = cluster.log(PODS.within(pod.namespace).named(pod.name), LogOptions("rs-launcher-container"))
        with pytest.raises(UnavailableError, match="no route to host"):
            await log.__aenter__()


def test_a_node_or_pod_that_is_not_there_is_an_error(cluster: ScriptedCluster) -> None:
    with pytest.raises(LookupError, match="no node 'other'"):
        cluster.faults.lose_node("other")
    with pytest.raises(LookupError, match="no pod 'other'"):
        cluster.faults.evict("other")


async def test_all_faults_end_at_once(cluster: ScriptedCluster) -> None:
    cluster.faults.fail(times=10)
    cluster.faults.deny("list")
    stall = cluster.faults.stall("get")
    cluster.faults.end()
    async with cluster:
        await cluster.list_page(CONFIG_MAPS)
    assert not stall.holds


async def _read(backend: JobBackend, job_id: str) -> bytes:
    async with backend.output(job_id) as output:
        return b"".join([piece.data async for piece in output if isinstance(piece, OutputChunk)])
