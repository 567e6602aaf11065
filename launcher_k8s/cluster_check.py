"""What a look at a cluster says of it: findings, decided from what was seen, without any I/O.

:meth:`~launcher_k8s.JobBackend.check` looks, and calls this. Each finding says what to do about it. An error
keeps jobs from running, a warning takes something from users, an info is only worth knowing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.diagnostics import Severity
from launcher_k8s.errors import ClusterError, ForbiddenError, ObjectNotFoundError
from launcher_k8s.job import PlacementConstraint
from launcher_k8s.permissions import Permission
from launcher_k8s.present import Table
from launcher_k8s.rows import NodeRow
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.shape.names import AMD_GPU, NVIDIA_GPU
from launcher_k8s.wording import quote

MOST_SKEW: Final = timedelta(seconds=5)
"""How far apart the clocks may be: expiry and times of jobs are told by both."""

OLDEST_MINOR: Final = 25
"""Kubernetes 1.25: the oldest that has all that is asked of it; 1.34 and later are tested."""

_VERSION: Final = re.compile(r"v?(\d+)\.(\d+)")
_ON_DEMAND: Final = "eks.amazonaws.com/compute-type"
_METRICS_HINT: Final = (
    "install metrics-server in the cluster, or the add-on of that name that its provider offers; "
    "`kubectl top pods` works then"
)


@attrs.frozen
class ClusterFinding:
    """One thing that a look at a cluster has found.

    Args:
        severity: How much it matters.
        code: What it is, in one word.
        subject: What it is about: ``API server``, ``jobs.batch``, a setting.
        message: What was found, a sentence.
        hint: What to do about it; empty where nothing need be done.
    """

    __repr__ = brief

    severity: Severity
    code: str
    subject: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.severity.value}: {self.subject}: {self.message}{hint}"

    def _repr_html_(self) -> str:
        return cluster_findings_table([self]).html()


def cluster_findings_table(findings: Iterable[ClusterFinding], *, title: str = "") -> Table:
    """Findings of a cluster: how bad, about what, what was found, what to do."""
    return Table(
        title,
        ("severity", "code", "about", "what was found", "what to do"),
        tuple((f.severity.value, f.code, f.subject, f.message, f.hint) for f in findings),
    )


def judge_failure(error: ClusterError) -> ClusterFinding:
    """What the API server's silence or refusal means, when even its version cannot be had."""
    return ClusterFinding(
        Severity.ERROR,
        "refused" if error.status else "unreachable",
        "API server",
        error.message,
        error.hint or "look at api-url, certificate-authority and the token, and at what lies between",
    )


def judge_version(version: str) -> ClusterFinding:
    """What to say of a server that answers."""
    found = _VERSION.match(version)
    if found is not None and (int(found[1]), int(found[2])) < (1, OLDEST_MINOR):
        message = f"Kubernetes {version} answers, which is older than 1.{OLDEST_MINOR}"
        return ClusterFinding(
            Severity.WARNING, "old-kubernetes", "API server", message, "expect what is newer to be missing"
        )
    return ClusterFinding(Severity.INFO, "reachable", "API server", f"Kubernetes {version} answers")


def judge_clock(server: datetime, *, before: datetime, after: datetime) -> Iterator[ClusterFinding]:
    """Whether this machine's clock is the cluster's.

    Args:
        server: A moment by the API server's clock, cut to the second.
        before: Ours before it was asked.
        after: Ours after it had answered.
    """
    ahead, behind = before - server - timedelta(seconds=1), server - after
    skew = max(ahead, behind)
    if skew > MOST_SKEW:
        way = "ahead of" if skew == ahead else "behind"
        yield ClusterFinding(
            Severity.WARNING,
            "clock-skew",
            "clock",
            f"this machine's clock is {skew.total_seconds():.0f} s {way} the API server's",
            "keep both by NTP: tokens are valid, and jobs expire, by the clock",
        )


