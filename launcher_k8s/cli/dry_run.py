"""A plan shown to the API server, which checks it strictly and makes nothing."""

from __future__ import annotations

import asyncio

from launcher_k8s.backend.submission import Trial, try_out
from launcher_k8s.cli.reaching import cluster_to_reach
from launcher_k8s.kube.client import KubernetesCluster
from launcher_k8s.plan import JobPlan
from launcher_k8s.settings import ClusterSettings


def dry_run(planned: JobPlan, settings: ClusterSettings, *, kubeconfig: str | None) -> Trial:
    """What the API server says of a plan's objects.

    Args:
        planned: The plan.
        settings: The cluster's settings; how to reach it, where there is no kubeconfig.
        kubeconfig: The path of a kubeconfig file.

    Raises:
        ConfigurationError: Nothing says how to reach the cluster.
        ClusterError: It could not be asked.
    """
    reached = cluster_to_reach(settings, kubeconfig=kubeconfig)
    return asyncio.run(_try_out(reached, planned))


async def _try_out(cluster: KubernetesCluster, planned: JobPlan) -> Trial:
    async with cluster:
        return await try_out(cluster, planned)
