"""What becomes of a job: the Kubernetes objects it is, and every decision on the way. No I/O.

The pipeline, in this order: is the job valid, who asks (profile), what it gets (resources, image, nodes,
mounts, configuration, ports), the data that templates see, the objects, the profile's overrides, and last
the name. Everything that is refused is collected and raised at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import msgspec

from launcher_k8s.decisions import Decision, DecisionKind, Trail
from launcher_k8s.errors import NotSupportedError, OverrideError
from launcher_k8s.job import (
    AMD_GPUS,
    CPU_COUNT,
    CPU_REQUEST,
    MEMORY,
    MEMORY_REQUEST,
    NVIDIA_GPUS,
    Job,
    ResourceLimit,
)
from launcher_k8s.manifest import build_job, build_service, check, job_data, lost_identification
from launcher_k8s.manifest.limits import check_annotations, check_texts
from launcher_k8s.manifest.metadata import check_metadata
from launcher_k8s.naming import job_id_from_key, preview_id, submission_digest
from launcher_k8s.origin import JOB
from launcher_k8s.overrides import apply_overrides
from launcher_k8s.quantity import format_decimal
from launcher_k8s.rules.allocation import Allocation
from launcher_k8s.rules.config_items import check_config
from launcher_k8s.rules.images import choose_image
from launcher_k8s.rules.mounts import plan_mounts
from launcher_k8s.rules.placement import choose_constraints
from launcher_k8s.rules.ports import check_ports
from launcher_k8s.rules.profiles import profile_for
from launcher_k8s.rules.resources import allocate
from launcher_k8s.rules.validity import check_job
from launcher_k8s.settings import CUSTOM_RESOURCES, ClusterSettings, Override, UserProfile
from launcher_k8s.shape import JOB_API_VERSION, JOB_KIND, SUBMISSION_ANNOTATION
from launcher_k8s.shape.identity import STDIN_COPY

_encode = msgspec.json.Encoder().encode
_REFERENCE = re.compile(r"\$\(([^()]+)\)")


@attrs.frozen(repr=False, eq=False)
class JobPlan:
    """A job's Kubernetes objects, and why they are as they are.

    Args:
        job_id: The name that the Job will have; ends in ``preview0`` when none was chosen.
        user: The job's owner.
        cluster: The cluster's name.
        namespace: The namespace the objects go to.
        job: The job as it will run: image, limits, constraints and configuration as decided.
        profile: The owner's effective profile.
        allocation: What the job gets of each resource.
        manifest: The Job, as JSON types.
        service: The Service, as JSON types; None where the job needs none.
        decisions: Every decision and warning, in the order they were taken.
        patch: What the overrides did, as one RFC 6902 patch.
        submission: What tells this submission from another's of the same name.
    """

    job_id: str
    user: str
    cluster: str
    namespace: str
    job: Job
    profile: UserProfile
    allocation: Allocation
    manifest: Mapping[str, Any]
    service: Mapping[str, Any] | None
    decisions: tuple[Decision, ...]
    patch: tuple[Mapping[str, Any], ...]
    submission: str

    @property
    def warnings(self) -> tuple[Decision, ...]:
        """What the user should know and what does not stop the job."""
        return tuple(decision for decision in self.decisions if decision.kind is DecisionKind.WARNING)

    def job_body(self) -> bytes:
        """The Job as it is sent to the API server."""
        return _encode(self.manifest)

    def service_body(self, job_uid: str) -> bytes:
        """The Service as it is sent, owned by the Job.

        It does not block the Job's deletion: that would need a permission beyond the guide's role.

        Args:
            job_uid: The uid that the API server gave to the Job.

        Raises:
            ValueError: The plan has no Service.
        """
        if self.service is None:
            raise ValueError(f"job {self.job_id} has no Service: none of its ports needs one")
        owner = {"apiVersion": JOB_API_VERSION, "kind": JOB_KIND, "name": self.job_id, "uid": job_uid}
        metadata = {**self.service["metadata"], "ownerReferences": [owner]}
        return _encode({**self.service, "metadata": metadata})

    def __repr__(self) -> str:
        counts = f"{len(self.decisions)} decisions, {len(self.warnings)} warnings"
        return f"<JobPlan {self.job_id} of {self.user} on {self.cluster}: {counts}>"

    def _repr_html_(self) -> str:
        from launcher_k8s.present import decisions_table

        title = f"{self.job_id} of {self.user} on {self.cluster}"
        return decisions_table(self.decisions, title=title).html()


def plan_job(
    job: Job,
    cluster: ClusterSettings,
    *,
    user: str,
    groups: Iterable[str] = (),
    job_id: str | None = None,
    key: str | None = None,
) -> JobPlan:
    """Decide what a job gets, and build its Kubernetes objects. Nothing of a cluster is needed.

    Args:
        job: The job as it is asked for.
        cluster: The cluster's settings.
        user: Whose job it is.
        groups: All groups of the user.
        job_id: The id drawn for it; without one, or a key, it ends in ``preview0`` and is never submitted.
        key: The caller's idempotency key: the same key gives the same id.

    Raises:
        InvalidJobError: The job may not run as asked; carries every reason.
        OverrideError: An override of the user's profile cannot be applied, or takes away what makes the
            object known as the Launcher's.
        NotSupportedError: The cluster is set to use templates.
    """
    _refuse_templates(cluster)
    trail = Trail()
    check_job(job, cluster, user=user, trail=trail)
    profile = profile_for(cluster, user, groups=groups)
    allocation = allocate(job, profile, cluster, user=user, trail=trail)
    mounts = plan_mounts(job, user=user, trail=trail)
    asked = attrs.evolve(job, id=job_id or _id_from(job, cluster, user=user, key=key), user=user)
    decided = _decide(asked, profile, allocation, cluster, trail)
    _warn(decided, cluster, trail)
    check_metadata(job.metadata, trail=trail)
    data = job_data(
        decided,
        volumes=mounts.volumes,
        volume_mounts=mounts.volume_mounts,
        share_process_namespace=cluster.shared_process_namespace,
    )
    check_texts(data, trail=trail)
    manifest = build_job(data, stdin_annotation=cluster.stdin_annotation)
    check_annotations(manifest, trail=trail)
    trail.raise_refusals()
    manifest, patch = _override(manifest, data, profile, trail)
    submission = submission_digest(job, user=user, key_or_id=decided.id if key is None else key)
    return JobPlan(
        job_id=decided.id,
        user=user,
        cluster=cluster.name,
        namespace=cluster.namespace,
        job=decided,
        profile=profile,
        allocation=allocation,
        manifest=_named(manifest, decided.id, submission),
        service=build_service(data),
        decisions=tuple(trail.decisions),
        patch=patch,
        submission=submission,
    )


def _decide(
    job: Job, profile: UserProfile, allocation: Allocation, cluster: ClusterSettings, trail: Trail
) -> Job:
    """The job as it will run."""
    user = job.user
    chosen = allocation.profile.section if allocation.profile else ""
    return attrs.evolve(
        job,
        cluster=cluster.name,
        instance_id=cluster.instance_id,
        container=attrs.evolve(job.container, image=choose_image(job, profile, user=user, trail=trail)),
        placement_constraints=choose_constraints(job, profile, allocation, user=user, trail=trail),
        config=check_config(job, user=user, trail=trail),
        exposed_ports=check_ports(job, user=user, trail=trail),
        resource_limits=tuple(_limits(allocation)),
        resource_profile=chosen or CUSTOM_RESOURCES,
    )


def _refuse_templates(cluster: ClusterSettings) -> None:
    if cluster.use_templating:
        raise NotSupportedError(
            f"use-templating is on ({cluster.origin('use_templating')}): templates are not supported yet",
            hint="set use-templating=0; profiles and job-json-overrides work without",
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


def _warn(job: Job, cluster: ClusterSettings, trail: Trail) -> None:
    for field in ("run_as_user_id", "run_as_group_id"):
        if getattr(job.container, field) == 0:
            reason = "0 cannot be asked for: templates take it for unset, so the image's own applies"
            trail.warn(field.replace("_", " "), reason, JOB)
    if job.stdin and not cluster.stdin_annotation:
        reason = (
            "no copy is kept (stdin_annotation is off): not sent if the launcher restarts before the start"
        )
        trail.warn("stdin", reason, cluster.origin("stdin_annotation"))
    _warn_of_expansion(job, trail)
    if cluster.api_url is None:
        trail.warn(
            "api-url", "not set: planning works, reaching the cluster needs it", cluster.origin("api_url")
        )
    if cluster.auth_token is None and cluster.auth_token_path is None:
        reason = (
            "neither auth-token nor auth-token-path is set: planning works, reaching the cluster needs one"
        )
        trail.warn("auth-token", reason, cluster.origin("auth_token"))


def _warn_of_expansion(job: Job, trail: Trail) -> None:
    """Kubernetes expands ``$(NAME)`` of known variables, and reads ``$$`` as ``$``, before the shell does."""
    names = {variable.name for variable in job.environment}
    texts = {"command": job.command, "exe": job.exe}
    texts |= {f"args[{index}]": text for index, text in enumerate(job.args)}
    texts |= {f"environment {variable.name}": variable.value for variable in job.environment}
    for place, text in texts.items():
        if "$$" in text:
            trail.warn(place, "Kubernetes reads $$ as $: write $$$$ for the two", JOB)
        for name in sorted(names.intersection(_REFERENCE.findall(text))):
            trail.warn(
                place, f"Kubernetes puts the value of {name} for $({name}): write $$({name}) against it", JOB
            )


def _override(
    manifest: dict[str, Any], data: Mapping[str, Any], profile: UserProfile, trail: Trail
) -> tuple[dict[str, Any], tuple[Mapping[str, Any], ...]]:
    overrides = profile.job_json_overrides.value
    if not overrides:
        return manifest, ()
    changed, patch = apply_overrides(manifest, overrides)
    if lost_identification(changed):
        raise _identification_error(manifest, overrides)
    for override in overrides:
        source = f"the content of {override.file}" if override.file else "set in code"
        trail.decide(override.pointer, source, DecisionKind.OVERRIDDEN, override.origin)
    for finding in check(changed, data):
        if finding.code != STDIN_COPY:
            reason = f"{finding.message}, after the overrides; {finding.hint}"
            trail.warn(finding.path, reason, profile.job_json_overrides.origin)
    return changed, tuple(patch)


def _identification_error(manifest: dict[str, Any], overrides: Sequence[Override]) -> OverrideError:
    """Names the override that took it away, by applying them one by one."""
    culprit = overrides[0]
    was_lost = False
    changed = manifest
    for override in overrides:
        changed, _ = apply_overrides(changed, [override])
        is_lost = bool(lost_identification(changed))
        culprit = override if is_lost and not was_lost else culprit
        was_lost = is_lost
    lost = lost_identification(changed)
    what = "; ".join(f"{finding.path} {finding.message}" for finding in lost)
    return OverrideError(
        f"the override {culprit.pointer} ({culprit.origin}) would leave a Job that is not known as the "
        f"Launcher's: {what}",
        pointer=culprit.pointer,
        origin=culprit.origin,
        hint="; ".join(dict.fromkeys(finding.hint for finding in lost)),
    )


def _named(manifest: Mapping[str, Any], job_id: str, submission: str) -> dict[str, Any]:
    """The Job under its name; new mappings, as an override's value may stand in the old ones."""
    metadata = manifest["metadata"]
    found = metadata.get("annotations")
    annotations = {**(found if isinstance(found, dict) else {}), SUBMISSION_ANNOTATION: submission}
    return {
        **manifest,
        "metadata": {"name": job_id, **metadata, "annotations": annotations} | {"name": job_id},
    }
