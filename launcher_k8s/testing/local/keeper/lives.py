"""The lives of processes: when one has started, when one has ended, and what is left to do then.

A start is over when the child's pipe closes; an end when the child was reaped and nothing of its container
is left. In a PID namespace of its own the kernel sees to the latter before it lets PID 1 be reaped; below a
warden, the warden does; in a shared PID namespace we look for processes that have the container's mount
namespace, until there are none.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import time

from launcher_k8s.testing.local.keeper import processes, records, warden
from launcher_k8s.testing.local.keeper.refusal import START

TYPE_CHECKING = False
if TYPE_CHECKING:
    import selectors
    from collections.abc import Callable

    from launcher_k8s.testing.local.keeper.forking import Forker
    from launcher_k8s.testing.local.keeper.framing import Message
    from launcher_k8s.testing.local.keeper.launch import Launch
    from launcher_k8s.testing.local.keeper.records import Pod, Process

_READ_BYTES = 1 << 16
_READ = 1  # selectors.EVENT_READ
_SWEEP_S = 0.005  # between two looks for what is left
_SWEEP_FOR_S = 5.0  # what cannot be killed for so long is stuck in the kernel, or not ours to kill


class Lives:
    """All processes of a keeper.

    Args:
        forker: starts them.
        selector: where their pipes are watched; each key's data is what to call.
        tell: sends a message to the other side.
        number_outside: the PID that a child has outside of the keeper's own PID namespace.
    """

    def __init__(
        self,
        forker: Forker,
        selector: selectors.BaseSelector,
        *,
        tell: Callable[[Message], None],
        number_outside: Callable[[int], int],
    ) -> None:
        self.processes: dict[int, Process] = {}
        self._forker, self._selector, self._tell = forker, selector, tell
        self._number_outside = number_outside
        self._by_pid: dict[int, Process] = {}
        self._pauses: dict[int, Pod] = {}
        self._sweeps: dict[Process, float] = {}
        self._has_strays = False

    @property
    def patience_s(self) -> float | None:
        """How long nothing needs to be done without being woken; None: for ever."""
        return _SWEEP_S if self._sweeps or self._has_strays else None

    def start_pause(self, pod: Pod) -> None:
        """Make a pod's containers share a PID namespace.

        Raises:
            Refused: it cannot be forked.
        """
        self._forker.start_pause(pod)
        self._pauses[pod.pause] = pod

    def start(self, process: Process, launch: Launch) -> None:
        """Start a process; its request is answered later.

        Raises:
            Refused: it cannot be forked.
        """
        process.status = status = self._forker.start(process, launch)
        self._by_pid[process.pid] = self.processes[process.number] = process
        process.pod.processes.add(process)
        if process.main:
            process.outside = self._number_outside(process.main)
        self._selector.register(status, _READ, lambda: self._hear(process))
        if process.control is not None:
            process.control.setblocking(False)
            self._selector.register(process.control, _READ, lambda: self._hear_warden(process))

    def reap(self) -> None:
        """Take note of every child that has ended."""
        try:
            while (child := os.waitpid(-1, os.WNOHANG))[0]:
                self._note_end(*child)
        except ChildProcessError:
            pass

    def sweep(self) -> None:
        """Kill what ended containers left behind, and tell the end of those that left nothing any more."""
        for process, deadline in list(self._sweeps.items()):
            left = records.members(process)
            processes.send(left, signal.SIGKILL)
            if not left or time.monotonic() > deadline:
                del self._sweeps[process]
                self._tell_end(process)
        if self._has_strays:
            self._has_strays = self._end_strays()

    def _end_strays(self) -> bool:
        """Kill what is below us and below no process that we know; whether there was any."""
        seen = processes.scan()
        roots = dict.fromkeys(self._by_pid, 1) | {os.getpid(): -1}
        strays = [
            pid for pid, root in processes.trace(seen, roots).items() if root < 0 and pid != os.getpid()
        ]
        processes.send((seen[pid] for pid in strays), signal.SIGKILL)
        return bool(strays)

    def clear(self, pod: Pod) -> None:
        """Go on with a pod's removal, if it is wanted and nothing runs in it any more."""
        if pod.removal is None or pod.processes:
            return
        if pod.pause:
            os.kill(pod.pause, signal.SIGKILL)
        else:
            self._tell({"id": pod.removal, "ok": {}})

    def _hear(self, process: Process) -> None:
        """What the child tells between fork and exec; the end of it means that its program runs."""
        assert process.status is not None
        try:
            told, opened, _, _ = socket.recv_fds(process.status, _READ_BYTES, 2, socket.MSG_CMSG_CLOEXEC)
        except BlockingIOError:
            return
        process.told += told
        process.namespaces += opened
        if not told:
            self._close_status(process)
            self._settle(process)

    def _close_status(self, process: Process) -> None:
        assert process.status is not None
        self._selector.unregister(process.status)
        process.status.close()
        process.status = None
        if process.told.strip():
            process.refused = json.loads(process.told)

    def _hear_warden(self, process: Process) -> bool:
        """The main process's number, then its end; whether there was something to hear."""
        assert process.control is not None
        try:
            report = process.control.recv(warden.REPORT.size)
        except BlockingIOError:
            return False
        if not report:
            self._selector.unregister(process.control)
            process.control.close()
            return False
        value, ended_at = warden.REPORT.unpack(report)
        if ended_at:
            process.report = (value, ended_at)
        else:
            process.main = process.outside = value
            self._settle(process)
        return True

    def _settle(self, process: Process) -> None:
        """Answer a start, once all is known of it."""
        if process.request is None or process.status is not None:
            return
        if process.refused is not None:
            reason, text = process.refused
            self._tell({"id": process.request, "error": {"reason": reason, "text": text}})
        elif not process.main and process.ended is None:
            return
        else:
            # We may hear of its start after its warden saw its end; the fork is before both.
            started = {"pid": process.outside, "started_at": process.forked_at}
            self._tell({"id": process.request, "ok": started})
        process.request = None

    def _note_end(self, pid: int, status: int) -> None:
        pod = self._pauses.pop(pid, None)
        if pod is not None:
            os.close(pod.pids)
            pod.pause, pod.pids = 0, -1
            self.clear(pod)
        process = self._by_pid.pop(pid, None)
        if process is not None:
            self._finish(process, status)

    def _finish(self, process: Process, status: int) -> None:
        self._hear_rest(process)
        if process.control is not None and process.report is None:
            status = int(signal.SIGKILL)  # the warden itself was killed, and we adopted what was below it
            self._has_strays = True
        process.ended = process.report or (status, time.time())
        self._settle(process)
        for each in process.pod.processes:
            if each.container is process:
                each.end()
        if process.refused is not None:
            self._forget(process)
        elif process.container is None and process.pod.is_shared:
            self._sweeps[process] = time.monotonic() + _SWEEP_FOR_S
        else:
            self._tell_end(process)

    def _hear_rest(self, process: Process) -> None:
        while process.status is not None:
            before = len(process.told)
            self._hear(process)
            if len(process.told) == before:
                self._give_up(process)
        if process.control is None or process.control.fileno() < 0:
            return
        while self._hear_warden(process):
            pass
        if process.control.fileno() >= 0:  # a child that was not done starting holds the other end
            self._selector.unregister(process.control)
            process.control.close()

    def _give_up(self, process: Process) -> None:
        """Listen no longer to a child that died while another held its end of the socket."""
        if process.status is not None:
            process.refused = (START, "killed before its program could start")
            self._close_status(process)

    def _tell_end(self, process: Process) -> None:
        assert process.ended is not None
        status, at = process.ended
        self._tell({"event": "exit", "process": process.number, "status": status, "finished_at": at})
        self._forget(process)

    def _forget(self, process: Process) -> None:
        for each in process.namespaces:
            os.close(each)
        del self.processes[process.number]
        process.pod.processes.discard(process)
        self.clear(process.pod)
