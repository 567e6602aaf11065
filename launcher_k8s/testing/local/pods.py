"""Pods and their processes, as the event loop holds them: what one can do with them, and how they ended."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from signal import SIGKILL, SIGTERM
from typing import Any, Protocol

import attrs

from launcher_k8s.testing.local.container import (
    Capabilities,
    ContainerRefused,
    ContainerSpec,
    Exit,
    KeeperLost,
    Mount,
    Streams,
)

_NOT_YET = datetime.min.replace(tzinfo=UTC)


class Caller(Protocol):
    """What pods and processes need of their runtime."""

    @property
    def capabilities(self) -> Capabilities:
        """What containers are kept apart by."""
        ...

    async def ask(self, op: str, *, descriptors: Sequence[int] = (), **wish: object) -> dict[str, Any]:
        """Have the keeper do something."""
        ...

    async def begin(self, op: str, spec: ContainerSpec, streams: Streams, **where: int) -> Process:
        """Start a process."""
        ...


class Pod:
    """Containers that live together; made by `Runtime.create_pod`."""

    def __init__(self, runtime: Caller, number: int, *, hostname: str) -> None:
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
        return await self._runtime.begin("run", ready, streams, pod=self._number)

    async def remove(self) -> None:
        """Kill everything in the pod; its processes have ended when this returns.

        Raises:
            ContainerRefused: it was removed already.
            KeeperLost: the keeper is gone.
        """
        await self._runtime.ask("remove_pod", pod=self._number)


@attrs.define(eq=False)
class Process:
    """A started container, or a command executed in one.

    Attributes:
        spec: what it was started with.
        pid: of its main process, as this machine numbers it.
        started_at: when its program began.
    """

    _runtime: Caller = attrs.field(repr=False)
    _number: int
    spec: ContainerSpec
    pid: int = 0
    started_at: datetime = _NOT_YET
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
        """Send a signal to the main process, or to all of the container's; nothing when it has ended.

        Raises:
            KeeperLost: the keeper is gone.
        """
        if not self._ended.done():
            await self._runtime.ask("signal", process=self._number, signal=number, everyone=everyone)

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

        Environment and working directory are the given spec's; a kubelet gives those of `self.spec`.

        Raises:
            ContainerRefused: `StartError`: no such program; `NotRunning`: the container has ended.
            KeeperLost: the keeper is gone.
        """
        if spec.mounts:
            raise ValueError(
                "a command executed in a container has the container's mounts: leave `mounts` out"
            )
        return await self._runtime.begin("exec", spec, streams, container=self._number)

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


def _prepare_mounts(spec: ContainerSpec, capabilities: Capabilities) -> tuple[Mount, ...]:
    """Mounts with their sub-paths resolved; without mount namespaces only those that are there already."""
    resolved = tuple(attrs.evolve(each, source=each.resolve(), sub_path="") for each in spec.mounts)
    if capabilities.mount_namespace:
        return resolved
    why = capabilities.reason or "they were not asked for"
    for mount in resolved:
        if mount.read_only or os.path.realpath(mount.source) != os.path.realpath(mount.path):
            raise ContainerRefused(
                "CreateContainerError",
                f'cannot show "{mount.source}" at "{mount.path}": this machine does not let this user make '
                f"mount namespaces ({why}); leave the mount out, or "
                "run as root or where user namespaces are permitted",
            )
    return ()


def write_spec(spec: ContainerSpec) -> dict[str, object]:
    """A spec as the keeper reads it, with the home of this user where it names none."""
    env = {"HOME": os.environ.get("HOME") or "/", **spec.env}
    mounts = [(each.source, each.path, each.read_only) for each in spec.mounts]
    return {"args": list(spec.args), "env": env, "working_dir": spec.working_dir or "/", "mounts": mounts}
