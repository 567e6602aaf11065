from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import msgspec
import pytest

from launcher_k8s.backend.events import Events
from launcher_k8s.backend.feeding import Feeder
from launcher_k8s.backend.following import Follower
from launcher_k8s.backend.output import read_output
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.recording import Recorder
from launcher_k8s.backend.troubles import Troubles
from launcher_k8s.errors import ErrorCode, ForbiddenError, OutputNotFoundError
from launcher_k8s.output import GapReason, OutputChunk, OutputGap
from launcher_k8s.rows import Final, decode_job, format_final
from launcher_k8s.rows.pods import decode_pod
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection
from launcher_k8s.shape.names import FINAL_ANNOTATION, MAIN_CONTAINER
from launcher_k8s.status import JobState
from launcher_k8s.testing import ALWAYS, ScriptedCluster, ScriptedPod
from launcher_k8s.testing.cluster.kinds import POD, Object
from launcher_k8s.tracker import Tracker
from tests.unit.backend.placed import annotate, place

FETCH = Override("/spec/template/spec/initContainers", [{"name": "fetch", "image": "busybox"}])
SETTINGS = ClusterSettings(
    api_url="https://k8s.example.org",
    auth_token="token",
    profiles=(ProfileSection.everyone(job_json_overrides=(FETCH,)),),
)
POD_DELETED = OutputGap(None, None, GapReason.POD_DELETED)


async def _nothing_new(_job_id: str) -> None:
    """The cluster has no more of the job than the tracker knows."""


class Reader:
    """A task that collects the output of job ``a``."""

    def __init__(
        self,
        cluster: ScriptedCluster,
        tracker: Tracker,
        *,
        follow: bool = True,
        container: str = MAIN_CONTAINER,
        look: Callable[[str], Awaitable[object]] | None = None,
    ) -> None:
        self.text = b""
        self.gaps: list[OutputGap] = []
        self._source = read_output(
            cluster,
            SETTINGS.namespace,
            tracker,
            "a",
            look=look or _nothing_new,
            container=container,
            follow=follow,
            patience=Patience(cluster.clock, lambda: 0.0),
        )
        self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for item in self._source:
            if isinstance(item, OutputChunk):
                self.text += item.data
            else:
                self.gaps.append(item)


@asynccontextmanager
async def tracked(cluster: ScriptedCluster) -> AsyncIterator[Tracker]:
    tracker, patience = Tracker(), Patience(cluster.clock, lambda: 0.0)
    async with (
        Recorder(cluster, SETTINGS.namespace, tracker, patience, str) as recorder,
        Troubles(Events(cluster, SETTINGS.namespace, cluster.clock), tracker, patience) as troubles,
        Feeder(cluster, SETTINGS.namespace, "", tracker, patience) as feeder,
        Follower(
            cluster, SETTINGS, tracker, recorder, troubles, feeder, asyncio.Queue(), patience
        ) as follower,
    ):
        await follower.synced()
        yield tracker


async def read(cluster: ScriptedCluster, *, follow: bool = True) -> Reader:
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker, follow=follow)
        await reader.task
    return reader


@pytest.fixture
async def cluster() -> AsyncIterator[ScriptedCluster]:
    async with ScriptedCluster() as cluster:
        place(cluster, SETTINGS, "a")
        yield cluster


@pytest.fixture
def pod(cluster: ScriptedCluster) -> ScriptedPod:
    return cluster.pod_of("a")


def record(cluster: ScriptedCluster, final: Final) -> None:
    annotate(cluster, SETTINGS.namespace, "a", {FINAL_ANNOTATION: format_final(final)})


async def test_everything_an_ended_job_printed_is_given(cluster: ScriptedCluster, pod: ScriptedPod) -> None:
    pod.running().prints("one\ntwo\n").exits()
    reader = await read(cluster)
    assert (reader.text, reader.gaps) == (b"one\ntwo\n", [])


async def test_a_pending_job_is_waited_for_and_followed_to_its_end(
    cluster: ScriptedCluster, pod: ScriptedPod
) -> None:
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker)
        await cluster.clock.settle()
        pod.running().prints("one\n")
        await cluster.clock.settle()
        assert reader.text == b"one\n"
        pod.prints("two\n")
        await cluster.clock.settle()
        assert reader.text == b"one\ntwo\n"
        assert not reader.task.done()
        pod.exits()
        await reader.task
    assert (reader.text, reader.gaps) == (b"one\ntwo\n", [])


