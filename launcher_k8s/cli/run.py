"""``launcher-k8s run``: run one command as a job, show what happens, end with its exit code."""

from __future__ import annotations

import argparse
import asyncio
import codecs
import sys

from launcher_k8s.backend.facade import JobBackend
from launcher_k8s.cli.common import cluster_of, groups_of, job_options, print_json, say
from launcher_k8s.cli.parser import RUN_FAILED
from launcher_k8s.errors import OutputNotFoundError
from launcher_k8s.job import Job
from launcher_k8s.kube.client import KubernetesCluster
from launcher_k8s.output import OutputChunk, OutputGap
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.status import JobStatus

# A kubeconfig says what these miss, and without one entering the backend fails: no use in telling them.
_CONNECTION_CODES = ("missing-api-url", "missing-token")
_CONNECTION_SUBJECTS = ("api-url", "auth-token")


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
        except BaseException:
            say(f"launcher-k8s: no longer following job {job_id}; it goes on in the cluster")
            raise
        if arguments.rm:
            await backend.remove(job_id)
    return RUN_FAILED if status.exit_code is None else status.exit_code


async def _submit(backend: JobBackend, job: Job, *, user: str) -> str:
    try:
        submitted = await backend.submit(job, user=user)
    except asyncio.CancelledError:
        say("launcher-k8s: interrupted while the job was submitted; it may be in the cluster")
        raise
    for warning in submitted.plan.warnings:
        if warning.subject not in _CONNECTION_SUBJECTS:
            say(f"launcher-k8s: {warning.subject}: {warning.reason}")
    return submitted.id


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
    """Text and gaps as JSON; a character that two chunks share is told with the second."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def __call__(self, piece: OutputChunk | OutputGap) -> None:
        if isinstance(piece, OutputGap):
            self.end()
            print_json({"gap": piece})
        else:
            self._print(self._decoder.decode(piece.data))

    def end(self) -> None:
        """What is left of a character that never became whole."""
        self._print(self._decoder.decode(b"", final=True))
        self._decoder.reset()

    def _print(self, text: str) -> None:
        if text:
            print_json({"output": text})


def _status_line(status: JobStatus) -> str:
    code = "" if status.exit_code is None else f", exit code {status.exit_code}"
    message = f": {status.status_message}" if status.status_message else ""
    return f"{status.id} {status.state.value}{code}{message}"
