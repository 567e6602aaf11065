"""The one node of a scripted cluster: its scheduler, its kubelet, and the controllers, without any of them.

Controllers run right after the request that concerns them, pods live as their life or a test says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final, TypeVar

from launcher_k8s.testing.cluster import job_pods
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.event_recorder import EventRecorder
from launcher_k8s.testing.cluster.jobs import JobController
from launcher_k8s.testing.cluster.kinds import NODE, POD, Kind, Object
from launcher_k8s.testing.cluster.store import EventType
from launcher_k8s.testing.scripted.clock import Alarm, ScriptedClock
from launcher_k8s.testing.scripted.lives import Life, begin, check_life, check_step
from launcher_k8s.testing.scripted.logs import ContainerLog
from launcher_k8s.testing.scripted.pod import ScriptedPod

T = TypeVar("T")

NODE_NAME: Final = "scripted-node"
NODE_ADDRESS: Final = "192.0.2.1"


class ScriptedSite:
    """What happens behind the API of a scripted cluster.

    Args:
        api: The API.
        clock: The time.
        life: What becomes of pods by themselves; nothing if None.
        log_file_size: After so many bytes a container's log begins another file.
    """

    node_name = NODE_NAME
    node_address = NODE_ADDRESS

    def __init__(self, api: Api, clock: ScriptedClock, *, life: Life | None, log_file_size: int) -> None:
        check_life(life)
        self.api = api
        self.life = life
        self._trouble: BaseException | None = None
        self.scheduler_events = EventRecorder(api, "default-scheduler", now=clock.now)
        self.kubelet_events = EventRecorder(api, "kubelet", host=NODE_NAME, now=clock.now)
        self.is_lost = False
        self._clock = clock
        self._log_file_size = log_file_size
        self._pods: dict[str, ScriptedPod] = {}
        self._jobs = JobController(api, now=clock.now, wake=self._arrange_controllers)
        self._due: datetime | None = None
        self._alarm: Alarm | None = None
        self._is_answering = False
        api.subscribe(self._note, POD)
        api.add(NODE, _node())

    # --- pods

    def pods(self) -> Iterable[ScriptedPod]:
        """All pods that are there, oldest first."""
        return self._pods.values()

    def pods_of(self, job_id: str, namespace: str = "") -> list[ScriptedPod]:
        """A Job's pods that are there, oldest first."""
        return [
            pod
            for pod in self._pods.values()
            if (owner := job_pods.controller_of(pod.object)) is not None
            and owner[0] == job_id
            and namespace in ("", pod.namespace)
        ]

    def pod_named(self, name: str, namespace: str = "") -> ScriptedPod:
        """A pod by its name, or its Job's.

        Raises:
            LookupError: There is none.
        """
        for pod in self._pods.values():
            if pod.name == name and namespace in ("", pod.namespace):
                return pod
        of_job = self.pods_of(name, namespace)
        if not of_job:
            raise LookupError(f"there is no pod {name!r}, and no pod of a Job {name!r}")
        return of_job[-1]

    # --- what a fault does

    def evict(self, pod_name: str, namespace: str = "") -> None:
        """End a pod for lack of a resource, as a kubelet does."""
        self.pod_named(pod_name, namespace).evicted()

    def kill_for_memory(self, pod_name: str, namespace: str = "", *, container: str = "") -> None:
        """Kill a container for using more memory than its limit."""
        self.pod_named(pod_name, namespace).oom_killed(container=container)

    def lose(self, node_name: str = "") -> None:
        """Let the node fall silent, with all pods on it.

        Raises:
            LookupError: There is no node of that name.
        """
        if node_name not in ("", NODE_NAME):
            raise LookupError(f"there is no node {node_name!r}, only {NODE_NAME!r}")
        self.is_lost = True
        for pod in list(self._pods.values()):
            if pod.object["spec"].get("nodeName") == NODE_NAME and not job_pods.is_ended(pod.object):
                pod.node_lost()

    # --- for pods

    def now(self) -> datetime:
        """The time, aware."""
        return self._clock.now()

    def new_log(self) -> ContainerLog:
        """An empty log."""
        return ContainerLog(now=self._clock.now, file_size=self._log_file_size)

    def call_later(self, seconds: float, ring: Callable[[], object]) -> Alarm:
        """Let something happen after so many seconds."""
        return self._clock.call_later(seconds, ring)

    def arm(self, alarm: Alarm, seconds: float) -> None:
        """Let an alarm ring after so many seconds."""
        self._clock.arm(alarm, seconds)

    # --- what is heard of the API

    def _note(self, _kind: Kind, type_: EventType, content: Object) -> None:
        uid = content["metadata"]["uid"]
        pod = self._pods.get(uid)
        if type_ == "DELETED":
            if pod is not None:
                del self._pods[uid]
                pod.note_gone(content)
        elif pod is None:
            pod = self._pods[uid] = ScriptedPod(content, self)
            if self.life is not None:
                self.arm(_Course(self, pod, self.life), 0)
        else:
            pod.note(content)

    def note_trouble(self, trouble: BaseException) -> None:
        """Something went wrong in a life."""
        self._trouble = self._trouble or trouble

    def raise_trouble(self) -> None:
        """Raise what went wrong in a life, once."""
        trouble, self._trouble = self._trouble, None
        if trouble is not None:
            raise trouble

    # --- controllers

    def _arrange_controllers(self) -> None:
        """See that the controllers run when they have something to do."""
        if self._is_answering:
            return
        due = self._jobs.due
        if due == self._due:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._due, self._alarm = due, None
        if due is not None:
            left_s = (due - self._clock.now()).total_seconds()
            self._alarm = self._clock.call_later(left_s, self.run_controllers)

    def run_controllers(self) -> None:
        """Let the controllers do what is due."""
        self._due = None
        self.answer(lambda: None)

    def answer(self, work: Callable[[], T]) -> T:
        """Answer a request; what is due for the controllers is done right after it."""
        self._is_answering = True
        try:
            return work()
        finally:
            self._jobs.run()
            self._is_answering = False
            self._arrange_controllers()


class _Course(Alarm):
    """A life under way: when it rings, it does its next step; it ends with its pod."""

    __slots__ = ("_life", "_pod", "_site", "_steps")  # each pod has one all the time

    def __init__(self, site: ScriptedSite, pod: ScriptedPod, life: Life) -> None:
        super().__init__()
        self._site = site
        self._pod = pod
        self._life = life
        self._steps: Iterator[float] | None = None

    def ring(self) -> None:
        """Do the next step."""
        if self._pod.is_gone or self._pod.is_ending or self._pod.is_cut_short:
            return
        if self._pod.is_stopped:
            self._pod.when_resumed(self.ring)
            return
        try:
            if self._steps is None:
                self._steps = begin(self._life, self._pod)
            pause_s = next(self._steps, math.inf)
            check_step(self._life, pause_s)
            self._site.arm(self, pause_s)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 -- a test may fail by any, and shall not hang for it
            self._site.note_trouble(error)
            self._pod.fail_for_its_life(error)


def _node() -> Object:
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady"}
    addresses = [{"type": "InternalIP", "address": NODE_ADDRESS}, {"type": "Hostname", "address": NODE_NAME}]
    amounts = {"cpu": "64", "memory": "256Gi", "pods": "10000"}
    return {
        "metadata": {"name": NODE_NAME, "labels": {"kubernetes.io/hostname": NODE_NAME}},
        "spec": {},
        "status": {
            "addresses": addresses,
            "allocatable": amounts,
            "capacity": amounts,
            "conditions": [ready],
            "nodeInfo": {"kubeletVersion": "v1.36.3"},
        },
    }
