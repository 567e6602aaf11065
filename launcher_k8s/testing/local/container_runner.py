"""One container of a pod: its image, its command, its runs and their logs, again and again if it is to be so.

Reasons, texts and pauses are a kubelet's (``pkg/kubelet/kuberuntime/kuberuntime_container.go``,
``pkg/kubelet/ images``), compared with 1.36.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from signal import SIGKILL
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from launcher_k8s.testing.cluster.container_states import NEVER, START_ERROR_CODE, Container, Run
from launcher_k8s.testing.local.container import ContainerRefused, ContainerSpec, KeeperLost, Mount
from launcher_k8s.testing.local.environment import Command, ConfigError, container_command
from launcher_k8s.testing.local.fields import FieldError
from launcher_k8s.testing.local.logfiles import LogFile, LogStream
from launcher_k8s.testing.local.pipes import ProcessStreams, Sink
from launcher_k8s.testing.local.pods import Process
from launcher_k8s.testing.local.pulling import pull
from launcher_k8s.testing.local.volumes import container_mounts

if TYPE_CHECKING:
    from launcher_k8s.testing.local.worker import PodWorker

NO_COMMAND: Final = (
    "no command specified: to a cluster of local processes an image is only a name, "
    "so its entrypoint is not known; give the container a command"
)
SERVICE_ACCOUNT_PATH: Final = "/var/run/secrets/kubernetes.io/serviceaccount"
_TERMINATE: Final = 15
_RETRY_S: Final = 2.0
_LONGEST_RETRY_S: Final = 60.0
_FIRST_BACKOFF_S: Final = 10.0
_LONGEST_BACKOFF_S: Final = 300.0
_FORGIVEN_AFTER: Final = timedelta(minutes=10)
Grace = Callable[[Awaitable[object]], Awaitable[None]]


class ContainerRunner:
    """Runs one container.

    Args:
        container: What is known of it.
        worker: Its pod's.

    Attributes:
        started: Set once its program has run for the first time.
        process: The present run's.
        log: The present run's, or the last one's.
        previous_log: That of the run before.
        streams: The present run's.
        listeners: Take a copy of what it writes: those attached to it.
        killed_for_memory: Whether somebody ends it as the kernel does for lack of memory.
    """

    def __init__(self, container: Container, worker: PodWorker) -> None:
        self.container = container
        self.started = asyncio.Event()
        self.process: Process | None = None
        self.log: LogFile | None = None
        self.previous_log: LogFile | None = None
        self.streams: ProcessStreams | None = None
        self.listeners: list[tuple[str, Sink]] = []
        self.killed_for_memory = False
        self._worker = worker
        self._site = worker.site
        self._task: asyncio.Task[None] | None = None
        self._finishing: asyncio.Task[None] | None = None
        self._backoff_s = 0.0
        self._number = 0

    def begin(self) -> asyncio.Task[None]:
        """Run it in a task of its own."""
        self._task = asyncio.create_task(self.run(), name=f"container {self.container.name}")
        return self._task

    def start(self) -> None:
        """The same, for one that nobody waits for: a sidecar."""
        self.begin().add_done_callback(lambda task: task.cancelled() or task.exception())

    async def run(self) -> None:
        """Run it until it is not to be started again."""
        while True:
            await self._start()
            if self.process is not None:
                await self._see_through(self.process)
            self._worker.publish()
            if self._worker.is_ending or not self._starts_again():
                return
            await self._back_off()

    def log_of(self, *, previous: bool) -> LogFile | None:
        """The log of the run that the status calls the present one, or of the one before it.

        A container that waits to be started again has only a run before.
        """
        waits = self.container.waiting is not None
        return self.previous_log if previous and not waits else self.log

    async def stop(self, grace: Grace) -> None:
        """End it: ask, wait for the grace, kill."""
        process = self.process
        task, self._task = self._task, None
        if process is not None and process.exit is None and self.container.is_running:
            name = self.container.name
            self._worker.record("Killing", f"Stopping container {name}", container=name)
            await _stop(process, grace)
            await self._see_through(process)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._finishing is not None:
            await self._finishing

    async def close(self) -> None:
        """Let go of everything."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._finishing is not None:
            await self._finishing
        if self.streams is not None:
            await self.streams.close()
        for log in (self.log, self.previous_log):
            if log is not None:
                log.close()

    # --- starting

    async def _start(self) -> None:
        """Start it once, however long that takes."""
        pause_s = _RETRY_S
        while not await self._try_to_start():
            self._worker.publish()
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_RETRY_S)
        self._worker.publish()

    async def _try_to_start(self) -> bool:
        """Try to; False: it waits, and is to be tried again."""
        if not pull(self.container, self._site.images, self._worker.record):
            return False
        try:
            command = self._command()
        except (ConfigError, FieldError) as problem:
            return self._wait("CreateContainerConfigError", str(problem))
        if not command.args:
            return self._wait("CreateContainerError", f"failed to generate container spec: {NO_COMMAND}")
        try:
            await self._launch(command)
        except ContainerRefused as refused:
            return self._note_refusal(refused)
        return True

    def _command(self) -> Command:
        return container_command(
            self._worker.pod,
            self.container.spec,
            find=self._worker.find,
            capacity=self._site.capacity,
            base=self._site.env,
        )

    async def _launch(self, command: Command) -> None:
        spec = self.container.spec
        ready = ContainerSpec(
            command.args,
            command.env,
            spec.get("workingDir") or "/",
            self._mounts(command),
        )
        log = self._new_log()
        tty = bool(spec.get("tty"))
        out, error = log.stream("stdout"), None if tty else log.stream("stderr")
        streams = ProcessStreams(
            stdin=bool(spec.get("stdin")),
            stdout=partial(self._take, "stdout", out),
            stderr=None if error is None else partial(self._take, "stderr", error),
            tty=tty,
        )
        assert self._worker.sandbox is not None
        try:
            self.process = await self._worker.sandbox.run(ready, streams.streams)
        except BaseException:
            await streams.close()
            log.close()
            raise
        self.killed_for_memory = False
        self.streams = streams
        await streams.open()
        for each in (out, error):
            if each is not None:
                streams.on_end(each.close)
        self.container.begin(Run(self._new_id(), self.process.started_at))
        self._worker.record("Created", "Container created", container=self.container.name)
        self._worker.record("Started", "Container started", container=self.container.name)
        self.started.set()

    def _mounts(self, command: Command) -> list[Mount]:
        """Its mounts; where there can be none, a program does without a token that it did not ask for."""
        mounts = container_mounts(self.container.spec, self._worker.places, command.env)
        if self._site.runtime.capabilities.mount_namespace:
            return mounts
        return [each for each in mounts if each.path != SERVICE_ACCOUNT_PATH]

    async def _take(self, name: str, log: LogStream, data: bytes) -> None:
        log.feed(data)
        for stream, listener in list(self.listeners):
            if stream == name:
                await listener(data)

    def _new_log(self) -> LogFile:
        folder = self._worker.directory / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        if self.previous_log is not None:
            self.previous_log.path.unlink(missing_ok=True)
        self.previous_log = self.log
        path = folder / f"{self.container.name}-{self._number}.log"
        self._number += 1
        self.log = LogFile(path, rotate_bytes=self._site.log_bytes)
        return self.log

    def _new_id(self) -> str:
        return f"local://{secrets.token_hex(32)}"

    def _note_refusal(self, refused: ContainerRefused) -> bool:
        if not refused.is_start_error:
            return self._wait(refused.reason, refused.message)
        self.container.begin(
            Run(self._new_id(), NEVER, self._site.now(), START_ERROR_CODE, refused.reason, refused.message)
        )
        self._worker.record("Created", "Container created", container=self.container.name)
        self._worker.record(
            "Failed", f"Error: {refused.message}", container=self.container.name, warning=True
        )
        return True

    def _wait(self, reason: str, message: str) -> bool:
        self.container.wait(reason, message)
        self._worker.record("Failed", f"Error: {message}", container=self.container.name, warning=True)
        return False

    # --- its end

    async def _see_through(self, process: Process) -> None:
        """Wait for a run's end and note it, once."""
        try:
            ended = await process.wait()
            code, at, message = ended.code, ended.finished_at, ""
        except KeeperLost as lost:
            code, at, message = 128 + SIGKILL, self._site.now(), str(lost)
        if self.process is process:
            self.process = None
            self._finishing = asyncio.create_task(self._finish(code, at, message))
        if self._finishing is not None:
            await asyncio.shield(self._finishing)

    async def _finish(self, code: int, at: datetime, message: str) -> None:
        """Take in what is left of a run's output, then note its end; whoever waits may stop waiting."""
        streams, self.streams = self.streams, None
        if streams is not None:
            await streams.drain()
            await streams.close()
        reason = "OOMKilled" if self.killed_for_memory else "Completed" if code == 0 else "Error"
        assert self.container.run is not None
        self.container.run = replace(
            self.container.run, finished_at=at, exit_code=code, reason=reason, message=message
        )

    def _starts_again(self) -> bool:
        container, policy = self.container, self._worker.policy
        if container.is_sidecar:
            return True
        if policy == "Always" and not container.init:
            return True
        return policy != "Never" and not container.succeeded

    async def _back_off(self) -> None:
        """Wait before the next run: not at all the first time, then longer and longer."""
        run, pause_s = self.container.run, self._backoff_s
        if (
            run is not None
            and run.finished_at is not None
            and run.finished_at - run.started_at > _FORGIVEN_AFTER
        ):
            pause_s = 0.0
        self._backoff_s = min(2 * pause_s or _FIRST_BACKOFF_S, _LONGEST_BACKOFF_S)
        if not pause_s:
            return
        metadata, name = self._worker.pod["metadata"], self.container.name
        pod = f"{metadata['name']}_{metadata['namespace']}({metadata['uid']})"
        told = f"restarting failed container {name} in pod {pod}"
        self._worker.record("BackOff", f"Back-off {told}", container=name, warning=True)
        length = f"{int(pause_s // 60)}m{int(pause_s % 60)}s" if pause_s >= 60 else f"{pause_s:g}s"
        self.container.wait(
            "CrashLoopBackOff", f"back-off {length} restarting failed container={name} pod={pod}"
        )
        self._worker.publish()
        await asyncio.sleep(pause_s)


async def _stop(process: Process, grace: Grace) -> None:
    try:
        await process.signal(_TERMINATE)
        await grace(process.wait())
        if process.exit is None:
            await process.signal(SIGKILL, everyone=True)
        await process.wait()
    except KeeperLost:
        return
