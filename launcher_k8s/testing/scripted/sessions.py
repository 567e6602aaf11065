"""Exec and attach on a scripted cluster: who is connected with what, and what each side says.

Messages are those of the websocket protocols, so that the client's own reading of them is what a test meets.
Texts of refusals: the API server's and the kubelet's of Kubernetes 1.36.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec

from launcher_k8s.connection import ConnectOptions, LogOptions, OutputChannel
from launcher_k8s.kube.sessions import CLOSE, OUTCOME, STDIN
from launcher_k8s.testing.cluster import refusals
from launcher_k8s.testing.cluster.causes import quoted
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.outcomes import SUCCESS, exit_outcome, start_outcome
from launcher_k8s.testing.cluster.requests import Request
from launcher_k8s.testing.scripted.commands import Command, Commands, Ran
from launcher_k8s.testing.scripted.pod import ScriptedPod
from launcher_k8s.testing.scripted.reading import find_container
from launcher_k8s.testing.scripted.site import ScriptedSite
from launcher_k8s.testing.scripted.streams import Feed, ScriptedStream

_NO_SUCH_PROGRAM: Final = "OCI runtime exec failed: exec failed: unable to start container process: exec: {}"


class Program(Feed):
    """The other side of a session."""

    def write(self, data: bytes) -> None:
        """Something comes on standard input."""

    def close_stdin(self) -> None:
        """Nothing more comes."""


class Execution(Program):
    """A command, which runs when it has all of its input.

    Args:
        pod: Where.
        options: What.
        commands: Answers it.
        wake: Called when there is something to read.
    """

    def __init__(
        self, pod: ScriptedPod, options: ConnectOptions, commands: Commands, wake: Callable[[], None]
    ) -> None:
        self._pod = pod
        self._options = options
        self._commands = commands
        self._wake = wake
        self._stdin = b""
        self._messages: list[bytes] = []
        self._has_run = False
        if not options.stdin:
            self.close_stdin()

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes after what waits."""
        return self._has_run

    def write(self, data: bytes) -> None:
        """Something comes on standard input."""
        self._stdin += data

    def close_stdin(self) -> None:
        """Run."""
        if self._has_run:
            return
        self._has_run = True
        self._messages = self._run()
        self._wake()

    def take(self) -> list[bytes]:
        """What has come since the last call."""
        taken, self._messages = self._messages, []
        return taken

    def close(self) -> None:
        """Nobody reads any more."""

    def _run(self) -> list[bytes]:
        options = self._options
        if not self._pod.runs_in(options.container):
            return [_outcome(start_outcome("cannot exec in a stopped state"))]
        command = Command(self._pod, options.container, options.command, self._stdin)
        ran = None if self._pod.has_no_programs else self._commands(command)
        if ran is None:
            missing = f"{quoted(options.command[0])}: executable file not found in $PATH"
            return [_outcome(start_outcome(_NO_SUCH_PROGRAM.format(missing)))]
        return [*_written(ran, options), _outcome(exit_outcome(ran.code))]


class Attachment(Program):
    """The program of a container itself, until it has ended.

    Args:
        pod: Where.
        options: Which container.
        wake: Called when there is something to read.
    """

    def __init__(self, pod: ScriptedPod, options: ConnectOptions, wake: Callable[[], None]) -> None:
        self._pod = pod
        self._options = options
        self._wake = wake
        self._log = pod.log(options.container).reader(LogOptions(options.container, follow=True), wake)
        self._log.take()  # what was printed before is in the log only
        self._has_told = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes after what waits."""
        return self._has_told

    def write(self, data: bytes) -> None:
        """Something comes on standard input."""
        if self._options.stdin:
            self._pod.takes_stdin(data, container=self._options.container)

    def close_stdin(self) -> None:
        """Nothing more comes."""
        if self._options.stdin:
            self._pod.closes_stdin(container=self._options.container)
            self._wake()

    def take(self) -> list[bytes]:
        """What has come since the last call."""
        printed = self._log.take()
        messages = [_on(OutputChannel.STDOUT, printed)] if printed and self._options.stdout else []
        if (self._log.is_over or self._is_all_sent()) and not self._has_told:
            self._has_told = True
            messages.append(_outcome(SUCCESS))
        return messages

    def _is_all_sent(self) -> bool:
        """Whether nothing is left to do: containerd ends so the attach of a client that only writes."""
        options = self._options
        return not (options.stdout or options.stderr) and self._pod.has_closed_stdin(options.container)

    def close(self) -> None:
        """The client is gone; with ``stdinOnce``, as every job has it, standard input ends."""
        self.close_stdin()
        self._log.close()


class ScriptedWire:
    """How messages come from and go to a program."""

    def __init__(self, stream: ScriptedStream, program: Program) -> None:
        self._stream = stream
        self._program = program

    async def receive(self) -> bytes:
        """The next message; an empty one when the other side has ended."""
        return await anext(aiter(self._stream), b"")

    async def send(self, message: bytes) -> None:
        """Send one; through a broken connection nothing comes."""
        await asyncio.sleep(0)  # as any sending, it lets others run
        if not self._stream.is_broken:
            if message[0] == STDIN:
                self._program.write(message[1:])
            elif message == bytes((CLOSE, STDIN)):
                self._program.close_stdin()

    async def close(self) -> None:
        """There is nothing on the way."""


def open_program(
    site: ScriptedSite,
    request: Request,
    options: ConnectOptions,
    commands: Commands,
    wake: Callable[[], None],
) -> Program:
    """Begin a session.

    Raises:
        Refusal: Not permitted; no such pod or container; it does not run; or its node does not answer.
    """
    living = find_container(site, request, options.container, path=request.resource.subresource)
    if not living.runs_in(options.container):
        raise refusals.refusal(500, "", f'container not found ("{options.container}")')
    if request.resource.subresource == "exec":
        return Execution(living, options, commands, wake)
    return Attachment(living, options, wake)


def _written(ran: Ran, options: ConnectOptions) -> list[bytes]:
    messages = []
    if ran.stdout and options.stdout:
        messages.append(_on(OutputChannel.STDOUT, ran.stdout))
    if ran.stderr and options.stderr:
        messages.append(_on(OutputChannel.STDERR, ran.stderr))
    return messages


def _on(channel: OutputChannel, data: bytes) -> bytes:
    return bytes((channel,)) + data


def _outcome(status: Object) -> bytes:
    return bytes((OUTCOME,)) + msgspec.json.encode(status)
