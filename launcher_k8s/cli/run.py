"""``launcher-k8s run``: run one command as a job, show what happens, end with its exit code."""

from __future__ import annotations

import argparse
import asyncio
import base64
import codecs
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from launcher_k8s.backend.facade import JobBackend
from launcher_k8s.cli.common import cluster_of, groups_of, job_options, print_json, say
from launcher_k8s.cli.parser import RUN_FAILED
from launcher_k8s.errors import LauncherError, OutputNotFoundError
from launcher_k8s.job import Job
from launcher_k8s.kube.client import KubernetesCluster
from launcher_k8s.output import OutputChunk, OutputGap
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.status import JobStatus

# A kubeconfig says what these miss, and without one entering the backend fails: no use in telling them.
_CONNECTION_CODES = ("missing-api-url", "missing-token", "unreadable-token")
_CONNECTION_SUBJECTS = ("api-url", "auth-token")
_REMOVAL_S = 10.0
_following = logging.getLogger("launcher_k8s.backend.following")


def run(arguments: argparse.Namespace) -> int:
    """Submit, follow, and return the job's exit code."""
    options = job_options(arguments)
    options["env"] = dict(arguments.variables)
    if arguments.name:
        options["name"] = arguments.name
    job = Job.exec(arguments.argv, **options)
    return asyncio.run(_run(arguments, cluster_of(arguments, untold=_CONNECTION_CODES), job))


async def _run(arguments: argparse.Namespace, settings: ClusterSettings, job: Job) -> int:
    cluster = KubernetesCluster.from_kubeconfig(arguments.kubeconfig) if arguments.kubeconfig else None
    async with JobBackend(settings, cluster=cluster, groups=lambda _: groups_of(arguments)) as backend:
        job_id = await _submit(backend, job, user=arguments.user)
        try:
            status = await _follow(backend, job_id, as_json=arguments.json)
        except asyncio.CancelledError:
            await _leave(backend, job_id, remove=arguments.rm)
            raise
        except BaseException:
            _say_left(job_id, "" if not arguments.rm else ", and is not removed")
            raise
        if arguments.rm:
            await _remove_ended(backend, job_id)
    return RUN_FAILED if status.exit_code is None else status.exit_code


async def _remove_ended(backend: JobBackend, job_id: str) -> None:
    try:
        await backend.remove(job_id)
    except asyncio.CancelledError:
        say(f"launcher-k8s: interrupted while job {job_id} was removed; it has ended, and may still be there")
        raise


async def _leave(backend: JobBackend, job_id: str, *, remove: bool) -> None:
    """What an interrupt does to the job: nothing, unless it was to be removed."""
    if not remove:
        _say_left(job_id)
        return
    try:
        async with asyncio.timeout(_REMOVAL_S):
            await backend.remove(job_id)
    except (LauncherError, TimeoutError) as error:
        _say_left(job_id, f", and could not be removed: {str(error) or 'no answer in time'}")
    except BaseException:
        _say_left(job_id, ", unless it is being removed")
        raise
    else:
        say(f"launcher-k8s: interrupted; job {job_id} is removed")


def _say_left(job_id: str, but: str = "") -> None:
    say(f"launcher-k8s: no longer following job {job_id}; it goes on in the cluster{but}")


async def _submit(backend: JobBackend, job: Job, *, user: str) -> str:
    try:
        with _following_held_back():
            submitted = await backend.submit(job, user=user)
    except asyncio.CancelledError:
        say("launcher-k8s: interrupted while the job was submitted; it may be in the cluster")
        raise
    for warning in submitted.plan.warnings:
        if warning.subject not in _CONNECTION_SUBJECTS:
            say(f"launcher-k8s: {warning.subject}: {warning.reason}")
    return submitted.id


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


async def _follow(backend: JobBackend, job_id: str, *, as_json: bool) -> JobStatus:
    """Show statuses and output side by side; returns the last status."""
    try:
        async with asyncio.TaskGroup() as tasks:
            last = tasks.create_task(_show_statuses(backend, job_id, as_json=as_json))
            tasks.create_task(_show_output(backend, job_id, as_json=as_json))
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    return last.result()


async def _show_statuses(backend: JobBackend, job_id: str, *, as_json: bool) -> JobStatus:
    status: JobStatus | None = None
    async with backend.statuses(job_id) as statuses:
        async for status in statuses:
            if as_json:
                print_json({"status": status})
            else:
                say(_status_line(status))
    assert status is not None, "a stream of statuses begins with the present one"
    return status


async def _show_output(backend: JobBackend, job_id: str, *, as_json: bool) -> None:
    show = _JsonOutput() if as_json else _PlainOutput()
    try:
        async with backend.output(job_id) as output:
            async for piece in output:
                show(piece)
    except OutputNotFoundError as error:
        say(f"launcher-k8s: {error}")
    show.end()


class _PlainOutput:
    """The job's bytes as they are on standard output, gaps on standard error."""

    def __call__(self, piece: OutputChunk | OutputGap) -> None:
        if isinstance(piece, OutputGap):
            say(f"-- output is missing here ({piece.reason.value}) --")
        else:
            sys.stdout.buffer.write(piece.data)
            sys.stdout.buffer.flush()

    def end(self) -> None:
        """Nothing is held back."""


class _JsonOutput:
    """Text and gaps as JSON, and in base64 the chunks that are no text.

    A character that two chunks share is told with the second.
    """

    def __init__(self) -> None:
        self._begun = b""

    def __call__(self, piece: OutputChunk | OutputGap) -> None:
        if isinstance(piece, OutputGap):
            self.end()
            print_json({"gap": piece})
        else:
            self._print(self._begun + piece.data, is_last=False)

    def end(self) -> None:
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


def _status_line(status: JobStatus) -> str:
    code = "" if status.exit_code is None else f", exit code {status.exit_code}"
    message = f": {status.status_message}" if status.status_message else ""
    return f"{status.id} {status.state.value}{code}{message}"
