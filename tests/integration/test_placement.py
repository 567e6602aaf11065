"""Where jobs land: placement constraints as node selectors, on a real scheduler."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from launcher_k8s import Job, JobBackend, JobState, JobStatus, Progress, Stream, load_settings
from launcher_k8s.errors import OperationTimeoutError
from tests.cluster.real import RealCluster
from tests.integration.directories import configuration

ZONE = "az"
COMPUTE_TYPE = "eks.amazonaws.com/compute-type"
SOON_S = 60
QUIET_S = 4


@pytest.fixture
async def backend(real_cluster: RealCluster, namespace: str, tmp_path: Path) -> AsyncIterator[JobBackend]:
    profiles = (
        f"[*]\ndefault-container-image={real_cluster.image}\n"
        f"placement-constraints={ZONE}:us-east,{ZONE}:us-west,{COMPUTE_TYPE}:fargate\n"
    )
    directory = configuration(tmp_path / "conf", real_cluster, namespace, profiles=profiles)
    async with JobBackend(load_settings(directory).cluster()) as backend:
        yield backend


@pytest.fixture
def node(real_cluster: RealCluster) -> Iterator[RealCluster]:
    """A cluster whose node has lost the labels of these tests at the end."""
    yield real_cluster
    real_cluster.label_node({ZONE: None, COMPUTE_TYPE: None})


async def test_a_job_lands_on_a_node_that_bears_the_label(
    backend: JobBackend, node: RealCluster, namespace: str
) -> None:
    node.label_node({ZONE: "us-east"})
    job = Job.shell("true", name="placed", placement_constraints=["az:us-east"])
    submitted = await backend.submit(job, user="jsmith")
    assert (await backend.wait(submitted.id, timeout_s=SOON_S)).state is JobState.FINISHED
    spec = pod_of(node, namespace, submitted.id)["spec"]
    assert spec["nodeName"] == node.node_name
    assert spec["nodeSelector"] == {ZONE: "us-east"}


async def test_a_job_waits_for_a_node_with_the_label_and_then_runs(
    backend: JobBackend, node: RealCluster, namespace: str
) -> None:
    node.label_node({ZONE: "us-west"})
    job = Job.shell("true", name="waits", placement_constraints=["az:us-east"])
    submitted = await backend.submit(job, user="jsmith")
    async with asyncio.timeout(SOON_S), backend.statuses(submitted.id) as statuses:
        assert [status async for status in until_explained(statuses)]
    seen: list[Progress] = []
    with pytest.raises(OperationTimeoutError):
        await backend.wait(submitted.id, timeout_s=QUIET_S, progress=seen.append)
    assert {news.state for news in seen} == {JobState.PENDING}
    assert "didn't match Pod's node affinity/selector" in seen[-1].message
    assert "nodeName" not in pod_of(node, namespace, submitted.id)["spec"]

    node.label_node({ZONE: "us-east"})
    assert (await backend.wait(submitted.id, timeout_s=SOON_S)).state is JobState.FINISHED
    assert pod_of(node, namespace, submitted.id)["spec"]["nodeName"] == node.node_name


async def test_a_key_with_dots_and_a_slash_arrives_unchanged(
    backend: JobBackend, node: RealCluster, namespace: str
) -> None:
    job = Job.shell("true", name="fargate", placement_constraints=["eks.amazonaws.com/compute-type:fargate"])
    submitted = await backend.submit(job, user="jsmith")
    made = node.kubectl_json("get", "job", submitted.id, "-n", namespace)
    expected = {"eks.amazonaws.com/compute-type": "fargate"}
    assert made["spec"]["template"]["spec"]["nodeSelector"] == expected
    async with asyncio.timeout(SOON_S), backend.statuses(submitted.id) as statuses:
        assert [status async for status in until_explained(statuses)][-1].state is JobState.PENDING
    assert pod_of(node, namespace, submitted.id)["spec"]["nodeSelector"] == expected
    assert (await backend.get(submitted.id)).placement_constraints == submitted.plan.job.placement_constraints

    node.label_node({COMPUTE_TYPE: "fargate"})
    assert (await backend.wait(submitted.id, timeout_s=SOON_S)).state is JobState.FINISHED


async def until_explained(statuses: Stream[JobStatus]) -> AsyncIterator[JobStatus]:
    """Statuses up to the first that says why the job is as it is."""
    async for status in statuses:
        yield status
        if status.status_message:
            return


def pod_of(cluster: RealCluster, namespace: str, job_id: str) -> Any:
    (pod,) = cluster.kubectl_json("get", "pods", "-n", namespace, "-l", f"job-name={job_id}")["items"]
    return pod
