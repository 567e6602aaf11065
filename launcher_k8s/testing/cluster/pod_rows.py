"""What kubectl shows of a pod: the one row whose text takes thought.

A translation of ``printPod`` in ``pkg/printers/internalversion/printers.go``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from launcher_k8s.testing.cluster.durations import since
from launcher_k8s.testing.cluster.kinds import Object

NONE: Final = "<none>"
_ENDED: Final = {"Succeeded": "The pod has completed successfully.", "Failed": "The pod failed."}


def pod_cells(pod: Object, now: datetime) -> list[Any]:
    """A pod's cells, in the order of the columns of pods."""
    status, metadata = pod.get("status", {}), pod["metadata"]
    ready, total = _ready(pod)
    return [
        metadata["name"],
        f"{ready}/{total}",
        pod_reason(pod),
        _restarts(pod, now),
        since(metadata.get("creationTimestamp"), now),
        status.get("podIP") or NONE,
        pod["spec"].get("nodeName") or NONE,
        status.get("nominatedNodeName") or NONE,
        _gates(pod),
    ]


def pod_conditions(pod: Object) -> list[Object]:
    """What a table's row says of a pod that has ended."""
    phase = pod.get("status", {}).get("phase", "")
    if phase not in _ENDED:
        return []
    return [{"type": "Completed", "status": "True", "reason": phase, "message": _ENDED[phase]}]


def pod_reason(pod: Object) -> str:
    """The column STATUS."""
    status = pod.get("status", {})
    phase = status.get("phase", "")
    reason = _init_reason(pod)
    if reason is None or _is_true(status, "Initialized"):
        reason = _main_reason(status, reason or status.get("reason") or phase)
    if "deletionTimestamp" in pod["metadata"]:
        if status.get("reason") == "NodeLost":
            return "Unknown"
        if phase not in _ENDED:
            return "Terminating"
    return reason


def _init_reason(pod: Object) -> str | None:
    """What the first unfinished init container says; None: all are done."""
    specs = pod["spec"].get("initContainers", [])
    sidecars = _sidecars(pod)
    for index, container in enumerate(pod.get("status", {}).get("initContainerStatuses", [])):
        state = container.get("state", {})
        terminated, waiting = state.get("terminated"), state.get("waiting", {}).get("reason", "")
        if terminated and terminated["exitCode"] == 0:
            continue
        if container["name"] in sidecars and container.get("started"):
            continue
        if terminated:
            return f"Init:{_ended(terminated)}"
        if waiting not in ("", "PodInitializing"):
            return f"Init:{waiting}"
        return f"Init:{index}/{len(specs)}"
    return None


def _main_reason(status: Mapping[str, Any], reason: str) -> str:
    failed, running = "", False
    for container in reversed(status.get("containerStatuses", [])):
        state = container.get("state", {})
        if waiting := state.get("waiting", {}).get("reason"):
            reason = waiting
        elif terminated := state.get("terminated"):
            reason = _ended(terminated)
            failed = reason if terminated["exitCode"] else failed
        elif container.get("ready") and "running" in state:
            running = True
    if reason != "Completed":
        return reason
    if running and _is_true(status, "Ready"):
        return "Running"
    return failed or ("NotReady" if running else reason)


def _ended(terminated: Mapping[str, Any]) -> str:
    if terminated.get("reason"):
        return str(terminated["reason"])
    signal = terminated.get("signal")
    return f"Signal:{signal}" if signal else f"ExitCode:{terminated['exitCode']}"


def _is_true(status: Mapping[str, Any], condition: str) -> bool:
    return any(
        each["type"] == condition and each["status"] == "True" for each in status.get("conditions", [])
    )


def _sidecars(pod: Object) -> set[str]:
    specs = pod["spec"].get("initContainers", [])
    return {each["name"] for each in specs if each.get("restartPolicy") == "Always"}


def _counted(pod: Object) -> Iterator[Mapping[str, Any]]:
    status, sidecars = pod.get("status", {}), _sidecars(pod)
    yield from (each for each in status.get("initContainerStatuses", []) if each["name"] in sidecars)
    yield from status.get("containerStatuses", [])


def _ready(pod: Object) -> tuple[int, int]:
    ready = sum(bool(each.get("ready") and "running" in each.get("state", {})) for each in _counted(pod))
    return ready, len(pod["spec"]["containers"]) + len(_sidecars(pod))


def _restarts(pod: Object, now: datetime) -> str:
    counted = list(_counted(pod))
    if _init_reason(pod) is not None and not _is_true(pod.get("status", {}), "Initialized"):
        counted = pod["status"].get("initContainerStatuses", [])
    total = sum(each.get("restartCount", 0) for each in counted)
    ends = [
        last["finishedAt"]
        for each in counted
        if (last := each.get("lastState", {}).get("terminated")) and last.get("finishedAt")
    ]
    return f"{total} ({since(max(ends), now)} ago)" if total and ends else str(total)


def _gates(pod: Object) -> str:
    gates = pod["spec"].get("readinessGates", [])
    if not gates:
        return NONE
    status = pod.get("status", {})
    return f"{sum(_is_true(status, each['conditionType']) for each in gates)}/{len(gates)}"
