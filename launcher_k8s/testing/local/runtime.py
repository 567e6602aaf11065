"""Runs containers as processes of this machine: the event loop's side of the keeper.

The commands run on this machine, as this user. What keeps them apart is what this user may have
(`Runtime.capabilities`): PID and mount namespaces like a real node's, or none. Every call is bounded in
time, and whatever happens to this process, the keeper kills and reaps what was started here.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGKILL
from typing import Any, Self

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
from launcher_k8s.testing.local.pods import Pod, Process, write_spec

MODES = ("root", "user", "root-mounts", "user-mounts", "none")
"""All ways to isolate containers, best first."""

_CLOSE_S = 15.0


class Runtime:
    """The container runtime of one node.

    Args:
        modes: ways to isolate containers, tried in this order.
        directory: absolute; where to make `directory` in; None: the system's temporary directory.
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
        """A directory of this runtime's own, for volumes and the like; the keeper removes it."""
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
        directory = self._parent or tempfile.gettempdir()
        self._keeper = KeeperProcess(modes=self._modes, directory=directory, hear=self._hear, lose=self._lose)
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
        """Make a pod: containers with one hostname, and with one PID namespace if they share processes.

        Raises:
            ContainerRefused: this machine has no more processes to give.
            KeeperLost: the keeper is gone.
        """
        number = next(self._numbers)
        await self.ask("create_pod", pod=number, hostname=hostname, shared=share_processes)
        return Pod(self, number, hostname=hostname)

    async def usage(self) -> Mapping[Process, Usage]:
        """What each running container uses now.

        Raises:
            KeeperLost: the keeper is gone.
        """
        answer = await self.ask("usage")
        figures = {number: Usage(*rest) for number, *rest in answer["containers"]}
        return {self._processes[each]: figures[each] for each in figures if each in self._processes}

    def _known(self) -> tuple[Capabilities, Path, int]:
        if self._facts is None:
            raise RuntimeError("the runtime was not started: await start(), or use it with `async with`")
        return self._facts

    async def ask(self, op: str, *, descriptors: Sequence[int] = (), **wish: object) -> dict[str, Any]:
        """For pods and processes: have the keeper do something.

        Raises:
            ContainerRefused: it was not granted.
            KeeperLost: the keeper is gone, or does not answer.
        """
        if self._keeper is None:
            raise KeeperLost("the runtime is closed")
        return await self._keeper.link.ask(op, timeout_s=self._timeout_s, descriptors=descriptors, **wish)

    async def begin(self, op: str, spec: ContainerSpec, streams: Streams, **where: int) -> Process:
        """For pods and processes: start one by `run` or `exec`; a start that is given up leaves nothing.

        Raises:
            ContainerRefused: it does not start.
            KeeperLost: the keeper is gone, or does not answer.
        """
        number = next(self._numbers)
        places, descriptors = streams.places()
        process = self._processes[number] = Process(self, number, spec)
        wish: dict[str, object] = {"process": number, "streams": places, "spec": write_spec(spec), **where}
        wish["terminal"] = streams.terminal is not None
        try:
            told = await self.ask(op, descriptors=descriptors, **wish)
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
            if self._ready is not None and not self._ready.done():  # nobody waits who was cancelled
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
