"""What the keeper knows of the pods and processes it started, and how it signals one.

A process is known by the number that the other side gave it. Its `pid` is that of the keeper's direct
child, which nobody else can reap: until then the number means that child. With a warden the child is the
warden, and the main process is signalled by way of it.
"""

from __future__ import annotations

import os
import signal
import socket

from launcher_k8s.testing.local.keeper import processes, warden


class Process:
    """A container's main process, an exec (it has a `container`), or a pod's pause process.

    Attributes:
        main: the main process's number as we see it; `outside`: as the other side sees it.
        namespaces: its mount and hostname namespaces, held open once it told of them.
        forked_at: when it was forked, which counts as its start.
        ended: its wait status and when it ended, once it was reaped.
        request: who is to be told that it started; None once told.
        refused: why it did not start.
        report: what its warden told of its end.
    """

    __slots__ = (
        "container",
        "control",
        "cpu_s",
        "ended",
        "forked_at",
        "main",
        "namespaces",
        "number",
        "outside",
        "pid",
        "pod",
        "refused",
        "report",
        "request",
        "status",
        "told",
    )

    def __init__(self, number: int, pod: Pod, *, container: Process | None, request: int) -> None:
        self.number, self.pod, self.container = number, pod, container
        self.request: int | None = request
        self.pid = self.main = self.outside = 0
        self.status: socket.socket | None = None
        self.told = b""
        self.control: socket.socket | None = None
        self.namespaces: list[int] = []
        self.refused: tuple[str, str] | None = None
        self.report: tuple[int, float] | None = None
        self.ended: tuple[int, float] | None = None
        self.forked_at = self.cpu_s = 0.0

    @property
    def mounts(self) -> int | None:
        """The number of its mount namespace, which is nobody else's while we hold it open."""
        return os.fstat(self.namespaces[0]).st_ino if self.namespaces else None

    @property
    def is_running(self) -> bool:
        """Whether its program was started and has not been seen to end."""
        return self.request is None and self.refused is None and self.ended is None

    def signal(self, number: int, *, everyone: bool) -> None:
        """Signal the main process, or all of the container's; nothing when it has ended."""
        if self.ended is not None:
            return
        if self.control is not None:
            self._order(number, everyone=everyone)
        elif everyone:
            processes.send(members(self), number)
        else:
            os.kill(self.pid, number)

    def end(self) -> None:
        """Kill all of it."""
        if self.control is not None:
            self._dismiss_warden()
        elif self.pod.is_shared:
            self.signal(signal.SIGKILL, everyone=True)
        else:
            self.signal(signal.SIGKILL, everyone=False)

    def _dismiss_warden(self) -> None:
        assert self.control is not None
        try:
            self.control.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has ended already

    def _order(self, number: int, *, everyone: bool) -> None:
        assert self.control is not None
        try:
            self.control.send(warden.ORDER.pack(number, everyone))
        except OSError:
            pass  # the warden ends just now


class Pod:
    """Containers that belong together."""

    __slots__ = ("hostname", "pause", "pids", "processes", "removal")

    def __init__(self, hostname: str) -> None:
        self.hostname = hostname
        self.processes: set[Process] = set()
        self.pause = 0
        self.pids = -1
        self.removal: int | None = None

    @property
    def is_shared(self) -> bool:
        """Whether its containers share a PID namespace, held open by the process `pause`."""
        return self.pids >= 0


def members(process: Process) -> list[processes.Seen]:
    """The living processes of a container, its execs among them, or of an exec."""
    seen = processes.scan()
    found: set[int] = set()
    if process.ended is None:  # else its number may be another's
        found.update(processes.trace(seen, {process.pid: process.number}))
    mounts = process.mounts
    if process.container is None and mounts is not None:
        found.update(pid for pid in seen if processes.mount_namespace(pid) == mounts)
    return [seen[pid] for pid in found if not seen[pid].zombie]


def measure(running: list[Process]) -> list[tuple[int, float, int, int, int]]:
    """For each container its number, CPU seconds, resident and virtual bytes, and number of processes."""
    seen = processes.scan()
    roots = {process.pid: (process.container or process).number for process in running}
    wardens = {process.pid for process in running if process.control is not None}
    below = processes.trace(seen, roots)
    shared = {
        process.mounts: process.number
        for process in running
        if process.pod.is_shared and process.container is None
    }
    sums = {process.number: [0.0, 0, 0, 0] for process in running if process.container is None}
    for pid, each in seen.items():
        number = below.get(pid) or shared.get(processes.mount_namespace(pid) if shared else None)
        if number in sums and pid not in wardens:
            parts = (each.cpu_s, each.rss_bytes, each.virtual_bytes, 1)
            sums[number] = [total + part for total, part in zip(sums[number], parts, strict=True)]
    for process in running:
        if process.container is None:
            # What a process used that nobody waited for goes with it; a counter must not go back.
            process.cpu_s = sums[process.number][0] = max(process.cpu_s, sums[process.number][0])
    return [(number, *figures) for number, figures in sums.items()]  # type: ignore[misc]
