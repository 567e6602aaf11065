"""What metrics-server and kwok give: figures of real pods, and pods without containers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.cluster.fakes import RUNS, FakeNodes
from tests.cluster.real import RealCluster
from tests.cluster.waiting import until

METRICS = "/apis/metrics.k8s.io/v1beta1"


def job(name: str, nodes: FakeNodes, *, pods: int, runs: str = "") -> dict[str, Any]:
    container = {"name": "main", "image": "nowhere/none:1"}
    spec = {"restartPolicy": "Never", "containers": [container], **nodes.placement}
    template = {"metadata": {"annotations": {RUNS: runs} if runs else {}}, "spec": spec}
    return {
        "metadata": {"name": name},
        "spec": {"parallelism": pods, "completions": pods, "template": template},
    }


def test_metrics_tell_of_the_node(metrics: RealCluster) -> None:
    usage = metrics.request("GET", f"{METRICS}/nodes/{metrics.node_name}")["usage"]
    assert set(usage) == {"cpu", "memory"}


def test_fake_jobs_end_or_run_on(
    real_cluster: RealCluster, namespace: str, fake_nodes: Callable[[int], FakeNodes]
) -> None:
    nodes = fake_nodes(2)
    path = f"/apis/batch/v1/namespaces/{namespace}/jobs"
    real_cluster.request("POST", path, job("ends", nodes, pods=20))
    real_cluster.request("POST", path, job("ends-later", nodes, pods=2, runs="1s"))
    real_cluster.request("POST", path, job("runs", nodes, pods=3, runs="on"))

    def counts() -> tuple[int, int, int]:
        jobs = real_cluster.request("GET", path)["items"]
        status = {one["metadata"]["name"]: one["status"] for one in jobs}
        ended = [status[name].get("succeeded", 0) for name in ("ends", "ends-later")]
        return *ended, status["runs"].get("ready", 0)

    until(lambda: counts() == (20, 2, 3), "their ends", within_s=60, evidence=lambda: str(counts()))
    pods = real_cluster.request("GET", f"/api/v1/namespaces/{namespace}/pods")["items"]
    # The scheduler may not have heard of one of them when it had placed all.
    assert {pod["spec"]["nodeName"] for pod in pods} <= set(nodes.names)
