"""A pod's status out of what its containers do; shapes and words compared with a kubelet 1.36."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from launcher_k8s.testing.cluster.container_states import Run
from launcher_k8s.testing.cluster.statuses import PodState, new_containers

START = datetime(2026, 11, 21, 7, 45, 18, tzinfo=UTC)
LATER = START + timedelta(seconds=5)
SIDECAR = {"name": "side", "restartPolicy": "Always"}


def _state(
    *, init: tuple[dict[str, Any], ...] = (), names: tuple[str, ...] = ("main",), **spec: Any
) -> PodState:
    containers = [{"name": name, "image": "any"} for name in names]
    pod = {
        "metadata": {"generation": 1},
        "spec": {"restartPolicy": "Never", "containers": containers, "initContainers": list(init)} | spec,
        "status": {"qosClass": "BestEffort"},
    }
    return PodState(pod, *new_containers(pod), started_at=START, address="127.0.0.1", has_sandbox=True)


def _ended(code: int) -> Run:
    return Run("local://1", START, LATER, code, "Error" if code else "Completed")


def _conditions(state: PodState) -> dict[str, tuple[str, str | None]]:
    found = state.status(LATER)["conditions"]
    return {each["type"]: (each["status"], each.get("reason")) for each in found}


def test_a_new_pod_is_pending() -> None:
    state = _state()
    state.has_sandbox = False
    status = state.status(START)
    assert status["phase"] == "Pending"
    assert status["containerStatuses"][0]["state"] == {"waiting": {"reason": "ContainerCreating"}}
    assert "podIP" not in status
    assert _conditions(state)["PodReadyToStartContainers"] == ("False", None)


def test_a_running_pod_is_ready() -> None:
    state = _state()
    state.main[0].begin(Run("local://1", START))
    status = state.status(LATER)
    assert (status["phase"], status["podIP"]) == ("Running", "127.0.0.1")
    assert status["containerStatuses"][0]["state"] == {"running": {"startedAt": "2026-11-21T07:45:18Z"}}
    assert set(_conditions(state).values()) == {("True", None)}


@pytest.mark.parametrize(
    ("codes", "phase", "reason"),
    [((0, 0), "Succeeded", "PodCompleted"), ((0, 3), "Failed", "PodFailed")],
)
def test_the_phase_is_final_when_all_have_ended(codes: tuple[int, ...], phase: str, reason: str) -> None:
    state = _state(names=("a", "b"))
    for container, code in zip(state.main, codes, strict=True):
        container.begin(_ended(code))
    assert state.phase() == phase
    assert _conditions(state)["Ready"] == ("False", reason)


def test_a_pod_runs_while_one_of_its_containers_does() -> None:
    state = _state(names=("a", "b"))
    state.main[0].begin(_ended(0))
    state.main[1].begin(Run("local://2", START))
    assert state.phase() == "Running"
    ready = next(each for each in state.status(LATER)["conditions"] if each["type"] == "Ready")
    assert ready["message"] == "containers with unready status: [a]"


def test_a_sidecar_delays_the_end_and_does_not_prevent_it() -> None:
    state = _state(init=(SIDECAR,))
    state.init[0].begin(Run("local://s", START))
    state.main[0].begin(_ended(0))
    assert (state.outcome(), state.phase()) == ("Succeeded", "Running")
    state.init[0].run = _ended(143)
    assert state.phase() == "Succeeded"


def test_a_failed_init_container_fails_the_pod() -> None:
    state = _state(init=({"name": "step"},))
    state.init[0].begin(_ended(4))
    assert state.phase() == "Failed"
    assert _conditions(state)["Initialized"] == ("False", "ContainersNotInitialized")
    assert state.status(LATER)["containerStatuses"][0]["state"] == {"waiting": {"reason": "PodInitializing"}}


def test_a_restarted_container_remembers_its_last_run() -> None:
    state = _state(restartPolicy="OnFailure")
    container = state.main[0]
    container.begin(_ended(5))
    assert state.phase() == "Running"
    container.wait("CrashLoopBackOff", "back-off 10s")
    assert container.status()["lastState"]["terminated"]["exitCode"] == 5
    container.begin(Run("local://2", LATER))
    status = container.status()
    assert (status["restartCount"], status["lastState"]["terminated"]["exitCode"]) == (1, 5)


def test_a_verdict_fails_the_pod_with_its_reason() -> None:
    state = _state()
    state.main[0].begin(Run("local://1", START))
    state.verdict = ("DeadlineExceeded", "too long")
    assert state.phase() == "Running"
    state.main[0].run = _ended(137)
    status = state.status(LATER)
    assert (status["phase"], status["reason"], status["message"]) == (
        "Failed",
        "DeadlineExceeded",
        "too long",
    )


def test_a_condition_keeps_the_time_of_its_change() -> None:
    state = _state()
    state.pod["status"] = state.status(START)
    state.main[0].begin(Run("local://1", LATER))
    times = {each["type"]: each["lastTransitionTime"] for each in state.status(LATER)["conditions"]}
    assert times["PodScheduled"] == "2026-11-21T07:45:18Z"
    assert times["Ready"] == "2026-11-21T07:45:23Z"


def test_resources_are_summed_over_the_containers() -> None:
    state = _state(names=("a", "b"))
    amounts = {"requests": {"cpu": "500m"}, "limits": {"memory": "64Mi"}}
    for container in state.main:
        container.spec = {**container.spec, "resources": amounts}
    assert state.status(START)["resources"] == {"requests": {"cpu": "1"}, "limits": {"memory": "134217728"}}


def _end_unstarted(state: PodState) -> dict[str, str]:
    """The names of what is said to be lost when the pod is ended, and the reasons of what waits on."""
    state.is_over, state.has_sandbox = True, False
    status = state.status(LATER)
    assert status["phase"] == "Failed"
    told = [*status.get("initContainerStatuses", ()), *status["containerStatuses"]]
    return {
        each["name"]: (each["state"].get("terminated") or each["state"]["waiting"])["reason"] for each in told
    }


def test_what_was_never_started_is_lost_when_its_pod_ends() -> None:
    state = _state()
    assert _end_unstarted(state) == {"main": "ContainerStatusUnknown"}
    (told,) = state.status(LATER)["containerStatuses"]
    assert told["state"]["terminated"] == {
        "exitCode": 137,
        "reason": "ContainerStatusUnknown",
        "message": "The container could not be located when the pod was terminated",
        "startedAt": None,
        "finishedAt": None,
    }
    assert "containerID" not in told
    assert _conditions(state)["Ready"] == ("False", "ContainersNotReady")


def test_of_a_pod_that_is_not_initialized_the_first_container_is_lost() -> None:
    state = _state(init=({"name": "one"}, {"name": "two"}))
    waits = "PodInitializing"
    assert _end_unstarted(state) == {"one": "ContainerStatusUnknown", "two": waits, "main": waits}


def test_of_an_initialized_pod_the_main_containers_are_lost() -> None:
    state = _state(init=({"name": "one"},))
    state.init[0].begin(_ended(0))
    assert _end_unstarted(state) == {"one": "Completed", "main": "ContainerStatusUnknown"}


def test_of_a_pod_between_two_init_containers_none_is_lost() -> None:
    state = _state(init=({"name": "one"}, {"name": "two"}))
    state.init[0].begin(_ended(0))
    waits = "PodInitializing"
    assert _end_unstarted(state) == {"one": "Completed", "two": waits, "main": waits}


def test_one_of_several_containers_that_was_not_started_is_lost() -> None:
    state = _state(names=("main", "other"))
    state.main[0].begin(_ended(0))
    assert _end_unstarted(state) == {"main": "Completed", "other": "ContainerStatusUnknown"}


def test_what_has_run_is_not_lost() -> None:
    state = _state()
    state.main[0].begin(_ended(3))
    assert _end_unstarted(state) == {"main": "Error"}


@pytest.mark.parametrize(("code", "phase"), [(0, "Succeeded"), (143, "Failed")])
def test_a_pod_that_would_start_its_containers_again_ends_all_the_same(code: int, phase: str) -> None:
    state = _state(restartPolicy="Always")
    state.main[0].begin(_ended(code))
    state.is_over = True
    assert state.status(LATER)["phase"] == phase


def test_what_waited_to_be_started_again_is_lost_too() -> None:
    state = _state(restartPolicy="OnFailure")
    state.main[0].begin(_ended(3))
    state.main[0].wait("CrashLoopBackOff")
    assert _end_unstarted(state) == {"main": "ContainerStatusUnknown"}
    (told,) = state.status(LATER)["containerStatuses"]
    assert told["lastState"]["terminated"]["exitCode"] == 3


def test_behind_a_sidecar_that_has_started_main_containers_are_lost() -> None:
    state = _state(init=(SIDECAR,))
    state.init[0].begin(_ended(143))
    assert _end_unstarted(state) == {"side": "Error", "main": "ContainerStatusUnknown"}
