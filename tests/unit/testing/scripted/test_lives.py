"""Lives: what goes wrong in one fails its test, and what is none is refused."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from launcher_k8s import JobState, JobStatus
from launcher_k8s.errors import OperationTimeoutError
from launcher_k8s.testing import ScriptedCluster, ScriptedPod, finishes, runs, stays_pending
from tests.unit.testing.scripted.conftest import JOB, backend_on


class OwnError(Exception):
    """What only a test raises."""


def fails_at_once(pod: ScriptedPod) -> None:
    raise OwnError(pod.name)


def fails_later(pod: ScriptedPod) -> Iterator[float]:
    pod.running()
    yield 60
    raise OwnError(pod.name)


async def lived(cluster: ScriptedCluster) -> JobStatus:
    async with backend_on(cluster) as backend:
        submitted = await backend.submit(JOB, user="me")
        return await backend.wait(submitted.id)


async def noted(cluster: ScriptedCluster, told: list[JobStatus]) -> None:
    """Waits for the end of a job, and goes on to fail of it."""
    async with backend_on(cluster) as backend:
        submitted = await backend.submit(JOB, user="me")
        told.append(await backend.wait(submitted.id))
        raise AssertionError("of its consequences")


@pytest.mark.parametrize("life", [fails_at_once, fails_later])
async def test_an_error_of_a_life_ends_waiting_and_is_raised_when_the_cluster_is_left(life: Any) -> None:
    cluster = ScriptedCluster(life=life)
    told: list[JobStatus] = []
    with pytest.raises(OwnError):
        await noted(cluster, told)
    assert told[0].state in (JobState.FAILED, JobState.KILLED)
    assert "the test's life of this pod raised OwnError" in told[0].status_message


async def test_an_error_of_a_life_is_raised_once() -> None:
    cluster = ScriptedCluster(life=fails_at_once)
    with pytest.raises(OwnError):
        await lived(cluster)
    async with cluster:
        assert len(cluster.pods()) == 1


def forgets_await(pod: ScriptedPod) -> object:
    return is_async(pod)


async def is_async(pod: ScriptedPod) -> None:
    pod.running()


async def yields_async(pod: ScriptedPod) -> AsyncIterator[float]:
    yield 1
    pod.running()


@pytest.mark.parametrize(
    ("life", "said"),
    [
        (finishes, "write life=finishes()"),
        (runs, "write life=runs()"),
        (stays_pending, "write life=stays_pending()"),
        ("finishes", "not a string"),
        (is_async, "is async"),
        (yields_async, "is async"),
    ],
)
def test_what_is_no_life_is_refused(life: Any, said: str) -> None:
    with pytest.raises(TypeError, match=re.escape(said)):
        ScriptedCluster(life=life)
    cluster = ScriptedCluster()
    with pytest.raises(TypeError, match=re.escape(said)):
        cluster.life = life


@pytest.mark.parametrize(
    ("life", "error", "said"),
    [
        (lambda _: finishes(0), TypeError, "gives a function, not seconds"),
        (forgets_await, TypeError, "gives coroutine"),
        (lambda _: "10", TypeError, "gives a string"),
        (lambda _: 10, TypeError, "gives an integer"),
        (lambda _: iter(["10"]), TypeError, "seconds are a number, not a string '10'"),
        (lambda _: iter([None]), TypeError, "seconds are a number, not null"),
        (lambda _: iter([-1]), ValueError, "no -1 seconds can pass"),
        (lambda _: iter([float("nan")]), ValueError, "no nan seconds can pass"),
        (lambda _: iter([10**400]), OverflowError, "too large"),
    ],
)
async def test_what_gives_no_seconds_is_refused(life: Any, error: type[Exception], said: str) -> None:
    cluster = ScriptedCluster(life=life)
    with pytest.raises(error, match=re.escape(said)):
        await lived(cluster)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"code": 300}, ValueError),
        ({"code": -1}, ValueError),
        ({"code": "0"}, TypeError),
        ({"code": True}, TypeError),
        ({"after_s": -1}, ValueError),
        ({"pending_s": "1"}, TypeError),
    ],
)
def test_an_end_that_no_program_has_is_refused(arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        finishes(**arguments)


async def test_a_wait_for_what_nobody_does_ends_with_its_time_limit() -> None:
    cluster = ScriptedCluster()
    async with backend_on(cluster) as backend:
        submitted = await backend.submit(JOB, user="me")
        with pytest.raises(OperationTimeoutError, match="Pending"):
            await backend.wait(submitted.id, timeout_s=3600)
        assert cluster.clock.monotonic() >= 3600
