"""Runs containers as processes of this machine: the event loop's side of the keeper.

The commands run on this machine, as this user. What keeps them apart is what this user may have
(`Runtime.capabilities`): PID and mount namespaces like a real node's, or none. Every call is bounded in time, and
whatever happens to this process, the keeper kills and reaps what was started here.
"""

from __future__ import annotations

import asyncio
import itertools
import os

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Any, Self

import attrs

from launcher_k8s.testing.local.container import (
    Capabilities,
    ContainerRefused,
    ContainerSpec,
    Exit,
    KeeperLost,
    Streams,
    Usage,
)
from launcher_k8s.testing.local.keeper_process import KeeperProcess

MODES = ("root", "user", "root-mounts", "user-mounts", "none")
"""All ways to isolate containers, best first."""

_CLOSE_S = 15.0


class Runtime:
    """The container runtime of one node.

    Args:
        modes: ways to isolate containers, tried in this order.
        directory: where to make the directory of `directory`; None: the system's temporary one.
        timeout_s: within how many seconds a call is answered, else `KeeperLost`.
    """

    def __init__(
        self,
        *,
        modes: tuple[str, ...] = MODES,
        directory: str | None = None,
        timeout_s: float = 30.0,
    ) -> None:
        self._modes, self._parent, self._timeout_s = modes, directory, timeout_s
        self._keeper: KeeperProcess | None = None
        self._ready: asyncio.Future[dict[str, Any]] | None = None
        self._facts: tuple[Capabilities, Path, int] | None = None
        self._processes: dict[int, Process] = {}
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def capabilities(self) -> Capabilities:
        """What containers are kept apart by on this machine."""
        return self._known()[0]

    @property
    def directory(self) -> Path:
        """A directory of this runtime's own, for volumes and the like; the keeper removes it, come what may."""
        return self._known()[1]

    @property
    def pid(self) -> int:
        """The keeper's process."""
        return self._known()[2]

    async def start(self) -> None:
        """Start the keeper.

        Raises:
            KeeperLost: it did not start; with what it wrote.
        """
        self._ready = asyncio.get_running_loop().create_future()
        directory = str(Path(self._parent or tempfile.gettempdir()).resolve())
        self._keeper = KeeperProcess(
            modes=self._modes, directory=directory, hear=self._hear, lose=self._lose
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                hello = await self._ready
        except BaseException as problem:
            await self.close()
            if isinstance(problem, TimeoutError):
                raise KeeperLost(f"the keeper did not start within {self._timeout_s:g} s") from None
            raise
        capabilities = Capabilities.of_mode(hello["mode"], hello["reasons"])
        self._facts = capabilities, Path(hello["directory"]), hello["pid"]

    async def close(self) -> None:
        """Kill and reap every process, remove the directory, end the keeper; a second call does nothing."""
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        try:
            await keeper.link.ask("close", timeout_s=_CLOSE_S)
        except KeeperLost:
            pass  # it closes when its socket does, which is next
        finally:
            await keeper.end(timeout_s=_CLOSE_S)
            self._lose("")

    async def create_pod(self, *, hostname: str = "", share_processes: bool = False) -> Pod:
        """Make a pod: containers with a hostname, and with each other's processes in sight if they are to share.

        Raises:
            ContainerRefused: this machine has no more processes to give.
            KeeperLost: the keeper is gone.
        """
        number = next(self._numbers)
        await self._ask("create_pod", pod=number, hostname=hostname, shared=share_processes)
        return Pod(self, number, hostname=hostname)

    async def usage(self) -> Mapping[Process, Usage]:
        """What each running container uses now.

        Raises:
            KeeperLost: the keeper is gone.
        """
        answer = await self._ask("usage")
        figures = {number: Usage(*rest) for number, *rest in answer["containers"]}
        return {self._processes[each]: figures[each] for each in figures if each in self._processes}

    def _known(self) -> tuple[Capabilities, Path, int]:
        if self._facts is None:
            raise RuntimeError("the runtime was not started: await start(), or use it with `async with`")
        return self._facts

    async def _ask(self, op: str, *, descriptors: tuple[int, ...] = (), **wish: object) -> dict[str, Any]:
        if self._keeper is None:
            raise KeeperLost("the runtime is closed")
        return await self._keeper.link.ask(op, timeout_s=self._timeout_s, descriptors=descriptors, **wish)

    async def _begin(self, op: str, spec: ContainerSpec, streams: Streams, **where: int) -> Process:
        """Start a process by `run` or `exec`; one whose start nobody waits for any more is killed."""
        number = next(self._numbers)
        places, descriptors = streams.places()
        process = self._processes[number] = Process(self, number, spec)
        wish: dict[str, object] = {"process": number, "streams": places, "spec": _write_spec(spec), **where}
        wish["terminal"] = streams.terminal is not None
        try:
            told = await self._ask(op, descriptors=tuple(descriptors), **wish)
        except ContainerRefused as refused:
            self._processes.pop(number, None)
            raise refused.in_full(op) from None
        except BaseException:
            self._processes.pop(number, None)
            self._abandon(number)
            raise
        process.start(told)
        return process

    def _abandon(self, number: int) -> None:
        if self._keeper is not None and self._keeper.link.is_open:
            self._keeper.link.tell("signal", process=number, signal=SIGKILL, everyone=True)

    def _hear(self, message: dict[str, Any]) -> None:
        if message["event"] == "ready":
            assert self._ready is not None
            self._ready.set_result(message)
            return
        process = self._processes.pop(message["process"], None)
        if process is not None:
            process.end(Exit.from_wait(message["status"], finished_at=message["finished_at"]))

    def _lose(self, last_words: str) -> None:
        lost = KeeperLost(f"the keeper is gone: {last_words or 'it wrote nothing'}")
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(lost)
        for process in self._processes.values():
            process.lose(lost)
        self._processes.clear()


class Pod:
    """Containers that live together; made by `Runtime.create_pod`."""

    def __init__(self, runtime: Runtime, number: int, *, hostname: str) -> None:
        self._runtime, self._number, self._hostname = runtime, number, hostname

    async def run(self, spec: ContainerSpec, streams: Streams = Streams()) -> Process:  # noqa: B008 -- frozen
        """Start a container; it runs when this returns.

        Raises:
            ContainerRefused: with the reason and message of a real node.
            KeeperLost: the keeper is gone.
        """
        env = {"HOSTNAME": self._hostname, **spec.env} if self._hostname else spec.env
        capabilities = self._runtime.capabilities
        ready = attrs.evolve(spec, env=env, mounts=_prepare_mounts(spec, capabilities))
        return await self._runtime._begin("run", ready, streams, pod=self._number)  # noqa: SLF001 -- one room

    async def remove(self) -> None:
        """Kill everything in the pod; its processes have ended when this returns.

        Raises:
            ContainerRefused: it was removed already.
            KeeperLost: the keeper is gone.
        """
        await self._runtime._ask("remove_pod", pod=self._number)  # noqa: SLF001


@attrs.define(eq=False)
class Process:
    """A started container, or a command executed in one.

    Attributes:
        spec: what it was started with.
        pid: of its main process, as this machine numbers it.
        started_at: when its program began.
    """

    _runtime: Runtime = attrs.field(repr=False)
    _number: int
    spec: ContainerSpec
    pid: int = 0
    started_at: datetime = datetime.min.replace(tzinfo=UTC)
    _ended: asyncio.Future[Exit] = attrs.field(
        factory=lambda: asyncio.get_running_loop().create_future(), repr=False
    )

    @property
    def exit(self) -> Exit | None:
        """How it ended; None: it runs, or went with the keeper."""
        if self._ended.done() and self._ended.exception() is None:
            return self._ended.result()
        return None

    async def wait(self) -> Exit:
        """Wait until the main process has ended and, for a container, nothing of it is left.

        Raises:
            KeeperLost: the keeper ended first, and the process with it.
        """
        return await asyncio.shield(self._ended)

    async def signal(self, number: int, *, everyone: bool = False) -> None:
        """Send a signal to the main process, or to each process of the container; one that has ended is no error.

        Raises:
            KeeperLost: the keeper is gone.
        """
        if not self._ended.done():
            await self._runtime._ask("signal", process=self._number, signal=number, everyone=everyone)  # noqa: SLF001

    async def stop(self, *, grace_s: float, number: int = SIGTERM) -> Exit:
        """Ask the main process to end, and kill everything when it has not after the grace.

        Raises:
            KeeperLost: the keeper is gone.
        """
        try:
            if grace_s > 0:
                await self.signal(number)
                async with asyncio.timeout(grace_s):
                    return await self.wait()
        except TimeoutError:
            pass
        await self.signal(SIGKILL, everyone=True)
        return await self.wait()

    async def execute(self, spec: ContainerSpec, streams: Streams = Streams()) -> Process:  # noqa: B008 -- frozen
        """Run a command in this container: its namespaces and mounts, a session of its own.

        The environment and the working directory are the spec's (a kubelet gives the container's: `spec`).

        Raises:
            ContainerRefused: `StartError` when there is no such program; `NotRunning` when the container ended.
            KeeperLost: the keeper is gone.
        """
        if spec.mounts:
            raise ValueError("a command executed in a container has the container's mounts: leave `mounts` out")
        return await self._runtime._begin("exec", spec, streams, container=self._number)  # noqa: SLF001

    def start(self, told: dict[str, Any]) -> None:
        """For the runtime: the program began."""
        self.pid, self.started_at = told["pid"], datetime.fromtimestamp(told["started_at"], UTC)

    def end(self, how: Exit) -> None:
        """For the runtime: it ended."""
        if not self._ended.done():
            self._ended.set_result(how)

    def lose(self, why: KeeperLost) -> None:
        """For the runtime: nobody will tell how it ended."""
        if not self._ended.done():
            self._ended.set_exception(why)
            self._ended.exception()  # nobody may be waiting


def _prepare_mounts(spec: ContainerSpec, capabilities: Capabilities) -> tuple[Any, ...]:
    """Mounts with their sub-paths resolved; without mount namespaces only those that are there already."""
    resolved = tuple(attrs.evolve(each, source=each.resolve(), sub_path="") for each in spec.mounts)
    if capabilities.mount_namespace:
        return resolved
    for mount in resolved:
        if mount.read_only or os.path.realpath(mount.source) != os.path.realpath(mount.path):
            raise ContainerRefused(
                "CreateContainerError",
                f'cannot show "{mount.source}" at "{mount.path}": this machine does not let this user make mount '
                f"namespaces ({capabilities.reason}); leave the mount out, or run as root or where user "
                "namespaces are permitted",
            )
    return ()


def _write_spec(spec: ContainerSpec) -> dict[str, object]:
    env = {"HOME": os.environ.get("HOME") or "/", **spec.env}
    mounts = [(each.source, each.path, each.read_only) for each in spec.mounts]
    return {"args": list(spec.args), "env": env, "working_dir": spec.working_dir or "/", "mounts": mounts}
