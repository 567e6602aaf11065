"""Accounts with the rights that the vendor's guide grants the Launcher, and no others."""

from __future__ import annotations

from tests.cluster.real import RealCluster

ALL = ["get", "create", "update", "patch", "watch", "list", "delete"]
GUIDE_ROLE = [
    {"apiGroups": [""], "resources": ["pods", "pods/log", "pods/attach", "pods/exec"], "verbs": ALL},
    {"apiGroups": [""], "resources": ["events"], "verbs": ["watch"]},
    {"apiGroups": [""], "resources": ["services"], "verbs": ["create", "get", "watch", "list", "delete"]},
    {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ALL},
    {"apiGroups": ["metrics.k8s.io"], "resources": ["pods"], "verbs": ["get"]},
    {"apiGroups": [""], "resources": ["serviceaccounts"], "verbs": ["list"]},
]


def create_guide_account(cluster: RealCluster, namespace: str, account: str) -> None:
    """Make a service account that may do in its namespace what the guide's role grants."""
    accounts = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    cluster.request("POST", accounts, {"metadata": {"name": account}})
    roles = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    cluster.request("POST", f"{roles}/roles", {"metadata": {"name": account}, "rules": GUIDE_ROLE})
    cluster.request(
        "POST",
        f"{roles}/rolebindings",
        {
            "metadata": {"name": account},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": account},
            "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
        },
    )
