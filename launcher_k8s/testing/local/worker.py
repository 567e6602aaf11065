"""One pod's life on the node: volumes, init containers, containers, their ends, its end.

The order of things, reasons and texts are a kubelet's (``pkg/kubelet/kuberuntime``), compared with 1.36.
What is left out: probes, lifecycle hooks, resizing.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import attrs

from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.event_recorder import EventRecorder
from launcher_k8s.testing.cluster.kinds import POD, Kind, Object
from launcher_k8s.testing.cluster.removing import DeleteOptions
from launcher_k8s.testing.cluster.statuses import PodState, new_containers
from launcher_k8s.testing.local.container import ContainerRefused, KeeperLost
from launcher_k8s.testing.local.container_runner import ContainerRunner
from launcher_k8s.testing.local.images import Images
from launcher_k8s.testing.local.machine import Capacity
from launcher_k8s.testing.local.pods import Pod
from launcher_k8s.testing.local.runtime import Runtime
from launcher_k8s.testing.local.volumes import MountError, Volumes

DEADLINE: Final = "Pod was active on the node longer than the specified deadline"
_FIRST_RETRY_S: Final = 0.5
_LONGEST_RETRY_S: Final = 10.0


@attrs.frozen
class Site:
    """What the pods of a node share.

    Args:
        api: Where pods are read and written.
        runtime: Starts processes.
        events: Leaves the kubelet's events.
        images: Which are there.
        capacity: What the node has.
        env: What every container's environment holds.
        address: The node's, and so its pods'.
        directory: For the files of pods.
        log_bytes: How large a log may grow before it is rotated.
        sign: Makes a token of a pod's service account.
        now: The time, aware.
    """

    api: Api
    runtime: Runtime
    events: EventRecorder
    images: Images
    capacity: Capacity
    env: Mapping[str, str]
    address: str
    directory: Path
    log_bytes: int
    sign: Callable[[Object], str]
    now: Callable[[], datetime]


class PodWorker:
    """Runs one pod.

    Args:
        pod: Its object, bound to this node.
        site: What it shares with others.
    """

    def __init__(self, pod: Object, site: Site) -> None:
        self.site = site
        init, main = new_containers(pod)
        self.state = PodState(pod, init, main, started_at=site.now(), address=site.address)
        self.directory = site.directory / "pods" / str(pod["metadata"]["uid"])
        self.runners = {each.name: ContainerRunner(each, self) for each in self.state.every}
        self.places: Mapping[str, Path] = {}
        self.sandbox: Pod | None = None
        self.is_ending = False
        self.is_frozen = False
        self._is_deleted = False
        self._grace_s: float | None = None
        self._grace_changed = asyncio.Event()
        self._deadline: asyncio.TimerHandle | None = None
        self._life = asyncio.create_task(self._live(), name=f"pod {pod['metadata']['name']}")
        self._ending: asyncio.Task[None] | None = None

    @property
    def pod(self) -> Object:
        """The pod's object as it was last seen."""
        return self.state.pod

    # --- what happens to it

    def note(self, pod: Object) -> None:
        """The object has changed."""
        self.state.pod = pod
        self._arm_deadline()
        metadata = pod["metadata"]
        if "deletionTimestamp" in metadata:
            self.end(grace_s=float(metadata.get("deletionGracePeriodSeconds") or 0), delete=True)

    def end(self, *, grace_s: float, verdict: tuple[str, str] | None = None, delete: bool = False) -> None:
        """End all containers.

        Args:
            grace_s: Seconds between asking and killing; a shorter one later counts from then.
            verdict: Reason and message, if the pod fails as a whole.
            delete: Whether the object goes when all have ended.
        """
        if verdict is not None and self.state.verdict is None and not self.state.outcome():
            self.state.verdict = verdict
        if self._grace_s is None or grace_s < self._grace_s:
            self._grace_s = grace_s
            self._grace_changed.set()
        self.is_ending = True
        if self._ending is None:
            self._ending = asyncio.create_task(self._end(), name=f"end of {self._life.get_name()}")
        if delete and not self._is_deleted:
            self._is_deleted = True
            self._ending.add_done_callback(self._delete)

    def freeze(self) -> None:
        """Nobody hears of the pod any more: its containers go on, its object stays as it is."""
        self.is_frozen = True
        self._disarm()

    async def forget(self) -> None:
        """The object is gone: kill what is left, and remove its files."""
        tasks = [task for task in (self._life, self._ending) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._stop_runners(self.runners.values())
        await self._remove_sandbox()
        for runner in self.runners.values():
            await runner.close()
        self._disarm()
        await asyncio.to_thread(shutil.rmtree, self.directory, ignore_errors=True)

    # --- what it does

    def publish(self) -> None:
        """Write the status, if it is another than before."""
        if self.is_frozen:
            return
        metadata = self.pod["metadata"]
        status = self.state.status(self.site.now())

        def edit(pod: Object) -> Object:
            return {**pod, "status": {**pod.get("status", {}), **status}}

        before = self.site.api.find(POD, metadata["name"], metadata["namespace"])
        if before is None or before["metadata"]["uid"] != metadata["uid"]:
            return
        if edit(before) != before:
            self.site.api.change(POD, metadata["name"], metadata["namespace"], edit)

    def record(self, reason: str, message: str, *, container: str = "", warning: bool = False) -> None:
        """Leave an event on the pod, or on one of its containers."""
        path = ""
        if container:
            kind = "initContainers" if self.runners[container].container.init else "containers"
            path = f"spec.{kind}{{{container}}}"
        self.site.events.record(POD, self.pod, reason, message, warning=warning, field_path=path)

    def find(self, kind: Kind, name: str) -> Object | None:
        """An object of the pod's namespace."""
        return self.site.api.find(kind, name, self.pod["metadata"]["namespace"])

    @property
    def policy(self) -> str:
        """When containers are started again."""
        return str(self.pod["spec"].get("restartPolicy", "Always"))

    async def _live(self) -> None:
        self.publish()
        self._arm_deadline()
        try:
            await self._prepare()
            if await self._initialize():
                await asyncio.gather(*(self.runners[each.name].begin() for each in self.state.main))
        except (KeeperLost, ContainerRefused) as lost:
            self.state.verdict = ("ContainerStatusUnknown", str(lost))
        if not self.is_ending:
            self._grace_s = float(self.pod["spec"].get("terminationGracePeriodSeconds", 30))
            await self._finish()

    async def _prepare(self) -> None:
        volumes = Volumes(self.pod, self.directory, self.find, self.site.capacity, self.site.sign)
        pause_s = _FIRST_RETRY_S
        while True:
            try:
                self.places = attrs.evolve(volumes, pod=self.pod).set_up()
                break
            except (MountError, OSError) as problem:
                self.record("FailedMount", str(problem), warning=True)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_RETRY_S)
        spec, metadata = self.pod["spec"], self.pod["metadata"]
        hostname = str(spec.get("hostname") or metadata["name"])[:63]
        self.sandbox = await self.site.runtime.create_pod(
            hostname=hostname, share_processes=bool(spec.get("shareProcessNamespace"))
        )
        self.state.has_sandbox = True
        self.publish()

    async def _initialize(self) -> bool:
        """Run the init containers one by one; False: the pod has failed by one."""
        for container in self.state.init:
            runner = self.runners[container.name]
            if container.is_sidecar:
                runner.start()
                await runner.started.wait()
            else:
                await runner.run()
                if not container.succeeded:
                    return False
        for container in self.state.main:
            container.wait("PodInitializing" if self.state.init else "ContainerCreating")
        return True

    async def _end(self) -> None:
        self._life.cancel()
        await asyncio.gather(self._life, return_exceptions=True)
        self.publish()
        await self._finish()

    async def _finish(self) -> None:
        """End what still runs, sidecars last, and tell the outcome."""
        main = [self.runners[each.name] for each in self.state.main]
        await self._stop_runners(main)
        await self._stop_runners([runner for runner in self.runners.values() if runner not in main])
        await self._remove_sandbox()
        self._disarm()
        self.state.is_over = True
        self.publish()

    async def _stop_runners(self, runners: Iterable[ContainerRunner]) -> None:
        """End containers together, in the grace that is left, which may be shortened on the way."""
        stops = [asyncio.create_task(each.stop(self._grace_left)) for each in runners]
        if stops:
            await asyncio.gather(*stops)

    async def _grace_left(self, ended: Awaitable[object]) -> None:
        """Wait for an end, no longer than the grace that holds now."""
        loop = asyncio.get_running_loop()
        waiting = asyncio.ensure_future(ended)
        began = loop.time()
        try:
            while not waiting.done():
                self._grace_changed.clear()
                left = (self._grace_s or 0.0) - (loop.time() - began)
                if left <= 0:
                    return
                changed = asyncio.create_task(self._grace_changed.wait())
                try:
                    await asyncio.wait({waiting, changed}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    changed.cancel()
        finally:
            waiting.cancel()

    async def _remove_sandbox(self) -> None:
        sandbox, self.sandbox = self.sandbox, None
        if sandbox is not None:
            with contextlib.suppress(ContainerRefused, KeeperLost):
                await sandbox.remove()

    def _delete(self, ended: asyncio.Task[None]) -> None:
        if not ended.cancelled():
            metadata = self.pod["metadata"]
            options = DeleteOptions(grace_s=0, uid=metadata["uid"])
            self.site.api.remove(POD, metadata["name"], metadata["namespace"], options)

    # --- activeDeadlineSeconds

    def _arm_deadline(self) -> None:
        self._disarm()
        seconds = self.pod["spec"].get("activeDeadlineSeconds")
        if seconds is None or self.is_ending or self._life.done():
            return
        left = self.state.started_at + timedelta(seconds=seconds) - self.site.now()
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(max(0.0, left.total_seconds()), self._exceed)

    def _exceed(self) -> None:
        if self.state.outcome():
            return
        self.record("DeadlineExceeded", DEADLINE)
        grace_s = float(self.pod["spec"].get("terminationGracePeriodSeconds", 30))
        self.end(grace_s=grace_s, verdict=("DeadlineExceeded", DEADLINE))

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
