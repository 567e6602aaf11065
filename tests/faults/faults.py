"""Every fault that the scenario is played under: how it is caused, where it can be, and what it may change.

Each proves that it was met: a fault that nobody meets shows nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import attrs

from launcher_k8s import JobState, Mount, MountSource
from launcher_k8s.connection import PODS, Resource
from tests.cluster.real import RealCluster
from tests.cluster.waiting import ClusterError
from tests.contract.acts import Act, Outgrows, PrintsLines, WaitsFor
from tests.contract.faults import Answers, Breach, CutsStream, Delays, LosesAnswer, LosesRequest, On
from tests.contract.real import RealWorld
from tests.contract.world import World
from tests.faults.ledger import Life

Strike = Callable[[World, str], Awaitable[None]]
SAID = PrintsLines(0, 200)
STAYS: Sequence[Act] = (SAID, WaitsFor("never"))
SCRATCH = Mount("/scratch", MountSource("passthrough", {"name": "scratch", "emptyDir": {"sizeLimit": "1Mi"}}))
AWAY_S = {"scripted": 45, "embedded": 3, "real": 1}
QUOTA = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"}}
WATCHED = (On("watch", "jobs"), On("watch", "pods"), On("log", "pods"))
WRITTEN = (On("create", "jobs"), On("create", "services"), On("patch", "jobs"))
CONNECTED = (On("exec", "pods"), On("attach", "pods"))


@attrs.frozen
class Fault:
    """One way to go wrong.

    Args:
        name: It, for people.
        strike: Causes it, told a job that prints; returns when it is over.
        acts: What that job does, if not the usual.
        options: Of that job.
        end: How that job ends, if the fault ends it.
        is_last: Whether nothing can start or be read afterwards: it strikes when all others have ended.
    """

    name: str
    strike: Strike
    acts: Sequence[Act] = ()
    options: Mapping[str, Any] = attrs.field(factory=dict)
    end: Life | None = None
    is_last: bool = False


def taken_away(words: str) -> Life:
    """The life of a job that somebody ends while it waits."""
    return Life(JobState.FAILED, (None, 137, 143), SAID.data, words, may_lack=True)


async def away(world: World) -> None:
    """Let the time pass in which nobody can reach the cluster; where time is scripted it is long."""
    await world.clock.sleep(AWAY_S[world.name])


async def met(world: World, breaches: Sequence[Breach]) -> None:
    """Return when every one of these has been met at least once, and end them."""
    await world.until(lambda: all(breach.hits for breach in breaches), "each fault is met")
    for breach in breaches:
        breach.end()


def failing(status: int) -> Strike:
    """A server that answers everything with an error for a while."""

    async def strike(world: World, _job_id: str) -> None:
        asked = (*WATCHED, *WRITTEN, *CONNECTED)
        breaches = [world.break_(Answers(on, status, times=2)) for on in asked]
        await world.cut()
        await met(world, breaches)

    return strike


def losing(kind: type[LosesAnswer | LosesRequest]) -> Strike:
    """Answers or requests that are lost, of every kind."""

    async def strike(world: World, _job_id: str) -> None:
        breaches = [world.break_(kind(on, times=2)) for on in (*WATCHED, *WRITTEN)]
        await world.cut()
        await met(world, breaches)

    return strike


async def late(world: World, _job_id: str) -> None:
    breaches = [world.break_(Delays(on, seconds=1, times=2)) for on in (*WATCHED, *WRITTEN)]
    await world.cut()
    await met(world, breaches)


def cutting(after_bytes: int) -> Strike:
    """Streams that break after so many bytes, in the middle of a line."""

    async def strike(world: World, _job_id: str) -> None:
        breaches = [world.break_(CutsStream(on, after_bytes, times=3)) for on in WATCHED]
        await world.cut()
        await met(world, breaches)

    return strike


async def cut_again_and_again(world: World, _job_id: str) -> None:
    for _ in range(5):
        await world.cut()
        await world.clock.sleep(0.2)


async def unreachable(world: World, _job_id: str) -> None:
    async with world.unreachable():
        await away(world)


async def standing_still(world: World, _job_id: str) -> None:
    async with world.standing_still():
        await away(world)


async def expiring(world: World, _job_id: str) -> None:
    for _ in range(3):
        await world.expire_versions()
        await world.clock.sleep(0.3)


async def rotating(world: World, _job_id: str) -> None:
    await world.rotate_token()
    await world.cut()


async def denied(world: World, _job_id: str) -> None:
    for verb, plural in (("watch", "jobs"), ("watch", "pods"), ("create", "jobs"), ("get", "pods/log")):
        await world.deny(verb, plural)
    await world.cut()
    await world.clock.sleep(1)
    await world.allow()


async def over_quota(world: World, _job_id: str) -> None:
    quotas = world.within(Resource("resourcequotas"))
    await world.create(quotas, QUOTA | {"spec": {"hard": {"count/jobs.batch": "1"}}})
    await world.clock.sleep(1)
    await world.delete(quotas.named("few"))


async def evicted_by_node(world: World, job_id: str) -> None:
    await world.evict_by_node(job_id)


async def evicted_by_api(world: World, job_id: str) -> None:
    await world.evict_by_api(job_id)


async def out_of_memory(world: World, job_id: str) -> None:
    await world.run_out_of_memory(job_id)


async def node_lost(world: World, job_id: str) -> None:
    await world.lose_node(job_id)


async def pod_deleted(world: World, job_id: str) -> None:
    (pod,) = await world.pods_of(job_id)
    await world.delete(world.within(PODS).named(pod["metadata"]["name"]), grace_s=0)


async def api_server_killed(world: World, _job_id: str) -> None:
    cluster = real_cluster_of(world)
    await _away_between(world, cluster.kill_api_server, cluster.start_api_server)


async def kubelet_stopped(world: World, job_id: str) -> None:
    cluster = real_cluster_of(world)
    await _away_between(world, cluster.stop_kubelet, cluster.start_kubelet)
    await world.until(lambda: _is_reached(world, job_id), "the kubelet knows its pods again")


async def _away_between(world: World, stop: Callable[[], None], start: Callable[[], None]) -> None:
    await asyncio.to_thread(stop)
    try:
        await away(world)
    finally:
        await asyncio.to_thread(start)


async def _is_reached(world: World, job_id: str) -> bool:
    assert isinstance(world, RealWorld)
    try:
        await world.run(job_id, "true")
    except ClusterError:
        return False
    return True


def real_cluster_of(world: World) -> RealCluster:
    """The cluster whose parts can be stopped."""
    assert isinstance(world, RealWorld)
    return world.cluster


IN_TURN = (
    Fault("cut again and again", cut_again_and_again),
    Fault("answers 429", failing(429)),
    Fault("answers 500", failing(500)),
    Fault("answers 503", failing(503)),
    Fault("answers lost", losing(LosesAnswer)),
    Fault("requests lost", losing(LosesRequest)),
    Fault("answers late", late),
    Fault("cut at once", cutting(1)),
    Fault("cut in a line", cutting(700)),
    Fault("unreachable", unreachable),
    Fault("standing still", standing_still),
    Fault("versions expired", expiring),
)
ROTATED = Fault("token rotated", rotating)
DENIED = Fault("permissions denied", denied)
QUOTA_USED = Fault("quota used up", over_quota)
EVICTED = Fault("evicted by its node", evicted_by_node, STAYS, {"mounts": [SCRATCH]}, taken_away("Evicted"))
DRAINED = Fault("evicted by the API", evicted_by_api, STAYS, end=taken_away("EvictionByEvictionAPI"))
DELETED = Fault("pod deleted", pod_deleted, STAYS, end=taken_away("pod"))
OUTGROWN = Fault(
    "out of memory",
    out_of_memory,
    (SAID, WaitsFor("memory"), Outgrows()),
    {"mem_mb": 32},
    Life(JobState.KILLED, (137,), SAID.data, "OOMKilled", last_words=b"Killed\n"),
)
LOST = Fault("node lost", node_lost, STAYS, end=taken_away(""), is_last=True)
ANYWHERE = (*IN_TURN, DENIED, QUOTA_USED, EVICTED, DRAINED, DELETED, OUTGROWN, LOST)
AT_ONCE: Mapping[str, Sequence[Fault]] = {
    "API server killed": [Fault("API server killed", api_server_killed)],
    "kubelet stopped": [Fault("kubelet stopped", kubelet_stopped)],
    "account refused": [ROTATED, DENIED, QUOTA_USED],
    "jobs taken away": [DRAINED, DELETED, OUTGROWN],
}
"""What the real cluster is shown at once, because there each costs seconds."""
