"""What stands in for a PID namespace where none is permitted: one process above each container.

It adopts what the container's programs orphan, so that everything a container started is below its warden
for as long as it lives; when the main process ends, or the keeper does, the rest is killed and reaped, as
the kernel does with a namespace whose PID 1 ends. The main process is signalled by its warden alone, which
knows whether it has been reaped.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import time

from launcher_k8s.testing.local.keeper import kernel, processes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from launcher_k8s.testing.local.keeper.launch import Launch

ORDER = struct.Struct("=B?")
"""To the warden: a signal's number, and whether it is for all processes instead of the main one."""
REPORT = struct.Struct("=id")
"""From it: the main process's wait status and when it ended; before that its PID and 0."""

_END_S = 10.0


def watch(launch: Launch, status: socket.socket, control: socket.socket) -> NoReturn:
    """Start the main process and keep it; the calling process does nothing else any more."""
    try:
        os.setsid()
        kernel.reset_signals()
        kernel.adopt_orphans()
        kernel.close_all_but({status.fileno(), control.fileno(), *launch.streams, *(launch.joined or ())})
        Warden(control).keep(launch, status)
    finally:
        os._exit(0)


class Warden:
    """The loop between the orders of the keeper and the ends of children."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._ended: tuple[int, float] | None = None
        self._main = 0

    def keep(self, launch: Launch, status: socket.socket) -> None:
        """Until the main process has ended or the keeper closed the control socket."""
        control = self._control.fileno()
        woken, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._main = os.fork()
        if self._main == 0:
            launch.run(status)
        status.close()
        for each in {*launch.streams, *(launch.joined or ())}:
            os.close(each)
        self._control.send(REPORT.pack(self._main, 0))
        while self._ended is None:
            ready, _, _ = select.select([control, woken], [], [])
            if woken in ready:
                os.read(woken, 4096)
                self._reap()
            if control in ready and not self._obey():
                break
        kernel.reset_signals()
        processes.end_descendants(seconds=_END_S)
        if self._ended is not None:
            self._control.send(REPORT.pack(*self._ended))

    def _reap(self) -> None:
        try:
            while (child := os.waitpid(-1, os.WNOHANG))[0]:
                if child[0] == self._main:
                    self._ended = (child[1], time.time())
        except ChildProcessError:
            pass

    def _obey(self) -> bool:
        order = self._control.recv(ORDER.size)
        if not order:
            return False
        number, everyone = ORDER.unpack(order)
        if everyone:
            self._signal_all(number)
        elif self._ended is None:
            os.kill(self._main, number)  # not reaped yet, so its number is its own
        return True

    def _signal_all(self, number: int) -> None:
        seen = processes.scan()
        own = os.getpid()
        processes.send((seen[pid] for pid in processes.trace(seen, {own: own}) if pid != own), number)
