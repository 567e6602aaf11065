from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from launcher_k8s import (
    BackendClosedError,
    ClusterError,
    ClusterSettings,
    ForbiddenError,
    Job,
    JobBackend,
    JobState,
    NotSupportedError,
    Operation,
    UnavailableError,
    Utilization,
)
from launcher_k8s.backend.metering import GIVE_UP_S, PERIOD_S
from launcher_k8s.testing import ALWAYS, ScriptedCluster, ScriptedPod
from launcher_k8s.testing.cluster.access import Denial
from launcher_k8s.testing.cluster.refusals import refusal

SETTINGS = ClusterSettings(api_url="https://k8s.example.org", auth_token="token")
GROUP = "metrics.k8s.io"
NO_LIST = Denial(verb="list", resource="pods", group=GROUP)
NO_GET = Denial(verb="get", resource="pods", group=GROUP)


@pytest.fixture
def cluster() -> ScriptedCluster:
    return ScriptedCluster()


@pytest.fixture
async def backend(cluster: ScriptedCluster) -> AsyncIterator[JobBackend]:
    chance = random.Random(1)
    async with JobBackend(
        SETTINGS, cluster=cluster, clock=cluster.clock, groups=lambda _: (), random=chance
    ) as backend:
        yield backend


async def running(cluster: ScriptedCluster, backend: JobBackend) -> tuple[str, ScriptedPod]:
    job_id = (await backend.submit(Job.shell("make", name="a", image="r:4"), user="jsmith")).id
    pod = cluster.pod_of(job_id).running()
    await backend.wait(job_id, until=JobState.RUNNING)
    return job_id, pod


def asked(cluster: ScriptedCluster) -> list[str]:
    """The requests to the metrics API."""
    return [each.verb for each in cluster.asked if each.resource.group == GROUP]


def commands(cluster: ScriptedCluster) -> int:
    return cluster.requests().count("get pods/exec")


async def test_figures_are_of_the_api_and_of_the_container(
    cluster: ScriptedCluster, backend: JobBackend
) -> None:
    job_id, pod = await running(cluster, backend)
    pod.uses(cpus=1.5, mem_mb=1.024, cpu_time_s=7.5, virtual_memory_mb=64)
    async with backend.utilization(job_id) as figures:
        now = cluster.clock.now()
        assert await anext(figures) == Utilization(
            time=now,
            cpu_percent=150.0,
            cpu_time_s=7.5,
            virtual_memory_mb=64.0,
            resident_memory_mb=1.024,
        )


async def test_figures_come_each_period_until_the_job_ends(
    cluster: ScriptedCluster, backend: JobBackend
) -> None:
    job_id, pod = await running(cluster, backend)
    pod.uses(cpus=1)
    times = []
    async with backend.utilization(job_id) as figures:
        async for each in figures:
            times.append(each.time)
            if len(times) == 3:
                pod.exits(0)
    assert [(time - times[0]).total_seconds() for time in times] == [0, PERIOD_S, 2 * PERIOD_S]


async def test_one_list_serves_every_stream(cluster: ScriptedCluster, backend: JobBackend) -> None:
    jobs = [await running(cluster, backend) for _ in range(5)]
    for _, pod in jobs:
        pod.uses(cpus=1)
    streams = [backend.utilization(job_id) for job_id, _ in jobs]
    for _ in range(2):
        await asyncio.gather(*map(anext, streams))
    assert asked(cluster) == ["list", "list"]
    for stream in streams:
        await stream.aclose()


async def test_without_list_each_pod_is_asked_for(cluster: ScriptedCluster, backend: JobBackend) -> None:
    cluster.api.access.deny(NO_LIST)
    jobs = [await running(cluster, backend) for _ in range(2)]
    for _, pod in jobs:
        pod.uses(cpus=1)
    streams = [backend.utilization(job_id) for job_id, _ in jobs]
    for _ in range(2):
        await asyncio.gather(*map(anext, streams))
    assert asked(cluster) == ["list", *["get"] * 4]
    for stream in streams:
        await stream.aclose()


async def test_nothing_is_asked_when_nobody_reads(cluster: ScriptedCluster, backend: JobBackend) -> None:
    job_id, pod = await running(cluster, backend)
    pod.uses(cpus=1)
    async with backend.utilization(job_id) as figures:
        await anext(figures)
    before = len(asked(cluster))
    await cluster.clock.advance(10 * PERIOD_S)
    assert len(asked(cluster)) == before


async def test_a_slow_reader_is_told_the_newest(cluster: ScriptedCluster, backend: JobBackend) -> None:
    job_id, pod = await running(cluster, backend)
    pod.uses(cpus=1)
    async with backend.utilization(job_id) as figures:
        first = await anext(figures)
        await cluster.clock.advance(5 * PERIOD_S)
        second = await anext(figures)
        assert (second.time - first.time).total_seconds() == 5 * PERIOD_S


async def test_a_suspended_job_is_waited_for(cluster: ScriptedCluster, backend: JobBackend) -> None:
    job_id, pod = await running(cluster, backend)
    pod.uses(cpus=1)
    await backend.control(job_id, Operation.SUSPEND)
    reading = asyncio.create_task(anext(backend.utilization(job_id)))
    await cluster.clock.advance(GIVE_UP_S + PERIOD_S)
    assert not reading.done()
    assert asked(cluster) == []
    await backend.control(job_id, Operation.RESUME)
    assert (await reading).cpu_percent == 100.0


