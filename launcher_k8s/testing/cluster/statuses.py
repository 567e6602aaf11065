"""A pod's status from what is known of its containers: phase, conditions, container statuses.

Rules: ``getPhase`` in ``pkg/kubelet/kubelet_pods.go`` and ``pkg/kubelet/status/generate.go``; which fields
are written, and when, was compared with a kubelet 1.36. A phase is final only once no container runs any
more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

import attrs

from launcher_k8s.quantity import format_decimal, parse_quantity
from launcher_k8s.testing.cluster.container_states import Container, stamp
from launcher_k8s.testing.cluster.kinds import Object

FINAL_PHASES: Final = ("Succeeded", "Failed")
TAINT_MANAGER: Final = "Taint manager: deleting due to NoExecute taint"
_LOST: Final[Object] = {
    "terminated": {
        "exitCode": 137,
        "reason": "ContainerStatusUnknown",
        "message": "The container could not be located when the pod was terminated",
        "startedAt": None,
        "finishedAt": None,
    }
}


@attrs.define
class PodState:
    """What a status is made from.

    Args:
        pod: The pod's object.
        init: Its init containers, in order.
        main: Its containers, in order.
        started_at: When the kubelet took it on.
        address: Of the node, and once it has a sandbox, of the pod.
        has_sandbox: Whether volumes are set up and containers can start.
        verdict: Reason and message of a pod that was ended as a whole (``DeadlineExceeded``, ``Evicted``).
        is_over: Whether the kubelet has ended it: what has not started never will.
    """

    pod: Object
    init: Sequence[Container]
    main: Sequence[Container]
    started_at: datetime
    address: str
    has_sandbox: bool = False
    verdict: tuple[str, str] | None = None
    is_over: bool = False

    @property
    def every(self) -> list[Container]:
        """All containers, init containers first."""
        return [*self.init, *self.main]

    @property
    def running(self) -> list[Container]:
        """Those whose programs run."""
        return [each for each in self.every if each.is_running]

    def outcome(self) -> str:
        """``Succeeded``, ``Failed``, or nothing while it is open."""
        if self.verdict is not None:
            return "Failed"
        policy = self.pod["spec"].get("restartPolicy", "Always")
        if policy == "Never" and self.init and self._has_failed_to_begin():
            return "Failed"
        if policy == "Always":
            return ""
        succeeded = True
        for each in self.main:
            end = each.end
            if end is None:
                return ""
            succeeded = succeeded and end.exit_code == 0
        if succeeded:
            return "Succeeded"
        return "Failed" if policy == "Never" else ""

    def _has_failed_to_begin(self) -> bool:
        """Whether an init container that is to end before the main ones has failed."""
        return any(not each.is_sidecar and each.end is not None and not each.succeeded for each in self.init)

    def phase(self) -> str:
        """The phase."""
        return self._phase_after(self.outcome())

    def _phase_after(self, outcome: str) -> str:
        if (outcome or self.is_over) and not self.running:
            return outcome or ("Succeeded" if all(each.succeeded for each in self.main) else "Failed")
        for each in self.main:
            if each.run is None:
                return "Pending"
        return "Running" if self.main else "Pending"

    def status(self, now: datetime) -> Object:
        """The status object; conditions keep the time of their last change."""
        outcome = self.outcome()
        phase = self._phase_after(outcome)
        status: Object = {
            "phase": phase,
            "conditions": self._conditions(phase, outcome, now),
            "hostIP": self.address,
            "hostIPs": _addresses(self.address),
            "startTime": stamp(self.started_at),
            "qosClass": self.pod["status"].get("qosClass", "BestEffort"),
            "observedGeneration": self._generation,
            "resources": (resources := self._resources()),
            "containerStatuses": [each.status() for each in self.main],
        }
        if self.init:
            status["initContainerStatuses"] = [each.status() for each in self.init]
        if "requests" in resources:
            status["allocatedResources"] = resources["requests"]
        if self.has_sandbox:
            status |= {"podIP": self.address, "podIPs": _addresses(self.address)}
        if self.verdict is not None:
            status |= dict(zip(("reason", "message"), self.verdict, strict=True))
        if self.is_over:
            self._tell_lost(status)
        return status

    def _tell_lost(self, status: Object) -> None:
        """Say of what waits that it was lost (``TerminatePod``, ``status/status_manager.go``).

        Of init containers a kubelet says so up to the last that was ever started, of main ones only if the
        pod has come as far as these.
        """
        last = self.init[-1] if self.init else None
        has_passed = last is None or (last.run is not None if last.is_sidecar else last.succeeded)
        is_initialized = has_passed or any(each.run for each in self.main)
        begun = max((place for place, each in enumerate(self.init) if each.run), default=0)
        due = (*self.init[: begun + 1], *(self.main if is_initialized else ()))
        lost = [each.name for each in due if each.waiting is not None]
        for each in (*status.get("initContainerStatuses", ()), *status["containerStatuses"]):
            if each["name"] in lost:
                each["state"] = _LOST

    def unreachable(self, now: datetime) -> Callable[[Object], Object]:
        """An edit of the pod's object by which the control plane tells that its node is silent."""

        def edit(pod: Object) -> Object:
            told = [
                {**each, "status": "False"} if each["type"] in ("Ready", "ContainersReady") else each
                for each in pod["status"].get("conditions", [])
            ]
            taint = _Standing(True, "DeletionByTaintManager", TAINT_MANAGER)
            made = _condition("DisruptionTarget", taint, None, self._generation, stamp(now))
            return {**pod, "status": {**pod["status"], "conditions": [*told, made]}}

        return edit

    @property
    def _generation(self) -> int:
        return int(self.pod["metadata"].get("generation", 1))

    def _resources(self) -> Object:
        """What the containers that run together have, in sum."""
        found: Object = {}
        together = (*self.main, *[each for each in self.init if each.is_sidecar]) if self.init else self.main
        for container in together:
            for kind, amounts in container.spec.get("resources", {}).items():
                if kind in ("limits", "requests") and amounts:
                    found[kind] = _sum(found.get(kind, {}), amounts)
        return found

    def _conditions(self, phase: str, outcome: str, now: datetime) -> list[Object]:
        ready = self._ready(outcome)
        wanted = (
            ("PodReadyToStartContainers", self._sandboxed(phase)),
            ("Initialized", self._initialized(outcome)),
            ("Ready", ready),
            ("ContainersReady", ready),  # here the same
            ("PodScheduled", _HOLDS),
        )
        before = {each["type"]: each for each in self.pod["status"].get("conditions", [])}
        generation, time = self._generation, stamp(now)
        made = []
        for type_, standing in wanted:
            made.append(_condition(type_, standing, before.get(type_), generation, time))
        disruption = before.get("DisruptionTarget")
        if self.verdict is not None and self.verdict[0] == "Evicted":
            evicted = _Standing(True, "TerminationByKubelet", self.verdict[1])
            made.insert(0, _condition("DisruptionTarget", evicted, disruption, generation, time))
        elif disruption:
            made.insert(0, disruption)  # somebody else's, such as the API's at an eviction: to be left
        return made

    def _sandboxed(self, phase: str) -> _Standing:
        """Whether its containers can start."""
        return _HOLDS if self.has_sandbox and phase not in FINAL_PHASES else _FAILS

    def _initialized(self, outcome: str) -> _Standing:
        unfinished = [each.name for each in self.init if not (each.is_ready or each.succeeded)]
        if unfinished and not any(each.run for each in self.main):
            message = f"containers with incomplete status: [{' '.join(unfinished)}]"
            return _Standing(False, "ContainersNotInitialized", message)
        return _COMPLETED if outcome == "Succeeded" else _HOLDS

    def _ready(self, outcome: str) -> _Standing:
        """Whether the pod is ready, and its containers."""
        if outcome:
            return _OVER if outcome == "Succeeded" else _FAILED
        unready = [each.name for each in (*self.init, *self.main) if not each.is_ready]
        if not unready:
            return _HOLDS
        return _Standing(
            False, "ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]"
        )


