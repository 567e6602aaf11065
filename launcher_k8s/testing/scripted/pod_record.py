"""One pod of a scripted cluster as its kubelet knows it: its containers, its logs, what was written of it.

What can happen to it is in :mod:`launcher_k8s.testing.scripted.pod`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Protocol, Self

from msgspec.structs import replace

from launcher_k8s.testing.cluster import job_pods
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.container_states import Container, Run
from launcher_k8s.testing.cluster.event_recorder import EventRecorder
from launcher_k8s.testing.cluster.job_conditions import find
from launcher_k8s.testing.cluster.kinds import JOB, POD, Object
from launcher_k8s.testing.cluster.removing import DeleteOptions
from launcher_k8s.testing.cluster.statuses import PodState
from launcher_k8s.testing.cluster.writing import stamp
from launcher_k8s.testing.scripted.containers import Containers
from launcher_k8s.testing.scripted.logs import ContainerLog

KILLED: Final = 137
TERMINATED: Final = 143


class Site(Protocol):
    """Where pods live."""

    api: Api
    node_name: str
    node_address: str
    scheduler_events: EventRecorder
    kubelet_events: EventRecorder

    def now(self) -> datetime:
        """The time, aware."""

    def new_log(self) -> ContainerLog:
        """An empty log."""

    def call_later(self, seconds: float, ring: Callable[[], object]) -> object:
        """Let something happen after so many seconds."""


class PodRecord:
    """What is known of a pod, and how it is told to the API server.

    Attributes:
        name: Its name.
        namespace: Its namespace.
        uid: Its uid.
        is_cut_short: Whether its programs were ended by somebody: its life is over then.
    """

    def __init__(self, pod: Object, site: Site) -> None:
        metadata = pod["metadata"]
        self.name: str = metadata["name"]
        self.namespace: str = metadata["namespace"]
        self.uid: str = metadata["uid"]
        self._site = site
        self._containers = Containers.of(pod)
        self._started_at = site.now()
        self._has_sandbox = False
        self._verdict: tuple[str, str] | None = None
        self._last: Object | None = None
        self._logs: dict[str, ContainerLog] = {}
        self._disruption: Object | None = None
        self._is_taken_on = False
        self._is_ending = False
        self._is_over = False
        self._ignores_term = False
        self._runs = 0
        self._limit_s: int | None = None
        self.is_cut_short = False
        self.is_gone = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.namespace}/{self.name}>"

    # --- what can be asked

    @property
    def object(self) -> Object:
        """The Pod object as it is in the cluster, or was last."""
        found = self._last or self._site.api.find(POD, self.name, self.namespace)
        if found is None:
            raise self._gone()
        return found

    @property
    def job(self) -> Object:
        """The Job object that the pod belongs to.

        Raises:
            LookupError: There is none any more.
        """
        owner = job_pods.controller_of(self.object)
        found = owner and self._site.api.find(JOB, owner[0], self.namespace)
        if not found:
            raise LookupError(f"pod {self.name} belongs to no Job that is there")
        return found

    @property
    def is_running(self) -> bool:
        """Whether any of its containers runs."""
        return not self.is_gone and bool(self._containers.running)

    @property
    def is_ending(self) -> bool:
        """Whether it is being deleted."""
        return self._is_ending

    def runs_in(self, container: str) -> bool:
        """Whether a container runs now."""
        return not self.is_gone and any(each.name == container for each in self._containers.running)

    def log(self, container: str = "") -> ContainerLog:
        """What a container has printed."""
        chosen = self._container(container)
        if chosen.name not in self._logs:
            log = self._logs[chosen.name] = self._site.new_log()
            if chosen.run is not None and chosen.run.ended:
                log.end()
        return self._logs[chosen.name]

    def deleted(self, *, grace_s: int | None = None) -> Self:
        """Somebody deletes the pod.

        Args:
            grace_s: Seconds its programs may take; as the pod says by default; 0: it is gone at once.
        """
        self._site.api.remove(POD, self.name, self.namespace, DeleteOptions(grace_s=grace_s, uid=self.uid))
        return self

    def deadline_exceeded(self) -> Self:
        """The kubelet ends the pod when its own ``activeDeadlineSeconds`` have passed."""
        return self._exceed_deadline(KILLED)

    # --- for the site

    def note(self, pod: Object) -> None:
        """The Pod object has changed: end what it says shall end."""
        self._disruption = _disruption_of(pod) or self._disruption
        self._note_deadline(pod)
        if "deletionTimestamp" in pod["metadata"] and pod["spec"].get("nodeName") and not self._is_ending:
            self._is_ending = True
            grace_s = pod["metadata"].get("deletionGracePeriodSeconds") or 0
            if self._ignores_term and self.is_running:
                self._site.call_later(grace_s, lambda: self._end_for_good(KILLED))
            else:
                self._end_for_good(TERMINATED)

    def _note_deadline(self, pod: Object) -> None:
        """Arrange the end of a pod with a time limit of its own, as the kubelet does."""
        limit_s = pod["spec"].get("activeDeadlineSeconds")
        if limit_s is None or limit_s == self._limit_s or not self._is_taken_on:
            return
        self._limit_s = limit_s
        passed_s = (self._site.now() - self._started_at).total_seconds()
        self._site.call_later(max(limit_s - passed_s, 0), lambda: self._keep_deadline(limit_s))

    def _keep_deadline(self, limit_s: int) -> None:
        if self._limit_s != limit_s or self.is_gone or job_pods.is_ended(self.object):
            return
        self.is_cut_short = True
        if self._ignores_term:
            grace_s = self.object["spec"].get("terminationGracePeriodSeconds") or 0
            self._site.call_later(grace_s, lambda: self._end_late(KILLED))
        else:
            self._end_late(TERMINATED)

    def _end_late(self, code: int) -> None:
        if not self.is_gone and not job_pods.is_ended(self.object):
            self._exceed_deadline(code)

    def _exceed_deadline(self, code: int) -> Self:
        message = "Pod was active on the node longer than the specified deadline"
        self._site.kubelet_events.record(POD, self.object, "DeadlineExceeded", message)
        return self._fail_as_a_whole("DeadlineExceeded", message, code=code)

    def fail_for_its_life(self, error: BaseException) -> None:
        """Its life went wrong: nothing more would happen to it, and nobody shall wait for that."""
        if not self.is_gone and not job_pods.is_ended(self.object):
            self._take_on()
            self._fail_as_a_whole("LifeFailed", f"the test's life of this pod raised {error!r}")

    def note_gone(self, pod: Object) -> None:
        """The Pod object is gone; it was like this last."""
        self.is_gone, self._last = True, pod
        for log in self._logs.values():
            log.close()

    # --- behind the verbs

    def _check_goes_on(self, container: Container | None = None) -> None:
        """See that something can still happen.

        Raises:
            ValueError: The pod, or the container, has ended.
        """
        if job_pods.is_ended(pod := self.object):
            phase = job_pods.phase_of(pod)
            raise ValueError(f"pod {self.name} has ended ({phase}): nothing more happens in it")
        if container is not None and container.end is not None:
            raise ValueError(f"container {container.name} of pod {self.name} has ended")

    def _end_for_good(self, code: int) -> None:
        """Do what a kubelet does last: end the containers, tell of it, and let the object go."""
        if self.is_gone:
            return
        present = self._site.api.find(POD, self.name, self.namespace)
        if present and not job_pods.is_ended(present):
            self._end_all(code)
            self._write()
        self.deleted(grace_s=0)

    def _fail_as_a_whole(self, reason: str, message: str, *, code: int = KILLED) -> Self:
        self._verdict = (reason, message)
        self._end_all(code)
        return self._write()

    def _end_all(self, code: int) -> None:
        self._is_over = True
        for each in self._containers.running:
            self._end(each, code)

    def _disrupt(self, reason: str, message: str, *, phase: str = "") -> None:
        self._disruption = {
            "type": "DisruptionTarget",
            "status": "True",
            "lastProbeTime": None,
            "lastTransitionTime": stamp(self._site.now()),
            "reason": reason,
            "message": message,
            "observedGeneration": self.object["metadata"].get("generation", 1),
        }

        def disrupted(pod: Object) -> Object:
            status = {
                **pod["status"],
                "conditions": self._with_disruption(pod["status"].get("conditions", ())),
            }
            return {**pod, "status": {**status, "phase": phase} if phase else status}

        self._change(disrupted)

    def _with_disruption(self, conditions: Any) -> list[Object]:
        others = [each for each in conditions if each["type"] != "DisruptionTarget"]
        return [self._disruption, *others] if self._disruption else others

    def _take_on(self) -> None:
        """See that the pod has a node, and its kubelet knows it."""
        if self._is_taken_on:
            return
        self._is_taken_on = True
        self._started_at = self._site.now()
        message = f"Successfully assigned {self.namespace}/{self.name} to {self._site.node_name}"
        self._site.scheduler_events.record(POD, self.object, "Scheduled", message)

    def _write(self) -> Self:
        """Tell the API server what the kubelet sees."""
        self._change(self._as_seen)
        return self

    def _as_seen(self, pod: Object) -> Object:
        """The Pod object as the kubelet sees it."""
        spec, address = pod["spec"], self._site.node_address
        if not spec.get("nodeName"):
            spec = {**spec, "nodeName": self._site.node_name}
        seen = self._containers.with_specs(pod)
        state = PodState(
            pod,
            seen.init,
            seen.main,
            self._started_at,
            address,
            self._has_sandbox,
            self._verdict,
            self._is_over,
        )
        status = state.status(self._site.now())
        if self._disruption:
            status["conditions"] = self._with_disruption(status["conditions"])
        return {**pod, "spec": spec, "status": status}

    def _change(self, edit: Callable[[Object], Object]) -> None:
        """Change the Pod object.

        Raises:
            LookupError: It is gone: nothing more can happen to it.
        """
        changed = None if self.is_gone else self._site.api.change(POD, self.name, self.namespace, edit)
        if changed is None:
            raise self._gone()

    def _gone(self) -> LookupError:
        return LookupError(f"pod {self.name} is gone")

    def _end(self, container: Container, code: int, reason: str = "", message: str = "") -> None:
        assert container.run is not None
        usual = "Completed" if code == 0 else "Error"
        container.run = replace(
            container.run,
            finished_at=self._site.now(),
            exit_code=code,
            reason=reason or usual,
            message=message,
        )
        if container.name in self._logs:
            self._logs[container.name].end()

    def _run(self, started_at: datetime) -> Run:
        self._runs += 1
        return Run(f"containerd://{self.uid.replace('-', '')}{self._runs:032x}", started_at)

    def _container(self, name: str) -> Container:
        """A container by name; the job's, or else the first, without one.

        Raises:
            LookupError: There is none of that name.
        """
        found = self._containers.named(name)
        if found is None:
            raise LookupError(f"pod {self.name} has no container {name!r}")
        return found


def _disruption_of(pod: Object) -> Object | None:
    """What others than the kubelet have said of the pod's end, which the kubelet leaves as it is."""
    return find(pod.get("status", {}).get("conditions") or (), "DisruptionTarget")
