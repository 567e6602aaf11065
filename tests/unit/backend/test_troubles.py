from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from launcher_k8s.backend.following import Follower
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.recording import Recorder
from launcher_k8s.backend.troubles import DEFAULT_ATTENTION, WATCH_AT_MOST_S, Troubles
from launcher_k8s.errors import ForbiddenError, UnavailableError
from launcher_k8s.job import Job
from launcher_k8s.plan import plan_job
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.testing import ScriptedClock
from launcher_k8s.tracker import Tracker
from tests.unit.backend.memory_cluster import MemoryCluster

SETTINGS = ClusterSettings(api_url="https://k8s.example.org", auth_token="token")
FORBIDDEN = ForbiddenError("events is forbidden", status=403)
QUOTA = 'Error creating: pods "a" is forbidden: exceeded quota: team'
SOON_S = DEFAULT_ATTENTION.after_s + 2 * DEFAULT_ATTENTION.pause_s
MOST_A_SECOND = 1 / DEFAULT_ATTENTION.pause_s


class Looking:
    """A cluster whose jobs are tracked, and looked into where they wait without a reason."""

    def __init__(self) -> None:
        self.cluster = MemoryCluster()
        self.clock = ScriptedClock()
        self.tracker = Tracker()

    def submit(self, job_id: str = "a") -> None:
        job = Job.shell("make", name="build", image="r:4")
        plan = plan_job(job, SETTINGS, user="jsmith", job_id=job_id)
        self.cluster.put("jobs", json.loads(plan.job_body()))

    def message(self, job_id: str = "a") -> str:
        status = self.tracker.status(job_id)
        assert status is not None
        return status.status_message

    def reads(self, verb: str = "list") -> int:
        return self.cluster.asked.count(f"{verb} events")

    @asynccontextmanager
    async def entered(self) -> AsyncIterator[None]:
        patience = Patience(self.clock, lambda: 0.0)
        namespace = SETTINGS.namespace
        async with (
            Recorder(self.cluster, namespace, self.tracker, patience) as recorder,
            Troubles(self.cluster, namespace, self.tracker, patience) as troubles,
            Follower(self.cluster, SETTINGS, self.tracker, recorder, troubles, patience) as follower,
        ):
            await follower.synced()
            yield


@pytest.fixture
async def looking() -> AsyncIterator[Looking]:
    looking = Looking()
    async with looking.entered():
        yield looking


async def test_why_a_job_has_no_pod_is_told_soon(looking: Looking) -> None:
    looking.submit()
    looking.cluster.tell("jobs", "a", "FailedCreate", QUOTA)
    await looking.clock.sleep(SOON_S)
    assert looking.message() == f"FailedCreate: {QUOTA}"


async def test_why_a_pod_does_not_get_on_is_told_and_not_what_its_job_met_before(looking: Looking) -> None:
    looking.submit()
    looking.cluster.tell("jobs", "a", "FailedCreate", QUOTA)
    pod = looking.cluster.schedule("a")
    looking.cluster.tell("pods", pod, "FailedMount", "no secret")
    await looking.clock.sleep(SOON_S)
    assert looking.message() == "FailedMount: no secret"


async def test_what_concerns_others_is_not_told(looking: Looking) -> None:
    looking.submit("a")
    looking.submit("b")
    looking.cluster.tell("jobs", "b", "FailedCreate", QUOTA)
    await looking.clock.sleep(SOON_S)
    assert (looking.message("a"), looking.message("b")) == ("", f"FailedCreate: {QUOTA}")


async def test_a_job_that_starts_at_once_is_not_looked_into(looking: Looking) -> None:
    looking.submit()
    looking.cluster.start("a")
    await looking.clock.sleep(60)
    assert looking.reads() == 0


async def test_trouble_that_comes_late_is_told(looking: Looking) -> None:
    looking.submit()
    await looking.clock.sleep(600)
    looking.cluster.tell("jobs", "a", "FailedCreate", QUOTA)
    await looking.clock.sleep(DEFAULT_ATTENTION.again.cap_s + 1)
    assert looking.message() == f"FailedCreate: {QUOTA}"


