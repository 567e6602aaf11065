"""The scripted world: the real backend on a cluster in memory, where time passes when nobody is at work.

What a job's containers do is played from its acts; what keeps a pod from starting is said by us, as a
scheduler or kubelet would say it, from the same Job.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Self

from launcher_k8s import JobBackend
from launcher_k8s.connection import Cluster
from launcher_k8s.job import Json
from launcher_k8s.quantity import parse_quantity
from launcher_k8s.shape.names import MAIN_CONTAINER
from launcher_k8s.testing import ScriptedCluster, ScriptedPod
from launcher_k8s.testing.cluster.kinds import SECRET
from launcher_k8s.testing.scripted.commands import Command, Ran
from tests.contract.acts import Act, Copies, Exits, Outgrows, Prints, PrintsLines, WaitsFor
from tests.contract.capabilities import Can
from tests.contract.simulated import SimulatedWorld
from tests.contract.world import IMPATIENT, World

NAMESPACE = "contract"
CPUS = 64
BEFORE_S = 1.0
"""How long a pod takes to start, and a container to begin its acts."""


class ScriptedWorld(SimulatedWorld):
    """See the module."""

    name = "scripted"
    cannot: ClassVar[Mapping[Can, str]] = {
        Can.TOKENS: "nothing is sent, so nobody has to say who they are",
        Can.COUNT_BYTES: "nothing is sent: a reader is handed what it asks for",
    }

    def __init__(self) -> None:
        self.image = "scripted:1"
        self.namespace = NAMESPACE
        self.cluster = ScriptedCluster(
            life=self._perform, namespaces=("default", NAMESPACE), timeouts=IMPATIENT
        )
        self.clock = self.cluster.clock
        self.api, self.faults = self.cluster.api, self.cluster.faults
        self._acts: dict[str, Sequence[Act]] = {}
        self._plays: dict[str, Play] = {}
        self.cluster.commands = _run
        self.watch_requests()

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> AsyncGenerator[World]:
        """A world of one's own."""
        world = cls()
        async with world.cluster:
            yield world

    @asynccontextmanager
    async def backend(
        self, *, overrides: Mapping[str, Json] | None = None, impatient: bool = False, **changes: Any
    ) -> AsyncGenerator[JobBackend]:
        settings = self.settings_for(overrides, **changes)
        line: Any = Line(self.cluster)
        async with JobBackend(settings, cluster=line, clock=self.clock, groups=lambda _user: ()) as backend:
            yield backend

    @asynccontextmanager
    async def reached(self, *, impatient: bool = False) -> AsyncGenerator[Cluster]:
        yield self.cluster

    def script(self, *acts: Act) -> str:
        script = super().script(*acts)
        self._acts[script] = acts
        return script

    async def release(self, job_id: str, gate: str, *, container: str = "") -> None:
        pod = self.cluster.pod_of(job_id)
        self._plays[pod.uid].open(gate)

    async def rotate_log(self, job_id: str, *, said: bytes) -> None:
        self.cluster.pod_of(job_id).rotates_log()

    async def lose_node(self, job_id: str) -> None:
        await super().lose_node(job_id)
        self.cluster.pod_of(job_id).collected()

    async def preempt(self, job_id: str) -> None:
        self.cluster.pod_of(job_id).preempted()

    async def rotate_token(self) -> None:
        raise AssertionError(self.cannot[Can.TOKENS])

    def bytes_sent(self) -> int:
        raise AssertionError(self.cannot[Can.COUNT_BYTES])

    def _perform(self, pod: ScriptedPod) -> Iterator[float]:
        self._plays[pod.uid] = play = Play(pod, self._acts)
        yield BEFORE_S
        if play.meets_obstacle(self):
            return
        pod.running().uses(cpus=0.01, mem_mb=2, cpu_time_s=0.5, virtual_memory_mb=4)
        yield BEFORE_S
        pod.when_stdin_ends(play.go_on)
        play.go_on()


