from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from launcher_k8s.backend.events import WATCH_AT_MOST_S, WATCH_S, Events
from launcher_k8s.backend.feeding import Feeder
from launcher_k8s.backend.following import Follower
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.recording import Recorder
from launcher_k8s.backend.troubles import DEFAULT_ATTENTION, Troubles
from launcher_k8s.kube.timeouts import Timeouts
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.testing import ScriptedCluster, ScriptedPod
from launcher_k8s.testing.cluster.kinds import EVENT, RESOURCE_QUOTA
from launcher_k8s.tracker import Tracker
from tests.unit.backend.placed import place

SETTINGS = ClusterSettings(api_url="https://k8s.example.org", auth_token="token")
SOON_S = DEFAULT_ATTENTION.after_s + 2 * DEFAULT_ATTENTION.pause_s
MOST_A_SECOND = 1 / DEFAULT_ATTENTION.pause_s


class Looking:
    """A cluster whose jobs are tracked, and looked into where they wait without a reason."""

    def __init__(self) -> None:
        self.cluster = ScriptedCluster(timeouts=Timeouts(answer_s=math.inf))
        self.clock = self.cluster.clock
        self.faults = self.cluster.faults
        self.tracker = Tracker()
        self.cluster.add_namespace(SETTINGS.namespace)

    def submit(self, job_id: str = "a") -> None:
        place(self.cluster, SETTINGS, job_id)

    def pod(self, job_id: str = "a") -> ScriptedPod:
        return self.cluster.pod_of(job_id)

    def forbid_pods(self) -> None:
        """From now on no Job gets a pod."""
        quota = {"metadata": {"name": "team"}, "spec": {"hard": {"pods": "0"}}}
        self.cluster.api.add(RESOURCE_QUOTA, quota, namespace=SETTINGS.namespace)

    async def pod_comes_after_all(self, job_id: str = "a") -> None:
        """The quota is gone, and the Job controller has tried again."""
        self.cluster.api.remove(RESOURCE_QUOTA, "team", SETTINGS.namespace)
        while not self.cluster.pods_of(job_id):
            await self.clock.advance(1)

    def forget_events(self) -> None:
        """Let the hour pass after which a cluster forgets them."""
        for event in self.cluster.api.objects(EVENT):
            self.cluster.api.remove(EVENT, event["metadata"]["name"], SETTINGS.namespace)

    def message(self, job_id: str = "a") -> str:
        status = self.tracker.status(job_id)
        assert status is not None
        return status.status_message

    def reads(self, verb: str = "list") -> int:
        return self.cluster.requests().count(f"{verb} events")

    @asynccontextmanager
    async def entered(self) -> AsyncIterator[None]:
        patience = Patience(self.clock, lambda: 0.0)
        namespace = SETTINGS.namespace
        async with (
            self.cluster,
            Recorder(self.cluster, namespace, self.tracker, patience, str) as recorder,
            Troubles(Events(self.cluster, namespace, self.cluster.clock), self.tracker, patience) as troubles,
            Feeder(self.cluster, namespace, "", self.tracker, patience) as feeder,
            Follower(
                self.cluster, SETTINGS, self.tracker, recorder, troubles, feeder, asyncio.Queue(), patience
            ) as follower,
        ):
            await follower.synced()
            yield


def refusal(job_id: str = "a", *, used: int = 0) -> str:
    """What is told of a Job that may have no pod: without the pod's drawn name, another at each attempt."""
    return (
        f'FailedCreate: Error creating: pods "{job_id}" is forbidden: exceeded quota: team, '
        f"requested: pods=1, used: pods={used}, limited: pods=0"
    )


@pytest.fixture
async def looking() -> AsyncIterator[Looking]:
    looking = Looking()
    async with looking.entered():
        yield looking


async def test_why_a_job_has_no_pod_is_told_soon(looking: Looking) -> None:
    looking.forbid_pods()
    looking.submit()
    await looking.clock.advance(SOON_S)
    assert looking.message() == refusal()


async def test_why_a_pod_does_not_get_on_is_told_and_not_what_its_job_met_before(looking: Looking) -> None:
    looking.forbid_pods()
    looking.submit()
    await looking.pod_comes_after_all()
    looking.pod().gets_event("FailedMount", "no secret")
    await looking.clock.advance(SOON_S)
    assert looking.message() == "FailedMount: no secret"


async def test_what_concerns_others_is_not_told(looking: Looking) -> None:
    looking.submit("a")
    looking.forbid_pods()
    looking.submit("b")
    await looking.clock.advance(SOON_S)
    assert looking.message("a") == ""
    assert looking.message("b") == refusal("b", used=1)


