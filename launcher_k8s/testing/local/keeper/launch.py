"""From a fork to a container's program: everything between, in the child.

The child tells the keeper through a socket that closes by itself when its program starts (close-on-exec):
what comes before the end of file are the namespaces it made and the reason why it could not start, if so.
The order of the steps and all texts are runc's: an unknown program, a directory or a file that may not be
executed are refused before anything runs; a file that the kernel cannot execute has run, for a moment.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import stat
import termios

from launcher_k8s.testing.local.keeper import kernel, mounts
from launcher_k8s.testing.local.keeper.refusal import START, Refused, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CANNOT_EXECUTE = 1  # the exit code of runc when execve fails


class Launch:
    """What becomes of a forked child.

    Args:
        spec: `args`, `env`, `working_dir`, `mounts`, `hostname` as the other side sent them.
        streams: descriptors for 0, 1 and 2.
        terminal: the first stream is a terminal, to be the controlling one.
        own_mounts: whether it gets a mount namespace.
        own_pids: whether it was forked into a PID namespace, whose /proc it is to see.
        joined: open mount and hostname namespaces to enter instead of making new ones (an exec).
        stage: an empty directory where `mounts` may put a root together.
    """

    __slots__ = ("joined", "own_mounts", "own_pids", "spec", "stage", "streams", "terminal")

    def __init__(
        self,
        spec: dict[str, Any],
        streams: list[int],
        *,
        terminal: bool,
        own_mounts: bool,
        own_pids: bool,
        joined: list[int] | None,
        stage: str,
    ) -> None:
        self.spec, self.streams, self.terminal = spec, streams, terminal
        self.own_mounts, self.own_pids = own_mounts, own_pids
        self.joined, self.stage = joined, stage

    def run(self, status: socket.socket) -> NoReturn:
        """Become the container's program. Never returns, whatever happens."""
        try:
            program = self._prepare(status)
            os.execve(program, self.spec["args"], self.spec["env"])
        except Refused as refused:
            _refuse(status, refused.reason, refused.text)
        except OSError as problem:
            os.write(2, f"exec {self.spec['args'][0]}: {tell(problem)}\n".encode(errors="surrogateescape"))
            os._exit(_CANNOT_EXECUTE)
        except BaseException as bug:  # noqa: BLE001 -- whatever it is, the child must not go on as a second keeper
            _refuse(status, START, f"error during container init: {bug!r}")
        finally:
            os._exit(128)

    def _prepare(self, status: socket.socket) -> str:
        try:
            os.setsid()
            kernel.reset_signals()
            os.umask(0o022)
            self._enter_namespaces()
            if self.own_mounts and not self.joined:
                _show_namespaces(status)
            _enter_directory(self.spec["working_dir"])
            self._connect()
        except OSError as problem:
            raise Refused(
                START, f"error during container init: {problem.filename}: {tell(problem)}"
            ) from None
        self.spec["env"].setdefault("PATH", _PATH)
        return find_program(self.spec["args"][0], self.spec["env"]["PATH"])

    def _enter_namespaces(self) -> None:
        if self.joined:
            kernel.join(self.joined[0], kernel.NEW_MOUNTS)
            kernel.join(self.joined[1], kernel.NEW_HOSTNAME)
        elif self.own_mounts:
            kernel.unshare(kernel.NEW_MOUNTS | kernel.NEW_HOSTNAME)
            socket.sethostname(self.spec["hostname"] or socket.gethostname())
            if self.own_pids:
                kernel.mount("proc", "/proc", "proc", flags=kernel.PROC_FLAGS)
            wanted = [mounts.Mount(each[0], each[1], read_only=each[2]) for each in self.spec["mounts"]]
            mounts.arrange(wanted, self.spec["working_dir"], stage=self.stage)

    def _connect(self) -> None:
        # First out of the way of 0, 1 and 2, which one of them may be.
        sources = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 10) for each in self.streams]
        for number, source in enumerate(sources):
            os.dup2(source, number)
        if self.terminal:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def find_program(name: str, path: str) -> str:
    """Where a command's program is, by Go's `exec.LookPath`.

    Raises:
        Refused: nothing there can be executed.
    """
    if "/" in name:
        return _check_program(name)
    for directory in path.split(":") if name else ():
        candidate = os.path.join(directory or ".", name)
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    raise Refused(START, f'exec: "{name}": executable file not found in $PATH')


def _check_program(name: str) -> str:
    try:
        mode = os.stat(name).st_mode
    except OSError as problem:
        raise Refused(START, f'exec: "{name}": stat {name}: {tell(problem)}') from None
    if stat.S_ISDIR(mode) or not os.access(name, os.X_OK):
        raise Refused(START, f'exec: "{name}": permission denied')
    return name


def _enter_directory(path: str) -> None:
    try:
        os.chdir(path)
    except NotADirectoryError as problem:
        raise Refused(START, f"error during container init: mkdir {path}: {tell(problem)}") from None
    except OSError as problem:
        where = f'chdir to cwd ("{path}") set in config.json failed'
        raise Refused(START, f"error during container init: {where}: {tell(problem)}") from None


def _show_namespaces(status: socket.socket) -> None:
    """Hand over the mount and hostname namespaces: held open, their numbers stay theirs."""
    opened = [os.open(f"/proc/self/ns/{name}", os.O_RDONLY) for name in ("mnt", "uts")]
    socket.send_fds(status, [b"\n"], opened)


def _refuse(status: socket.socket, reason: str, text: str) -> None:
    status.sendall(json.dumps([reason, text]).encode())
