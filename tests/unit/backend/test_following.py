from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest

from launcher_k8s.backend.following import DOUBT_S, Follower
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.recording import Recorder
from launcher_k8s.backend.troubles import Troubles
from launcher_k8s.errors import (
    BackendClosedError,
    ClusterError,
    ExpiredError,
    ForbiddenError,
    UnavailableError,
)
from launcher_k8s.job import Job
from launcher_k8s.plan import plan_job
from launcher_k8s.rows import JobRow, decode_job
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.shape.names import FINAL_ANNOTATION
from launcher_k8s.status import JobState
from launcher_k8s.tracker import Tracker
from tests.unit.backend.memory_cluster import MemoryCluster, until
from tests.virtual_clock import VirtualClock

SETTINGS = ClusterSettings(api_url="https://k8s.example.org", auth_token="token", fetch_limit=2)
FORBIDDEN = ForbiddenError("may not list", status=403)


class Waits(VirtualClock):
    """A clock on which a moment of doubt can be held up."""

    def __init__(self) -> None:
        super().__init__()
        self.doubt = asyncio.Event()
        self.doubt.set()

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if seconds == DOUBT_S:
            await self.doubt.wait()


class Following:
    """A follower with all it needs."""

    def __init__(self, cluster: MemoryCluster) -> None:
        self.tracker = Tracker()
        self.waits = Waits()
        patience = Patience(self.waits, lambda: 0.0)
        self.recorder = Recorder(cluster, SETTINGS.namespace, self.tracker, patience)
        troubles = Troubles(cluster, SETTINGS.namespace, self.tracker, patience)  # not entered: asks nothing
        self.follower = Follower(cluster, SETTINGS, self.tracker, self.recorder, troubles, patience)

    def state(self, job_id: str) -> JobState | None:
        status = self.tracker.status(job_id)
        return status.state if status else None


@asynccontextmanager
async def following(cluster: MemoryCluster) -> AsyncIterator[Following]:
    parts = Following(cluster)
    async with parts.recorder, parts.follower:
        yield parts


def submit(cluster: MemoryCluster, job_id: str) -> None:
    plan = plan_job(Job.shell("make", name="build", image="r:4"), SETTINGS, user="jsmith", job_id=job_id)
    cluster.put("jobs", json.loads(plan.job_body()))


@pytest.fixture
def cluster() -> MemoryCluster:
    cluster = MemoryCluster()
    submit(cluster, "a")
    return cluster


async def test_all_pages_are_listed_at_the_start(cluster: MemoryCluster) -> None:
    for job_id in ("b", "c"):
        submit(cluster, job_id)
    async with following(cluster) as parts:
        await parts.follower.synced()
        assert [status.id for status in parts.tracker.select()] == ["a", "b", "c"]


async def test_changes_arrive_by_the_watches(cluster: MemoryCluster) -> None:
    async with following(cluster) as parts:
        await parts.follower.synced()
        submit(cluster, "b")
        cluster.start("a")
        await until(lambda: parts.state("a") is JobState.RUNNING and parts.state("b") is JobState.PENDING)
    assert cluster.asked.count("list jobs") == cluster.asked.count("list pods") == 1


@pytest.mark.parametrize("request_", ["list jobs", "list pods"])
async def test_trouble_at_the_start_is_raised(cluster: MemoryCluster, request_: str) -> None:
    cluster.failures[request_] = [FORBIDDEN] * 1000
    async with following(cluster) as parts:
        with pytest.raises(ForbiddenError, match="may not list"):
            await parts.follower.synced()


async def test_a_watch_that_fails_beside_a_slow_first_list_is_waited_out(cluster: MemoryCluster) -> None:
    gate = cluster.gates["list pods"] = asyncio.Event()
    cluster.failures["watch jobs"] = [UnavailableError("cut", transient=True)]
    async with following(cluster) as parts:
        synced = asyncio.create_task(parts.follower.synced())
        await until(lambda: cluster.asked.count("watch jobs") == 2)
        assert not synced.done()
        gate.set()
        await synced


async def test_trouble_at_the_start_goes_on_being_tried(cluster: MemoryCluster) -> None:
    cluster.failures["list jobs"] = [FORBIDDEN] * 3
    async with following(cluster) as parts:
        await until(lambda: parts.tracker.synced)
        await parts.follower.synced()
    assert len(parts.waits.naps_s) == 3


async def test_trouble_later_is_waited_out(cluster: MemoryCluster, caplog: pytest.LogCaptureFixture) -> None:
    async with following(cluster) as parts:
        await parts.follower.synced()
        await until(lambda: cluster.open_streams == 2)
        for job_id in ("b", "c"):
            cluster.failures["watch jobs"] = [UnavailableError("down", transient=True)] * 3
            cluster.hang_up()
            await until(lambda: not cluster.failures["watch jobs"])
            submit(cluster, job_id)
            await until(partial(parts.state, job_id))
        await parts.follower.synced()
    assert caplog.messages == ["nothing is heard of jobs: down"] * 2, "one line for each outage"