async def test_figures_that_come_late_are_waited_for(cluster: ScriptedCluster, backend: JobBackend) -> None:
    job_id, pod = await running(cluster, backend)
    reading = asyncio.create_task(anext(backend.utilization(job_id)))
    await cluster.clock.advance(3 * PERIOD_S)
    pod.uses(cpus=1)
    assert (await reading).cpu_percent == 100.0


async def test_a_job_that_is_never_measured_is_given_up(
    cluster: ScriptedCluster, backend: JobBackend
) -> None:
    job_id, pod = await running(cluster, backend)
    with pytest.raises(ClusterError, match=f"told nothing of pod {pod.name} for 120 s") as caught:
        await anext(backend.utilization(job_id))
    assert "kubectl top pod" in caught.value.hint


@pytest.mark.parametrize("denials", [(), (NO_LIST,)], ids=["list", "get"])
async def test_without_a_metrics_api_it_is_told_what_to_install(
    cluster: ScriptedCluster, backend: JobBackend, denials: tuple[Denial, ...]
) -> None:
    cluster.has_metrics = False
    for denial in denials:
        cluster.api.access.deny(denial)
    job_id, _ = await running(cluster, backend)
    with pytest.raises(NotSupportedError, match=r"no metrics API \(metrics\.k8s\.io\)") as caught:
        await anext(backend.utilization(job_id))
    assert "install metrics-server" in caught.value.hint


async def test_a_metrics_api_that_does_not_answer_is_told(
    cluster: ScriptedCluster, backend: JobBackend
) -> None:
    job_id, _ = await running(cluster, backend)
    cluster.faults.refuse("list pods", refusal(503, "ServiceUnavailable", "down"), times=ALWAYS)
    with pytest.raises(UnavailableError, match="does not answer: the metrics API") as caught:
        await anext(backend.utilization(job_id))
    assert "install metrics-server" in caught.value.hint


async def test_a_stream_outlives_a_short_silence_of_the_api(
    cluster: ScriptedCluster, backend: JobBackend
) -> None:
    job_id, pod = await running(cluster, backend)
    pod.uses(cpus=1)
    async with backend.utilization(job_id) as figures:
        await anext(figures)
        cluster.faults.refuse("list pods", refusal(503, "ServiceUnavailable", "down"), times=7)
        assert (await anext(figures)).cpu_percent == 100.0


async def test_what_may_not_be_asked_is_told(cluster: ScriptedCluster, backend: JobBackend) -> None:
    cluster.api.access.deny(NO_LIST)
    cluster.api.access.deny(NO_GET)
    job_id, _ = await running(cluster, backend)
    with pytest.raises(ForbiddenError, match="pods"):
        await anext(backend.utilization(job_id))


async def test_an_image_without_a_shell_is_asked_once(cluster: ScriptedCluster, backend: JobBackend) -> None:
    job_id, pod = await running(cluster, backend)
    pod.uses(cpus=1, cpu_time_s=3).without_programs()
    async with backend.utilization(job_id) as figures:
        told = [await anext(figures), await anext(figures)]
    assert [(each.cpu_percent, each.cpu_time_s, each.virtual_memory_mb) for each in told] == [
        (100.0, None, None)
    ] * 2
    assert commands(cluster) == 1


async def test_where_nothing_may_be_executed_it_is_asked_once(
    cluster: ScriptedCluster, backend: JobBackend
) -> None:
    cluster.faults.deny("get pods/exec")
    job_id, pod = await running(cluster, backend)
    pod.uses(cpus=1, cpu_time_s=3)
    async with backend.utilization(job_id) as figures:
        told = [await anext(figures), await anext(figures)]
    assert [each.cpu_time_s for each in told] == [None, None]
    assert commands(cluster) == 1


async def test_commands_are_few_at_a_time(cluster: ScriptedCluster, backend: JobBackend) -> None:
    jobs = [await running(cluster, backend) for _ in range(20)]
    for _, pod in jobs:
        pod.uses(cpus=1, cpu_time_s=3)
    stall = cluster.faults.stall("get pods/exec")
    streams = [backend.utilization(job_id) for job_id, _ in jobs]
    reading = [asyncio.create_task(anext(stream)) for stream in streams]
    await cluster.clock.advance(1)
    assert commands(cluster) == 8
    stall.end()
    assert [(await each).cpu_time_s for each in reading] == [3.0] * 20
    for stream in streams:
        await stream.aclose()


async def test_a_container_that_does_not_answer_holds_nothing_up(
    cluster: ScriptedCluster, backend: JobBackend
) -> None:
    job_id, pod = await running(cluster, backend)
    pod.uses(cpus=1, cpu_time_s=3)
    stall = cluster.faults.stall("get pods/exec")
    async with backend.utilization(job_id) as figures:
        assert (await anext(figures)).cpu_time_s is None
        stall.end()
        assert (await anext(figures)).cpu_time_s == 3


async def test_leaving_the_backend_ends_the_stream(cluster: ScriptedCluster) -> None:
    async with JobBackend(SETTINGS, cluster=cluster, clock=cluster.clock, groups=lambda _: ()) as backend:
        job_id, _ = await running(cluster, backend)
        reading = asyncio.create_task(anext(backend.utilization(job_id)))
        await cluster.clock.advance(1)
    with pytest.raises(BackendClosedError):
        await reading


async def test_a_mistake_of_ours_reaches_every_stream(
    cluster: ScriptedCluster, backend: JobBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id, pod = await running(cluster, backend)
    pod.uses(cpus=1)
    monkeypatch.setattr("launcher_k8s.backend.metering.decode_usage_page", lambda _body: None)
    with pytest.raises(AttributeError):
        await anext(backend.utilization(job_id))
