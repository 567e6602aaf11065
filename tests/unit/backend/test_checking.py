from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from launcher_k8s import ClusterFinding, ClusterSettings, JobBackend, ProfileSection, Severity
from launcher_k8s.testing import ScriptedCluster

NAMESPACE = "jobs"
SETTINGS = ClusterSettings(namespace=NAMESPACE)


@pytest.fixture
def cluster() -> ScriptedCluster:
    return ScriptedCluster(namespaces=(NAMESPACE,))


async def _check(cluster: ScriptedCluster, settings: ClusterSettings = SETTINGS) -> Sequence[ClusterFinding]:
    async with JobBackend(settings, cluster=cluster, clock=cluster.clock) as backend:
        return await backend.check()


async def _codes(cluster: ScriptedCluster, settings: ClusterSettings = SETTINGS) -> list[str]:
    return [finding.code for finding in await _check(cluster, settings)]


async def test_a_cluster_that_is_ready_has_one_info(cluster: ScriptedCluster) -> None:
    (finding,) = await _check(cluster)
    assert (finding.severity, finding.code) == (Severity.INFO, "reachable")


async def test_nothing_is_made(cluster: ScriptedCluster) -> None:
    await _check(cluster)
    created = [asked for asked in cluster.asked if asked.verb == "create"]
    kept = [asked for asked in created if asked.resource.group != "authorization.k8s.io"]
    assert [asked.params for asked in kept] == [{"dryRun": "All"}]


async def test_a_server_that_does_not_answer_is_all_that_is_told(cluster: ScriptedCluster) -> None:
    async with JobBackend(SETTINGS, cluster=cluster, clock=cluster.clock) as backend:
        cluster.faults.drop_request("get", times=99)
        (finding,) = await backend.check()
    assert (finding.severity, finding.code) == (Severity.ERROR, "unreachable")


async def test_a_missing_namespace_is_told(cluster: ScriptedCluster) -> None:
    assert "no-namespace" in await _codes(cluster, ClusterSettings(namespace="elsewhere"))


async def test_each_denied_permission_is_told(cluster: ScriptedCluster) -> None:
    cluster.faults.deny("create pods/exec")
    cluster.faults.deny("list serviceaccounts")
    told = [finding for finding in await _check(cluster) if finding.code == "not-allowed"]
    assert [finding.subject for finding in told] == ["pods/exec", "serviceaccounts"]


async def test_a_job_that_may_not_be_made_is_told_by_the_permission_alone(cluster: ScriptedCluster) -> None:
    cluster.faults.deny("create jobs")
    told = [finding for finding in await _check(cluster) if finding.severity is Severity.ERROR]
    assert [finding.subject for finding in told] == ["jobs.batch"]


async def test_forbidden_nodes_are_an_info(cluster: ScriptedCluster) -> None:
    cluster.faults.deny("list nodes")
    settings = ClusterSettings(
        namespace=NAMESPACE, profiles=(ProfileSection.everyone(placement_constraints="zone:a"),)
    )
    told = await _check(cluster, settings)
    assert {finding.severity for finding in told} == {Severity.INFO}


async def test_a_node_that_nobody_has_is_told(cluster: ScriptedCluster) -> None:
    settings = ClusterSettings(
        namespace=NAMESPACE, profiles=(ProfileSection.everyone(placement_constraints="zone:a"),)
    )
    assert "no-such-node" in await _codes(cluster, settings)


async def test_a_clock_that_is_late_is_told(cluster: ScriptedCluster) -> None:
    class Late:
        """The cluster's clock, an hour ago."""

        def now(self):  # type: ignore[no-untyped-def]
            return cluster.clock.now() - timedelta(hours=1)

        def __getattr__(self, name: str) -> object:
            return getattr(cluster.clock, name)

    async with JobBackend(SETTINGS, cluster=cluster, clock=Late()) as backend:  # type: ignore[arg-type]
        told = await backend.check()
    assert any("3600 s behind" in finding.message for finding in told)
