"""Starts the daemons of a cluster, remembers which processes they are, and ends those and no others.

A process id alone is no identity: it is reused. What is recorded is the id with the kernel's start time and
the machine's boot id, so that another process, even one started years later by another run, can tell "still
the one we started" from "somebody else's". Each daemon leads a session of its own, so that neither Ctrl-C nor
the end of a test run reaches it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.cluster.waiting import ClusterError, HopelessError, until

DAEMONS = ("etcd", "kube-apiserver", "containerd", "forwarder",
           "kube-controller-manager", "kube-scheduler", "kubelet")  # fmt: skip


@dataclass(frozen=True)
class Process:
    """One process, such that no other is taken for it."""

    name: str
    pid: int
    started: str
    boot: str

    @property
    def alive(self) -> bool:
        return self.boot == boot_id() and self.started == start_time(self.pid)

    def send(self, signal_number: int) -> None:
        """Signal it if it is still the one that was started."""
        if self.alive:
            os.kill(self.pid, signal_number)

    def gone(self) -> bool:
        """Whether it has ended; takes the exit status if it is a child of ours, so that no zombie stays."""
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)
        return not self.alive


def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def start_time(pid: int) -> str | None:
    """The 22nd field of /proc/PID/stat, in clock ticks since boot; None for no such process or a zombie.

    A zombie of which threads (the 20th field) still end is none yet: they hold its ports.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    has_ended = fields[0] == "X" or (fields[0] == "Z" and int(fields[17]) <= 1)
    return None if has_ended else fields[19]


def identify(pid: int, name: str) -> Process | None:
    started = start_time(pid)
    return Process(name, pid, started, boot_id()) if started else None


class Processes:
    """The daemons of one cluster: records in `pids`, output in `logs`."""

    def __init__(self, pids: Path, logs: Path) -> None:
        self._pids, self._logs = pids, logs

    def start(
        self, name: str, command: list[str], *, netns: Path | None = None, env: dict[str, str] | None = None
    ) -> Process:
        """Start `command` in a session of its own, inside `netns` if given.

        Raises:
            ClusterError: it ended at once (program not found, namespace not there).
        """
        if (running := self.get(name)) is not None:
            raise ClusterError(f"{name} runs already, as process {running.pid}")
        for folder in (self._pids, self._logs):
            folder.mkdir(parents=True, exist_ok=True)
        if netns is not None:  # nsenter becomes the command: the process id stays
            command = [_program("nsenter"), f"--net={netns}", "--wd=/", "--", *command]
        process = identify(self._spawn(name, command, env or {}), name)
        if process is None:
            raise ClusterError(f"{name} did not start\n{self.tail(name)}")
        (self._pids / f"{name}.json").write_text(json.dumps(asdict(process)))
        return process

    def _spawn(self, name: str, command: list[str], env: dict[str, str]) -> int:
        """posix_spawn rather than Popen: a Popen that is let go while its child lives complains."""
        appending = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(self._logs / f"{name}.log"), appending, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        clean = {"PATH": os.environ["PATH"], "HOME": str(self._pids.parent), "LC_ALL": "C.UTF-8"} | env
        return os.posix_spawn(command[0], command, clean, file_actions=actions, setsid=True)

    def get(self, name: str) -> Process | None:
        """The running process of that name."""
        try:
            process = Process(**json.loads((self._pids / f"{name}.json").read_text()))
        except FileNotFoundError:
            return None
        return None if process.gone() else process

    def absent(self) -> list[str]:
        """Names of the daemons that a complete cluster has and this one does not."""
        return [name for name in DAEMONS if self.get(name) is None]

    def recorded(self) -> list[str]:
        """Names of all that were started, oldest first."""
        files = sorted(self._pids.glob("*.json"), key=lambda file: file.stat().st_mtime_ns)
        return [file.stem for file in files]

    def stop(self, name: str, *, with_signal: int = signal.SIGTERM, within_s: float = 10) -> None:
        """End a process; after `within_s` seconds by force."""
        process = self.get(name)
        if process is not None:
            process.send(with_signal)
            try:
                until(process.gone, f"end of {name}", within_s=within_s, every_s=0.01)
            except ClusterError:
                process.send(signal.SIGKILL)
                until(process.gone, f"end of {name} by force", within_s=10, every_s=0.01)
        (self._pids / f"{name}.json").unlink(missing_ok=True)

    def kill(self, name: str) -> None:
        self.stop(name, with_signal=signal.SIGKILL)

    def tail(self, name: str, lines: int = 15) -> str:
        try:
            text = (self._logs / f"{name}.log").read_text(errors="replace")
        except FileNotFoundError:
            return f"--- {name}: no log"
        return f"--- {name}, last lines:\n" + "\n".join(text.splitlines()[-lines:])

    def wait(self, probe: Callable[[], bool], what: str, *, within_s: float) -> None:
        """Wait for `probe`, as long as all processes run.

        Raises:
            ClusterError: not in time, or one has ended; with the last lines of all logs.
        """

        def alive_and_true() -> bool:
            if dead := [name for name in self.recorded() if self.get(name) is None]:
                tails = "\n".join(map(self.tail, dead))
                raise HopelessError(f"{what}: {', '.join(dead)} ended\n{tails}")
            return probe()

        until(alive_and_true, what, within_s=within_s, evidence=self.evidence)

    def evidence(self) -> str:
        """What to print when something did not come up: the last words of all."""
        return "\n".join(map(self.tail, self.recorded()))


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ClusterError(f"{name} is not on PATH")
    return found
