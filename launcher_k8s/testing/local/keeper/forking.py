"""How a process comes to be in the namespaces it belongs in, with the keeper as its parent.

Only a process's children can be put into a PID namespace, so the keeper says which one its next child
belongs in, forks, and takes that back. A first process's parent is outside of its namespace, so it sees 0
as its parent's id, as in a container of a real node.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import time

from launcher_k8s.testing.local.keeper import kernel, processes, warden
from launcher_k8s.testing.local.keeper.refusal import CREATE, GONE, Refused, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from launcher_k8s.testing.local.keeper.isolation import Mode
    from launcher_k8s.testing.local.keeper.launch import Launch
    from launcher_k8s.testing.local.keeper.records import Pod, Process


class Forker:
    """Forks for one keeper.

    Args:
        mode: the keeper's isolation, already entered.
    """

    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY) if mode.pids else -1

    def start(self, process: Process, launch: Launch) -> socket.socket:
        """Fork a process; whether its program starts is heard through the socket returned.

        Raises:
            Refused: it cannot be forked, or the container it is to join has ended.
        """
        heard, told = socket.socketpair()
        process.forked_at = time.time()
        try:
            if self._mode.pids:
                self._start_inside(process, launch, told)
            else:
                self._start_below_warden(process, launch, told)
        except OSError as problem:
            heard.close()
            if process.container is not None and problem.errno == errno.ENOMEM:
                raise _not_running() from None  # what fork(2) says of a PID namespace whose PID 1 is dead
            raise Refused(CREATE, f"failed to create a process: {tell(problem)}") from None
        except Refused:
            heard.close()
            raise
        finally:
            told.close()
        heard.setblocking(False)
        return heard

    def start_pause(self, pod: Pod) -> None:
        """Give a pod a PID namespace of its own, held open by a process that does nothing but reap.

        Raises:
            Refused: it cannot be forked.
        """
        try:
            pod.pause = self._fork(None)
        except OSError as problem:
            raise Refused(CREATE, f"failed to create a sandbox: {tell(problem)}") from None
        if pod.pause == 0:
            _pause()
        pod.pids = os.open(f"/proc/{pod.pause}/ns/pid", os.O_RDONLY)

    def _start_inside(self, process: Process, launch: Launch, status: socket.socket) -> None:
        namespace: int | None = None
        if process.container is not None:
            namespace = _open_pids(process.container)
        elif process.pod.is_shared:
            namespace = os.dup(process.pod.pids)
        try:
            process.pid = process.main = self._fork(namespace)
        finally:
            if namespace is not None:
                os.close(namespace)
        if process.pid == 0:
            launch.run(status)

    def _fork(self, namespace: int | None) -> int:
        """Fork into a PID namespace, or into a new one."""
        if namespace is None:
            kernel.unshare(kernel.NEW_PIDS)
        else:
            kernel.join(namespace, kernel.NEW_PIDS)
        try:
            child = os.fork()
        except OSError:
            kernel.join(self._own_pids, kernel.NEW_PIDS)
            raise
        if child:
            kernel.join(self._own_pids, kernel.NEW_PIDS)
        return child

    def _start_below_warden(self, process: Process, launch: Launch, status: socket.socket) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        process.pid = os.fork()
        if process.pid == 0:
            warden.watch(launch, status, theirs)
        theirs.close()
        process.control = ours


def _open_pids(container: Process) -> int:
    try:
        return os.open(f"/proc/{container.pid}/ns/pid", os.O_RDONLY)
    except OSError:  # it has ended and was not reaped yet
        raise _not_running() from None


def _not_running() -> Refused:
    return Refused(GONE, "container not running")


def _pause() -> NoReturn:
    """Reap what others orphan, for ever; as PID 1 only the keeper's SIGKILL ends it."""
    try:
        os.setsid()
        kernel.name_process("pause")
        kernel.close_all_but(set())
        kernel.reset_signals()
        # With privileges kept, a container's user could not read this process's namespaces, as the rule does
        # that looks for a container's main process.
        kernel.drop_capabilities()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        while True:
            processes.reap()
            signal.sigwait({signal.SIGCHLD})
    finally:
        os._exit(0)
