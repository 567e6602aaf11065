"""``launcher-k8s check``: whether a cluster is ready for a configuration's jobs, and what to do if not."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence

from launcher_k8s.backend.checking import check_cluster
from launcher_k8s.cli.common import print_json, show
from launcher_k8s.cli.reaching import cluster_to_reach, settings_to_reach
from launcher_k8s.cluster_check import ClusterFinding, cluster_findings_table
from launcher_k8s.diagnostics import Severity
from launcher_k8s.host import SystemClock
from launcher_k8s.kube.client import KubernetesCluster
from launcher_k8s.settings import ClusterSettings


def check(arguments: argparse.Namespace) -> int:
    """Print what was found; 0 where there is neither an error nor a warning."""
    settings = settings_to_reach(arguments)
    reached = cluster_to_reach(settings, kubeconfig=arguments.kubeconfig)
    findings = asyncio.run(_check(reached, settings))
    if arguments.json:
        print_json({"findings": cluster_findings_table(findings).records()})
    else:
        show("\n\n".join(map(_told, findings)))
    return 0 if all(finding.severity is Severity.INFO for finding in findings) else 1


async def _check(cluster: KubernetesCluster, settings: ClusterSettings) -> Sequence[ClusterFinding]:
    async with cluster:
        return await check_cluster(cluster, settings, clock=SystemClock())


def _told(finding: ClusterFinding) -> str:
    """A finding with what to do below it: both are sentences, too long for columns."""
    hint = f"\n      {finding.hint}" if finding.hint else ""
    return f"{finding.severity.value}: {finding.subject}: {finding.message}  [{finding.code}]{hint}"
