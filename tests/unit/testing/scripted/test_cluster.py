"""The scripted cluster as a connection: answers, errors, streams; and the real backend's whole life on it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from launcher_k8s import JobBackend, JobFilter, JobState, OutputChunk, OutputGap
from launcher_k8s.connection import JOBS, NODES, PODS, SERVICE_ACCOUNTS, LogOptions, Resource
from launcher_k8s.errors import (
    AlreadyExistsError,
    ConflictError,
    InvalidObjectError,
    ObjectNotFoundError,
    UnavailableError,
)
from launcher_k8s.output import GapReason
from launcher_k8s.testing import ScriptedCluster, ScriptedPod, finishes, runs, stays_pending
from launcher_k8s.testing.cluster.kinds import EVENT
from tests.unit.testing.scripted.conftest import JOB, backend_on

CONFIG_MAPS = Resource("configmaps", namespace="n")


def config_map(name: str = "c", **labels: str) -> bytes:
    return json.dumps({"metadata": {"name": name, "labels": labels}}).encode()


# --- requests


async def test_objects_are_made_read_changed_and_deleted(cluster: ScriptedCluster) -> None:
    async with cluster:
        made = json.loads((await cluster.create(CONFIG_MAPS, config_map())).body)
        assert json.loads((await cluster.get(CONFIG_MAPS.named("c"))).body) == made
        patched = await cluster.patch(CONFIG_MAPS.named("c"), b'{"data":{"a":"b"}}')
        assert json.loads(patched.body)["data"] == {"a": "b"}
        await cluster.delete(CONFIG_MAPS.named("c"), uid=made["metadata"]["uid"])
        with pytest.raises(ObjectNotFoundError, match=r'cannot get configmaps .*: configmaps "c" not found'):
            await cluster.get(CONFIG_MAPS.named("c"))


async def test_errors_are_those_of_the_client_over_http(cluster: ScriptedCluster) -> None:
    async with cluster:
        await cluster.create(CONFIG_MAPS, config_map())
        with pytest.raises(AlreadyExistsError) as taken:
            await cluster.create(CONFIG_MAPS, config_map())
        assert (taken.value.status, taken.value.reason) == (409, "AlreadyExists")
        with pytest.raises(ConflictError):
            await cluster.patch(CONFIG_MAPS.named("c"), b'{"metadata":{"resourceVersion":"1"}}')
        with pytest.raises(InvalidObjectError):
            await cluster.create(CONFIG_MAPS, config_map("No Name"))


async def test_a_list_comes_in_pages(cluster: ScriptedCluster) -> None:
    async with cluster:
        for name in "abc":
            await cluster.create(CONFIG_MAPS, config_map(name, mine="yes"))
        first = json.loads((await cluster.list_page(CONFIG_MAPS, limit=2, label_selector="mine")).body)
        token = first["metadata"]["continue"]
        rest = await cluster.list_page(CONFIG_MAPS, limit=2, label_selector="mine", continue_token=token)
        names = [item["metadata"]["name"] for item in first["items"] + json.loads(rest.body)["items"]]
        assert names == ["a", "b", "c"]


async def test_a_request_outside_of_its_context_fails(cluster: ScriptedCluster) -> None:
    with pytest.raises(UnavailableError, match="the connection to the cluster is not open"):
        await cluster.get(NODES.named("x"))


async def test_what_was_asked_is_known(cluster: ScriptedCluster) -> None:
    async with cluster:
        await cluster.create(CONFIG_MAPS, config_map(), params={"dryRun": "All"})
        await cluster.list_page(PODS.within("n"), field_selector="status.phase=Running")
    assert cluster.requests() == ["create configmaps", "list pods"]
    [create, listing] = cluster.asked
    assert create.params == {"dryRun": "All"}
    assert create.object["metadata"]["name"] == "c"
    assert listing.params == {"fieldSelector": "status.phase=Running"}
    assert listing.object is None


async def test_warnings_are_told(cluster: ScriptedCluster) -> None:
    cluster.warnings = ("beware",)
    async with cluster:
        assert (await cluster.create(CONFIG_MAPS, config_map())).warnings == ("beware",)


async def test_a_namespace_is_there_when_it_is_asked_for(cluster: ScriptedCluster) -> None:
    async with cluster:
        accounts = json.loads((await cluster.list_page(SERVICE_ACCOUNTS.within("anywhere"))).body)
    assert [account["metadata"]["name"] for account in accounts["items"]] == ["default"]


async def test_namespaces_can_be_those_that_are_named() -> None:
    async with ScriptedCluster(namespaces=("n",)) as cluster:
        await cluster.create(CONFIG_MAPS, config_map())
        with pytest.raises(ObjectNotFoundError, match='namespaces "other" not found'):
            await cluster.create(CONFIG_MAPS.within("other"), config_map())


# --- streams


async def test_a_watch_tells_changes_from_a_version_on(cluster: ScriptedCluster) -> None:
    async with cluster:
        version = json.loads((await cluster.list_page(CONFIG_MAPS)).body)["metadata"]["resourceVersion"]
        async with cluster.watch(CONFIG_MAPS, resource_version=version) as lines:
            await cluster.create(CONFIG_MAPS, config_map())
            event = json.loads(await anext(lines))
    assert (event["type"], event["object"]["metadata"]["name"]) == ("ADDED", "c")
    assert cluster.faults.open_streams == 0


async def test_a_watch_ends_at_the_servers_time_limit(cluster: ScriptedCluster) -> None:
    async with cluster, cluster.watch(CONFIG_MAPS, resource_version="0", timeout_s=30) as lines:
        reading = asyncio.create_task(_all(lines))
        await cluster.clock.advance(29)
        assert not reading.done()
        await cluster.clock.advance(1)
        await reading


async def test_a_quiet_watch_is_told_bookmarks(cluster: ScriptedCluster) -> None:
    async with cluster, cluster.watch(CONFIG_MAPS, resource_version="0", timeout_s=100) as lines:
        reading = asyncio.create_task(_all(lines))
        await cluster.clock.advance(100)
        events = [json.loads(line)["type"] for line in await reading]
    assert events[-1] == "BOOKMARK"


async def test_streams_end_with_the_connection(cluster: ScriptedCluster) -> None:
    async with cluster:
        watching = cluster.watch(CONFIG_MAPS, resource_version="0")
        lines = await watching.__aenter__()
    with pytest.raises(UnavailableError, match="not open"):
        await _all(lines)
    await watching.__aexit__(None, None, None)


async def _all(lines: object) -> list[bytes]:
    return [line async for line in lines]  # type: ignore[attr-defined]


# --- logs


@pytest.fixture
async def pod(cluster: ScriptedCluster, backend: JobBackend) -> ScriptedPod:
    return cluster.pod_of((await backend.submit(JOB, user="me")).id)


async def test_the_log_of_a_container_that_has_not_started(
    cluster: ScriptedCluster, pod: ScriptedPod
) -> None:
    resource, options = PODS.within(pod.namespace).named(pod.name), LogOptions("rs-launcher-container")
    with pytest.raises(InvalidObjectError, match="does not have a host assigned"):
        await _log(cluster, resource, options)
    pod.scheduled()
    with pytest.raises(InvalidObjectError, match="is waiting to start: ContainerCreating"):
        await _log(cluster, resource, options)
    pod.running()
    assert await _log(cluster, resource, options) == b""


async def test_a_log_that_is_not_there(cluster: ScriptedCluster, pod: ScriptedPod) -> None:
    resource = PODS.within(pod.namespace)
    with pytest.raises(ObjectNotFoundError, match='pods "other" not found'):
        await _log(cluster, resource.named("other"), LogOptions("main"))
    with pytest.raises(InvalidObjectError, match="container main is not valid for pod"):
        await _log(cluster, resource.named(pod.name), LogOptions("main"))


async def test_a_log_is_followed_to_the_end_of_its_container(
    cluster: ScriptedCluster, pod: ScriptedPod
) -> None:
    pod.running().prints("one\n")
    resource = PODS.within(pod.namespace).named(pod.name)
    reading = asyncio.create_task(_log(cluster, resource, LogOptions("rs-launcher-container", follow=True)))
    await cluster.clock.settle()
    pod.prints("two\n")
    await cluster.clock.settle()
    assert not reading.done()
    pod.exits()
    assert await reading == b"one\ntwo\n"


async def _log(cluster: ScriptedCluster, pod: Resource, options: LogOptions) -> bytes:
    async with cluster.log(pod, options) as chunks:
        return b"".join([chunk async for chunk in chunks])


# --- the whole life of a job


async def test_a_life_happens_by_itself() -> None:
    cluster = ScriptedCluster(life=finishes(3, output="hi\n", pending_s=60, after_s=3600))
    async with backend_on(cluster) as backend:
        submitted = await backend.submit(JOB, user="me")
        async with backend.statuses(submitted.id) as statuses:
            states = [(status.state, cluster.clock.monotonic()) async for status in statuses]
        assert states == [(JobState.PENDING, 0), (JobState.RUNNING, 60), (JobState.FINISHED, 3660)]
        async with backend.output(submitted.id) as output:
            assert [piece.data async for piece in output if isinstance(piece, OutputChunk)] == [b"hi\n"]


async def test_a_life_may_depend_on_the_job() -> None:
    def life(pod: ScriptedPod) -> object:
        name = pod.job["spec"]["template"]["metadata"]["annotations"]["name"]
        return (finishes(1) if name == "bad" else finishes(0))(pod)

    cluster = ScriptedCluster(life=life)  # type: ignore[arg-type]
    async with backend_on(cluster) as backend:
        codes = {}
        for name in ("good", "bad"):
            submitted = await backend.submit(type(JOB).shell("x", name=name), user="me")
            codes[name] = (await backend.wait(submitted.id)).exit_code
    assert codes == {"good": 0, "bad": 1}


async def test_a_life_that_only_runs_ends_when_the_job_is_removed() -> None:
    cluster = ScriptedCluster(life=runs())
    async with backend_on(cluster) as backend:
        submitted = await backend.submit(JOB, user="me")
        await backend.wait(submitted.id, until={JobState.RUNNING})
        await backend.remove(submitted.id)
        await cluster.clock.advance(60)
        assert cluster.pods() == []
        assert await backend.list() == []


async def test_a_life_that_never_starts_can_be_changed() -> None:
    cluster = ScriptedCluster(life=stays_pending("Unschedulable", "no room"))
    async with backend_on(cluster) as backend:
        first = await backend.submit(JOB, user="me")
        await cluster.clock.advance(3600)
        [status] = await backend.list()
        assert status.status_message == "Unschedulable: no room"
        cluster.life = finishes()
        second = await backend.submit(JOB, user="me")
        assert (await backend.wait(second.id)).state is JobState.FINISHED
        assert (await backend.list(JobFilter(states={JobState.PENDING})))[0].id == first.id


async def test_a_later_process_says_the_same() -> None:
    cluster = ScriptedCluster(life=finishes(3))
    async with backend_on(cluster) as backend:
        submitted = await backend.submit(JOB, user="me")
        before = await backend.wait(submitted.id)
        await cluster.clock.advance(10)
    async with backend_on(cluster) as backend:
        [after] = await backend.list()
    assert (after.state, after.exit_code, after.end_time) == (before.state, before.exit_code, before.end_time)


async def test_output_that_was_rotated_away_is_told_as_a_gap(
    cluster: ScriptedCluster, backend: JobBackend, pod: ScriptedPod
) -> None:
    pod.running().prints("lost\n").rotates_log()
    pod.prints("kept\n").exits()
    async with backend.output(pod.job["metadata"]["name"]) as output:
        assert [piece.data async for piece in output if isinstance(piece, OutputChunk)] == [b"kept\n"]


async def test_output_of_a_pod_that_is_gone_is_told_as_a_gap(
    cluster: ScriptedCluster, backend: JobBackend, pod: ScriptedPod
) -> None:
    job_id = pod.job["metadata"]["name"]
    pod.running().prints("lost\n").deleted(grace_s=0)
    await cluster.clock.advance(5)
    async with backend.output(job_id) as output:
        [gap] = [piece async for piece in output if isinstance(piece, OutputGap)]
    assert gap.reason is GapReason.POD_DELETED


async def test_events_tell_what_happened(cluster: ScriptedCluster, pod: ScriptedPod) -> None:
    pod.running().exits()
    await cluster.clock.advance(5)
    events = {(event["involvedObject"]["kind"], event["reason"]) for event in cluster.api.objects(EVENT)}
    assert events == {("Job", "SuccessfulCreate"), ("Pod", "Scheduled"), ("Job", "Completed")}


async def test_every_pod_is_known_by_its_job(cluster: ScriptedCluster, backend: JobBackend) -> None:
    first = await backend.submit(JOB, user="me")
    second = await backend.submit(JOB, user="me")
    assert [pod.job["metadata"]["name"] for pod in cluster.pods()] == [first.id, second.id]
    assert cluster.pods_of(first.id) == [cluster.pod_of(first.id)]
    with pytest.raises(LookupError, match="has no pod"):
        cluster.pod_of("nobody")
    with pytest.raises(LookupError, match="no Job 'nobody'"):
        cluster.job("nobody")


async def test_a_job_object_can_be_looked_at(cluster: ScriptedCluster, pod: ScriptedPod) -> None:
    assert cluster.job(pod.job["metadata"]["name"])["status"]["active"] == 1


async def test_a_job_that_somebody_deletes_goes_with_its_pods(
    cluster: ScriptedCluster, backend: JobBackend, pod: ScriptedPod
) -> None:
    job_id = pod.job["metadata"]["name"]
    pod.running()
    cluster.delete_job(job_id)
    assert (await backend.wait(job_id)).removed
    await cluster.clock.advance(5)
    assert cluster.pods() == []
    with pytest.raises(LookupError, match="no Job"):
        cluster.delete_job(job_id)


async def test_requests_go_to_the_job_collection_of_the_settings(
    cluster: ScriptedCluster, pod: ScriptedPod
) -> None:
    assert JOBS.within(pod.namespace) in [asked.resource for asked in cluster.asked]


async def test_time_is_only_taken_where_somebody_waits(cluster: ScriptedCluster, backend: JobBackend) -> None:
    before = cluster.clock.now()
    for _ in range(5):
        await backend.submit(JOB, user="me")
    await backend.list()
    assert cluster.clock.now() - before == timedelta(0)