class Play:
    """The acts of a pod's containers, each played up to the next gate that is shut."""

    def __init__(self, pod: ScriptedPod, acts: Mapping[str, Sequence[Act]]) -> None:
        self._pod = pod
        self._acts = acts
        self._open: set[str] = set()
        self._left = {
            container["name"]: deque(self._acts_of(container))
            for container in pod.object["spec"]["containers"]
        }

    def open(self, gate: str) -> None:
        """Open a gate in every container, and play on."""
        self._open.add(gate)
        self.go_on()

    def go_on(self) -> None:
        """Play every container as far as it comes."""
        for name, left in self._left.items():
            while left and self._may(left[0]):
                act = left.popleft()
                self._do(name, act)
                if not left and not isinstance(act, Exits):
                    self._end(name, 0)

    def meets_obstacle(self, world: ScriptedWorld) -> bool:
        """Say what keeps the pod from starting, if anything does."""
        spec = self._pod.object["spec"]
        for container in spec.get("initContainers", ()):
            if _say_that_it_is_not_there(self._pod, container):
                return True
            (act,) = self._acts_of(container)
            if isinstance(act, Exits) and act.code:
                self._pod.init_failed(act.code, container=container["name"])
                return True
        return any(  # a pod that is not the Launcher's has no such container, and nothing hinders it
            _say_what_hinders(self._pod, main, _secrets(world))
            for main in spec["containers"]
            if main["name"] == MAIN_CONTAINER
        )

    def _acts_of(self, container: Mapping[str, Any]) -> Sequence[Act]:
        words = [*container.get("command", ()), *container.get("args", ())]
        return self._acts.get(words[-1], ()) or (Exits(0),)

    def _may(self, act: Act) -> bool:
        if self._pod.is_gone or self._pod.is_ending or isinstance(act, Outgrows):
            return False
        if isinstance(act, Copies):
            return self._pod.has_closed_stdin()
        return not isinstance(act, WaitsFor) or act.gate in self._open

    def _do(self, container: str, act: Act) -> None:
        if isinstance(act, (Prints, PrintsLines)):
            self._pod.prints(act.data, container=container)
        elif isinstance(act, Copies):
            self._pod.prints(self._pod.stdin(), container=container)
        elif isinstance(act, Exits):
            self._left[container].clear()
            self._end(container, act.code)

    def _end(self, container: str, code: int) -> None:
        if self._pod.is_running:
            self._pod.exits(code, container=container)


def _run(command: Command) -> Ran | None:
    """What the few commands do that the tests execute in containers."""
    match command.words:
        case ("true",):
            return Ran()
        case ("cat",):
            return Ran(command.stdin)
        case ("/bin/sh", "-c", "echo out; echo err >&2; exit 7"):
            return Ran(b"out\n", b"err\n", 7)
        case _:
            return None


def _say_what_hinders(pod: ScriptedPod, main: Mapping[str, Any], secrets: frozenset[str]) -> bool:
    image, cpus = main["image"], main.get("resources", {}).get("limits", {}).get("cpu", "0")
    missing = {_secret_of(each) for each in main.get("env", ())} - secrets - {""}
    if parse_quantity(cpus) > CPUS:
        pod.pending("Unschedulable", "0/1 nodes are available: 1 Insufficient cpu.")
    elif image != image.lower():
        pod.waiting("InvalidImageName", f'couldn\'t parse image name "{image}": must be lowercase')
    elif _say_that_it_is_not_there(pod, main):
        pass
    elif missing:
        pod.waiting("CreateContainerConfigError", f'secret "{missing.pop()}" not found')
    elif main.get("command", [""])[0].startswith("/no/"):
        pod.start_error()
    else:
        return False
    return True


def _say_that_it_is_not_there(pod: ScriptedPod, container: Mapping[str, Any]) -> bool:
    image: str = container["image"]
    if not image.startswith("localhost/"):
        return False
    message = f'failed to pull and unpack image "{image}": not found'
    pod.waiting("ErrImagePull", message, container=container["name"])
    return True


def _secret_of(variable: Mapping[str, Any]) -> str:
    return str(variable.get("valueFrom", {}).get("secretKeyRef", {}).get("name", ""))


def _secrets(world: ScriptedWorld) -> frozenset[str]:
    found = world.api.objects(SECRET, world.namespace)
    return frozenset(each["metadata"]["name"] for each in found)


class Line:
    """One backend's way to the scripted cluster: leaving it leaves the cluster to the others."""

    def __init__(self, cluster: ScriptedCluster) -> None:
        self._cluster = cluster

    def __getattr__(self, verb: str) -> Any:
        return getattr(self._cluster, verb)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.sleep(0)
