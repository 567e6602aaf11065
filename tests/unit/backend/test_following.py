from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from launcher_k8s.backend.events import Events
from launcher_k8s.backend.feeding import Feeder
from launcher_k8s.backend.following import DOUBT_S, Follower
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.recording import Recorder
from launcher_k8s.backend.troubles import Troubles
from launcher_k8s.errors import BackendClosedError, ClusterError, ForbiddenError
from launcher_k8s.kube.reflector import Relisted
from launcher_k8s.rows import JobRow, decode_job
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.shape.names import FINAL_ANNOTATION
from launcher_k8s.status import JobState
from launcher_k8s.testing import ALWAYS, ScriptedCluster
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.tracker import Tracker
from tests.unit.backend.placed import place

SETTINGS = ClusterSettings(api_url="https://k8s.example.org", auth_token="token", fetch_limit=2)


class Following:
    """A follower with all it needs."""

    def __init__(self, cluster: ScriptedCluster) -> None:
        self.tracker = Tracker()
        patience = Patience(cluster.clock, lambda: 0.0)
        self.recorder = Recorder(cluster, SETTINGS.namespace, self.tracker, patience, str)
        events = Events(cluster, SETTINGS.namespace, cluster.clock)
        troubles = Troubles(events, self.tracker, patience)  # not entered: asks nothing
        feeder = Feeder(cluster, SETTINGS.namespace, "", self.tracker, patience)
        self.follower = Follower(
            cluster, SETTINGS, self.tracker, self.recorder, troubles, feeder, asyncio.Queue(), patience
        )

    def state(self, job_id: str) -> JobState | None:
        status = self.tracker.status(job_id)
        return status.state if status else None


@asynccontextmanager
async def following(cluster: ScriptedCluster) -> AsyncIterator[Following]:
    parts = Following(cluster)
    async with parts.recorder, parts.follower:
        yield parts


def submit(cluster: ScriptedCluster, job_id: str) -> Object:
    return place(cluster, SETTINGS, job_id)


@pytest.fixture
async def cluster() -> AsyncIterator[ScriptedCluster]:
    async with ScriptedCluster() as cluster:
        submit(cluster, "a")
        yield cluster


async def test_all_pages_are_listed_at_the_start(cluster: ScriptedCluster) -> None:
    for job_id in ("b", "c"):
        submit(cluster, job_id)
    async with following(cluster) as parts:
        await parts.follower.synced()
        assert [status.id for status in parts.tracker.select()] == ["a", "b", "c"]


async def test_changes_arrive_by_the_watches(cluster: ScriptedCluster) -> None:
    async with following(cluster) as parts:
        await parts.follower.synced()
        submit(cluster, "b")
        cluster.pod_of("a").running()
        await cluster.clock.settle()
        assert (parts.state("a"), parts.state("b")) == (JobState.RUNNING, JobState.PENDING)
    assert cluster.requests().count("list jobs") == cluster.requests().count("list pods") == 1


async def test_the_rows_of_a_list_are_not_kept_beside_what_was_made_of_them(
    cluster: ScriptedCluster,
) -> None:
    gc.collect()
    before = {id(each) for each in gc.get_objects() if type(each) is Relisted}
    async with following(cluster) as parts:
        await parts.follower.synced()
        await cluster.clock.settle()
        assert {id(each) for each in gc.get_objects() if type(each) is Relisted} <= before


@pytest.mark.parametrize("request_", ["list jobs", "list pods"])
async def test_trouble_at_the_start_is_raised(cluster: ScriptedCluster, request_: str) -> None:
    cluster.faults.fail(request_, code=403, message="may not list", times=ALWAYS)
    async with following(cluster) as parts:
        with pytest.raises(ForbiddenError, match="may not list"):
            await parts.follower.synced()


async def test_trouble_at_the_start_grows_no_traceback_however_often_it_is_raised(
    cluster: ScriptedCluster,
) -> None:
    cluster.faults.fail("list jobs", times=ALWAYS, code=403)
    lengths = set()
    async with following(cluster) as parts:
        for _ in range(3):
            with pytest.raises(ForbiddenError) as error:
                await parts.follower.synced()
            lengths.add(len(error.traceback))
    assert len(lengths) == 1


async def test_a_watch_that_fails_beside_a_slow_first_list_is_waited_out(cluster: ScriptedCluster) -> None:
    stall = cluster.faults.stall("list pods")
    cluster.faults.drop_request("watch jobs")
    async with following(cluster) as parts:
        synced = asyncio.create_task(parts.follower.synced())
        await cluster.clock.advance(5)
        assert cluster.requests().count("watch jobs") == 2
        assert not synced.done()
        stall.end()
        await synced


async def test_trouble_at_the_start_goes_on_being_tried(cluster: ScriptedCluster) -> None:
    cluster.faults.fail("list jobs", code=403, times=3)
    async with following(cluster) as parts:
        await cluster.clock.advance(10)
        await parts.follower.synced()
    assert len(cluster.clock.naps_s) == 3


async def test_trouble_later_is_waited_out(
    cluster: ScriptedCluster, caplog: pytest.LogCaptureFixture
) -> None:
    async with following(cluster) as parts:
        await parts.follower.synced()
        await cluster.clock.settle()
        for job_id in ("b", "c"):
            outage = cluster.faults.fail("watch jobs", message="down", times=3)
            cluster.faults.end_watches()
            await cluster.clock.advance(10)
            assert outage.is_over
            submit(cluster, job_id)
            await cluster.clock.settle()
            assert parts.state(job_id) is JobState.PENDING
        await parts.follower.synced()
    [message] = set(caplog.messages)
    assert message.startswith("nothing is heard of jobs: ")
    assert message.endswith(": down")
    assert len(caplog.messages) == 2, "one line for each outage"


