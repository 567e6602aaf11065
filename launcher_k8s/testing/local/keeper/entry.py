"""The keeper's life: become isolated, serve, kill and reap everything, remove the directory.

It ends when it is told to, when its socket's other end is gone, when the process that started it has ended
(a fork of that one may hold the socket open) and when its own guard has. PIDs are watched as pidfds: unlike
PR_SET_PDEATHSIG they mean the process and not the thread that started us.
"""

from __future__ import annotations

import os
import signal
import socket
import stat

from launcher_k8s.testing.local.keeper import isolation, kernel, processes
from launcher_k8s.testing.local.keeper.framing import Outbox
from launcher_k8s.testing.local.keeper.service import Service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from launcher_k8s.testing.local.keeper.framing import Message

_END_S = 10.0


def run(link: int, *, parent: int, directory: str, modes: Sequence[str]) -> None:
    """Be a keeper from start to end.

    Args:
        link: the socket's descriptor.
        parent: the PID of the process that started this one.
        directory: where to make the keeper's own directory.
        modes: names of `isolation.MODES`, tried in this order.
    """
    os.set_inheritable(link, False)  # it was, to get here; no container is to hold our end
    lives = [os.pidfd_open(parent)]
    if os.getppid() != parent:
        return
    own = os.path.join(directory, f"launcher-k8s-{os.urandom(8).hex()}")
    stage = os.path.join(own, "root")
    os.mkdir(own, mode=0o700)
    os.mkdir(stage)
    try:
        mode, reasons = isolation.choose(modes, directory=stage)
        outside = os.open("/proc", os.O_PATH | os.O_DIRECTORY)
        lives.append(os.pidfd_open(os.getpid()))
        isolation.enter(mode, afterwards=lambda: remove(own))
        hello: Message = {"event": "ready", "mode": mode.name, "reasons": reasons, "directory": own}
        _serve(socket.socket(fileno=link), mode, lives, outside, hello=hello, stage=stage)
    finally:
        remove(own)


def _serve(
    link: socket.socket,
    mode: isolation.Mode,
    lives: list[int],
    outside: int,
    *,
    hello: Message,
    stage: str,
) -> None:
    number_outside: Callable[[int], int]
    if mode.pids:
        number_outside = _Outside(outside).number
    else:
        lives.pop()  # there is no guard: that is this process
        number_outside = int
        kernel.adopt_orphans()
    hello["pid"] = number_outside(os.getpid())
    service = Service(link, mode, stage=stage, number_outside=number_outside)
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: service.stop())
    try:
        closing = service.run(woken=woken, lives=lives, hello=hello)
    finally:
        processes.end_descendants(seconds=_END_S)
        remove(os.path.dirname(stage))
    if closing is not None:
        _answer(link, closing)


def _answer(link: socket.socket, request: int) -> None:
    outbox = Outbox(link)
    outbox.put({"id": request, "ok": {}})
    try:
        outbox.send()
    except OSError:
        pass  # it did not wait for the answer


class _Outside:
    """The PIDs of our children as the processes outside see them, by way of the /proc from before."""

    def __init__(self, proc: int) -> None:
        self._proc = proc

    def number(self, pid: int) -> int:
        """By a pidfd's fdinfo, which tells the PID in the namespace of the /proc it is read from."""
        handle = os.pidfd_open(pid)
        try:
            info = os.open(f"self/fdinfo/{handle}", os.O_RDONLY, dir_fd=self._proc)
            with open(info, encoding="ascii") as lines:
                facts = dict(line.split(":", 1) for line in lines)
            return int(facts["Pid"])
        finally:
            os.close(handle)


def remove(path: str) -> None:
    """Remove a tree, directories without permissions included; what is gone already is no error."""
    try:
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            os.unlink(path)
            return
        os.chmod(path, 0o700)
        with os.scandir(path) as entries:
            names = [entry.path for entry in entries]
        for name in names:
            remove(name)
        os.rmdir(path)
    except OSError:
        pass  # another user's file, or a mount: the rest is removed all the same
