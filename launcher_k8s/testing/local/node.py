"""The one node: this machine as a ``Node`` object."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from launcher_k8s.testing.cluster.container_states import stamp
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.local.machine import Capacity, System

NAME: Final = "local"
ADDRESS: Final = "127.0.0.1"
_FINE: Final = {
    "MemoryPressure": ("False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    "DiskPressure": ("False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    "PIDPressure": ("False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    "Ready": ("True", "KubeletReady", "kubelet is posting ready status"),
}
_LOST: Final = ("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")


def node_object(capacity: Capacity, system: System, *, version: str, now: datetime) -> Object:
    """A node that is ready.

    Args:
        capacity: What it has; all of it can be given to pods.
        system: What it is.
        version: Of Kubernetes.
        now: The time.
    """
    amounts = {
        "cpu": str(capacity.cpus),
        "memory": f"{capacity.memory_bytes // 1024}Ki",
        "ephemeral-storage": f"{capacity.storage_bytes // 1024}Ki",
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "pods": str(capacity.pods),
    }
    labels = {"os": "linux", "arch": system.architecture, "hostname": NAME}
    return {
        "metadata": {
            "name": NAME,
            "labels": {f"kubernetes.io/{key}": value for key, value in labels.items()},
        },
        "spec": {},
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": ADDRESS},
                {"type": "Hostname", "address": NAME},
            ],
            "allocatable": amounts,
            "capacity": amounts,
            "conditions": [_condition(type_, told, now) for type_, told in _FINE.items()],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 0}},
            "nodeInfo": _info(system, version),
        },
    }


def lost(node: Object, now: datetime) -> Object:
    """A node that nothing has been heard of for long."""
    conditions = [_condition(type_, _LOST, now) for type_ in _FINE]
    taints = [
        {"key": "node.kubernetes.io/unreachable", "effect": effect} for effect in ("NoSchedule", "NoExecute")
    ]
    return {
        **node,
        "spec": {**node["spec"], "taints": taints},
        "status": {**node["status"], "conditions": conditions},
    }


def _condition(type_: str, told: tuple[str, str, str], now: datetime) -> Object:
    status, reason, message = told
    times = {"lastHeartbeatTime": stamp(now), "lastTransitionTime": stamp(now)}
    return {"type": type_, "status": status, "reason": reason, "message": message} | times


def _info(system: System, version: str) -> Object:
    return {
        "architecture": system.architecture,
        "bootID": system.boot_id,
        "containerRuntimeVersion": "local://1",
        "kernelVersion": system.kernel,
        "kubeProxyVersion": "",
        "kubeletVersion": version,
        "machineID": "",
        "operatingSystem": "linux",
        "osImage": system.os_image,
        "systemUUID": "",
    }
