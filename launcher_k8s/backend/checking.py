"""A look at a cluster before users meet it: what is asked, and in which order.

Nothing is made: a Job is tried by a dry run, which also tells whether there is the namespace and what time it
is there. Permissions are asked for one by one, as the API server would judge the requests themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from launcher_k8s.clock import Clock
from launcher_k8s.cluster_check import (
    ClusterFinding,
    judge_clock,
    judge_failure,
    judge_metrics,
    judge_nodes,
    judge_permission,
    judge_trial,
    judge_version,
)
from launcher_k8s.connection import ACCESS_REVIEWS, JOBS, NODES, POD_METRICS, Cluster
from launcher_k8s.diagnostics import Severity
from launcher_k8s.errors import ClusterError, ForbiddenError
from launcher_k8s.kube.reflector import Source, list_all
from launcher_k8s.permissions import PERMISSIONS, Permission
from launcher_k8s.rows import decode_node_page
from launcher_k8s.rows.decoding import Lean, decode
from launcher_k8s.rows.times import Time
from launcher_k8s.settings import ClusterSettings

_DRY_RUN: Final = {"dryRun": "All"}


class _Metadata(Lean):
    creation_timestamp: Time | None = None


class _Created(Lean):
    metadata: _Metadata


class _ReviewStatus(Lean):
    allowed: bool = False


class _Review(Lean):
    status: _ReviewStatus = msgspec.field(default_factory=_ReviewStatus)


_CREATED: Final = msgspec.json.Decoder(_Created)
_REVIEW: Final = msgspec.json.Decoder(_Review)


async def check_cluster(
    cluster: Cluster, settings: ClusterSettings, *, clock: Clock
) -> Sequence[ClusterFinding]:
    """Everything that is to be said of a cluster, in the order in which it should be mended.

    Args:
        cluster: The cluster, entered.
        settings: What it is to be used as.
        clock: This machine's.
    """
    try:
        reached = judge_version(await cluster.version())
    except ClusterError as error:
        return [judge_failure(error)]
    parts = await asyncio.gather(
        _try_job(cluster, settings, clock),
        _ask_permissions(cluster, settings),
        _ask_metrics(cluster, settings),
        _look_at_nodes(cluster, settings),
    )
    return [reached, *(finding for part in parts for finding in part)]


async def _try_job(cluster: Cluster, settings: ClusterSettings, clock: Clock) -> Iterable[ClusterFinding]:
    jobs = JOBS.within(settings.namespace)
    before = clock.now()
    try:
        reply = await cluster.create(jobs, msgspec.json.encode(_trial_job()), params=_DRY_RUN)
    except ForbiddenError as error:
        # That it is not allowed, the permissions tell; another refusal is a quota's or a webhook's.
        return [] if "cannot create resource" in error.message else [_no_job(error, settings)]
    except ClusterError as error:
        return [_no_job(error, settings)]
    created = decode(_CREATED, reply.body, "a Job").metadata.creation_timestamp
    return [] if created is None else judge_clock(created, before=before, after=clock.now())


def _no_job(error: ClusterError, settings: ClusterSettings) -> ClusterFinding:
    return judge_trial(error, namespace=settings.namespace)


def _trial_job() -> dict[str, Any]:
    container = {"name": "check", "image": "none"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"generateName": "launcher-k8s-check-"},
        "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [container]}}},
    }


async def _ask_permissions(cluster: Cluster, settings: ClusterSettings) -> Iterable[ClusterFinding]:
    asked = [(each, verb) for each in PERMISSIONS for verb in (*each.verbs, *each.cheaper)]
    try:
        allowed = await asyncio.gather(
            *(_is_allowed(cluster, each, verb, settings.namespace) for each, verb in asked)
        )
    except ClusterError as error:
        return [
            ClusterFinding(
                Severity.WARNING,
                "permissions-unknown",
                "permissions",
                f"what is allowed cannot be asked: {error.message}",
                error.hint,
            )
        ]
    denied: dict[Permission, list[str]] = {}
    for (permission, verb), is_allowed in zip(asked, allowed, strict=True):
        if not is_allowed:
            denied.setdefault(permission, []).append(verb)
    return [judge_permission(each, verbs, namespace=settings.namespace) for each, verbs in denied.items()]


async def _is_allowed(cluster: Cluster, permission: Permission, verb: str, namespace: str) -> bool:
    resource = permission.resource
    attributes = {
        "verb": verb,
        "group": resource.group,
        "resource": resource.plural,
        "subresource": resource.subresource,
        "namespace": "" if permission.is_cluster_wide else namespace,
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    reply = await cluster.create(ACCESS_REVIEWS, msgspec.json.encode(review))
    return decode(_REVIEW, reply.body, "an access review").status.allowed


async def _ask_metrics(cluster: Cluster, settings: ClusterSettings) -> Iterable[ClusterFinding]:
    pods = POD_METRICS.within(settings.namespace)
    try:
        await cluster.list_page(pods, limit=1)
    except ForbiddenError:
        return await _ask_metrics_of_one(cluster, settings)
    except ClusterError as error:
        return filter(None, [judge_metrics(error)])
    return []


async def _ask_metrics_of_one(cluster: Cluster, settings: ClusterSettings) -> Iterable[ClusterFinding]:
    """The same with no more than the guide's role grants: of a pod that is not there."""
    try:
        await cluster.get(POD_METRICS.within(settings.namespace).named("launcher-k8s-check"))
    except ClusterError as error:
        # A server of metrics says which pod it does not know; an API server without one, only "not found".
        return [] if "launcher-k8s-check" in error.message else filter(None, [judge_metrics(error)])
    return []


async def _look_at_nodes(cluster: Cluster, settings: ClusterSettings) -> Iterable[ClusterFinding]:
    try:
        nodes = await list_all(cluster, Source(NODES, decode_node_page, fetch_limit=settings.fetch_limit))
    except ClusterError:
        return []  # without the permission, which is told already, nothing is known of nodes
    return judge_nodes(nodes.rows, settings)
