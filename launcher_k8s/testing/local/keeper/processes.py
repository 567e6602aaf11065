"""What /proc tells of processes, and ending one without taking another for it."""

from __future__ import annotations

import os
import signal
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Seen:
    """One process at the moment of a scan; CPU counts the children it has waited for, too."""

    __slots__ = ("cpu_s", "parent", "pid", "rss_bytes", "started", "virtual_bytes", "zombie")

    def __init__(self, pid: int, fields: list[bytes]) -> None:
        self.pid, self.zombie, self.parent = pid, fields[0] in (b"Z", b"X"), int(fields[1])
        self.cpu_s = sum(map(int, fields[11:15])) / _TICKS
        self.started, self.virtual_bytes = int(fields[19]), int(fields[20])
        self.rss_bytes = int(fields[21]) * _PAGE


def look(pid: int) -> Seen | None:
    """One process; None: gone. Fields as proc(5) numbers them, from the third on."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return Seen(pid, file.read().rpartition(b")")[2].split())
    except (FileNotFoundError, ProcessLookupError):
        return None


def scan() -> dict[int, Seen]:
    """Every process of the PID namespace that /proc shows."""
    pids = (int(name) for name in os.listdir("/proc") if name.isdigit())
    return {pid: seen for pid in pids if (seen := look(pid)) is not None}


def trace(seen: dict[int, Seen], roots: dict[int, int]) -> dict[int, int]:
    """For each process that descends from a root, or is one, that root's value."""
    found: dict[int, int | None] = dict(roots)

    def climb(pid: int) -> int | None:
        path = []
        while pid in seen and pid not in found:
            path.append(pid)
            pid = seen[pid].parent
        value = found.get(pid)
        found.update(dict.fromkeys(path, value))
        return value

    return {pid: value for pid in seen if (value := climb(pid)) is not None}


def mount_namespace(pid: int) -> int | None:
    """The number of a process's mount namespace; None: it is gone, or not ours to see."""
    try:
        return os.stat(f"/proc/{pid}/ns/mnt").st_ino
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None


def send(targets: Iterable[Seen], number: int) -> None:
    """Signal processes that a scan saw, and no other that got one's number since."""
    for seen in targets:
        try:
            handle = os.pidfd_open(seen.pid)
        except ProcessLookupError:
            continue
        try:
            # From here on the handle means one process: the one seen, if it started when that one did.
            now = look(seen.pid)
            if now is not None and now.started == seen.started:
                signal.pidfd_send_signal(handle, number)
        except (ProcessLookupError, PermissionError):
            pass  # ended meanwhile; or a program with more rights than ours, which nobody but root may end
        finally:
            os.close(handle)


def end_descendants(*, seconds: float) -> None:
    """Kill and reap everything below this process; after a time, leave what cannot be killed."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    deadline = time.monotonic() + seconds
    own = os.getpid()
    while reap() and time.monotonic() < deadline:
        seen = scan()
        below = trace(seen, {own: own})
        send((seen[pid] for pid in below if pid != own and not seen[pid].zombie), signal.SIGKILL)
        signal.sigtimedwait({signal.SIGCHLD}, 0.05)


def reap() -> bool:
    """Reap every child that has ended; whether there are children left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True
