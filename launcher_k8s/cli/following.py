"""A job followed to its end: its statuses and its output, side by side, each shown as it comes.

Who follows says how it is shown, by a :class:`Narrator`.
"""

from __future__ import annotations

import asyncio
import base64
import codecs
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from launcher_k8s.backend.facade import JobBackend
from launcher_k8s.backend.submitting import Submitted
from launcher_k8s.cause import Diagnosis
from launcher_k8s.cli.common import print_json, say
from launcher_k8s.errors import LauncherError, OutputNotFoundError
from launcher_k8s.host.terminal import TerminalProgress
from launcher_k8s.job import Job
from launcher_k8s.output import OutputChunk, OutputGap
from launcher_k8s.progress import Progress
from launcher_k8s.status import JobState, JobStatus

# Each command has its way to the cluster, and without one entering the backend fails: no use in telling.
_CONNECTION_SUBJECTS = ("api-url", "auth-token")
_FAILED = (JobState.FAILED, JobState.KILLED)
_following = logging.getLogger("launcher_k8s.backend.following")


class Narrator(Protocol):
    """How what happens to a job is shown."""

    def status(self, status: JobStatus, diagnosis: Diagnosis | None) -> None:
        """The job has this state now; where it waits or has failed, and that is understood, why."""

    def output(self, piece: OutputChunk | OutputGap) -> None:
        """The job has printed something, or what it printed is missing."""

    def end_output(self) -> None:
        """There is no more output."""


async def submit(backend: JobBackend, job: Job, *, user: str) -> Submitted:
    """Submit a job, and tell what its plan warns of."""
    try:
        with _following_held_back():
            submitted = await backend.submit(job, user=user)
    except asyncio.CancelledError:
        say("launcher-k8s: interrupted while the job was submitted; it may be in the cluster")
        raise
    for warning in submitted.plan.warnings:
        if warning.subject not in _CONNECTION_SUBJECTS:
            say(f"launcher-k8s: {warning.subject}: {warning.reason}")
    return submitted


@contextmanager
def _following_held_back() -> Iterator[None]:
    """Hold back that nothing is heard of the cluster: where a submit fails, its own error says why."""
    held: list[logging.LogRecord] = []

    def hold(record: logging.LogRecord) -> bool:
        held.append(record)
        return False

    _following.addFilter(hold)
    try:
        yield
    except LauncherError:
        held.clear()
        raise
    finally:
        _following.removeFilter(hold)
        for record in held:
            _following.handle(record)


async def follow(backend: JobBackend, job_id: str, narrator: Narrator) -> JobStatus:
    """Show statuses and output side by side until both have ended; returns the last status."""
    try:
        async with asyncio.TaskGroup() as tasks:
            last = tasks.create_task(_show_statuses(backend, job_id, narrator))
            tasks.create_task(_show_output(backend, job_id, narrator))
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    return last.result()


async def _show_statuses(backend: JobBackend, job_id: str, narrator: Narrator) -> JobStatus:
    status: JobStatus | None = None
    told = ""
    async with backend.statuses(job_id) as statuses:
        async for status in statuses:
            diagnosis = await _diagnosed(backend, status)
            is_news = diagnosis is not None and diagnosis.summary != told
            narrator.status(status, diagnosis if is_news else None)
            told = diagnosis.summary if diagnosis else told
    assert status is not None, "a stream of statuses begins with the present one"
    return status


async def _diagnosed(backend: JobBackend, status: JobStatus) -> Diagnosis | None:
    """Why a job waits that says so, or has failed; None where that cannot be told now."""
    is_waiting = status.state is JobState.PENDING and status.status_message
    if status.removed or not (is_waiting or status.state in _FAILED):
        return None
    try:
        diagnosis = await backend.diagnose(status.id)
    except LauncherError:
        return None
    return diagnosis if diagnosis.state is status.state else None  # else the job has got on meanwhile


async def _show_output(backend: JobBackend, job_id: str, narrator: Narrator) -> None:
    try:
        async with backend.output(job_id) as output:
            async for piece in output:
                narrator.output(piece)
    except OutputNotFoundError as error:
        say(f"launcher-k8s: {error}")
    narrator.end_output()


class PlainNarrator:
    """The job's bytes as they are on standard output; statuses and gaps on standard error.

    On a terminal a status that nothing came after is written over by the next one.
    """

    def __init__(self) -> None:
        self._line = TerminalProgress(sys.stderr)
        self._is_within_line = False  # of the job's output, where that goes to a terminal too

    def status(self, status: JobStatus, diagnosis: Diagnosis | None) -> None:
        """One line, with the job's id; below it why, and what to do."""
        if self._is_within_line:
            self._begin_line()
        self._line(Progress(status, is_last=status.state.is_final))
        for sentence in sentences(diagnosis) if diagnosis else ():
            self._say(f"  {sentence}")

    def output(self, piece: OutputChunk | OutputGap) -> None:
        """The bytes as they are."""
        if isinstance(piece, OutputGap):
            self._say(f"-- output is missing here ({piece.reason.value}) --")
            return
        self._line.end_line()
        sys.stdout.buffer.write(piece.data)
        sys.stdout.buffer.flush()
        self._is_within_line = sys.stdout.isatty() and not piece.data.endswith(b"\n")

    def end_output(self) -> None:
        """Nothing is held back."""

    def _say(self, text: str) -> None:
        self._begin_line()
        say(text)

    def _begin_line(self) -> None:
        self._line.end_line()
        if self._is_within_line:
            say("")
        self._is_within_line = False


class JsonNarrator:
    """Everything as JSON, one object a line; what is no text is in base64.

    A character that two chunks share is told with the second.
    """

    def __init__(self) -> None:
        self._begun = b""

    def status(self, status: JobStatus, diagnosis: Diagnosis | None) -> None:
        """The whole status, last: a final one says that the job has ended."""
        if diagnosis is not None:
            print_json({"diagnosis": diagnosis})
        print_json({"status": status})

    def output(self, piece: OutputChunk | OutputGap) -> None:
        """Its text or its bytes, or the gap."""
        if isinstance(piece, OutputGap):
            self.end_output()
            print_json({"gap": piece})
        else:
            self._print(self._begun + piece.data, is_last=False)

    def end_output(self) -> None:
        """What is left of a character that never became whole."""
        self._print(self._begun, is_last=True)

    def _print(self, data: bytes, *, is_last: bool) -> None:
        self._begun = b""
        try:
            text, length = codecs.utf_8_decode(data, "strict", is_last)
        except UnicodeDecodeError:
            print_json({"outputBase64": base64.b64encode(data).decode("ascii")})
            return
        self._begun = data[length:]
        if text:
            print_json({"output": text})


def sentences(diagnosis: Diagnosis) -> list[str]:
    """What has happened, and below it what to do."""
    advice = [f"what to do: {diagnosis.resolution}"] if diagnosis.resolution else []
    return [diagnosis.summary, *advice]
