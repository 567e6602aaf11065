"""The keeper's loop: wishes in, answers and ends out.

Wishes are objects with an `id` and an `op`; each is answered once, by `ok` or by `error`. A process that
started and ended is told as an `exit`, after its start was answered and once nothing of its container is
left alive. Nothing here waits for a container: a start is answered when its pipe closes, an end when the
kernel tells.
"""

from __future__ import annotations

import os
import selectors
import socket

from launcher_k8s.testing.local.keeper import records
from launcher_k8s.testing.local.keeper.forking import Forker
from launcher_k8s.testing.local.keeper.framing import Inbox, Outbox
from launcher_k8s.testing.local.keeper.launch import Launch
from launcher_k8s.testing.local.keeper.lives import Lives
from launcher_k8s.testing.local.keeper.records import Pod, Process
from launcher_k8s.testing.local.keeper.refusal import GONE, Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from launcher_k8s.testing.local.keeper.framing import Message
    from launcher_k8s.testing.local.keeper.isolation import Mode


class Service:
    """One keeper's pods and processes.

    Args:
        link: the socket to the cluster's process.
        mode: the isolation, already entered.
        stage: an empty directory for `mounts`.
        number_outside: the PID that a child has outside of the keeper's own PID namespace.
    """

    def __init__(
        self, link: socket.socket, mode: Mode, *, stage: str, number_outside: Callable[[int], int]
    ) -> None:
        self._link, self._mode, self._stage = link, mode, stage
        self._inbox, self._outbox = Inbox(link), Outbox(link)
        self._selector = selectors.DefaultSelector()
        self._lives = Lives(
            Forker(mode), self._selector, tell=self._outbox.put, number_outside=number_outside
        )
        self._pods: dict[int, Pod] = {}
        self._nothing = os.open("/dev/null", os.O_RDWR)
        self._closing: int | None = None
        self._over = False

    def run(self, *, woken: int, lives: list[int], hello: Message) -> int | None:
        """Serve until told to close, or until the other side or one of the processes watched is gone.

        Args:
            woken: becomes readable when a signal came.
            lives: pidfds of processes without which the keeper is to end.
            hello: the first message out.

        Returns:
            The id of the wish to close that is to be answered when all is gone, if there was one.
        """
        self._link.setblocking(False)
        self._outbox.put(hello)
        self._watch(woken, lambda: self._wake(woken))
        for life in lives:
            self._watch(life, self.stop)
        self._watch(self._link.fileno(), self._listen)
        while not self._over:
            self._send()
            for key, _ in self._selector.select(self._lives.patience_s):
                # One handler may have ended what another was to be called for.
                if self._selector.get_map().get(key.fd) is key:
                    key.data()
            self._lives.sweep()
        return self._closing

    def stop(self) -> None:
        """Make `run` return."""
        self._over = True

    def _watch(self, descriptor: int, handler: Callable[[], None]) -> None:
        self._selector.register(descriptor, selectors.EVENT_READ, handler)

    def _wake(self, woken: int) -> None:
        os.read(woken, 4096)
        self._lives.reap()

    def _send(self) -> None:
        try:
            events = (
                selectors.EVENT_READ if self._outbox.send() else selectors.EVENT_READ | selectors.EVENT_WRITE
            )
        except OSError:
            self.stop()
        else:
            self._selector.modify(self._link, events, self._listen)

    def _listen(self) -> None:
        try:
            for message, descriptors in self._inbox.receive():
                self._grant(message, descriptors)
        except EOFError:
            self.stop()

    def _grant(self, message: Message, descriptors: list[int]) -> None:
        answer: Message | None
        try:
            answer = self._wishes()[message["op"]](message, descriptors)
        except Refused as refused:
            self._refuse(message["id"], refused.reason, refused.text)
        else:
            if answer is not None:
                self._answer(message["id"], answer)
        finally:
            for each in descriptors:
                os.close(each)

    def _wishes(self) -> dict[str, Callable[[Message, list[int]], Message | None]]:
        return {
            "create_pod": self._create_pod,
            "remove_pod": self._remove_pod,
            "run": self._run,
            "exec": self._exec,
            "signal": self._signal,
            "usage": self._usage,
            "close": self._close,
        }

    def _answer(self, request: int, answer: Message) -> None:
        self._outbox.put({"id": request, "ok": answer})

    def _refuse(self, request: int, reason: str, text: str) -> None:
        self._outbox.put({"id": request, "error": {"reason": reason, "text": text}})

    def _create_pod(self, message: Message, _: list[int]) -> Message:
        pod = Pod(message["hostname"])
        if message["shared"] and self._mode.pids:
            self._lives.start_pause(pod)
        self._pods[message["pod"]] = pod
        return {"shared": pod.is_shared}

    def _remove_pod(self, message: Message, _: list[int]) -> None:
        pod = self._pods.pop(message["pod"], None)
        if pod is None:
            raise Refused(GONE, "no such pod")
        pod.removal = message["id"]
        for process in list(pod.processes):
            process.end()
        self._lives.clear(pod)

    def _run(self, message: Message, descriptors: list[int]) -> None:
        pod = self._pods.get(message["pod"])
        if pod is None:
            raise Refused(GONE, "no such pod")
        process = Process(message["process"], pod, container=None, request=message["id"])
        self._lives.start(process, self._launch(message, descriptors, hostname=pod.hostname))

    def _exec(self, message: Message, descriptors: list[int]) -> None:
        container = self._running(message["container"])
        process = Process(message["process"], container.pod, container=container, request=message["id"])
        launch = self._launch(message, descriptors, hostname="", joined=container.namespaces)
        self._lives.start(process, launch)

    def _signal(self, message: Message, _: list[int]) -> Message:
        process = self._lives.processes.get(message["process"])
        if process is not None:
            process.signal(message["signal"], everyone=message["everyone"])
        return {}

    def _usage(self, _message: Message, _: list[int]) -> Message:
        running = [each for each in self._lives.processes.values() if each.is_running]
        return {"containers": records.measure(running)}

    def _close(self, message: Message, _: list[int]) -> None:
        self._closing = message["id"]
        self.stop()

    def _running(self, number: int) -> Process:
        process = self._lives.processes.get(number)
        if process is None or not process.is_running or process.container is not None:
            raise Refused(GONE, "container not running")
        return process

    def _launch(
        self,
        message: Message,
        descriptors: list[int],
        *,
        hostname: str,
        joined: list[int] | None = None,
    ) -> Launch:
        spec = message["spec"] | {"hostname": hostname}
        streams = [descriptors[place] if place is not None else self._nothing for place in message["streams"]]
        return Launch(
            spec,
            streams,
            terminal=message["terminal"],
            own_mounts=self._mode.mounts,
            own_pids=self._mode.pids,
            joined=joined,
            stage=self._stage,
        )
