"""Creating a job's objects so that nothing is made twice and nothing half-made stays.

The rules are the guarantees of ``submit`` (docs, "Guarantees"): a taken name is looked at, because the
answer to our own earlier request may have been lost; a lost race for quota is tried again with the same
name; a Service that cannot be created takes its Job with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import attrs
import msgspec

from launcher_k8s.concealing import concealing
from launcher_k8s.connection import JOBS, SERVICES, Cluster, Reply, Resource
from launcher_k8s.errors import (
    AlreadyExistsError,
    ClusterError,
    ConflictError,
    ForbiddenError,
    InvalidObjectError,
    ObjectNotFoundError,
)
from launcher_k8s.rows.decoding import decode
from launcher_k8s.shape.names import JOB_KIND, SERVICE_KIND, SUBMISSION_ANNOTATION

if TYPE_CHECKING:
    from launcher_k8s.backend.patience import Patience
    from launcher_k8s.plan import JobPlan

_WARN = {"fieldValidation": "Warn"}
_STRICT = {"fieldValidation": "Strict", "dryRun": "All"}
# What says something of an object, and not of the way to the server.
_REFUSALS: Final = (InvalidObjectError, ForbiddenError, ObjectNotFoundError, AlreadyExistsError)
# Stands for the owner of a Service that is tried without its Job.
_NO_UID: Final = "00000000-0000-0000-0000-000000000000"


class _Metadata(msgspec.Struct):
    uid: str = ""
    annotations: dict[str, str] | None = None
    owner_references: list[_Owner] | None = msgspec.field(name="ownerReferences", default=None)


class _Owner(msgspec.Struct):
    uid: str = ""


class _Object(msgspec.Struct):
    metadata: _Metadata


_objects = msgspec.json.Decoder(_Object)


async def create_job(cluster: Cluster, plan: JobPlan, patience: Patience) -> Reply | None:
    """Create the Job of a plan, or find it where an earlier, unanswered request of ours made it.

    Returns:
        The API server's answer; None when the name belongs to another submission.

    Raises:
        ClusterError: The Job could not be created. After a transient failure it is unknown whether it
            exists; submitting again with the same key settles that.
    """

    async def attempt() -> Reply | None:
        try:
            with concealing(plan.job):
                return await cluster.create(_jobs_in(plan.namespace), plan.job_body(), params=_WARN)
        except AlreadyExistsError:
            return await _ours(cluster, plan)

    return await patience.run(attempt)


async def _ours(cluster: Cluster, plan: JobPlan) -> Reply | None:
    try:
        found = await cluster.get(_job(plan))
    except ObjectNotFoundError as error:
        raise ConflictError(
            f"Job {plan.job_id} was removed while it was looked at", transient=True
        ) from error
    annotations = _metadata(found).annotations or {}
    return found if annotations.get(SUBMISSION_ANNOTATION) == plan.submission else None


async def ensure_service(cluster: Cluster, plan: JobPlan, job: Reply, patience: Patience) -> tuple[str, ...]:
    """Create the Service of a plan, owned by its Job; nothing to do where the plan has none.

    Returns:
        Warnings of the API server.

    Raises:
        ClusterError: The Service could not be created. The Job was removed again, unless the hint says
            otherwise.
    """
    if plan.service is None:
        return ()
    job_uid = job_uid_of(job)
    service = SERVICES.within(plan.namespace).named(plan.job_id)
    body = plan.service_body(job_uid)
    try:
        with concealing(plan.job):
            return await create_service(cluster, service, body, job_uid, patience)
    except ClusterError as error:
        await _take_back(cluster, plan, job_uid, error, patience)
        raise


async def create_service(
    cluster: Cluster, service: Resource, body: bytes, job_uid: str, patience: Patience
) -> tuple[str, ...]:
    """Create the Service of a Job that exists; one that this Job owns already will do.

    Args:
        cluster: Where to.
        service: The Service, by its name.
        body: It, with its owner.
        job_uid: The uid of its owner.
        patience: How requests are repeated.

    Returns:
        Warnings of the API server.

    Raises:
        ClusterError: The Service could not be created.
    """

    async def attempt() -> tuple[str, ...]:
        try:
            return (await cluster.create(service.named(""), body, params=_WARN)).warnings
        except AlreadyExistsError as error:
            if job_uid in await _owners(cluster, service):
                return ()
            # The Service of an earlier job of this name, which the garbage collector is about to remove.
            raise ConflictError(
                f"a Service named {service.name} belongs to something else", status=409, transient=True
            ) from error

    return await patience.run(attempt)


async def _owners(cluster: Cluster, resource: Resource) -> tuple[str, ...]:
    try:
        found = await cluster.get(resource)
    except ObjectNotFoundError:
        return ()
    return tuple(owner.uid for owner in _metadata(found).owner_references or ())


async def _take_back(
    cluster: Cluster, plan: JobPlan, job_uid: str, error: ClusterError, patience: Patience
) -> None:
    error.message = f"the Service of job {plan.job_id} could not be created: {error.message}"
    try:
        await patience.run(lambda: cluster.delete(_job(plan), uid=job_uid))
    except ObjectNotFoundError:
        pass
    except ClusterError as removal:
        left = (
            f"the job itself exists and could not be removed ({removal.message}); "
            "remove it, or submit with the same key"
        )
        error.hint = f"{error.hint}; {left}" if error.hint else left


@attrs.frozen
class Trial:
    """What the API server says of a plan's objects.

    Args:
        warnings: What it warns of.
        refusals: Why it would not accept an object, by the object's kind.
    """

    warnings: tuple[str, ...]
    refusals: Mapping[str, ClusterError]


async def try_out(cluster: Cluster, plan: JobPlan) -> Trial:
    """Let the API server check each of a plan's objects strictly, without making them.

    Raises:
        ClusterError: The API server could not be asked, or does not say whether it would accept an object.
    """
    namespace = plan.namespace
    warnings: tuple[str, ...] = ()
    refusals: dict[str, ClusterError] = {}
    job_uid = _NO_UID
    try:
        with concealing(plan.job):
            job = await cluster.create(JOBS.within(namespace), plan.job_body(), params=_STRICT)
        warnings, job_uid = job.warnings, job_uid_of(job)
    except _REFUSALS as error:
        refusals[JOB_KIND] = error
    if plan.service is not None:
        try:
            body = plan.service_body(job_uid)
            with concealing(plan.job):
                service = await cluster.create(SERVICES.within(namespace), body, params=_STRICT)
            warnings += service.warnings
        except _REFUSALS as error:
            refusals[SERVICE_KIND] = error
    return Trial(warnings, refusals)


async def dry_run(cluster: Cluster, plan: JobPlan) -> tuple[str, ...]:
    """Let the API server check a plan's objects strictly, without making them.

    Returns:
        Warnings of the API server.

    Raises:
        ClusterError: The API server would not accept an object; of two the message tells both reasons.
    """
    trial = await try_out(cluster, plan)
    errors = tuple(trial.refusals.values())
    if errors:
        errors[0].message = "; and ".join(error.message for error in errors)
        raise errors[0]
    return trial.warnings


def job_uid_of(reply: Reply) -> str:
    """The uid of the object in an answer."""
    return _metadata(reply).uid


def _metadata(reply: Reply) -> _Metadata:
    return decode(_objects, reply.body, "an object").metadata


def _job(plan: JobPlan) -> Resource:
    return _jobs_in(plan.namespace).named(plan.job_id)


@lru_cache(maxsize=16)
def _jobs_in(namespace: str) -> Resource:
    return JOBS.within(namespace)
