"""``launcher-k8s diagnose``: why a job waits, how it goes on, or how it ended, and what to do."""

from __future__ import annotations

import argparse
import asyncio

from launcher_k8s.backend.facade import JobBackend
from launcher_k8s.cause import Diagnosis, diagnosis_table
from launcher_k8s.cli.common import CONNECTION_CODES, load_cluster, print_json, show
from launcher_k8s.cli.following import sentences
from launcher_k8s.host import SystemClock
from launcher_k8s.kube.client import KubernetesCluster
from launcher_k8s.settings import DEFAULT_DIRECTORY, ClusterSettings


def diagnose(arguments: argparse.Namespace) -> int:
    """Print the diagnosis."""
    kubeconfig = arguments.kubeconfig
    settings = load_cluster(
        arguments.config or DEFAULT_DIRECTORY,
        name=arguments.cluster,
        untold=CONNECTION_CODES if kubeconfig else (),
    )
    cluster = KubernetesCluster.from_kubeconfig(kubeconfig) if kubeconfig else None
    diagnosis = asyncio.run(_diagnose(arguments, settings, cluster))
    if arguments.json:
        print_json(diagnosis)
    else:
        show(_told(diagnosis))
    return 0


async def _diagnose(
    arguments: argparse.Namespace, settings: ClusterSettings, cluster: KubernetesCluster | None
) -> Diagnosis:
    async with JobBackend(settings, cluster=cluster, clock=SystemClock()) as backend:
        return await backend.diagnose(arguments.job_id, user=arguments.user)


def _told(diagnosis: Diagnosis) -> str:
    """The sentences first, then everything that is known, a line each."""
    told = ("summary", "what to do")
    known = [f"{about}: {what}" for about, what in diagnosis_table(diagnosis).rows if about not in told]
    return "\n".join([*sentences(diagnosis), *known])