async def test_what_vanished_while_nobody_watched_is_missed_in_the_next_list(cluster: MemoryCluster) -> None:
    submit(cluster, "b")
    async with following(cluster) as parts:
        await parts.follower.synced()
        await until(lambda: cluster.open_streams == 2)
        cluster.failures["watch jobs"] = [ExpiredError("too old", status=410)]
        cluster.drop("jobs", "a", silently=True)
        cluster.hang_up()
        await until(lambda: parts.tracker.row("a") is None)
        assert [status.id for status in parts.tracker.select()] == ["b"]


async def test_an_end_is_recorded(cluster: MemoryCluster) -> None:
    async with following(cluster) as parts:
        await parts.follower.synced()
        cluster.start("a")
        cluster.end("a", 3)
        await until(lambda: parts.state("a") is JobState.FINISHED)
        await until(lambda: FINAL_ANNOTATION in cluster.objects["jobs", "a"]["metadata"]["annotations"])
    assert cluster.asked.count("patch jobs") == 1


async def test_an_end_in_doubt_is_looked_up_after_a_moment(cluster: MemoryCluster) -> None:
    async with following(cluster) as parts:
        await parts.follower.synced()
        cluster.start("a")
        cluster.end("a", 143)  # by whom? the Job, which may hold an intent, is not heard of
        await until(lambda: parts.state("a") is JobState.FINISHED)
    assert DOUBT_S in parts.waits.naps_s
    assert cluster.asked.index("get jobs") > cluster.asked.index("list pods")


async def test_a_doubt_that_settles_by_itself_is_not_looked_up(cluster: MemoryCluster) -> None:
    async with following(cluster) as parts:
        parts.waits.doubt.clear()
        await parts.follower.synced()
        cluster.start("a")
        cluster.end("a", 143)
        await until(lambda: DOUBT_S in parts.waits.naps_s)
        assert parts.state("a") is JobState.RUNNING
        cluster.put("jobs", cluster.objects["jobs", "a"])
        await until(lambda: parts.state("a") is JobState.FINISHED)
        parts.waits.doubt.set()
        await until(lambda: len(parts.follower._tasks) == 2)
    assert "get jobs" not in cluster.asked


async def test_a_doubt_outlives_an_outage(cluster: MemoryCluster) -> None:
    cluster.failures["get jobs"] = [UnavailableError("down", transient=True)] * 20
    async with following(cluster) as parts:
        await parts.follower.synced()
        cluster.start("a")
        cluster.end("a", 143)
        await until(lambda: parts.state("a") is JobState.FINISHED)
    assert cluster.asked.count("get jobs") == 21


async def test_a_doubt_about_a_removed_job_is_dropped(
    cluster: MemoryCluster, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with following(cluster) as parts:
        parts.waits.doubt.clear()
        await parts.follower.synced()
        cluster.start("a")
        cluster.end("a", 143)
        await until(lambda: DOUBT_S in parts.waits.naps_s)
        cluster.drop("jobs", "a", silently=True)
        parts.waits.doubt.set()
        await until(lambda: "get jobs" in cluster.asked and len(parts.follower._tasks) == 2)
    assert caplog.messages == []


async def test_a_job_learned_of_is_there_at_once(cluster: MemoryCluster) -> None:
    async with following(cluster) as parts:
        await parts.follower.synced()
        submit(cluster, "b")
        row = decode_job(json.dumps(cluster.objects["jobs", "b"]).encode())
        assert row is not None
        parts.follower.learn(row)
        assert parts.state("b") is JobState.PENDING


async def test_leaving_ends_every_task_and_stream(cluster: MemoryCluster) -> None:
    before = asyncio.all_tasks()
    async with following(cluster) as parts:
        await parts.follower.synced()
        await until(lambda: cluster.open_streams == 2)
    assert cluster.open_streams == 0
    assert asyncio.all_tasks() == before


async def test_leaving_tells_those_who_still_wait_for_the_first_list(cluster: MemoryCluster) -> None:
    cluster.gates["list jobs"] = asyncio.Event()
    async with following(cluster) as parts:
        waiting = asyncio.create_task(parts.follower.synced())
        await until(lambda: "list jobs" in cluster.asked)
    with pytest.raises(BackendClosedError):
        await asyncio.wait_for(waiting, 1)


async def test_a_defect_of_ours_silences_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    parts = Following(MemoryCluster())
    replace, broken = parts.tracker.replace_jobs, [RuntimeError("a defect")]

    def break_once(rows: tuple[JobRow, ...], version: str) -> None:
        if broken:
            raise broken.pop()
        replace(rows, version)

    monkeypatch.setattr(parts.tracker, "replace_jobs", break_once)
    async with parts.recorder, parts.follower:
        with pytest.raises(ClusterError, match="following jobs failed: a defect"):
            await parts.follower.synced()
        await until(lambda: parts.tracker.synced)
    assert "listing anew" in caplog.text
