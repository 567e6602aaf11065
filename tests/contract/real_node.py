"""What happens to pods by their node, on a real cluster without harm to others who use it.

Preemption: the node offers one piece of something that only this namespace knows of. Loss: a node that exists
only as an object; its pods are told to run by us, as its kubelet would, and then it falls silent.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs

from tests.cluster.api import ApiError
from tests.cluster.real import RealCluster
from tests.cluster.waiting import until
from tests.contract.acts import shell_of

OUT_OF_SERVICE = {"key": "node.kubernetes.io/out-of-service", "value": "nodeshutdown", "effect": "NoExecute"}
PRIORITY = "/apis/scheduling.k8s.io/v1/priorityclasses"


@attrs.frozen
class Slot:
    """One piece of an extended resource, which the real node offers to one namespace."""

    cluster: RealCluster
    namespace: str

    @classmethod
    def added(cls, cluster: RealCluster, namespace: str) -> Slot:
        """Offer it."""
        slot = cls(cluster, namespace)
        slot._offer("1")
        until(lambda: slot._resource in slot._node()["status"]["allocatable"], "the slot", within_s=30)
        return slot

    @property
    def overrides(self) -> dict[str, Any]:
        """By these a job takes it."""
        limits = {"limits": {self._resource: "1"}, "requests": {self._resource: "1"}}
        return {"/spec/template/spec/containers/0/resources": limits}

    def take(self) -> None:
        """A more important pod wants it."""
        name = self._class_name
        self.cluster.request("POST", PRIORITY, {"metadata": {"name": name}, "value": 1_000_000})
        container = {
            "name": "takes",
            "image": self.cluster.image,
            "command": ["/bin/sh", "-c", shell_of(())],
            "resources": {"limits": {self._resource: "1"}},
        }
        pod = {
            "metadata": {"name": "preemptor"},
            "spec": {"priorityClassName": name, "restartPolicy": "Never", "containers": [container]},
        }
        self.cluster.request("POST", f"/api/v1/namespaces/{self.namespace}/pods", pod)

    def remove(self) -> None:
        """Offer it no longer."""
        self._offer(None)
        _delete(self.cluster, f"{PRIORITY}/{self._class_name}")

    @property
    def _resource(self) -> str:
        return f"contract.test/{self.namespace}"

    @property
    def _class_name(self) -> str:
        return f"contract-{self.namespace}"

    def _node(self) -> Any:
        return self.cluster.request("GET", f"/api/v1/nodes/{self.cluster.node_name}")

    def _offer(self, amount: str | None) -> None:
        status = {"status": {"capacity": {self._resource: amount}, "allocatable": {self._resource: amount}}}
        self.cluster.request("PATCH", f"/api/v1/nodes/{self.cluster.node_name}/status", status)


@attrs.frozen
class Phantom:
    """A node without a kubelet."""

    cluster: RealCluster
    namespace: str

    @property
    def name(self) -> str:
        """The node's name."""
        return f"phantom-{self.namespace}"

    def add(self) -> None:
        """Register it, ready."""
        taint = {"key": "contract.test/phantom", "effect": "NoSchedule"}
        node = {"metadata": {"name": self.name}, "spec": {"taints": [taint]}}
        self.cluster.request("POST", "/api/v1/nodes", node)
        self._tell_ready("True")

    def run(self, pod: Any) -> None:
        """Say of a pod of this node what a kubelet says of one that runs."""
        now = _now()
        container = pod["spec"]["containers"][0]
        state = {
            "name": container["name"],
            "image": container["image"],
            "imageID": "",
            "ready": True,
            "restartCount": 0,
            "state": {"running": {"startedAt": now}},
        }
        status = {"phase": "Running", "startTime": now, "containerStatuses": [state]}
        path = f"/api/v1/namespaces/{self.namespace}/pods/{pod['metadata']['name']}/status"
        self.cluster.request("PATCH", path, {"status": status})

    def take_out_of_service(self) -> None:
        """It is no longer ready, and an operator has declared it lost (Kubernetes, non-graceful shutdown)."""
        self._tell_ready("Unknown")
        self.cluster.request("PATCH", f"/api/v1/nodes/{self.name}", {"spec": {"taints": [OUT_OF_SERVICE]}})

    def remove(self) -> None:
        """Take its object away."""
        _delete(self.cluster, f"/api/v1/nodes/{self.name}")

    def _tell_ready(self, status: str) -> None:
        now = _now()
        ready = {"type": "Ready", "status": status, "reason": "Contract"}
        times = {"lastHeartbeatTime": now, "lastTransitionTime": now}
        path = f"/api/v1/nodes/{self.name}/status"
        self.cluster.request("PATCH", path, {"status": {"conditions": [ready | times]}})


def _delete(cluster: RealCluster, path: str) -> None:
    try:
        cluster.request("DELETE", path)
    except ApiError as error:
        if error.status != 404:
            raise


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
