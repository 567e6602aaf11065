"""The Kubernetes objects that allow the library its work: a service account, its token and its roles.

The rules come from :data:`launcher_k8s.permissions.PERMISSIONS`, the table that a backend's ``check`` tests.
Kubernetes 1.24 and later make no token Secret for a service account: it is among the objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from launcher_k8s.errors import ConfigurationError
from launcher_k8s.naming import DNS_LABEL_FORM, OBJECT_NAME_FORM, is_dns_label, is_object_name
from launcher_k8s.permissions import PERMISSIONS, Permission
from launcher_k8s.wording import quote

Object: TypeAlias = Mapping[str, Any]

DEFAULT_ACCOUNT: Final = "job-launcher"
"""The name that the vendor's guide gives the service account."""

_GROUP: Final = "rbac.authorization.k8s.io"
_API_VERSION: Final = f"{_GROUP}/v1"


def rbac_objects(
    namespace: str, *, account: str = DEFAULT_ACCOUNT, with_nodes: bool = True
) -> tuple[Object, ...]:
    """The objects to apply, in an order in which each finds those it names.

    Args:
        namespace: Where jobs run.
        account: The name of the service account, and of the role.
        with_nodes: Whether nodes may be read, which takes a role in the whole cluster.

    Raises:
        ConfigurationError: Kubernetes allows no such namespace or account.
    """
    _check_names(namespace, account)
    objects: list[Object] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _named(account, namespace)},
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                **_named(token_secret(account), namespace),
                "annotations": {"kubernetes.io/service-account.name": account},
            },
            "type": "kubernetes.io/service-account-token",
        },
        *_granted("Role", account, namespace, (each for each in PERMISSIONS if not each.is_cluster_wide)),
    ]
    if with_nodes:
        objects += _granted(
            "ClusterRole", account, namespace, (each for each in PERMISSIONS if each.is_cluster_wide)
        )
    return tuple(objects)


def token_secret(account: str) -> str:
    """The name of the Secret that holds a service account's token."""
    return f"{account}-token"


def _granted(kind: str, account: str, namespace: str, permissions: Iterable[Permission]) -> list[Object]:
    """A role of this kind with its binding to the account."""
    is_wide = kind == "ClusterRole"
    # What belongs to the whole cluster has no namespace in which its name is its own.
    metadata = {"name": f"{namespace}-{account}-nodes"} if is_wide else _named(account, namespace)
    return [
        {
            "apiVersion": _API_VERSION,
            "kind": kind,
            "metadata": metadata,
            "rules": [_rule(permission) for permission in permissions],
        },
        {
            "apiVersion": _API_VERSION,
            "kind": f"{kind}Binding",
            "metadata": metadata,
            "roleRef": {"apiGroup": _GROUP, "kind": kind, "name": metadata["name"]},
            "subjects": [{"kind": "ServiceAccount", **_named(account, namespace)}],
        },
    ]


def _rule(permission: Permission) -> Object:
    return {
        "apiGroups": [permission.resource.group],
        "resources": [permission.subject],
        "verbs": [*permission.verbs, *permission.cheaper],
    }


def _named(name: str, namespace: str) -> dict[str, str]:
    return {"name": name, "namespace": namespace}


def _check_names(namespace: str, account: str) -> None:
    if not is_dns_label(namespace):
        message = f"no namespace can be called {quote(namespace)}"
        raise ConfigurationError(message, hint=f"write {DNS_LABEL_FORM}")
    if not is_object_name(token_secret(account)):
        message = f"no service account can be called {quote(account)}"
        raise ConfigurationError(message, hint=f"write {OBJECT_NAME_FORM}")