class _Standing(NamedTuple):
    """Whether a condition holds, and why."""

    holds: bool
    reason: str = ""
    message: str = ""


_HOLDS: Final = _Standing(True)
_FAILS: Final = _Standing(False)
_COMPLETED: Final = _Standing(True, "PodCompleted")
_OVER: Final = _Standing(False, "PodCompleted")
_FAILED: Final = _Standing(False, "PodFailed")


def _condition(
    type_: str, standing: _Standing, before: Mapping[str, Any] | None, generation: int, time: str
) -> Object:
    """A condition; it keeps the time of its last change."""
    holds, reason, message = standing
    status = "True" if holds else "False"
    if before is not None and before["status"] == status:
        time = before["lastTransitionTime"]
    condition: Object = {
        "type": type_,
        "status": status,
        "lastProbeTime": None,
        "lastTransitionTime": time,
        "observedGeneration": generation,
    }
    if reason:
        condition["reason"] = reason
    if message:
        condition["message"] = message
    return condition


@lru_cache(maxsize=64)
def _addresses(address: str) -> list[Object]:
    """An address as one of several; shared, as nothing that is stored is written into."""
    return [{"ip": address}]


def _sum(some: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Two amounts together; one that stands alone keeps its text."""
    both = {
        name: format_decimal(parse_quantity(some[name]) + parse_quantity(more[name]))
        for name in some
        if name in more
    }
    return {**some, **more, **both}


def new_containers(pod: Object) -> tuple[Sequence[Container], Sequence[Container]]:
    """A pod's init containers and containers, none of them started."""
    spec = pod["spec"]
    main = tuple([Container(each) for each in spec["containers"]])
    if not spec.get("initContainers"):
        return (), main
    init = tuple([Container(each, init=True) for each in spec["initContainers"]])
    for each in (*init, *main):
        each.wait("PodInitializing")
    return init, main


def find_container(containers: Sequence[Container], name: str) -> Container | None:
    """The container of that name."""
    return next((each for each in containers if each.name == name), None)