async def test_what_vanished_while_nobody_watched_is_missed_in_the_next_list(
    cluster: ScriptedCluster,
) -> None:
    submit(cluster, "b")
    async with following(cluster) as parts:
        await parts.follower.synced()
        await cluster.clock.settle()
        outage = cluster.faults.drop_request(times=ALWAYS)
        cluster.faults.cut_now("watch jobs")
        cluster.delete_job("a")
        cluster.faults.expire_versions(watches=False)
        outage.end()
        await cluster.clock.advance(10)
        assert parts.tracker.row("a") is None
        assert [status.id for status in parts.tracker.select()] == ["b"]


async def test_an_end_is_recorded(cluster: ScriptedCluster) -> None:
    async with following(cluster) as parts:
        await parts.follower.synced()
        cluster.pod_of("a").exits(3)
        await cluster.clock.advance(10)
        assert parts.state("a") is JobState.FINISHED
        assert FINAL_ANNOTATION in cluster.job("a")["metadata"]["annotations"]
    assert cluster.requests().count("patch jobs") == 1


async def test_an_end_in_doubt_is_looked_up_after_a_moment(cluster: ScriptedCluster) -> None:
    async with following(cluster) as parts:
        await parts.follower.synced()
        cluster.faults.stall("watch jobs")
        cluster.pod_of("a").exits(143)  # by whom? the Job, which may hold an intent, is not heard of
        await cluster.clock.settle()
        assert parts.state("a") is not JobState.FINISHED
        await cluster.clock.advance(DOUBT_S)
        assert parts.state("a") is JobState.FINISHED
    assert DOUBT_S in cluster.clock.naps_s
    assert cluster.requests().index("get jobs") > cluster.requests().index("list pods")


async def test_a_doubt_that_settles_by_itself_is_not_looked_up(cluster: ScriptedCluster) -> None:
    async with following(cluster) as parts:
        await parts.follower.synced()
        cluster.pod_of("a").running()
        await cluster.clock.advance(10)
        cluster.pod_of("a").exits(143)
        await cluster.clock.settle()
        assert DOUBT_S in cluster.clock.naps_s
        assert parts.state("a") is JobState.RUNNING
        await cluster.clock.advance(DOUBT_S)  # the Job controller has counted the pod
        assert parts.state("a") is JobState.FINISHED
        assert len(parts.follower._tasks) == 2
    assert cluster.requests().count("list pods") == 1, "who looks a job up asks for its pods first"


async def test_a_doubt_outlives_an_outage(cluster: ScriptedCluster) -> None:
    async with following(cluster) as parts:
        await parts.follower.synced()
        cluster.faults.stall("watch jobs")
        cluster.faults.fail("get jobs", times=20)
        cluster.pod_of("a").exits(143)
        await cluster.clock.advance(3600)
        assert parts.state("a") is JobState.FINISHED
    assert cluster.requests().count("get jobs") == 21


async def test_a_doubt_about_a_removed_job_is_dropped(
    cluster: ScriptedCluster, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with following(cluster) as parts:
        await parts.follower.synced()
        cluster.faults.stall("watch jobs")  # whose Job may hold an intent
        cluster.pod_of("a").exits(143)
        await cluster.clock.settle()
        assert DOUBT_S in cluster.clock.naps_s
        cluster.faults.stall("watch")
        cluster.delete_job("a")
        await cluster.clock.advance(DOUBT_S)
        assert "get jobs" in cluster.requests()
        assert len(parts.follower._tasks) == 2
    assert caplog.messages == []


async def test_a_job_learned_of_is_there_at_once(cluster: ScriptedCluster) -> None:
    async with following(cluster) as parts:
        await parts.follower.synced()
        row = decode_job(msgspec.json.encode(submit(cluster, "b")))
        assert row is not None
        parts.follower.learn(row)
        assert parts.state("b") is JobState.PENDING


async def test_leaving_ends_every_task_and_stream(cluster: ScriptedCluster) -> None:
    before = asyncio.all_tasks()
    async with following(cluster) as parts:
        await parts.follower.synced()
        await cluster.clock.settle()
        assert cluster.faults.open_streams == 2
    assert cluster.faults.open_streams == 0
    assert asyncio.all_tasks() == before


async def test_leaving_tells_those_who_still_wait_for_the_first_list(cluster: ScriptedCluster) -> None:
    cluster.faults.stall("list jobs")
    async with following(cluster) as parts:
        waiting = asyncio.create_task(parts.follower.synced())
        await cluster.clock.settle()
        assert "list jobs" in cluster.requests()
    with pytest.raises(BackendClosedError):
        await asyncio.wait_for(waiting, 1)


async def test_a_defect_of_ours_silences_nothing(
    cluster: ScriptedCluster, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    parts = Following(cluster)
    replace, broken = parts.tracker.replace_jobs, [RuntimeError("a defect")]

    def break_once(rows: tuple[JobRow, ...], version: str) -> None:
        if broken:
            raise broken.pop()
        replace(rows, version)

    monkeypatch.setattr(parts.tracker, "replace_jobs", break_once)
    async with parts.recorder, parts.follower:
        with pytest.raises(ClusterError, match="following jobs failed: a defect"):
            await parts.follower.synced()
        await cluster.clock.advance(10)
        assert parts.tracker.synced
    assert "listing anew" in caplog.text
