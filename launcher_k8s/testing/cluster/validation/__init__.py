"""What must hold of an object before it is stored, per kind, with the server's causes and texts.

The checks and their order are those of ``pkg/apis/*/validation`` of Kubernetes 1.36, for the fields that
users of this library meet. Each function gives the causes it found, an empty list if all is well; objects
have been defaulted before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.causes import Cause
from launcher_k8s.testing.cluster.kinds import Kind, Object
from launcher_k8s.testing.cluster.validation import (
    access,
    configuration,
    job_status,
    jobs,
    limits,
    metadata,
    nodes,
    pod_updates,
    pods,
    services,
)

Check = Callable[[Object, Object | None], list[Cause]]
"""From an object, and the stored one it replaces, to what is wrong with it."""

_CHECKS: Final[Mapping[Kind, Check]] = MappingProxyType(
    {
        kinds.JOB: jobs.check_job,
        kinds.POD: pods.check_pod,
        kinds.SERVICE: services.check_service,
        kinds.CONFIG_MAP: configuration.check_config_map,
        kinds.SECRET: configuration.check_secret,
        kinds.EVENT: configuration.check_event,
        kinds.PERSISTENT_VOLUME_CLAIM: configuration.check_claim,
        kinds.LEASE: configuration.check_lease,
        kinds.NODE: nodes.check_node,
        kinds.RESOURCE_QUOTA: limits.check_quota,
        kinds.LIMIT_RANGE: limits.check_limit_range,
        kinds.PRIORITY_CLASS: configuration.check_priority_class,
        kinds.ROLE: access.check_role,
        kinds.CLUSTER_ROLE: access.check_cluster_role,
        kinds.ROLE_BINDING: access.check_binding,
        kinds.CLUSTER_ROLE_BINDING: access.check_cluster_binding,
    }
)
_STATUS_CHECKS: Final[Mapping[Kind, Check]] = MappingProxyType(
    {kinds.JOB: job_status.check_job_status, kinds.POD: pod_updates.check_pod_status}
)


def problems(kind: Kind, new: Object, old: Object | None, *, subresource: str = "") -> list[Cause]:
    """What is wrong with an object.

    Args:
        kind: What it is.
        new: The object, defaulted.
        old: The stored one that it replaces, None if it is made.
        subresource: ``status`` if only the status is written.
    """
    found = metadata.check_metadata(kind, new, old)
    checks = _STATUS_CHECKS if subresource == "status" else _CHECKS
    check = checks.get(kind)
    return found if check is None else found + check(new, old)