async def test_what_is_overtaken_is_no_longer_told(looking: Looking) -> None:
    looking.submit()
    pod = looking.cluster.schedule("a")
    looking.cluster.tell("pods", pod, "FailedMount", "no secret")
    await looking.clock.sleep(SOON_S)
    looking.cluster.tell("pods", pod, "Pulling", warning=False)
    await looking.clock.sleep(60)
    assert looking.message() == ""


async def test_what_the_cluster_has_forgotten_stays_told(looking: Looking) -> None:
    looking.submit()
    looking.cluster.tell("jobs", "a", "FailedCreate", QUOTA)
    await looking.clock.sleep(SOON_S)
    for plural, name in list(looking.cluster.objects):
        if plural == "events":
            looking.cluster.drop(plural, name)
    await looking.clock.sleep(600)
    assert looking.message() == f"FailedCreate: {QUOTA}"


async def test_a_new_pod_is_looked_into_soon_however_long_its_job_has_waited(looking: Looking) -> None:
    looking.submit()
    await looking.clock.sleep(3600)
    pod = looking.cluster.schedule("a")
    looking.cluster.tell("pods", pod, "FailedMount", "no secret")
    await looking.clock.sleep(SOON_S)
    assert looking.message() == "FailedMount: no secret"


async def test_a_job_that_waits_for_an_hour_is_read_about_once_a_minute(looking: Looking) -> None:
    looking.submit()
    await looking.clock.sleep(3600)
    assert 60 <= looking.reads() <= 66


async def test_a_thousand_waiting_jobs_are_read_of_a_few_a_second(looking: Looking) -> None:
    for number in range(1000):
        looking.submit(f"j{number}")
    looking.cluster.tell("jobs", "j999", "FailedCreate", QUOTA)
    await looking.clock.sleep(60)
    assert looking.reads() <= 60 * MOST_A_SECOND
    await looking.clock.sleep(1000 / MOST_A_SECOND)
    assert looking.message("j999") == f"FailedCreate: {QUOTA}"


async def test_reads_that_hang_are_few(looking: Looking) -> None:
    gate = looking.cluster.gates["list events"] = type(looking.cluster.news)()
    for number in range(20):
        looking.submit(f"j{number}")
    await looking.clock.sleep(600)
    assert looking.reads() == DEFAULT_ATTENTION.at_once
    gate.set()
    await looking.clock.sleep(20)
    assert looking.reads() >= 20


async def test_a_read_that_fails_is_followed_by_another(looking: Looking) -> None:
    looking.cluster.failures["list events"] = [UnavailableError("down", transient=True)] * 2
    looking.submit()
    looking.cluster.tell("jobs", "a", "FailedCreate", QUOTA)
    await looking.clock.sleep(20)
    assert looking.message() == f"FailedCreate: {QUOTA}"
    assert looking.reads("watch") == 0


async def test_where_a_list_is_not_granted_a_short_watch_tells_and_that_is_remembered(
    looking: Looking,
) -> None:
    looking.cluster.failures["list events"] = [FORBIDDEN]
    looking.submit()
    looking.cluster.tell("jobs", "a", "FailedCreate", QUOTA)
    await looking.clock.sleep(SOON_S + WATCH_AT_MOST_S)
    assert looking.message() == f"FailedCreate: {QUOTA}"
    assert looking.cluster.open_streams == 2  # Jobs and Pods
    await looking.clock.sleep(60)
    assert looking.reads("list") == 1
    assert looking.reads("watch") > 3


async def test_without_any_permission_nothing_is_told_and_nothing_asked_again(
    looking: Looking, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "launcher_k8s")
    looking.cluster.failures["list events"] = [FORBIDDEN]
    looking.cluster.failures["watch events"] = [FORBIDDEN]
    looking.submit()
    looking.cluster.tell("jobs", "a", "FailedCreate", QUOTA)
    await looking.clock.sleep(60)
    looking.submit("b")
    await looking.clock.sleep(60)
    assert looking.message() == ""
    assert (looking.reads("list"), looking.reads("watch")) == (1, 1)
    assert [record.levelname for record in caplog.records] == ["DEBUG"] * 2


async def test_leaving_ends_a_read_under_way() -> None:
    looking = Looking()
    looking.cluster.failures["list events"] = [FORBIDDEN]
    async with looking.entered():
        looking.submit()
        await looking.clock.sleep(SOON_S)
        assert looking.cluster.open_streams == 3
    assert looking.cluster.open_streams == 0
