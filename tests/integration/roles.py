"""Accounts with the rights that the vendor's guide grants the Launcher, and no others (domain, section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.cluster.real import RealCluster
from tests.cluster.waiting import until

ALL = ["get", "create", "update", "patch", "watch", "list", "delete"]
GUIDE_ROLE = [
    {"apiGroups": [""], "resources": ["pods", "pods/log", "pods/attach", "pods/exec"], "verbs": ALL},
    {"apiGroups": [""], "resources": ["events"], "verbs": ["watch"]},
    {"apiGroups": [""], "resources": ["services"], "verbs": ["create", "get", "watch", "list", "delete"]},
    {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ALL},
    {"apiGroups": ["metrics.k8s.io"], "resources": ["pods"], "verbs": ["get"]},
    {"apiGroups": [""], "resources": ["serviceaccounts"], "verbs": ["list"]},
]


OLDER_ROLE = [rule for rule in GUIDE_ROLE if rule["resources"] != ["serviceaccounts"]]
"""The generation of the guide before resource profiles."""
NODES_ROLE = [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "watch", "list"]}]
"""What the guide grants for the whole cluster, and says is optional."""

_RBAC = "/apis/rbac.authorization.k8s.io/v1"


def create_guide_account(
    cluster: RealCluster, namespace: str, account: str, *, rules: list[dict[str, list[str]]] = GUIDE_ROLE
) -> None:
    """Make a service account that may do in its namespace what a generation of the guide's role grants."""
    accounts = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    cluster.request("POST", accounts, {"metadata": {"name": account}})
    roles = f"{_RBAC}/namespaces/{namespace}"
    cluster.request("POST", f"{roles}/roles", {"metadata": {"name": account}, "rules": rules})
    cluster.request("POST", f"{roles}/rolebindings", _binding("Role", account, account, namespace))
    _await_effect(cluster, namespace, account, "list", "jobs", group="batch")


@contextmanager
def nodes_read_by(cluster: RealCluster, namespace: str, account: str) -> Iterator[None]:
    """The account may read nodes meanwhile; the API server knows."""
    name = f"{namespace}-{account}"
    cluster.request("POST", f"{_RBAC}/clusterroles", {"metadata": {"name": name}, "rules": NODES_ROLE})
    try:
        binding = _binding("ClusterRole", name, account, namespace)
        cluster.request("POST", f"{_RBAC}/clusterrolebindings", binding)
        _await_effect(cluster, namespace, account, "list", "nodes")
        yield
    finally:
        cluster.request("DELETE", f"{_RBAC}/clusterroles/{name}")
        cluster.request("DELETE", f"{_RBAC}/clusterrolebindings/{name}")


def _await_effect(
    cluster: RealCluster, namespace: str, account: str, verb: str, plural: str, *, group: str = ""
) -> None:
    """Wait until the API server acts on a role that allows this."""
    review = {
        "spec": {
            "user": f"system:serviceaccount:{namespace}:{account}",
            "resourceAttributes": {"namespace": namespace, "verb": verb, "group": group, "resource": plural},
        }
    }
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    until(lambda: cluster.request("POST", path, review)["status"]["allowed"], f"{verb} {plural}", within_s=30)


def _binding(kind: str, role: str, account: str, namespace: str) -> dict[str, Any]:
    return {
        "metadata": {"name": role},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
    }