async def test_what_a_pending_job_has_printed_so_far_is_nothing(cluster: ScriptedCluster) -> None:
    reader = await read(cluster, follow=False)
    assert (reader.text, reader.gaps) == (b"", [])
    assert "get pods/log" not in cluster.requests()


async def test_what_a_running_job_has_printed_so_far_is_given_without_waiting(
    cluster: ScriptedCluster, pod: ScriptedPod
) -> None:
    pod.running().prints("one\n")
    reader = await read(cluster, follow=False)
    assert (reader.text, reader.gaps) == (b"one\n", [])


async def test_a_job_that_never_started_has_no_output(cluster: ScriptedCluster) -> None:
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker)
        await cluster.clock.settle()
        assert not reader.task.done()
        record(cluster, Final(JobState.CANCELED))
        await reader.task
    assert (reader.text, reader.gaps) == (b"", [])
    assert "get pods/log" not in cluster.requests()


async def test_a_job_removed_before_its_start_has_no_output(cluster: ScriptedCluster) -> None:
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker)
        await cluster.clock.settle()
        assert not reader.task.done()
        cluster.delete_job("a")
        await reader.task
    assert (reader.text, reader.gaps) == (b"", [])


@pytest.mark.parametrize("follow", [True, False])
async def test_the_output_of_a_pod_gone_long_ago_is_a_gap(
    cluster: ScriptedCluster, pod: ScriptedPod, follow: bool
) -> None:
    pod.running().prints("one\n").exits()
    record(cluster, Final(JobState.FINISHED, 0, start_time=1000.0, end_time=1001.0))
    pod.deleted()
    await cluster.clock.advance(3600)
    assert pod.is_gone
    reader = await read(cluster, follow=follow)
    assert (reader.text, reader.gaps) == (b"", [POD_DELETED])


async def test_a_pod_that_the_tracker_does_not_know_yet_is_looked_for(
    cluster: ScriptedCluster, pod: ScriptedPod
) -> None:
    pod.running().prints("one\n").exits()
    record(cluster, Final(JobState.FINISHED, 0, start_time=1000.0, end_time=1001.0))
    job = decode_job(msgspec.json.encode(cluster.job("a")))
    found = decode_pod(msgspec.json.encode(pod.object))
    assert job is not None
    assert found is not None
    tracker = Tracker()
    tracker.replace_jobs([job])
    tracker.replace_pods([])

    async def look(_job_id: str) -> None:
        tracker.settle(job, [found])

    reader = Reader(cluster, tracker, look=look)
    await reader.task
    assert (reader.text, reader.gaps) == (b"one\n", [])


async def test_a_job_that_has_ended_unseen_is_told_by_a_gap(
    cluster: ScriptedCluster, pod: ScriptedPod
) -> None:
    pod.running().prints("one\n").exits()
    pod.deleted()
    await cluster.clock.advance(3600)
    assert pod.is_gone
    reader = await read(cluster)
    assert (reader.text, reader.gaps) == (b"", [POD_DELETED])


async def test_the_output_of_a_pod_that_goes_is_a_gap(cluster: ScriptedCluster, pod: ScriptedPod) -> None:
    pod.running()
    async with tracked(cluster) as tracker:
        pod.prints("one\n")
        reader = Reader(cluster, tracker)
        await cluster.clock.settle()
        outage = cluster.faults.drop_request("get pods/log", times=ALWAYS)
        cluster.faults.cut_now("get pods/log")
        pod.deleted()
        await cluster.clock.advance(5)
        outage.end()
        await reader.task
    assert reader.text == b"one\n"
    (gap,) = reader.gaps
    assert (gap.reason, gap.before) == (GapReason.POD_DELETED, None)
    assert gap.after is not None


async def test_the_output_of_a_lost_node_is_a_gap(cluster: ScriptedCluster, pod: ScriptedPod) -> None:
    def lost(content: Object) -> Object:
        reason = {"reason": "NodeLost", "message": "node is gone"}
        return {**content, "status": {**content["status"], **reason}}

    pod.running()
    cluster.api.change(POD, pod.name, pod.namespace, lost)
    cluster.faults.fail("get pods/log", code=502, message="no route to host", times=9)
    reader = await read(cluster)
    assert [gap.reason for gap in reader.gaps] == [GapReason.NODE_LOST]


