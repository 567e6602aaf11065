"""``launcher-k8s run``: run one command as a job, show what happens, end with its exit code."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import nullcontext

from launcher_k8s.backend.facade import JobBackend
from launcher_k8s.cli.common import (
    CONNECTION_CODES,
    WHOM_CODES,
    cluster_for_user,
    groups_of,
    job_options,
    load_cluster,
    say,
)
from launcher_k8s.cli.following import JsonNarrator, PlainNarrator, follow, submit
from launcher_k8s.cli.local import default_directory, local_cluster, replaced, untold_of
from launcher_k8s.cli.parser import RUN_FAILED
from launcher_k8s.errors import LauncherError
from launcher_k8s.job import Job
from launcher_k8s.kube.client import KubernetesCluster
from launcher_k8s.settings import ClusterSettings

_REMOVAL_S = 10.0


def run(arguments: argparse.Namespace) -> int:
    """Submit, follow, and return the job's exit code."""
    options = job_options(arguments)
    options["env"] = dict(arguments.variables)
    if arguments.name:
        options["name"] = arguments.name
    job = Job.exec(arguments.argv, **options)
    settings = _settings_for_local(arguments) if arguments.local else _settings(arguments)
    return asyncio.run(_run(arguments, settings, job))


def _settings(arguments: argparse.Namespace) -> ClusterSettings:
    return cluster_for_user(arguments, untold=CONNECTION_CODES)


def _settings_for_local(arguments: argparse.Namespace) -> ClusterSettings:
    """The settings, having told what of them is without effect on a cluster of the command's own."""
    directory = arguments.config or default_directory()
    untold = (*untold_of(directory), *(WHOM_CODES if arguments.elsewhere or arguments.groups else ()))
    settings = load_cluster(directory, name=arguments.cluster, untold=untold, strict=not arguments.lenient)
    if arguments.config is None:
        say(f"launcher-k8s: the configuration is the one in {directory}")
    say("launcher-k8s: the cluster is this command's own, and ends with it")
    for place in replaced(settings):
        say(f"launcher-k8s: {place} is without effect: it says where another cluster is")
    return settings


async def _run(arguments: argparse.Namespace, settings: ClusterSettings, job: Job) -> int:
    groups = groups_of(arguments, user=arguments.user)
    cluster = KubernetesCluster.from_kubeconfig(arguments.kubeconfig) if arguments.kubeconfig else None
    way = local_cluster(settings) if arguments.local else nullcontext(settings)
    async with way as reached, JobBackend(reached, cluster=cluster, groups=lambda _: groups) as backend:
        job_id = (await submit(backend, job, user=arguments.user)).id
        try:
            status = await follow(backend, job_id, JsonNarrator() if arguments.json else PlainNarrator())
        except asyncio.CancelledError:
            await _leave(backend, job_id, is_local=arguments.local, remove=arguments.rm)
            raise
        except BaseException:
            _say_left(job_id, arguments.local, "" if not arguments.rm else ", and is not removed")
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


async def _leave(backend: JobBackend, job_id: str, *, is_local: bool, remove: bool) -> None:
    """What an interrupt does to the job: nothing, unless it was to be removed."""
    if is_local or not remove:
        _say_left(job_id, is_local)
        return
    try:
        async with asyncio.timeout(_REMOVAL_S):
            await backend.remove(job_id)
    except (LauncherError, TimeoutError) as error:
        _say_left(job_id, is_local, f", and could not be removed: {str(error) or 'no answer in time'}")
    except BaseException:
        _say_left(job_id, is_local, ", unless it is being removed")
        raise
    else:
        say(f"launcher-k8s: interrupted; job {job_id} is removed")


def _say_left(job_id: str, is_local: bool, but: str = "") -> None:
    fate = "ends with its cluster" if is_local else f"goes on in the cluster{but}"
    say(f"launcher-k8s: no longer following job {job_id}; it {fate}")
