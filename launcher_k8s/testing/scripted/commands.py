"""What a scripted container does when a command is executed in it.

Signals of the Launcher are delivered to the pod, and what it asks of the processes is answered as the test
has said that the pod uses; any other command is answered by the test, which sees what was asked and what was
written to its standard input.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import attrs

from launcher_k8s import processes
from launcher_k8s.signals import Answer, Signal, signal_of
from launcher_k8s.testing.scripted.pod import ScriptedPod


@attrs.frozen
class Command:
    """A command that is executed in a container.

    Args:
        pod: The pod.
        container: The container's name.
        words: The command, word by word.
        stdin: All that was written to its standard input.
    """

    pod: ScriptedPod
    container: str
    words: tuple[str, ...]
    stdin: bytes = attrs.field(default=b"", repr=False)


@attrs.frozen
class Ran:
    """How a command went.

    Args:
        stdout: What it wrote to standard output.
        stderr: What it wrote to standard error.
        code: Its exit code.
    """

    stdout: bytes = b""
    stderr: bytes = b""
    code: int = 0


Commands: TypeAlias = Callable[[Command], Ran | None]
"""Answers commands; None: the container's image has no such program."""


def answer_signal(command: Command) -> Ran | None:
    """Deliver one of the Launcher's signals, and say what its script would; None for another command."""
    signal = signal_of(command.words)
    if signal is None:
        return None
    if not command.pod.shares_processes:
        return _said(Answer.FIRST)
    if signal is not Signal.NONE:
        command.pod.receives(signal.value)
    return _said(Answer.SENT)


def answer_usage(command: Command) -> Ran | None:
    """Say what the processes of a container have used; None for another command than that question."""
    if not processes.is_command(command.words):
        return None
    return Ran(processes.format_totals(command.pod.totals_of(command.container)))


def _said(answer: Answer) -> Ran:
    return Ran(f"{answer.value}\n".encode())
