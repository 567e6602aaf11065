"""Whether the only node can take a pod; texts compared with the scheduler of 1.36."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from launcher_k8s.testing.local.scheduling import merge, pod_requests, why_not

NODE: dict[str, Any] = {
    "metadata": {"labels": {"disk": "ssd", "cores": "8"}},
    "spec": {},
    "status": {"allocatable": {"cpu": "2", "memory": "4Gi", "pods": "2"}},
}
NOTHING: dict[str, Decimal] = {}
SELECTOR = (
    "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. no new claims to "
    "deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
)
TOO_MUCH = (
    "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 1 Insufficient nvidia.com/gpu. "
    "no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for "
    "scheduling."
)


def _pod(requests: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    container = {"name": "main", "resources": {"requests": requests or {}}}
    return {"spec": {"containers": [container], **spec}}


def _affine(key: str, operator: str, *values: str) -> dict[str, Any]:
    expression = {"key": key, "operator": operator, "values": list(values)}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}


def test_a_pod_that_fits_may_run() -> None:
    assert why_not(_pod({"cpu": "2", "memory": "4Gi"}, nodeSelector={"disk": "ssd"}), NODE, NOTHING) == ""


def test_a_selector_must_match() -> None:
    assert why_not(_pod(nodeSelector={"a": "b"}), NODE, NOTHING) == SELECTOR


def test_what_is_lacking_is_listed() -> None:
    asked = {"nvidia.com/gpu": "1", "memory": "10000Gi", "cpu": "1000"}
    assert why_not(_pod(asked), NODE, NOTHING) == TOO_MUCH


def test_what_others_use_is_not_there() -> None:
    used = merge(pod_requests(_pod({"cpu": "1500m"})), NOTHING)
    assert why_not(_pod({"cpu": "500m"}), NODE, used) == ""
    assert "1 Insufficient cpu. " in why_not(_pod({"cpu": "501m"}), NODE, used)
    assert "1 Too many pods" in why_not(_pod(), NODE, {"pods": Decimal(2)})


@pytest.mark.parametrize(
    ("affinity", "fits"),
    [
        (_affine("disk", "In", "ssd", "hdd"), True),
        (_affine("disk", "NotIn", "ssd"), False),
        (_affine("disk", "Exists"), True),
        (_affine("gpu", "DoesNotExist"), True),
        (_affine("cores", "Gt", "4"), True),
        (_affine("cores", "Lt", "4"), False),
        (_affine("disk", "Gt", "4"), False),
    ],
)
def test_affinity_is_obeyed(affinity: dict[str, Any], fits: bool) -> None:
    assert (why_not(_pod(affinity=affinity), NODE, NOTHING) == "") is fits


def test_a_taint_must_be_tolerated() -> None:
    node = {**NODE, "spec": {"taints": [{"key": "k", "value": "v", "effect": "NoSchedule"}]}}
    assert "untolerated taint(s) {k: v}" in why_not(_pod(), node, NOTHING)
    assert why_not(_pod(tolerations=[{"key": "k", "value": "v"}]), node, NOTHING) == ""
    assert why_not(_pod(tolerations=[{"operator": "Exists"}]), node, NOTHING) == ""


def test_the_largest_step_or_the_sum_counts() -> None:
    steps = [
        {"name": "step", "resources": {"requests": {"cpu": "3"}}},
        {"name": "side", "restartPolicy": "Always", "resources": {"requests": {"cpu": "1"}}},
    ]
    assert pod_requests(_pod({"cpu": "1"}, initContainers=steps))["cpu"] == 3
    assert pod_requests(_pod({"cpu": "4"}, initContainers=steps))["cpu"] == 5
