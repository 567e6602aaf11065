from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from launcher_k8s.backend.following import Follower
from launcher_k8s.backend.output import read_output
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.recording import Recorder
from launcher_k8s.backend.troubles import Troubles
from launcher_k8s.errors import ErrorCode, ForbiddenError, OutputNotFoundError, UnavailableError
from launcher_k8s.job import Job
from launcher_k8s.output import GapReason, OutputChunk, OutputGap
from launcher_k8s.plan import plan_job
from launcher_k8s.rows import Final, format_final
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.shape.names import FINAL_ANNOTATION, MAIN_CONTAINER
from launcher_k8s.status import JobState
from launcher_k8s.testing import ScriptedClock
from launcher_k8s.tracker import Tracker
from tests.unit.backend.memory_cluster import MemoryCluster, until

SETTINGS = ClusterSettings(api_url="https://k8s.example.org", auth_token="token")
POD_DELETED = OutputGap(None, None, GapReason.POD_DELETED)


class Reader:
    """A task that collects the output of job ``a``."""

    def __init__(
        self,
        cluster: MemoryCluster,
        tracker: Tracker,
        *,
        follow: bool = True,
        container: str = MAIN_CONTAINER,
    ) -> None:
        self.text = b""
        self.gaps: list[OutputGap] = []
        self._source = read_output(
            cluster,
            SETTINGS.namespace,
            tracker,
            "a",
            container=container,
            follow=follow,
            patience=Patience(ScriptedClock(), lambda: 0.0),
        )
        self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for item in self._source:
            if isinstance(item, OutputChunk):
                self.text += item.data
            else:
                self.gaps.append(item)


@asynccontextmanager
async def tracked(cluster: MemoryCluster) -> AsyncIterator[Tracker]:
    tracker, patience = Tracker(), Patience(ScriptedClock(), lambda: 0.0)
    async with (
        Recorder(cluster, SETTINGS.namespace, tracker, patience) as recorder,
        Troubles(cluster, SETTINGS.namespace, tracker, patience) as troubles,
        Follower(cluster, SETTINGS, tracker, recorder, troubles, patience) as follower,
    ):
        await follower.synced()
        yield tracker


async def read(cluster: MemoryCluster, *, follow: bool = True) -> Reader:
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker, follow=follow)
        await reader.task
    return reader


@pytest.fixture
def cluster() -> MemoryCluster:
    cluster = MemoryCluster()
    plan = plan_job(Job.shell("make", name="build", image="r:4"), SETTINGS, user="jsmith", job_id="a")
    cluster.put("jobs", json.loads(plan.job_body()))
    return cluster


async def test_everything_an_ended_job_printed_is_given(cluster: MemoryCluster) -> None:
    cluster.write_output(cluster.start("a"), b"one\ntwo\n")
    cluster.end("a")
    reader = await read(cluster)
    assert (reader.text, reader.gaps) == (b"one\ntwo\n", [])


async def test_a_pending_job_is_waited_for_and_followed_to_its_end(cluster: MemoryCluster) -> None:
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker)
        await asyncio.sleep(0)
        pod = cluster.start("a")
        cluster.write_output(pod, b"one\n")
        await until(lambda: reader.text == b"one\n")
        cluster.write_output(pod, b"two\n")
        await until(lambda: reader.text == b"one\ntwo\n")
        assert not reader.task.done()
        cluster.end("a")
        await reader.task
    assert (reader.text, reader.gaps) == (b"one\ntwo\n", [])


async def test_what_a_pending_job_has_printed_so_far_is_nothing(cluster: MemoryCluster) -> None:
    reader = await read(cluster, follow=False)
    assert (reader.text, reader.gaps) == (b"", [])
    assert "log pods" not in cluster.asked


async def test_what_a_running_job_has_printed_so_far_is_given_without_waiting(cluster: MemoryCluster) -> None:
    cluster.write_output(cluster.start("a"), b"one\n")
    reader = await read(cluster, follow=False)
    assert (reader.text, reader.gaps) == (b"one\n", [])


async def test_a_job_that_never_started_has_no_output(cluster: MemoryCluster) -> None:
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker)
        await asyncio.sleep(0)
        final = Final(JobState.CANCELED)
        job = cluster.objects["jobs", "a"]
        job["metadata"]["annotations"][FINAL_ANNOTATION] = format_final(final)
        cluster.put("jobs", job)
        await reader.task
    assert (reader.text, reader.gaps) == (b"", [])
    assert "log pods" not in cluster.asked


async def test_a_job_removed_before_its_start_has_no_output(cluster: MemoryCluster) -> None:
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker)
        await asyncio.sleep(0)
        cluster.drop("jobs", "a")
        await reader.task
    assert (reader.text, reader.gaps) == (b"", [])


