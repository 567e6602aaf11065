"""Whether a node can take a pod, and what the scheduler says when it cannot.

Of the scheduler's plugins those that a cluster of one node can refuse by: ``NodeName``,
``NodeUnschedulable``, ``NodeAffinity``, ``TaintToleration`` (for ``NoSchedule``) and ``NodeResourcesFit``.
Texts were compared with 1.36.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from launcher_k8s.quantity import parse_quantity
from launcher_k8s.testing.cluster.kinds import Object

_NOT_HELPFUL: Final = (
    "no new claims to deallocate, preemption: 0/1 nodes are available: "
    "1 Preemption is not helpful for scheduling."
)
_NO_VICTIMS: Final = (
    "no new claims to deallocate, preemption: 0/1 nodes are available: "
    "1 No preemption victims found for incoming pod."
)
Requests = Mapping[str, Decimal]


def why_not(pod: Object, node: Object, used: Requests) -> str:
    """Why a pod cannot run on the only node; empty if it can.

    Args:
        pod: The pod.
        node: The node.
        used: What the pods on it request together, ``pods`` (their number) included.
    """
    problem = _unsuitable(pod, node)
    if problem:
        return f"0/1 nodes are available: 1 {problem}. {_NOT_HELPFUL}"
    problems, beyond = _too_much(pod, node, used)
    if problems:
        return f"0/1 nodes are available: {', '.join(problems)}. {_NOT_HELPFUL if beyond else _NO_VICTIMS}"
    return ""


def pod_requests(pod: Object) -> dict[str, Decimal]:
    """What a pod requests: its containers together, or the largest init container if that is more."""
    spec = pod["spec"]
    total: dict[str, Decimal] = {"pods": Decimal(1)}
    steps = []
    for container in (*spec["containers"], *spec.get("initContainers", [])):
        is_step = container in spec.get("initContainers", []) and container.get("restartPolicy") != "Always"
        if is_step:
            steps.append(_requests(container))
        else:
            total = merge(total, _requests(container))
    for step in steps:
        total |= {name: max(amount, total.get(name, Decimal(0))) for name, amount in step.items()}
    return total


def merge(some: Requests, more: Requests) -> dict[str, Decimal]:
    """Two amounts together."""
    return {name: some.get(name, Decimal(0)) + more.get(name, Decimal(0)) for name in {**some, **more}}


def _requests(container: Mapping[str, Any]) -> dict[str, Decimal]:
    requests = container.get("resources", {}).get("requests", {})
    return {name: parse_quantity(amount) for name, amount in requests.items()}


def _unsuitable(pod: Object, node: Object) -> str:
    labels = node["metadata"].get("labels", {})
    if node.get("spec", {}).get("unschedulable"):
        return "node(s) were unschedulable"
    if taint := _untolerated(pod, node):
        return f"node(s) had untolerated taint(s) {{{taint}}}"
    selected = all(labels.get(key) == value for key, value in pod["spec"].get("nodeSelector", {}).items())
    if not selected or not _affine(pod["spec"], labels):
        return "node(s) didn't match Pod's node affinity/selector"
    return ""


def _untolerated(pod: Object, node: Object) -> str:
    for taint in node.get("spec", {}).get("taints", []):
        tolerations = pod["spec"].get("tolerations", [])
        if taint["effect"] != "PreferNoSchedule" and not any(_tolerates(each, taint) for each in tolerations):
            return f"{taint['key']}: {taint.get('value', '')}"
    return ""


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    if toleration.get("effect") not in (None, "", taint["effect"]):
        return False
    if toleration.get("key") not in (None, "", taint["key"]):
        return False
    return toleration.get("operator") == "Exists" or toleration.get("value", "") == taint.get("value", "")


def _affine(spec: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    affinity = spec.get("affinity", {}).get("nodeAffinity", {})
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if not required:
        return True
    return any(
        all(_holds(each, labels) for each in term.get("matchExpressions", []))
        for term in required["nodeSelectorTerms"]
        if term.get("matchExpressions")
    )


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value = labels.get(expression["key"])
    values = expression.get("values", [])
    return _OPERATORS[expression["operator"]](value, values)


def _compare(sign: int) -> Callable[[str | None, list[str]], bool]:
    def holds(value: str | None, values: list[str]) -> bool:
        try:
            return value is not None and (int(value) - int(values[0])) * sign > 0
        except ValueError:
            return False

    return holds


_OPERATORS: Final[dict[str, Callable[[str | None, list[str]], bool]]] = {
    "In": lambda value, values: value in values,
    "NotIn": lambda value, values: value not in values,
    "Exists": lambda value, _: value is not None,
    "DoesNotExist": lambda value, _: value is None,
    "Gt": _compare(1),
    "Lt": _compare(-1),
}


def _too_much(pod: Object, node: Object, used: Requests) -> tuple[list[str], bool]:
    """What the node lacks, and whether it would lack it with no other pod on it."""
    room = {name: parse_quantity(amount) for name, amount in node["status"]["allocatable"].items()}
    problems, beyond = [], False
    for name, amount in sorted(pod_requests(pod).items()):
        if amount and used.get(name, Decimal(0)) + amount > room.get(name, Decimal(0)):
            problems.append("1 Too many pods" if name == "pods" else f"1 Insufficient {name}")
            beyond = beyond or amount > room.get(name, Decimal(0))
    return problems, beyond