async def test_a_job_that_starts_at_once_is_not_looked_into(looking: Looking) -> None:
    looking.submit()
    looking.pod().running()
    await looking.clock.advance(60)
    assert looking.reads() == 0


async def test_trouble_that_comes_late_is_told(looking: Looking) -> None:
    looking.submit()
    await looking.clock.advance(600)
    looking.pod().gets_event("FailedMount", "no secret")
    await looking.clock.advance(DEFAULT_ATTENTION.again.cap_s + 1)
    assert looking.message() == "FailedMount: no secret"


async def test_what_is_overtaken_is_no_longer_told(looking: Looking) -> None:
    looking.submit()
    looking.pod().gets_event("FailedMount", "no secret")
    await looking.clock.advance(SOON_S)
    assert looking.message() == "FailedMount: no secret"
    looking.pod().gets_event("Pulling", "an image", warning=False)
    await looking.clock.advance(60)
    assert looking.message() == ""


async def test_what_the_cluster_has_forgotten_stays_told(looking: Looking) -> None:
    looking.forbid_pods()
    looking.submit()
    await looking.clock.advance(SOON_S)
    told = looking.message()
    assert told == refusal()
    looking.forget_events()
    await looking.clock.advance(600)
    assert looking.message() == told


async def test_a_new_pod_is_looked_into_soon_however_long_its_job_has_waited(looking: Looking) -> None:
    looking.forbid_pods()
    looking.submit()
    await looking.clock.advance(3600)
    await looking.pod_comes_after_all()
    looking.pod().gets_event("FailedMount", "no secret")
    await looking.clock.advance(SOON_S)
    assert looking.message() == "FailedMount: no secret"


async def test_a_job_that_waits_for_an_hour_is_read_about_once_a_minute(looking: Looking) -> None:
    looking.submit()
    await looking.clock.advance(3600)
    assert 60 <= looking.reads() <= 66


async def test_a_thousand_waiting_jobs_are_read_of_a_few_a_second(looking: Looking) -> None:
    for number in range(999):
        looking.submit(f"j{number}")
    looking.forget_events()
    looking.forbid_pods()
    looking.submit("j999")
    await looking.clock.advance(60)
    assert looking.reads() <= 60 * MOST_A_SECOND
    await looking.clock.advance(1000 / MOST_A_SECOND)
    assert looking.message("j999") == refusal("j999", used=999)


async def test_reads_that_hang_are_few(looking: Looking) -> None:
    stall = looking.faults.stall("list events")
    for number in range(20):
        looking.submit(f"j{number}")
    await looking.clock.advance(600)
    assert looking.reads() == DEFAULT_ATTENTION.at_once
    stall.end()
    await looking.clock.advance(20)
    assert looking.reads() >= 20


async def test_a_read_that_fails_is_followed_by_another(looking: Looking) -> None:
    looking.faults.fail("list events", times=2)
    looking.forbid_pods()
    looking.submit()
    await looking.clock.advance(20)
    assert looking.message() == refusal()
    assert looking.reads("watch") == 0


async def test_where_a_list_is_not_granted_a_short_watch_tells_and_that_is_remembered(
    looking: Looking,
) -> None:
    looking.faults.deny("list events")
    looking.forbid_pods()
    looking.submit()
    await looking.clock.advance(SOON_S + WATCH_S)
    assert looking.message() == refusal()
    assert looking.faults.open_streams == 2  # Jobs and Pods
    await looking.clock.advance(60)
    assert looking.reads("list") == 1
    assert looking.reads("watch") > 3


async def test_a_watch_that_the_server_does_not_end_is_left(looking: Looking) -> None:
    looking.faults.deny("list events")
    looking.faults.stall("watch events")
    looking.submit()
    await looking.clock.advance(SOON_S + WATCH_S)
    assert looking.faults.open_streams == 3
    await looking.clock.advance(WATCH_AT_MOST_S - WATCH_S)
    assert looking.faults.open_streams == 2


async def test_without_any_permission_nothing_is_told_and_nothing_asked_again(
    looking: Looking, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "launcher_k8s")
    looking.faults.deny("list events")
    looking.faults.deny("watch events")
    looking.forbid_pods()
    looking.submit()
    await looking.clock.advance(60)
    looking.submit("b")
    await looking.clock.advance(60)
    assert looking.message() == ""
    assert (looking.reads("list"), looking.reads("watch")) == (1, 1)
    assert [record.levelname for record in caplog.records] == ["DEBUG"] * 2


async def test_leaving_ends_a_read_under_way() -> None:
    looking = Looking()
    looking.faults.deny("list events")
    async with looking.entered():
        looking.submit()
        await looking.clock.advance(SOON_S)
        assert looking.faults.open_streams == 3
    assert looking.faults.open_streams == 0
