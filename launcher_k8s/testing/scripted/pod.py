"""A pod whose life a test writes: each verb is one thing that can happen to it, with what that leaves behind.

The statuses are those of a kubelet 1.36, the disruptions those of the part of Kubernetes that causes them. A
verb that needs an earlier one, such as an end without a start, does that first.
"""

from __future__ import annotations

from typing import Final, Self

from launcher_k8s.testing.cluster.container_states import (
    CREATING,
    INITIALIZING,
    NEVER,
    START_ERROR_CODE,
    check_exit_code,
)
from launcher_k8s.testing.cluster.kinds import POD, Object
from launcher_k8s.testing.cluster.writing import stamp
from launcher_k8s.testing.scripted.containers import program_of
from launcher_k8s.testing.scripted.measured_pod import MeasuredPod
from launcher_k8s.testing.scripted.pod_record import KILLED

NO_NODE: Final = (
    "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: "
    "1 No preemption victims found for incoming pod."
)
LOW_ON_MEMORY: Final = "The node was low on resource: memory. "


class ScriptedPod(MeasuredPod):
    """A pod of a scripted cluster; each verb lets something happen to it, and returns it.

    To a pod that is gone nothing more happens (LookupError); in one that has ended, no container starts,
    prints or ends any more, and no container ends twice (ValueError). What a container had printed may be
    said after its end, as long as others go on.

    Attributes:
        name: Its name.
        namespace: Its namespace.
        uid: Its uid.
        is_gone: Whether its object is no longer there.
    """

    # --- before it runs

    def pending(self, reason: str = "Unschedulable", message: str = "") -> Self:
        """The scheduler finds no node.

        Args:
            reason: ``Unschedulable``, or ``SchedulingGated``.
            message: Why, in the scheduler's words.
        """
        self._check_goes_on()
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
        self._check_goes_on()
        self._take_on()
        return self._write()

    def waiting(self, reason: str, message: str = "", *, container: str = "") -> Self:
        """A container cannot be started yet, such as for ``ErrImagePull`` or ``CreateContainerConfigError``.

        ``ContainerCreating`` and ``PodInitializing`` are no failures: of them no Event tells.

        Args:
            reason: In one word.
            message: More.
            container: Which; the job's by default.
        """
        self._check_goes_on()
        self._take_on()
        self._has_sandbox = True
        self._container(container).wait(reason, message)
        self._write()
        if reason not in (CREATING, INITIALIZING):
            self._site.kubelet_events.record(
                POD, self.object, "Failed", f"Error: {message or reason}", warning=True
            )
        return self

    def gets_event(self, reason: str, message: str, *, warning: bool = True) -> Self:
        """The kubelet leaves an event that the pod's status does not tell of, such as ``FailedMount``."""
        self._take_on()
        self._write()
        self._site.kubelet_events.record(POD, self.object, reason, message, warning=warning)
        return self

    def start_error(self, message: str = "", *, container: str = "") -> Self:
        """The program of a container cannot be started."""
        self._check_goes_on()
        self._take_on()
        self._has_sandbox = True
        chosen = self._container(container)
        command = program_of(self.object, chosen.name)
        said = message or (
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
            f'runc create failed: unable to start container process: exec: "{command}": stat {command}: '
            "no such file or directory: unknown"
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
        check_exit_code(code)
        if not self._containers.init:
            raise ValueError(f"pod {self.name} has no init container")
        self._check_goes_on()
        self._take_on()
        self._has_sandbox = True
        chosen = self._container(container or self._containers.init[0].name)
        chosen.begin(self._run(self._site.now()))
        self._end(chosen, code, "", message)
        return self._write()

    # --- while it runs

    def running(self) -> Self:
        """All containers run; init containers have done their part."""
        self._check_goes_on()
        self._take_on()
        self._has_sandbox = True
        now = self._site.now()
        for each in self._containers.init:
            if each.run is None:
                each.begin(self._run(now))
                if not each.is_sidecar:
                    self._end(each, 0)
        for each in self._containers.main:
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
        check_exit_code(code)
        chosen = self._container(container)
        self._ensure_started(container)
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

        Raises:
            TypeError, ValueError: No program ends with that code, or it has ended before.
        """
        check_exit_code(code)
        chosen = self._container(container)
        self._check_goes_on(chosen)
        if chosen.run is None:
            self.running()
        self._end(chosen, code, "", message)
        return self._write()

    def oom_killed(self, *, container: str = "") -> Self:
        """A container is killed for using more memory than its limit."""
        self._check_goes_on(self._container(container))
        self._ensure_started(container)
        self._end(self._container(container), KILLED, "OOMKilled")
        return self._write()

    def evicted(self, message: str = LOW_ON_MEMORY) -> Self:
        """The kubelet ends the pod for lack of a resource."""
        self._check_goes_on()
        self._take_on()
        self._site.kubelet_events.record(POD, self.object, "Evicted", message, warning=True)
        self._disrupt("TerminationByKubelet", message)
        return self._fail_as_a_whole("Evicted", message)

    def preempted(self) -> Self:
        """The scheduler takes the pod away for one of higher priority."""
        self._site.scheduler_events.record(
            POD, self.object, "Preempted", "Preempted by a pod on node " + self._site.node_name
        )
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

    def _ensure_started(self, container: str) -> None:
        self._check_goes_on()
        if self._container(container).run is None:
            self.running()
