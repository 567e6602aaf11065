"""The account of backends in the real world: the guide's role and no more, and tokens that die when told."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from tests.cluster.api import Api, ApiError
from tests.cluster.real import RealCluster
from tests.cluster.waiting import until

ACCOUNT = "launcher"
ALL_OF_PODS = ["get", "create", "update", "patch", "watch", "list", "delete"]
TOKEN_CACHE_S = 30  # the API server believes for 10 s that a token is good

# domain, section 5, "RBAC needed": what the guide's role holds, without the optional reading of nodes.
RULES: list[dict[str, list[str]]] = [
    {"apiGroups": [""], "resources": [each], "verbs": ALL_OF_PODS}
    for each in ("pods", "pods/log", "pods/attach", "pods/exec")
] + [
    {"apiGroups": [""], "resources": ["events"], "verbs": ["watch"]},
    {"apiGroups": [""], "resources": ["services"], "verbs": ["create", "get", "watch", "list", "delete"]},
    {
        "apiGroups": ["batch"],
        "resources": ["jobs"],
        "verbs": ["create", "update", "patch", "get", "watch", "list", "delete"],
    },
    {"apiGroups": ["metrics.k8s.io"], "resources": ["pods"], "verbs": ["get"]},
    {"apiGroups": [""], "resources": ["serviceaccounts"], "verbs": ["list"]},
]


def make_account(cluster: RealCluster, namespace: str) -> None:
    """The account with its role, and the API server aware of both."""
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    cluster.request(
        "POST", f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": ACCOUNT}}
    )
    cluster.request("POST", f"{rbac}/roles", {"metadata": {"name": ACCOUNT}, "rules": RULES})
    binding = {
        "metadata": {"name": ACCOUNT},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": ACCOUNT},
        "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": namespace}],
    }
    cluster.request("POST", f"{rbac}/rolebindings", binding)
    until(lambda: _may(cluster, namespace, "list", "serviceaccounts"), "the role's effect", within_s=30)


def deny(cluster: RealCluster, namespace: str, verb: str, plural: str) -> None:
    """Take one verb on one kind from the role; returns when the API server acts on it."""
    path = _role_of(namespace)
    rules = cluster.request("GET", path)["rules"]
    for rule in rules:
        if plural in rule["resources"]:
            rule["verbs"] = [each for each in rule["verbs"] if each != verb]
    cluster.request("PATCH", path, {"rules": [rule for rule in rules if rule["verbs"]]})
    until(lambda: not _may(cluster, namespace, verb, plural), f"{verb} {plural} denied", within_s=30)


def allow(cluster: RealCluster, namespace: str) -> None:
    """Give the role back all that was taken from it."""
    cluster.request("PATCH", _role_of(namespace), {"rules": RULES})


def _role_of(namespace: str) -> str:
    return f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles/{ACCOUNT}"


def _may(cluster: RealCluster, namespace: str, verb: str, plural: str) -> bool:
    group = "batch" if plural == "jobs" else ""
    resource, _, subresource = plural.partition("/")
    attributes = {"namespace": namespace, "verb": verb, "group": group, "resource": resource}
    user = f"system:serviceaccount:{namespace}:{ACCOUNT}"
    review = {"spec": {"user": user, "resourceAttributes": {**attributes, "subresource": subresource}}}
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    return bool(cluster.request("POST", path, review)["status"]["allowed"])


class TokenFile:
    """The file that backends read their token from. Each token is bound to a Secret, and dies with it."""

    def __init__(self, cluster: RealCluster, namespace: str, file: Path) -> None:
        self.file = file
        self._cluster = cluster
        self._core = f"/api/v1/namespaces/{namespace}"
        self._secret = ""

    def write(self) -> None:
        """Put a new token into the file."""
        self._secret = f"token-{secrets.token_hex(4)}"
        secret = self._cluster.request("POST", f"{self._core}/secrets", {"metadata": {"name": self._secret}})
        bound: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "name": self._secret}
        bound["uid"] = secret["metadata"]["uid"]
        path = f"{self._core}/serviceaccounts/{ACCOUNT}/token"
        made = self._cluster.request("POST", path, {"spec": {"boundObjectRef": bound}})
        self.file.write_text(made["status"]["token"])
        self.file.chmod(0o600)

    def rotate(self) -> None:
        """Put a new token into the file and end the old one; returns when the API server refuses that."""
        old, secret = self.file.read_text(), self._secret
        self.write()
        self._cluster.request("DELETE", f"{self._core}/secrets/{secret}")
        client = Api(self._cluster.api_url, old, self._cluster.ca_pem)
        until(
            lambda: _is_refused(client, f"{self._core}/pods"), "the old token's end", within_s=TOKEN_CACHE_S
        )


def _is_refused(client: Api, path: str) -> bool:
    try:
        client.request("GET", path)
    except ApiError as error:
        return error.status == 401
    return False
