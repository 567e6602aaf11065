"""From a job to its plan, every refusal raised at once.

In this order: is the job valid, who asks (profile), what it gets (resources, image, nodes, mounts,
configuration, ports), the data that templates see, the objects (by templates, or by the built-in manifest and
the profile's overrides), and last the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from launcher_k8s.arguments import checked
from launcher_k8s.attributes import changed
from launcher_k8s.concealing import concealing
from launcher_k8s.decisions import Trail
from launcher_k8s.finding import Finding
from launcher_k8s.job import (
    AMD_GPUS,
    CPU_COUNT,
    CPU_REQUEST,
    MEMORY,
    MEMORY_REQUEST,
    NVIDIA_GPUS,
    Job,
    Mount,
    ResourceLimit,
)
from launcher_k8s.manifest import build_job, build_service, job_data
from launcher_k8s.manifest.limits import check_annotations
from launcher_k8s.manifest.metadata import check_metadata
from launcher_k8s.naming import job_id_from_key, preview_id, submission_digest
from launcher_k8s.plan.job_plan import JobPlan
from launcher_k8s.plan.overriding import override, set_last
from launcher_k8s.plan.templating import render_objects
from launcher_k8s.plan.terms import Terms
from launcher_k8s.plan.warnings import warn
from launcher_k8s.quantity import format_decimal
from launcher_k8s.rules.allocation import Allocation
from launcher_k8s.rules.config_items import check_config
from launcher_k8s.rules.images import choose_image
from launcher_k8s.rules.mounts import plan_mounts
from launcher_k8s.rules.placement import choose_constraints
from launcher_k8s.rules.ports import check_ports
from launcher_k8s.rules.validity import check_job
from launcher_k8s.settings import CUSTOM_RESOURCES, ClusterSettings
from launcher_k8s.templates.effects import Effects


@checked
def plan_job(
    job: Job,
    cluster: ClusterSettings,
    *,
    user: str,
    groups: Iterable[str] = (),
    job_id: str | None = None,
    key: str | None = None,
    effects: Effects | None = None,
) -> JobPlan:
    """Decide what a job gets, and build its Kubernetes objects. Nothing of a cluster is needed.

    Args:
        job: The job as it is asked for.
        cluster: The cluster's settings.
        user: Whose job it is.
        groups: All groups of the user.
        job_id: The id drawn for it; without one, or a key, it ends in ``preview0`` and is never submitted.
        key: The caller's idempotency key: the same key gives the same id.
        effects: What templates may reach beyond the job, such as commands that they run; nothing, if None.

    Raises:
        InvalidJobError: The job may not run as asked, or the key is empty; carries every reason.
        ConfigurationError: No namespace can be called as the settings say.
        OverrideError: An override of the user's profile cannot be applied, or takes away what makes the
            object known as the Launcher's.
        TemplateError: The cluster uses templates, and one of them is not right, fails, or makes what may not
            be submitted.
    """
    return plan_under(Terms(cluster, user, groups=groups), job, job_id=job_id, key=key, effects=effects)


def plan_under(
    terms: Terms,
    job: Job,
    *,
    job_id: str | None = None,
    key: str | None = None,
    effects: Effects | None = None,
) -> JobPlan:
    """What :func:`plan_job` does, under terms that are known, and of arguments that were checked."""
    cluster, user, profile, trail = terms.cluster, terms.user, terms.profile, Trail()
    if key == "":
        trail.refuse("key", "the key is empty: all such submissions would be one", hint="leave it out")
    check_job(job, cluster, user=user, trail=trail)
    allocation = terms.allocator.allocate(job, trail)
    mounts = plan_mounts(
        job, user=user, trail=trail, everyone=cluster.mounts, origin=cluster.origin("mounts")
    )
    job_id = job_id or _id_from(job, cluster, user=user, key=key)
    decided = _decide(job, terms, trail, mounts=mounts.mounts, job_id=job_id, allocation=allocation)
    warn(decided, cluster, trail)
    trail.decisions.extend(terms.warnings)
    check_metadata(job.metadata, trail=trail)
    data = job_data(
        decided,
        volumes=mounts.volumes,
        volume_mounts=mounts.volume_mounts,
        share_process_namespace=cluster.shared_process_namespace,
    )
    with concealing(job):
        made = _make(data, terms, trail, effects=effects)
    submission = submission_digest(job, user=user, key_or_id=decided.id if key is None else key)
    return JobPlan(
        job_id=decided.id,
        user=user,
        cluster=cluster.name,
        namespace=cluster.namespace,
        job=decided,
        profile=profile,
        allocation=allocation,
        manifest=set_last(made.manifest, decided.id, submission),
        service=made.service,
        decisions=tuple(trail.decisions),
        patch=made.patch,
        findings=made.findings,
        submission=submission,
    )


class _Made(msgspec.Struct, frozen=True):
    """The objects, and what overrides or templates did to them."""

    manifest: dict[str, Any]
    service: Mapping[str, Any] | None
    findings: tuple[Finding, ...]
    patch: tuple[Mapping[str, Any], ...] = ()


def _make(data: Mapping[str, Any], terms: Terms, trail: Trail, *, effects: Effects | None) -> _Made:
    """The objects, by the templates or else the built-in manifest and the overrides."""
    cluster, profile = terms.cluster, terms.profile
    if cluster.use_templating:
        trail.raise_refusals()
        made = render_objects(data, cluster, profile, trail, groups=terms.groups, effects=effects)
        check_annotations(made.manifest, trail=trail)
        trail.raise_refusals()
        return _Made(made.manifest, made.service, made.findings)
    manifest = build_job(data, stdin_annotation=cluster.stdin_annotation)
    check_annotations(manifest, trail=trail)
    trail.raise_refusals()
    manifest, patch, findings = override(manifest, data, profile, trail)
    return _Made(manifest, build_service(data), findings, patch)


def _decide(
    job: Job, terms: Terms, trail: Trail, *, mounts: tuple[Mount, ...], job_id: str, allocation: Allocation
) -> Job:
    """The job as it will run."""
    user, profile = terms.user, terms.profile
    chosen = allocation.profile.section if allocation.profile else ""
    return changed(
        job,
        id=job_id,
        user=user,
        cluster=terms.cluster.name,
        instance_id=terms.cluster.instance_id,
        mounts=mounts,
        container=changed(job.container, image=choose_image(job, profile, user=user, trail=trail)),
        placement_constraints=choose_constraints(job, profile, allocation, user=user, trail=trail),
        config=check_config(job, user=user, trail=trail),
        exposed_ports=check_ports(job, user=user, trail=trail),
        resource_limits=tuple(_limits(allocation)),
        resource_profile=chosen or CUSTOM_RESOURCES,
    )


def _id_from(job: Job, cluster: ClusterSettings, *, user: str, key: str | None) -> str:
    if key is None:
        return preview_id(job.name)
    return job_id_from_key(job.name, instance_id=cluster.instance_id, user=user, key=key)


def _limits(allocation: Allocation) -> Iterable[ResourceLimit]:
    amounts = (
        (CPU_COUNT, allocation.cpus),
        (CPU_REQUEST, allocation.cpus_request),
        (MEMORY, allocation.mem_mb),
        (MEMORY_REQUEST, allocation.mem_mb_request),
    )
    for limit_type, amount in amounts:
        if amount is not None:
            yield ResourceLimit(limit_type, format_decimal(amount))
    for limit_type, count in ((NVIDIA_GPUS, allocation.nvidia_gpus), (AMD_GPUS, allocation.amd_gpus)):
        if count:
            yield ResourceLimit(limit_type, str(count))
