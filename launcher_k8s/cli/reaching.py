"""How the commands reach a cluster: by the configuration, or as a kubeconfig file says.

Apart from what else the commands share, because it loads the HTTP library.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from launcher_k8s.backend.facade import JobBackend
from launcher_k8s.cli.common import CONNECTION_CODES, load_cluster
from launcher_k8s.host import SystemClock
from launcher_k8s.kube.client import KubernetesCluster
from launcher_k8s.settings import DEFAULT_DIRECTORY, ClusterSettings

T = TypeVar("T")


def settings_to_reach(arguments: argparse.Namespace) -> ClusterSettings:
    """The settings of the cluster that is meant; a kubeconfig says what they lack to reach it.

    Raises:
        ConfigurationError: The files do not validate.
        WrongUsageError: No such cluster is configured.
    """
    return load_cluster(
        arguments.config or DEFAULT_DIRECTORY,
        name=arguments.cluster,
        untold=CONNECTION_CODES if arguments.kubeconfig else (),
    )


def cluster_to_reach(settings: ClusterSettings, *, kubeconfig: str | None) -> KubernetesCluster:
    """The cluster of a kubeconfig file; that of the settings where there is none."""
    if kubeconfig is not None:
        return KubernetesCluster.from_kubeconfig(kubeconfig)
    return KubernetesCluster.from_settings(settings)


def with_backend(arguments: argparse.Namespace, use: Callable[[JobBackend], Awaitable[T]]) -> T:
    """What a backend gives on the cluster that is meant, entered for this alone.

    Raises:
        ConfigurationError: The files do not validate, or nothing says how to reach the cluster.
        WrongUsageError: No such cluster is configured.
    """
    settings, kubeconfig = settings_to_reach(arguments), arguments.kubeconfig
    # Of settings that do not say how to reach a cluster the backend tells what is missing.
    cluster = cluster_to_reach(settings, kubeconfig=kubeconfig) if kubeconfig else None

    async def enter() -> T:
        async with JobBackend(settings, cluster=cluster, clock=SystemClock()) as backend:
            return await use(backend)

    return asyncio.run(enter())