async def test_an_interrupted_stream_goes_on_where_it_was(
    cluster: ScriptedCluster, pod: ScriptedPod, caplog: pytest.LogCaptureFixture
) -> None:
    pod.running().prints("one\n")
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker)
        await cluster.clock.settle()
        assert reader.text == b"one\n"
        cluster.faults.fail("get pods/log", message="down", times=3)
        cluster.faults.cut_now("get pods/log")
        pod.prints("two\n")
        await cluster.clock.advance(60)
        pod.exits()
        await reader.task
    assert (reader.text, reader.gaps) == (b"one\ntwo\n", [])
    (message,) = caplog.messages
    assert message.startswith(f"the output of {pod.name} is interrupted: ")
    assert message.endswith(": down")


async def test_an_account_that_may_not_read_logs_is_told(cluster: ScriptedCluster, pod: ScriptedPod) -> None:
    pod.running()
    cluster.faults.fail("get pods/log", code=403, message="may not read logs", times=ALWAYS)
    with pytest.raises(ForbiddenError, match="may not read logs"):
        await read(cluster)


async def test_a_container_that_is_not_there_is_an_error_that_names_those_that_are(
    cluster: ScriptedCluster, pod: ScriptedPod
) -> None:
    def debugged(content: Object) -> Object:
        return {**content, "spec": {**content["spec"], "ephemeralContainers": [{"name": "debugger"}]}}

    pod.running()
    cluster.api.change(POD, pod.name, pod.namespace, debugged)
    async with tracked(cluster) as tracker:
        with pytest.raises(OutputNotFoundError) as caught:
            await Reader(cluster, tracker, container="nosuch").task
    assert caught.value.message == "job a has no container 'nosuch'"
    assert caught.value.hint == f"its containers: {MAIN_CONTAINER}, fetch, debugger"
    assert caught.value.code is ErrorCode.OUTPUT_NOT_FOUND
    assert "get pods/log" not in cluster.requests()


async def test_another_container_than_the_main_one_can_be_read(
    cluster: ScriptedCluster, pod: ScriptedPod
) -> None:
    pod.running().prints("one\n", container="fetch").prints("two\n").exits()
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker, container="fetch")
        await reader.task
    assert (reader.text, reader.gaps) == (b"one\n", [])


async def test_an_init_container_can_be_read_to_its_end_while_the_job_runs(
    cluster: ScriptedCluster, pod: ScriptedPod
) -> None:
    pod.running().prints("one\n", container="fetch")
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker, container="fetch")
        await reader.task
        assert pod.is_running
    assert (reader.text, reader.gaps) == (b"one\n", [])


async def test_what_an_init_container_printed_before_it_failed_is_given(
    cluster: ScriptedCluster, pod: ScriptedPod
) -> None:
    pod.init_failed(4).log("fetch").write(b"no such host\n")
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker, container="fetch")
        await reader.task
    assert (reader.text, reader.gaps) == (b"no such host\n", [])


@pytest.mark.parametrize("is_followed", [True, False])
async def test_an_init_container_that_has_not_begun_is_waited_for_where_it_is_followed(
    cluster: ScriptedCluster, pod: ScriptedPod, is_followed: bool
) -> None:
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker, container="fetch", follow=is_followed)
        await cluster.clock.advance(3)
        assert reader.task.done() is not is_followed
        pod.running().prints("one\n", container="fetch")
        await reader.task
    assert reader.text == (b"one\n" if is_followed else b"")


async def test_an_init_container_that_never_begins_has_no_output(
    cluster: ScriptedCluster, pod: ScriptedPod
) -> None:
    pod.evicted()
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker, container="fetch")
        await reader.task
    assert (reader.text, reader.gaps) == (b"", [])


async def test_any_container_of_a_pod_that_went_meanwhile_is_a_gap(
    cluster: ScriptedCluster, pod: ScriptedPod
) -> None:
    pod.running()
    async with tracked(cluster) as tracker:
        cluster.faults.stall("watch")
        cluster.delete_job("a")
        reader = Reader(cluster, tracker, container="fetch")
        await reader.task
    assert [gap.reason for gap in reader.gaps] == [GapReason.POD_DELETED]


async def test_leaving_closes_the_stream_of_the_log(cluster: ScriptedCluster, pod: ScriptedPod) -> None:
    pod.running().prints("one\n")
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker)
        await cluster.clock.settle()
        assert reader.text
        assert cluster.faults.open_streams == 3
        reader.task.cancel()
        with suppress(asyncio.CancelledError):
            await reader.task
        await reader._source.aclose()
        assert cluster.faults.open_streams == 2
