"""Whole jobs read back from the cluster: the Job object says what was asked for, the tracker how it fares."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any

import attrs
import msgspec

from launcher_k8s.connection import JOBS, SERVICE_ACCOUNTS, Cluster
from launcher_k8s.errors import ForbiddenError, InvalidJobError
from launcher_k8s.job import Job
from launcher_k8s.kube.reflector import Source, list_all
from launcher_k8s.manifest import read_job
from launcher_k8s.rows import Page
from launcher_k8s.rows.decoding import ListMetadata, decode_names
from launcher_k8s.rows.decoding import decode as decode_body
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.status import JobStatus
from launcher_k8s.wire import wire_name

_FIELDS = {wire_name(field.name): field.name for field in attrs.fields(Job) if field.name != "extra"}
_IN_STATUS = frozenset(
    {
        "id",
        "name",
        "user",
        "status",
        "status_message",
        "exit_code",
        "submission_time",
        "last_update_time",
        "tags",
    }
)


class _List(msgspec.Struct):
    metadata: ListMetadata
    items: list[dict[str, Any]] | None


_lists = msgspec.json.Decoder(_List)


def field_names(fields: Collection[str]) -> frozenset[str]:
    """The fields of a job that a caller names, in the wire's spelling or ours.

    Raises:
        InvalidJobError: A job has no such field.
    """
    unknown = [name for name in fields if name not in _FIELDS and name not in _FIELDS.values()]
    if unknown:
        raise InvalidJobError.single(
            "fields",
            f"a job has no field {', '.join(map(repr, unknown))}",
            hint=f"fields: {', '.join(_FIELDS)}",
        )
    return frozenset(_FIELDS.get(name, name) for name in fields)


def are_in_status(names: Collection[str]) -> bool:
    """Whether a status alone tells these fields, without reading the Job."""
    return _IN_STATUS.issuperset(names)


def job_of(status: JobStatus, job: Job | None, *, cluster: str, fields: Collection[str] | None) -> Job:
    """A job with its state; only the fields asked for, and its id, where some are named."""
    whole = attrs.evolve(
        job or Job(name=status.name, user=status.user, tags=status.tags),
        id=status.id,
        cluster=cluster,
        status=status.state,
        status_message=status.status_message,
        exit_code=status.exit_code,
        submission_time=status.submission_time,
        last_update_time=status.last_update_time,
    )
    if fields is None:
        return whole
    return Job(**{name: getattr(whole, name) for name in {"id", *fields}})


def decode_whole(body: bytes, *, cluster: str) -> Job:
    """The job that a Job object was made for."""
    return read_job(msgspec.json.decode(body), cluster=cluster)


async def read_all(cluster: Cluster, settings: ClusterSettings, ids: Iterable[str]) -> Mapping[str, Job]:
    """The jobs of these ids, as their Job objects say."""
    wanted = frozenset(ids)

    def decode(body: bytes) -> Page[Any]:
        page = decode_body(_lists, body, "a list of Jobs")
        items = page.items or ()
        jobs = [read_job(item, cluster=settings.name) for item in items if _name(item) in wanted]
        return Page(tuple(jobs), page.metadata.resource_version, page.metadata.continue_token)

    source: Source[Job, Any] = Source(
        JOBS.within(settings.namespace), decode, fetch_limit=settings.fetch_limit
    )
    return {job.id: job for job in (await list_all(cluster, source)).rows}


async def service_accounts(cluster: Cluster, settings: ClusterSettings) -> tuple[str, ...] | None:
    """The accounts of the namespace; None where they may not be listed (the older guide's role)."""
    source: Source[str, Any] = Source(
        SERVICE_ACCOUNTS.within(settings.namespace),
        partial(decode_names, what="a list of service accounts"),
        fetch_limit=settings.fetch_limit,
    )
    try:
        return (await list_all(cluster, source)).rows
    except ForbiddenError:
        return None


def _name(item: Mapping[str, Any]) -> str:
    return str(item["metadata"]["name"])
