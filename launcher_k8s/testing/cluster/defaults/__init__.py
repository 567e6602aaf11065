"""What the server fills in, per kind.

Two things in one: the defaults of ``pkg/apis/*/v1/defaults.go`` and what the strategies of ``pkg/registry``
and the built-in admission plugins add when an object is made. Nothing is written into: an object that lacks
nothing comes back as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.defaults import configuration, jobs, pods, services
from launcher_k8s.testing.cluster.kinds import Kind, Object

Fill = Callable[[Object, Object | None], Object]
"""From an object, and the stored one it replaces, to the object with everything filled in."""

_FILL: Final[Mapping[Kind, Fill]] = MappingProxyType(
    {
        kinds.JOB: jobs.fill_job,
        kinds.POD: pods.fill_pod,
        kinds.SERVICE: services.fill_service,
        kinds.SECRET: configuration.fill_secret,
        kinds.EVENT: configuration.fill_event,
        kinds.NAMESPACE: configuration.fill_namespace,
        kinds.NODE: configuration.fill_node,
        kinds.PERSISTENT_VOLUME_CLAIM: configuration.fill_claim,
        kinds.RESOURCE_QUOTA: configuration.fill_quota,
        kinds.LIMIT_RANGE: configuration.fill_limit_range,
        kinds.ROLE: configuration.fill_role,
        kinds.CLUSTER_ROLE: configuration.fill_role,
        kinds.ROLE_BINDING: configuration.fill_binding,
        kinds.CLUSTER_ROLE_BINDING: configuration.fill_binding,
        kinds.PRIORITY_CLASS: configuration.fill_priority_class,
        kinds.ENDPOINTS: configuration.fill_endpoints,
    }
)
_FILL_TEMPLATED: Final[Mapping[Kind, Fill]] = MappingProxyType({kinds.POD: pods.fill_templated_pod})
_FILL_STATUS: Final[Mapping[Kind, Fill]] = MappingProxyType({kinds.POD: pods.fill_pod_status})


def fill(
    kind: Kind, new: Object, old: Object | None, *, subresource: str = "", is_templated: bool = False
) -> Object:
    """An object with what the server fills in.

    Args:
        kind: What it is.
        new: The object; a made one has its name and uid already.
        old: The stored object that it replaces, None if it is made.
        subresource: ``status`` if only the status is written.
        is_templated: Whether it comes from a template that is filled in.
    """
    fills = _FILL_STATUS if subresource == "status" else _FILL_TEMPLATED if is_templated else _FILL
    found = fills.get(kind)
    return new if found is None else found(new, old)
