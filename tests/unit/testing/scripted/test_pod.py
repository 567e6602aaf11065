"""What each thing that can happen to a pod leaves behind, and what the real backend says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from launcher_k8s import JobBackend, JobState, OutputChunk
from launcher_k8s.connection import PODS, LogOptions
from launcher_k8s.testing import ScriptedCluster, ScriptedPod
from launcher_k8s.testing.cluster.kinds import EVENT, JOB, POD
from tests.unit.testing.scripted.conftest import JOB as HELLO


@pytest.fixture
async def pod(cluster: ScriptedCluster, backend: JobBackend) -> ScriptedPod:
    submitted = await backend.submit(HELLO, user="me")
    return cluster.pod_of(submitted.id)


def job_id(pod: ScriptedPod) -> str:
    return str(pod.job["metadata"]["name"])


def state(pod: ScriptedPod) -> Any:
    return pod.object["status"]["containerStatuses"][0]["state"]


def condition(pod: ScriptedPod, type_: str) -> Any:
    return next(each for each in pod.object["status"]["conditions"] if each["type"] == type_)


def reasons(cluster: ScriptedCluster) -> list[str]:
    return [event["reason"] for event in cluster.api.objects(EVENT)]


async def test_a_new_pod_has_no_node(pod: ScriptedPod) -> None:
    assert "nodeName" not in pod.object["spec"]
    assert pod.object["status"] == {"phase": "Pending", "qosClass": "BestEffort"}


async def test_pending_tells_why_no_node_is_found(
    cluster: ScriptedCluster, backend: JobBackend, pod: ScriptedPod
) -> None:
    pod.pending("Unschedulable", "0/3 nodes are available: 3 Insufficient memory.")
    assert condition(pod, "PodScheduled")["reason"] == "Unschedulable"
    assert "FailedScheduling" in reasons(cluster)
    await cluster.clock.settle()
    [status] = await backend.list()
    assert status.status_message == "Unschedulable: 0/3 nodes are available: 3 Insufficient memory."


async def test_an_event_tells_what_the_status_does_not(
    cluster: ScriptedCluster, backend: JobBackend, pod: ScriptedPod
) -> None:
    pod.gets_event("FailedMount", "no secret")
    assert state(pod)["waiting"]["reason"] == "ContainerCreating"
    await cluster.clock.advance(10)
    [status] = await backend.list()
    assert status.status_message == "FailedMount: no secret"
    pod.gets_event("Pulling", "it goes on", warning=False)
    await cluster.clock.advance(60)
    [status] = await backend.list()
    assert status.status_message == ""


async def test_waiting_names_what_the_container_waits_for(
    cluster: ScriptedCluster, backend: JobBackend, pod: ScriptedPod
) -> None:
    pod.waiting("ErrImagePull", "no such image")
    assert state(pod) == {"waiting": {"reason": "ErrImagePull", "message": "no such image"}}
    assert pod.object["spec"]["nodeName"]
    await cluster.clock.settle()
    [status] = await backend.list()
    assert (status.state, status.status_message) == (JobState.PENDING, "ErrImagePull: no such image")


@pytest.mark.parametrize("reason", ["ContainerCreating", "PodInitializing"])
async def test_the_usual_preparations_are_no_trouble(
    cluster: ScriptedCluster, backend: JobBackend, pod: ScriptedPod, reason: str
) -> None:
    pod.waiting(reason)
    await cluster.clock.advance(10)
    [status] = await backend.list()
    assert (status.state, status.status_message) == (JobState.PENDING, "")


async def test_running_starts_every_container(
    cluster: ScriptedCluster, backend: JobBackend, pod: ScriptedPod
) -> None:
    pod.running()
    assert pod.is_running
    assert pod.object["status"]["phase"] == "Running"
    assert condition(pod, "Ready")["status"] == "True"
    assert (await backend.wait(job_id(pod), until={JobState.RUNNING})).state is JobState.RUNNING


@pytest.mark.parametrize(("code", "phase", "reason"), [(0, "Succeeded", "Completed"), (3, "Failed", "Error")])
async def test_exits_ends_the_pod_with_its_only_container(
    backend: JobBackend, pod: ScriptedPod, code: int, phase: str, reason: str
) -> None:
    pod.running().exits(code)
    assert pod.object["status"]["phase"] == phase
    assert state(pod)["terminated"]["reason"] == reason
    status = await backend.wait(job_id(pod))
    assert (status.state, status.exit_code) == (JobState.FINISHED, code)


async def test_an_end_without_a_start_starts_first(backend: JobBackend, pod: ScriptedPod) -> None:
    pod.exits(1)
    assert (await backend.wait(job_id(pod))).start_time is not None


async def test_the_job_ends_after_its_pod(cluster: ScriptedCluster, pod: ScriptedPod) -> None:
    pod.exits()
    await cluster.clock.advance(5)
    conditions = [each["type"] for each in pod.job["status"]["conditions"]]
    assert conditions == ["SuccessCriteriaMet", "Complete"]
    assert "finalizers" not in pod.object["metadata"]
    assert "Completed" in reasons(cluster)


async def test_oom_killed(backend: JobBackend, pod: ScriptedPod) -> None:
    pod.running().oom_killed()
    status = await backend.wait(job_id(pod))
    assert (status.state, status.exit_code) == (JobState.KILLED, 137)
    assert "OOMKilled" in status.status_message


async def test_evicted(cluster: ScriptedCluster, backend: JobBackend, pod: ScriptedPod) -> None:
    pod.running().evicted("The node was low on resource: memory. ")
    assert pod.object["status"]["reason"] == "Evicted"
    assert condition(pod, "DisruptionTarget")["reason"] == "TerminationByKubelet"
    status = await backend.wait(job_id(pod))
    assert status.state is JobState.FAILED
    assert status.status_message.startswith("Evicted: The node was low on resource")


@pytest.mark.parametrize(
    ("happening", "reason"),
    [("preempted", "PreemptionByScheduler"), ("drained", "EvictionByEvictionAPI")],
)
async def test_a_pod_that_is_taken_away_is_ended_and_gone(
    cluster: ScriptedCluster, backend: JobBackend, pod: ScriptedPod, happening: str, reason: str
) -> None:
    getattr(pod.running(), happening)()
    await cluster.clock.advance(5)
    assert pod.is_gone
    assert cluster.pods() == []
    status = await backend.wait(job_id_of_only(cluster))
    assert status.state is JobState.FAILED
    assert reason in status.status_message


async def test_a_deleted_pod_is_ended_by_term_and_gone(
    cluster: ScriptedCluster, backend: JobBackend, pod: ScriptedPod
) -> None:
    pod.running().deleted()
    assert state(pod)["terminated"]["exitCode"] == 143
    await cluster.clock.advance(5)
    assert pod.is_gone
    assert (await backend.wait(job_id_of_only(cluster))).state is JobState.FAILED


async def test_what_ignores_term_is_killed_after_the_grace_period(
    cluster: ScriptedCluster, pod: ScriptedPod
) -> None:
    pod.running().ignores_term().deleted(grace_s=20)
    await cluster.clock.advance(19)
    assert pod.is_running
    await cluster.clock.advance(2)
    assert state(pod)["terminated"]["exitCode"] == 137


async def test_nothing_runs_in_a_pod_that_the_cluster_has_collected(
    cluster: ScriptedCluster, pod: ScriptedPod
) -> None:
    pod.running().collected()
    await cluster.clock.advance(2)
    assert (pod.is_gone, pod.is_running) == (True, False)


async def test_a_pod_without_a_node_is_gone_at_once(cluster: ScriptedCluster, pod: ScriptedPod) -> None:
    pod.deleted()
    await cluster.clock.advance(2)
    assert pod.is_gone


async def test_a_pod_on_a_lost_node_stays_and_is_unready(
    cluster: ScriptedCluster, backend: JobBackend, pod: ScriptedPod
) -> None:
    pod.running().node_lost()
    assert condition(pod, "Ready")["status"] == "False"
    assert condition(pod, "DisruptionTarget")["reason"] == "DeletionByTaintManager"
    await cluster.clock.advance(600)
    assert cluster.pods() == [pod]
    [status] = await backend.list()
    assert status.state is JobState.RUNNING
    pod.collected()
    await cluster.clock.advance(5)
    assert pod.is_gone
    assert (await backend.wait(status.id)).state is JobState.FAILED


async def test_a_start_error(backend: JobBackend, pod: ScriptedPod) -> None:
    pod.start_error()
    terminated = state(pod)["terminated"]
    assert (terminated["exitCode"], terminated["reason"]) == (128, "StartError")
    assert terminated["startedAt"] == "1970-01-01T00:00:00Z"
    status = await backend.wait(job_id(pod))
    assert (status.state, status.exit_code) == (JobState.FAILED, None)


async def test_the_pods_own_deadline(backend: JobBackend, pod: ScriptedPod) -> None:
    pod.running().deadline_exceeded()
    assert pod.object["status"]["reason"] == "DeadlineExceeded"
    assert (await backend.wait(job_id(pod))).state is JobState.FAILED


async def test_a_pod_whose_own_deadline_is_set_ends_by_itself(
    cluster: ScriptedCluster, backend: JobBackend, pod: ScriptedPod
) -> None:
    pod.running()
    await cluster.clock.advance(100)
    await cluster.patch(PODS.within(pod.namespace).named(pod.name), b'{"spec":{"activeDeadlineSeconds":110}}')
    await cluster.clock.advance(9)
    assert pod.is_running
    await cluster.clock.advance(2)
    assert pod.object["status"]["reason"] == "DeadlineExceeded"
    assert state(pod)["terminated"]["exitCode"] == 143


async def test_init_failed_needs_an_init_container(pod: ScriptedPod) -> None:
    with pytest.raises(ValueError, match="has no init container"):
        pod.init_failed()


def with_containers(cluster: ScriptedCluster) -> ScriptedPod:
    cluster.add_namespace("n")
    spec = {
        "template": {
            "spec": {
                "restartPolicy": "Never",
                "initContainers": [{"name": "prepare", "image": "i"}],
                "containers": [{"name": "main", "image": "i"}, {"name": "side", "image": "i"}],
            }
        },
        "backoffLimit": 0,
    }
    cluster.api.add(JOB, {"metadata": {"name": "j"}, "spec": spec}, namespace="n")
    cluster.run_controllers()
    return cluster.pod_of("j")


async def test_init_failed(cluster: ScriptedCluster) -> None:
    pod = with_containers(cluster).init_failed(4)
    assert pod.object["status"]["phase"] == "Failed"
    [init] = pod.object["status"]["initContainerStatuses"]
    assert init["state"]["terminated"]["exitCode"] == 4
    assert condition(pod, "Initialized")["reason"] == "ContainersNotInitialized"


async def test_a_pod_lasts_as_long_as_any_container(cluster: ScriptedCluster) -> None:
    pod = with_containers(cluster).running().exits(3)
    assert pod.object["status"]["phase"] == "Running"
    pod.exits(0, container="side")
    assert pod.object["status"]["phase"] == "Failed"


async def test_a_container_that_is_not_there_is_an_error(pod: ScriptedPod) -> None:
    with pytest.raises(LookupError, match="no container 'other'"):
        pod.exits(container="other")


async def test_restarts_keeps_the_run_before(pod: ScriptedPod) -> None:
    pod.running().restarts(7)
    [container] = pod.object["status"]["containerStatuses"]
    assert container["restartCount"] == 1
    assert container["lastState"]["terminated"]["exitCode"] == 7


async def test_what_is_printed_is_read(backend: JobBackend, pod: ScriptedPod) -> None:
    pod.running().prints("one\n").prints(b"two").exits()
    async with backend.output(job_id(pod)) as output:
        pieces = [piece async for piece in output]
    assert b"".join(piece.data for piece in pieces if isinstance(piece, OutputChunk)) == b"one\ntwo"


async def test_what_an_ended_container_had_printed_ends_too(cluster: ScriptedCluster) -> None:
    pod = with_containers(cluster).running().prints("fetched\n", container="prepare")
    options = LogOptions("prepare", follow=True)
    async with cluster, cluster.log(PODS.within(pod.namespace).named(pod.name), options) as chunks:
        assert b"".join([chunk async for chunk in chunks]) == b"fetched\n"


async def test_nothing_happens_to_a_pod_that_is_gone(cluster: ScriptedCluster, pod: ScriptedPod) -> None:
    pod.deleted()
    await cluster.clock.advance(2)
    with pytest.raises(LookupError, match="is gone"):
        pod.running()


async def test_its_job_may_be_gone(cluster: ScriptedCluster, backend: JobBackend, pod: ScriptedPod) -> None:
    await backend.remove(job_id(pod))
    with pytest.raises(LookupError, match="belongs to no Job"):
        _ = pod.job


async def test_generation_counts_no_node(cluster: ScriptedCluster, pod: ScriptedPod) -> None:
    pod.running()
    found = cluster.api.find(POD, pod.name, pod.namespace)
    assert found is not None
    assert found["metadata"]["generation"] == 1


def job_id_of_only(cluster: ScriptedCluster) -> str:
    [job] = cluster.api.objects(JOB)
    return str(job["metadata"]["name"])


# --- what cannot happen


@pytest.mark.parametrize(("code", "error"), [(999, ValueError), (-1, ValueError), ("0", TypeError)])
async def test_a_code_that_no_program_ends_with_is_refused(
    pod: ScriptedPod, code: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match="an exit code is"):
        pod.exits(code)


@pytest.mark.parametrize(
    "act",
    [
        lambda pod: pod.pending(),
        lambda pod: pod.scheduled(),
        lambda pod: pod.waiting("ErrImagePull"),
        lambda pod: pod.running(),
        lambda pod: pod.prints("late"),
        lambda pod: pod.restarts(),
        lambda pod: pod.exits(1),
        lambda pod: pod.oom_killed(),
        lambda pod: pod.evicted(),
    ],
)
async def test_nothing_more_happens_in_a_pod_that_has_ended(
    pod: ScriptedPod, act: Callable[[ScriptedPod], object]
) -> None:
    pod.exits(0)
    with pytest.raises(ValueError, match=r"has ended \(Succeeded\): nothing more happens"):
        act(pod)


@pytest.mark.parametrize("act", [ScriptedPod.exits, ScriptedPod.oom_killed])
async def test_a_container_ends_once(cluster: ScriptedCluster, act: Callable[..., object]) -> None:
    pod = with_containers(cluster).running()
    with pytest.raises(ValueError, match=r"container prepare of pod .* has ended"):
        act(pod, container="prepare")
