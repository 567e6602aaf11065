"""What the library must be allowed to do on a cluster: one table for the role it prints and for its check.

It asks for no more than the vendor's guide grants the Launcher (domain, section 5, "RBAC needed"), but for
the verbs under ``cheaper``: those are used where they are granted, and done without where not.
"""

from __future__ import annotations

from typing import Final

import attrs

from launcher_k8s.connection import (
    EVENTS,
    JOBS,
    NODES,
    POD_METRICS,
    PODS,
    SERVICE_ACCOUNTS,
    SERVICES,
    Resource,
)
from launcher_k8s.diagnostics import Severity


@attrs.frozen
class Permission:
    """What may be done with one kind of object.

    Args:
        resource: The collection, or a part of its objects.
        verbs: What must be allowed, by the API's verbs.
        lost: What is not possible without, as a sentence.
        severity: How much that matters.
        cheaper: Verbs that save requests where they are allowed.
        is_cluster_wide: Whether the objects belong to no namespace.
    """

    resource: Resource
    verbs: tuple[str, ...]
    lost: str
    severity: Severity = Severity.ERROR
    cheaper: tuple[str, ...] = ()
    is_cluster_wide: bool = False

    @property
    def subject(self) -> str:
        """The resource as a role names it: ``pods/exec``."""
        return "/".join(filter(None, (self.resource.plural, self.resource.subresource)))


# The API server asks for `get` or, from 1.35 on, for `create` where a websocket is opened.
_CONNECT: Final = ("get", "create")

PERMISSIONS: Final = (
    Permission(
        JOBS,
        ("get", "list", "watch", "create", "patch", "delete"),
        "jobs cannot be submitted, followed, controlled and removed",
    ),
    Permission(
        PODS,
        ("get", "list", "watch", "patch"),
        "the state of jobs is not known, and none can be ended whose image has no shell",
    ),
    Permission(PODS.named("", "log"), ("get",), "the output of jobs cannot be read"),
    Permission(
        PODS.named("", "exec"),
        _CONNECT,
        "jobs are ended by a deadline instead of a signal, cannot be suspended, and tell no CPU time",
        Severity.WARNING,
    ),
    Permission(
        PODS.named("", "attach"),
        _CONNECT,
        "jobs cannot be given a standard input",
        Severity.WARNING,
    ),
    Permission(
        SERVICES,
        ("get", "list", "create", "delete"),
        "the ports of jobs cannot be reached",
        Severity.WARNING,
    ),
    Permission(
        EVENTS, ("watch",), "it is not told why a job waits that has no pod", Severity.WARNING, ("list",)
    ),
    Permission(POD_METRICS, ("get",), "the utilization of jobs is not told", Severity.WARNING, ("list",)),
    Permission(
        SERVICE_ACCOUNTS,
        ("list",),
        "users are not offered the service accounts that there are; they type a name",
        Severity.WARNING,
    ),
    Permission(
        NODES,
        ("get", "list"),
        "the external addresses of jobs' nodes are not known",
        Severity.INFO,
        is_cluster_wide=True,
    ),
)
