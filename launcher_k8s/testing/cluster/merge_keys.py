"""By which field the items of a list are told apart in a strategic merge.

The struct tags ``patchStrategy`` and ``patchMergeKey`` of ``k8s.io/api`` 0.36 and of
``metav1.ObjectMeta``, for the kinds served here. Lists that are not named are replaced whole. Field names
suffice, but for ``ports``, which a container tells apart otherwise than a service.
"""

from __future__ import annotations

from typing import Final

from launcher_k8s.testing.cluster.kinds import SERVICE, Kind

SCALARS: Final = ""
"""Stands for lists of texts that are merged by their items."""

_KEYS: Final = {
    "addresses": "type",
    "allocatedResourcesStatus": "name",
    "conditions": "type",
    "containers": "name",
    "env": "name",
    "ephemeralContainers": "name",
    "finalizers": SCALARS,
    "hostAliases": "ip",
    "hostIPs": "ip",
    "imagePullSecrets": "name",
    "initContainers": "name",
    "ownerReferences": "uid",
    "podCIDRs": SCALARS,
    "podIPs": "ip",
    "ports": "containerPort",
    "resourceClaimStatuses": "name",
    "resourceClaims": "name",
    "schedulingGates": "name",
    "secrets": "name",
    "topologySpreadConstraints": "topologyKey",
    "volumeDevices": "devicePath",
    "volumeMounts": "mountPath",
    "volumes": "name",
}
_ATOMIC: Final = frozenset({"Endpoints", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"})
_METADATA: Final = frozenset({"finalizers", "ownerReferences"})


def merge_key(kind: Kind, field: str) -> str | None:
    """What tells the items of a list apart, :data:`SCALARS` for lists of texts, None where it is replaced."""
    if field == "ports" and kind is SERVICE:
        return "port"
    if kind.kind in _ATOMIC and field not in _METADATA:
        return None
    return _KEYS.get(field)
