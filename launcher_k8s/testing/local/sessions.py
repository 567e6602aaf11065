"""Exec and attach: a client on one side, a process on the other.

Where containers have no PID namespace of their own, an exec sees this machine's processes, and the
Launcher's rule for finding the job's process would find this machine's PID 1. Nothing is ever signalled
that was not started here: so commands that would signal answer there as in an image without a shell, and
control goes by the pod's ``activeDeadlineSeconds``. So does the Launcher's command that adds up what a
container's processes use.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Sequence
from functools import partial
from pathlib import PurePath
from typing import Final

import attrs
from aiohttp import web

from launcher_k8s import processes
from launcher_k8s.testing.cluster.causes import quoted
from launcher_k8s.testing.cluster.outcomes import SUCCESS, exit_outcome, start_outcome
from launcher_k8s.testing.local.container import ContainerRefused, KeeperLost
from launcher_k8s.testing.local.container_runner import ContainerRunner
from launcher_k8s.testing.local.pipes import ProcessStreams, Sink
from launcher_k8s.testing.local.pods import Process
from launcher_k8s.testing.local.websockets import STDERR, STDOUT, Channels

_SIGNALLERS: Final = frozenset({"kill", "killall", "pkill", "skill"})
_SIGNALS: Final = re.compile(r"\b(kill|killall|pkill|skill)\b")


@attrs.frozen
class Wanted:
    """Which streams a session is to have.

    Args:
        stdin: The client writes.
        stdout: It reads.
        stderr: It reads errors apart.
        tty: There is a terminal.
    """

    stdin: bool = False
    stdout: bool = False
    stderr: bool = False
    tty: bool = False


async def execute(
    http: web.Request, process: Process, command: Sequence[str], wanted: Wanted, *, may_signal: bool
) -> web.StreamResponse:
    """Run a command in a container for a client."""
    channels = Channels(http)
    if (answer := await channels.open()) is not None:
        return answer
    await channels.send(STDOUT, b"")
    streams = ProcessStreams(
        stdin=wanted.stdin,
        stdout=partial(channels.send, STDOUT) if wanted.stdout else None,
        stderr=partial(channels.send, STDERR) if wanted.stderr and not wanted.tty else None,
        tty=wanted.tty,
    )
    try:
        _check(command, may_signal=may_signal)
        spec = attrs.evolve(process.spec, args=tuple(command), mounts=())
        started = await process.execute(spec, streams.streams)
        await streams.open()
        await _accompany(channels, started, streams)
    except ContainerRefused as refused:
        await channels.finish(start_outcome(_told(refused.message)))
    except KeeperLost as lost:
        await channels.finish(start_outcome(str(lost)))
    finally:
        await streams.close()
    return channels.response


async def attach(http: web.Request, runner: ContainerRunner, wanted: Wanted) -> web.StreamResponse:
    """Connect a client with a container's own process."""
    process, streams = runner.process, runner.streams
    assert process is not None
    assert streams is not None
    channels = Channels(http)
    if (answer := await channels.open()) is not None:
        return answer
    await channels.send(STDOUT, b"")
    listeners = _listeners(channels, wanted)
    runner.listeners.extend(listeners)
    feeding = asyncio.create_task(channels.feed(streams if wanted.stdin else _deaf()))
    ends = {asyncio.create_task(_until_drained(process, streams))}
    if not listeners:  # containerd ends so the attach of a client that only writes
        ends.add(asyncio.create_task(_until_fed(channels)))
    try:
        await asyncio.wait({feeding, *ends}, return_when=asyncio.FIRST_COMPLETED)
        if any(end.done() for end in ends):
            await channels.finish(SUCCESS)
    finally:
        for each in listeners:
            runner.listeners.remove(each)
        for task in (feeding, *ends):
            task.cancel()
        await asyncio.gather(feeding, *ends, return_exceptions=True)
        if wanted.stdin and runner.container.spec.get("stdinOnce"):
            streams.close_stdin()
    return channels.response


async def _accompany(channels: Channels, process: Process, streams: ProcessStreams) -> None:
    """Until the command has ended; a client that goes away ends it, as closing its terminal would."""
    feeding = asyncio.create_task(channels.feed(streams))
    ending = asyncio.create_task(process.wait())
    try:
        await asyncio.wait({feeding, ending}, return_when=asyncio.FIRST_COMPLETED)
        if not ending.done():
            streams.close_stdin()
        ended = await ending
        await streams.drain()
        await channels.finish(exit_outcome(ended.code))
    finally:
        for task in (feeding, ending):
            task.cancel()
        await asyncio.gather(feeding, ending, return_exceptions=True)


async def _until_fed(channels: Channels) -> None:
    await channels.stdin_ended.wait()


async def _until_drained(process: Process, streams: ProcessStreams) -> None:
    await process.wait()
    await streams.drain()


def _listeners(channels: Channels, wanted: Wanted) -> list[tuple[str, Sink]]:
    found: list[tuple[str, Sink]] = []
    if wanted.stdout:
        found.append(("stdout", partial(channels.send, STDOUT)))
    if wanted.stderr and not wanted.tty:
        found.append(("stderr", partial(channels.send, STDERR)))
    return found


def _deaf() -> ProcessStreams:
    """Streams that take nothing."""
    return ProcessStreams(stdin=False, stdout=None)


def _check(command: Sequence[str], *, may_signal: bool) -> None:
    if not command:
        raise ContainerRefused("StartError", "exec failed: args must not be empty")
    if not may_signal and (_signals(command) or processes.is_command(command)):
        raise ContainerRefused(
            "StartError", f"exec: {quoted(command[0])}: executable file not found in $PATH"
        )


def _signals(command: Sequence[str]) -> bool:
    """Whether a command is one that sends signals, itself or by a shell."""
    if PurePath(command[0]).name in _SIGNALLERS:
        return True
    return any(_SIGNALS.search(word) for word in command[1:])


def _told(message: str) -> str:
    cause = message.removesuffix(": unknown")
    started = f"failed to start exec {quoted(secrets.token_hex(32))}"
    if "unable to start container process" not in cause and "args must" not in cause:
        cause = f"unable to start container process: {cause}"
    return f"{started}: OCI runtime exec failed: exec failed: {cause.removeprefix('exec failed: ')}: unknown"