@pytest.mark.parametrize("follow", [True, False])
async def test_the_output_of_a_pod_gone_long_ago_is_a_gap(cluster: MemoryCluster, follow: bool) -> None:
    job = cluster.objects["jobs", "a"]
    final = Final(JobState.FINISHED, 0, start_time=1000.0, end_time=1001.0)
    job["metadata"]["annotations"][FINAL_ANNOTATION] = format_final(final)
    cluster.put("jobs", job)
    reader = await read(cluster, follow=follow)
    assert (reader.text, reader.gaps) == (b"", [POD_DELETED])


async def test_the_output_of_a_pod_that_goes_is_a_gap(cluster: MemoryCluster) -> None:
    pod = cluster.start("a")
    async with tracked(cluster) as tracker:
        cluster.write_output(pod, b"one\n")
        reader = Reader(cluster, tracker)
        await until(lambda: reader.text)
        cluster.drop("pods", pod)
        await reader.task
    assert reader.text == b"one\n"
    (gap,) = reader.gaps
    assert (gap.reason, gap.before) == (GapReason.POD_DELETED, None)
    assert gap.after is not None


async def test_the_output_of_a_lost_node_is_a_gap(cluster: MemoryCluster) -> None:
    pod = cluster.start("a")
    lost = {**cluster.objects["pods", pod]["status"], "reason": "NodeLost", "message": "node is gone"}
    cluster.put("pods", {**cluster.objects["pods", pod], "status": lost})
    cluster.failures["log pods"] = [UnavailableError("no route to host", status=502, transient=True)] * 9
    reader = await read(cluster)
    assert [gap.reason for gap in reader.gaps] == [GapReason.NODE_LOST]


async def test_an_interrupted_stream_goes_on_where_it_was(
    cluster: MemoryCluster, caplog: pytest.LogCaptureFixture
) -> None:
    cluster.write_output(cluster.start("a"), b"one\n")
    cluster.failures["log pods"] = [UnavailableError("cut", transient=True)] * 3
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker)
        await until(lambda: reader.text)
        cluster.end("a")
        await reader.task
    assert (reader.text, reader.gaps) == (b"one\n", [])
    assert caplog.messages == ["the output of a-pod is interrupted: cut"]


async def test_an_account_that_may_not_read_logs_is_told(cluster: MemoryCluster) -> None:
    cluster.start("a")
    cluster.failures["log pods"] = [ForbiddenError("may not read logs", status=403)] * 99
    with pytest.raises(ForbiddenError, match="may not read logs"):
        await read(cluster)


async def test_a_container_that_is_not_there_is_an_error_that_names_those_that_are(
    cluster: MemoryCluster,
) -> None:
    pod = cluster.objects["pods", cluster.start("a")]
    pod["spec"] |= {"initContainers": [{"name": "fetch"}], "ephemeralContainers": [{"name": "debugger"}]}
    async with tracked(cluster) as tracker:
        with pytest.raises(OutputNotFoundError) as caught:
            await Reader(cluster, tracker, container="nosuch").task
    assert caught.value.message == "job a has no container 'nosuch'"
    assert caught.value.hint == f"its containers: {MAIN_CONTAINER}, fetch, debugger"
    assert caught.value.code is ErrorCode.OUTPUT_NOT_FOUND
    assert "log pods" not in cluster.asked


async def test_another_container_than_the_main_one_can_be_read(cluster: MemoryCluster) -> None:
    pod = cluster.start("a")
    cluster.objects["pods", pod]["spec"]["initContainers"] = [{"name": "fetch"}]
    cluster.write_output(pod, b"one\n")
    cluster.end("a")
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker, container="fetch")
        await reader.task
    assert (reader.text, reader.gaps) == (b"one\n", [])


async def test_any_container_of_a_pod_that_went_meanwhile_is_a_gap(cluster: MemoryCluster) -> None:
    pod = cluster.start("a")
    async with tracked(cluster) as tracker:
        cluster.drop("pods", pod, silently=True)
        reader = Reader(cluster, tracker, container="fetch")
        await reader.task
    assert [gap.reason for gap in reader.gaps] == [GapReason.POD_DELETED]


async def test_leaving_closes_the_stream_of_the_log(cluster: MemoryCluster) -> None:
    cluster.write_output(cluster.start("a"), b"one\n")
    async with tracked(cluster) as tracker:
        reader = Reader(cluster, tracker)
        await until(lambda: reader.text and cluster.open_streams == 3)
        reader.task.cancel()
        with suppress(asyncio.CancelledError):
            await reader.task
        await reader._source.aclose()
        assert cluster.open_streams == 2
