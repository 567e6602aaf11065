"""Who carries out a declared control when, on a scripted clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from launcher_k8s import ClusterSettings, JobBackend, JobState, Operation
from launcher_k8s.backend.succession import AGAIN_S, NEARER_S
from launcher_k8s.rows import Intent, format_intent
from launcher_k8s.shape.names import INTENT_ANNOTATION
from launcher_k8s.testing import ALWAYS, ScriptedCluster, runs
from tests.unit.backend.placed import annotate, place

SETTINGS = ClusterSettings(namespace="jobs")
ID = "build-1"


@pytest.fixture
def cluster() -> ScriptedCluster:
    return ScriptedCluster(life=runs())


def backend_on(cluster: ScriptedCluster) -> JobBackend:
    return JobBackend(SETTINGS, cluster=cluster, clock=cluster.clock, groups=lambda _user: ())


@pytest.fixture
async def backend(cluster: ScriptedCluster) -> AsyncIterator[JobBackend]:
    """A backend with a job that runs, and that another process has submitted."""
    async with backend_on(cluster) as backend:
        place(cluster, SETTINGS, ID)
        await backend.wait(ID, until=JobState.RUNNING)
        yield backend


def declare(cluster: ScriptedCluster, operation: Operation, *, in_s: float = 0.0) -> None:
    """Let another process declare a control, on a clock of its own."""
    intent = Intent(operation, cluster.clock.now().timestamp() + in_s, "jsmith")
    annotate(cluster, "jobs", ID, {INTENT_ANNOTATION: format_intent(intent)})


def signals(cluster: ScriptedCluster) -> Sequence[str]:
    return cluster.pod_of(ID).signals


@pytest.mark.parametrize("in_s", [0.0, 3600.0])
async def test_the_process_that_has_declared_it_is_given_some_seconds(
    cluster: ScriptedCluster, backend: JobBackend, in_s: float
) -> None:
    declare(cluster, Operation.SUSPEND, in_s=in_s)
    await cluster.clock.sleep(NEARER_S - 1)
    assert signals(cluster) == []
    await cluster.clock.sleep(2)
    assert signals(cluster) == ["STOP"]


async def test_what_another_process_has_done_is_not_done_again(cluster: ScriptedCluster) -> None:
    async with backend_on(cluster) as backend, backend_on(cluster) as other:
        place(cluster, SETTINGS, ID)
        await other.wait(ID, until=JobState.RUNNING)
        cluster.pod_of(ID).ignores_term()
        await backend.control(ID, Operation.STOP)
        await cluster.clock.sleep(10 * NEARER_S)
        assert signals(cluster) == ["TERM"]


async def test_of_several_processes_one_carries_it_out(cluster: ScriptedCluster, backend: JobBackend) -> None:
    cluster.pod_of(ID).ignores_term()
    async with backend_on(cluster), backend_on(cluster):
        declare(cluster, Operation.STOP)
        await cluster.clock.sleep(10 * NEARER_S)
    assert signals(cluster) == ["TERM"]


async def test_a_failure_that_may_pass_is_waited_out(cluster: ScriptedCluster, backend: JobBackend) -> None:
    declare(cluster, Operation.STOP)
    faults = [cluster.faults.fail(what, times=ALWAYS) for what in ("get pods/exec", "patch pods")]
    await cluster.clock.sleep(3 * NEARER_S)
    assert not signals(cluster)
    for fault in faults:
        fault.end()
    await cluster.clock.sleep(2 * AGAIN_S)
    assert signals(cluster) == ["TERM"]


async def test_what_may_never_be_done_is_tried_once(cluster: ScriptedCluster, backend: JobBackend) -> None:
    declare(cluster, Operation.STOP)
    for what in ("get pods/exec", "patch pods"):
        cluster.faults.fail(what, code=403, times=ALWAYS)
    await cluster.clock.sleep(100 * AGAIN_S)
    assert cluster.requests().count("patch pods") == 1


async def test_jobs_of_another_instance_are_left_to_it(cluster: ScriptedCluster, backend: JobBackend) -> None:
    foreign = place(cluster, ClusterSettings(namespace="jobs", instance_id="other"), "other-1")
    await backend.wait("other-1", until=JobState.RUNNING)
    intent = Intent(Operation.KILL, cluster.clock.now().timestamp())
    annotate(cluster, "jobs", foreign["metadata"]["name"], {INTENT_ANNOTATION: format_intent(intent)})
    await cluster.clock.sleep(10 * NEARER_S)
    assert cluster.pod_of("other-1").signals == []
