"""``launcher-k8s stop``, ``kill``, ``suspend``, ``resume`` and ``cancel``: control a job by its id."""

from __future__ import annotations

import argparse
import asyncio

from launcher_k8s.backend.facade import JobBackend
from launcher_k8s.cli.common import CONNECTION_CODES, load_cluster, print_json, show
from launcher_k8s.controls import ControlResult
from launcher_k8s.host import SystemClock
from launcher_k8s.kube.client import KubernetesCluster
from launcher_k8s.settings import DEFAULT_DIRECTORY, ClusterSettings
from launcher_k8s.status import Operation
from launcher_k8s.wire import to_wire


def control(arguments: argparse.Namespace) -> int:
    """Carry the operation out that the command is named after, and print what was done."""
    kubeconfig = arguments.kubeconfig
    settings = load_cluster(
        arguments.config or DEFAULT_DIRECTORY,
        name=arguments.cluster,
        untold=CONNECTION_CODES if kubeconfig else (),
    )
    cluster = KubernetesCluster.from_kubeconfig(kubeconfig) if kubeconfig else None
    result = asyncio.run(_control(arguments, settings, cluster))
    if arguments.json:
        print_json(to_wire(result))
    else:
        show(result.status_message)
    return 0


async def _control(
    arguments: argparse.Namespace, settings: ClusterSettings, cluster: KubernetesCluster | None
) -> ControlResult:
    async with JobBackend(settings, cluster=cluster, clock=SystemClock()) as backend:
        return await backend.control(arguments.job_id, Operation(arguments.command), user=arguments.user)
