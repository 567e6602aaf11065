"""A pod whose life a test writes: each verb is one thing that can happen to a pod, with what it leaves behind.

The statuses are those of a kubelet 1.36, the disruptions those of the part of Kubernetes that causes them. A verb that
needs an earlier one, such as an end without a start, does that first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Protocol, Self

import attrs

from launcher_k8s.shape.names import MAIN_CONTAINER
from launcher_k8s.testing.cluster import job_pods
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.event_recorder import EventRecorder
from launcher_k8s.testing.cluster.kinds import JOB, POD, Object
from launcher_k8s.testing.cluster.removing import DeleteOptions
from launcher_k8s.testing.cluster.writing import stamp
from launcher_k8s.testing.local.container_states import NEVER, START_ERROR_CODE, Container, Run
from launcher_k8s.testing.local.statuses import PodState, find_container, new_containers
from launcher_k8s.testing.scripted.logs import ContainerLog

NO_NODE: Final = "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."
LOW_ON_MEMORY: Final = "The node was low on resource: memory. "
_KILLED, _TERMINATED = 137, 143


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


class ScriptedPod:
    """A pod of a scripted cluster.

    Attributes:
        name: Its name.
        namespace: Its namespace.
        uid: Its uid.
    """

    def __init__(self, pod: Object, site: Site) -> None:
        metadata = pod["metadata"]
        self.name: str = metadata["name"]
        self.namespace: str = metadata["namespace"]
        self.uid: str = metadata["uid"]
        self._site = site
        init, main = new_containers(pod)
        self._state = PodState(pod, init, main, site.now(), site.node_address)
        self._logs: dict[str, ContainerLog] = {}
        self._disruption: Object | None = None
        self._is_taken_on = False
        self._is_ending = False
        self._ignores_term = False
        self._runs = 0
        self.is_gone = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.namespace}/{self.name}>"

    # --- what can be asked

    @property
    def object(self) -> Object:
        """The Pod object as it is in the cluster, or was last."""
        return self._state.pod

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
        return bool(self._state.running)

    @property
    def is_ending(self) -> bool:
        """Whether it is being deleted."""
        return self._is_ending

    def has_run(self, container: str) -> bool:
        """Whether a container was ever started."""
        run = self._container(container).run
        return run is not None and run.started_at != NEVER

    def waits_for(self, container: str) -> str:
        """What a container that was not started waits for, in one word."""
        waiting = self._container(container).waiting
        return waiting[0] if waiting else "trying and failing to start"

    def log(self, container: str = "") -> ContainerLog:
        """What a container has printed."""
        name = self._container(container).name
        if name not in self._logs:
            self._logs[name] = self._site.new_log()
        return self._logs[name]

    # --- before it runs

    def pending(self, reason: str = "Unschedulable", message: str = "") -> Self:
        """The scheduler finds no node.

        Args:
            reason: ``Unschedulable``, or ``SchedulingGated``.
            message: Why, in the scheduler's words.
        """
        said = message or NO_NODE
        now = stamp(self._site.now())
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "lastProbeTime": None,
            "lastTransitionTime": now,
            "reason": reason,
            "message": said,
        }
        self._change(lambda pod: {**pod, "status": {**pod["status"], "conditions": [condition]}})
        self._site.scheduler_events.record(POD, self.object, "FailedScheduling", said, warning=True)
        return self

    def scheduled(self) -> Self:
        """The scheduler has found a node; its kubelet begins to prepare the containers."""
        self._take_on()
        return self._write()

    def waiting(self, reason: str, message: str = "", *, container: str = "") -> Self:
        """A container cannot be started yet, such as for ``ErrImagePull`` or ``CreateContainerConfigError``.

        Args:
            reason: In one word.
            message: More.
            container: Which; the job's by default.
        """
        self._take_on()
        self._state.has_sandbox = True
        self._container(container).wait(reason, message)
        self._write()
        self._site.kubelet_events.record(
            POD, self.object, "Failed", f"Error: {message or reason}", warning=True
        )
        return self

    def start_error(self, message: str = "", *, container: str = "") -> Self:
        """The program of a container cannot be started."""
        self._take_on()
        self._state.has_sandbox = True
        chosen = self._container(container)
        command = (chosen.spec.get("command") or ["sh"])[0]
        said = message or (
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create "
            f'failed: unable to start container process: exec: "{command}": stat {command}: no such file or '
            "directory: unknown"
        )
        chosen.begin(self._run(NEVER))
        self._end(chosen, START_ERROR_CODE, "StartError", said)
        self._write()
        self._site.kubelet_events.record(POD, self.object, "Failed", f"Error: {said}", warning=True)
        return self

    def init_failed(self, code: int = 1, *, container: str = "", message: str = "") -> Self:
        """An init container, the first by default, ends with an error: the others never start.

        Raises:
            ValueError: The pod has no init container.
        """
        if not self._state.init:
            raise ValueError(f"pod {self.name} has no init container")
        self._take_on()
        self._state.has_sandbox = True
        chosen = self._container(container or self._state.init[0].name)
        chosen.begin(self._run(self._site.now()))
        self._end(chosen, code, "", message)
        return self._write()

    # --- while it runs

    def running(self) -> Self:
        """All containers run; init containers have done their part."""
        self._take_on()
        self._state.has_sandbox = True
        now = self._site.now()
        for each in self._state.init:
            if each.run is None:
                each.begin(self._run(now))
                if not each.is_sidecar:
                    self._end(each, 0)
        for each in self._state.main:
            if each.run is None:
                each.begin(self._run(now))
        return self._write()

    def prints(self, data: bytes | str, *, container: str = "") -> Self:
        """A container prints something; whole lines are there to be read at once."""
        self._ensure_started(container)
        self.log(container).write(data.encode() if isinstance(data, str) else data)
        return self

    def rotates_log(self, *, container: str = "") -> Self:
        """The kubelet begins another file: what was printed so far cannot be read any more."""
        self.log(container).rotate()
        return self

    def restarts(self, code: int = 1, *, container: str = "") -> Self:
        """A container ends and is started again, as with ``restartPolicy: OnFailure``."""
        self._ensure_started(container)
        chosen = self._container(container)
        self._end(chosen, code)
        chosen.begin(self._run(self._site.now()))
        self.log(container).reopen()
        return self._write()

    def ignores_term(self) -> Self:
        """Its programs do not end when they are asked to, but when they are killed after the grace period."""
        self._ignores_term = True
        return self

    # --- its end

    def exits(self, code: int = 0, *, container: str = "", message: str = "") -> Self:
        """A container, the job's by default, ends by itself.

        Args:
            code: The exit code; 128 and the number for a signal.
            container: Which.
            message: What it left as its termination message.
        """
        self._ensure_started(container)
        self._end(self._container(container), code, "", message)
        return self._write()

    def oom_killed(self, *, container: str = "") -> Self:
        """A container is killed for using more memory than its limit."""
        self._ensure_started(container)
        self._end(self._container(container), _KILLED, "OOMKilled")
        return self._write()

    def evicted(self, message: str = LOW_ON_MEMORY) -> Self:
        """The kubelet ends the pod for lack of a resource."""
        self._take_on()
        self._site.kubelet_events.record(POD, self.object, "Evicted", message, warning=True)
        self._disrupt("TerminationByKubelet", message)
        return self._fail_as_a_whole("Evicted", message)

    def deadline_exceeded(self) -> Self:
        """The kubelet ends the pod when its own ``activeDeadlineSeconds`` have passed."""
        message = "Pod was active on the node longer than the specified deadline"
        self._site.kubelet_events.record(POD, self.object, "DeadlineExceeded", message)
        return self._fail_as_a_whole("DeadlineExceeded", message)

    def preempted(self) -> Self:
        """The scheduler takes the pod away for one of higher priority."""
        self._site.scheduler_events.record(POD, self.object, "Preempted", "Preempted by a pod on node " + self._site.node_name)
        self._disrupt(
            "PreemptionByScheduler", "default-scheduler: preempting to accommodate a higher priority pod"
        )
        return self.deleted()

    def drained(self) -> Self:
        """Somebody evicts the pod through the API, as ``kubectl drain`` does."""
        self._disrupt("EvictionByEvictionAPI", "Eviction API: evicting")
        return self.deleted()

    def node_lost(self) -> Self:
        """The node fell silent long ago: the pod is to be deleted, and nobody is there to end it."""
        self._take_on()
        self._is_ending = True
        ready = ("Ready", "ContainersReady")

        def unready(pod: Object) -> Object:
            conditions = [
                {**each, "status": "False"} if each["type"] in ready else each
                for each in pod["status"].get("conditions", ())
            ]
            return {**pod, "status": {**pod["status"], "conditions": conditions}}

        self._change(unready)
        self._disrupt("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint")
        return self.deleted()

    def collected(self) -> Self:
        """The node was removed from the cluster: its pods are failed and deleted by the garbage collector."""
        self._disrupt("DeletionByPodGC", "PodGC: node no longer exists", phase="Failed")
        return self.deleted(grace_s=0)

    def deleted(self, *, grace_s: int | None = None) -> Self:
        """Somebody deletes the pod.

        Args:
            grace_s: Seconds its programs may take; as the pod says by default; 0: it is gone at once.
        """
        self._site.api.remove(POD, self.name, self.namespace, DeleteOptions(grace_s=grace_s, uid=self.uid))
        return self

    # --- for the site

    def note(self, pod: Object) -> None:
        """The Pod object has changed: end what it says shall end."""
        self._state.pod = pod
        self._disruption = _disruption_of(pod) or self._disruption
        if "deletionTimestamp" in pod["metadata"] and pod["spec"].get("nodeName") and not self._is_ending:
            self._is_ending = True
            grace_s = pod["metadata"].get("deletionGracePeriodSeconds") or 0
            if self._ignores_term and self.is_running:
                self._site.call_later(grace_s, lambda: self._end_for_good(_KILLED))
            else:
                self._end_for_good(_TERMINATED)

    def note_gone(self) -> None:
        """The Pod object is gone."""
        self.is_gone = True
        for log in self._logs.values():
            log.close()

    # --- behind the verbs

    def _end_for_good(self, code: int) -> None:
        """Do what a kubelet does last: end the containers, tell of it, and let the object go."""
        if self.is_gone:
            return
        if self.is_running:
            for each in self._state.running:
                self._end(each, code)
            self._write()
        self.deleted(grace_s=0)

    def _fail_as_a_whole(self, reason: str, message: str) -> Self:
        self._state.verdict = (reason, message)
        for each in self._state.running:
            self._end(each, _KILLED)
        return self._write()

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
            status = {**pod["status"], "conditions": self._with_disruption(pod["status"].get("conditions", ()))}
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
        self._state.started_at = self._site.now()
        message = f"Successfully assigned {self.namespace}/{self.name} to {self._site.node_name}"
        self._site.scheduler_events.record(POD, self.object, "Scheduled", message)

    def _write(self) -> Self:
        """Tell the API server what the kubelet sees."""
        spec = self._state.pod["spec"]
        if not spec.get("nodeName"):
            spec = {**spec, "nodeName": self._site.node_name}
        status = self._state.status(self._site.now())
        if self._disruption:
            status["conditions"] = self._with_disruption(status["conditions"])
        self._change(lambda pod: {**pod, "spec": spec, "status": status})
        return self

    def _change(self, edit: Callable[[Object], Object]) -> None:
        """Change the Pod object.

        Raises:
            LookupError: It is gone: nothing more can happen to it.
        """
        changed = None if self.is_gone else self._site.api.change(POD, self.name, self.namespace, edit)
        if changed is None:
            raise LookupError(f"pod {self.name} is gone")
        self._state.pod = changed

    def _ensure_started(self, container: str) -> None:
        if self._container(container).run is None:
            self.running()

    def _end(self, container: Container, code: int, reason: str = "", message: str = "") -> None:
        assert container.run is not None
        usual = "Completed" if code == 0 else "Error"
        container.run = attrs.evolve(
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
        every = self._state.every
        if not name:
            return find_container(every, MAIN_CONTAINER) or self._state.main[0]
        found = find_container(every, name)
        if found is None:
            raise LookupError(f"pod {self.name} has no container {name!r}")
        return found


def _disruption_of(pod: Object) -> Object | None:
    """What others than the kubelet have said of the pod's end, which the kubelet leaves as it is."""
    conditions = pod.get("status", {}).get("conditions") or ()
    return next((each for each in conditions if each["type"] == "DisruptionTarget"), None)