def judge_trial(error: ClusterError, *, namespace: str) -> ClusterFinding:
    """Why a Job cannot be made, as a dry run says."""
    if isinstance(error, ObjectNotFoundError):
        return ClusterFinding(
            Severity.ERROR,
            "no-namespace",
            "kubernetes-namespace",
            f"there is no namespace {quote(namespace)}",
            f"make it (`launcher-k8s rbac --namespace {namespace}` prints it), or set another",
        )
    what = "no Job may be made" if isinstance(error, ForbiddenError) else "no Job can be made"
    return ClusterFinding(
        Severity.ERROR,
        "no-job",
        "jobs.batch",
        f"{what} in namespace {quote(namespace)}: {error.message}",
        error.hint or "what refuses it is in the message",
    )


def judge_permission(permission: Permission, denied: Sequence[str], *, namespace: str) -> ClusterFinding:
    """What is not possible because verbs are denied."""
    subject = permission.resource.kind
    verbs = ", ".join(denied)
    if not set(denied) & set(permission.verbs):
        return ClusterFinding(
            Severity.INFO, "costlier", subject, f"{verbs} is not allowed: more requests are needed instead"
        )
    place = "in the whole cluster" if permission.is_cluster_wide else f"in namespace {quote(namespace)}"
    return ClusterFinding(
        permission.severity,
        "not-allowed",
        subject,
        f"{verbs} is not allowed {place}: {permission.lost}",
        f"`launcher-k8s rbac --namespace {namespace}` prints a role that allows it",
    )


def judge_metrics(error: ClusterError) -> ClusterFinding | None:
    """Why the utilization of jobs cannot be told; None where a permission is all that is missing."""
    if isinstance(error, ForbiddenError):
        return None
    told = "the cluster has no" if isinstance(error, ObjectNotFoundError) else "this does not answer: the"
    message = f"{told} metrics API (metrics.k8s.io): the utilization of jobs is not told"
    return ClusterFinding(Severity.WARNING, "no-metrics", "metrics.k8s.io", message, _METRICS_HINT)


def judge_nodes(nodes: Sequence[NodeRow], settings: ClusterSettings) -> Iterator[ClusterFinding]:
    """Which nodes users may ask for that there are not."""
    for constraint, place in _offered_constraints(settings):
        if constraint.name != _ON_DEMAND and not any(_carries(node, constraint) for node in nodes):
            yield ClusterFinding(
                Severity.WARNING,
                "no-such-node",
                f"placement constraint {constraint}",
                f"no node has this label: jobs that ask for it wait ({place})",
                "label a node so, or leave it out; it is as it should be where nodes are made on demand",
            )
    for brand, resource, place in _offered_gpus(settings):
        if not any(node.allocatable.get(resource, "0") != "0" for node in nodes):
            yield ClusterFinding(
                Severity.WARNING,
                "no-such-gpu",
                f"{brand} GPUs",
                f"no node has {resource}: jobs that ask for it wait ({place})",
                f"install {brand}'s device plugin; it is as it should be where nodes are made on demand",
            )


def _carries(node: NodeRow, constraint: PlacementConstraint) -> bool:
    value = node.labels.get(constraint.name)
    return value is not None if not constraint.value else value == constraint.value


def _offered_constraints(settings: ClusterSettings) -> Iterator[tuple[PlacementConstraint, str]]:
    """Each constraint that some user may ask for, once, and where it is offered first."""
    offered: dict[PlacementConstraint, str] = {}
    for section in settings.profiles:
        if (sourced := section.values.get("placement_constraints")) is not None:
            for constraint in sourced.value:
                offered.setdefault(constraint, str(sourced.origin))
    for profile in settings.resources:
        for constraint in profile.placement_constraints:
            offered.setdefault(constraint, str(profile.origin))
    yield from offered.items()


def _offered_gpus(settings: ClusterSettings) -> Iterator[tuple[str, str, str]]:
    """Each kind of GPU that some user may ask for, and where it is offered first."""
    for brand, resource, field in (("NVIDIA", NVIDIA_GPU, "nvidia_gpus"), ("AMD", AMD_GPU, "amd_gpus")):
        maxima = (section.values.get(f"max_{field}") for section in settings.profiles)
        places = [str(maximum.origin) for maximum in maxima if maximum is not None and maximum.value]
        places += [str(profile.origin) for profile in settings.resources if getattr(profile, field)]
        if places:
            yield brand, resource, places[0]
