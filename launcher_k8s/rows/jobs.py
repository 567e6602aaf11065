"""Kubernetes Jobs to rows: which fields are read, and which Jobs are ours (domain, section 5)."""

from __future__ import annotations

from functools import lru_cache
from sys import intern
from typing import Final

import msgspec

from launcher_k8s.rows.annotations import parse_delivery, parse_final, parse_intent
from launcher_k8s.rows.decoding import (
    Known,
    Lean,
    NamedContainer,
    WatchEvent,
    decode,
    decode_event,
    decode_page,
    kept_once,
)
from launcher_k8s.rows.times import Time, seconds_or_none
from launcher_k8s.rows.values import Event, JobOutcome, JobRow, Page, pack_uid, version_number
from launcher_k8s.shape.names import (
    DELIVERY_ANNOTATION,
    FINAL_ANNOTATION,
    INSTANCE_LABEL,
    INTENT_ANNOTATION,
    MAIN_CONTAINER,
    NAME_ANNOTATION,
    STDIN_ANNOTATION,
    USER_ANNOTATION,
    read_tags,
)

_OUTCOMES: Final = {outcome.value: outcome for outcome in JobOutcome}
_ENDINGS: Final = frozenset({*_OUTCOMES, "FailureTarget"})
"""``FailureTarget`` comes before ``Failed``, while Pods still end, and gives the same reason."""


class _JobAnnotations(Lean):
    intent: str = msgspec.field(default="", name=INTENT_ANNOTATION)
    final: str = msgspec.field(default="", name=FINAL_ANNOTATION)
    delivery: str = msgspec.field(default="", name=DELIVERY_ANNOTATION)


class _JobLabels(Lean):
    instance_id: str = msgspec.field(default="", name=INSTANCE_LABEL)


class _JobMetadata(Lean):
    name: str = ""
    uid: str = ""
    resource_version: str = ""
    creation_timestamp: Time | None = None
    annotations: _JobAnnotations | None = None
    labels: _JobLabels | None = None


class _TemplateMetadata(Lean):
    annotations: dict[str, str] | None = None


class _TemplateSpec(Lean):
    containers: list[NamedContainer] | None = None


class _Template(Lean):
    metadata: _TemplateMetadata | None = None
    spec: _TemplateSpec | None = None


class _JobSpec(Lean):
    suspend: bool | None = None
    backoff_limit: int | None = None
    template: _Template | None = None


class _Condition(Lean):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: Time | None = None


class _JobStatus(Lean):
    conditions: list[_Condition] | None = None


class _Job(Lean):
    metadata: _JobMetadata = msgspec.field(default_factory=_JobMetadata)
    spec: _JobSpec | None = None
    status: _JobStatus | None = None


_JOB = msgspec.json.Decoder(_Job)
_JOB_EVENT = msgspec.json.Decoder(WatchEvent[_Job])


def decode_job(body: bytes) -> JobRow | None:
    """Read one Job, such as the answer to a create, get or patch; None if it is not ours.

    Raises:
        ClusterError: The bytes are not a Job.
    """
    return _row(decode(_JOB, body, "a Job"))


def decode_job_event(line: bytes, is_known: Known | None = None) -> Event[JobRow]:
    """Read one event of a watch on Jobs.

    Args:
        line: The event as it came.
        is_known: Tells what was read before, as the answer to a write of ours: the watch only repeats it.

    Raises:
        ClusterError: The bytes are not an event.
    """
    return decode_event(_JOB_EVENT, line, "a watch event about a Job", _row, is_known)


def decode_job_page(body: bytes) -> Page[JobRow]:
    """Read one page of a list of Jobs.

    Raises:
        ClusterError: The bytes are not a list.
    """
    return decode_page(_JOB, body, "a list of Jobs", _row)


def _row(job: _Job) -> JobRow | None:
    annotations = _launcher_annotations(job.spec)
    if annotations is None:
        return None
    metadata, own = job.metadata, job.metadata.annotations
    ending = _ending(job.status)
    return JobRow(
        kept_once(metadata.name),
        pack_uid(metadata.uid),
        version_number(metadata.resource_version),
        intern(annotations[NAME_ANNOTATION]),
        intern(annotations[USER_ANNOTATION]),
        _kept_once(read_tags(annotations)),
        intern(metadata.labels.instance_id) if metadata.labels else "",
        seconds_or_none(metadata.creation_timestamp),
        bool(job.spec and job.spec.suspend),
        bool(job.spec and job.spec.backoff_limit),
        _OUTCOMES.get(ending.type) if ending else None,
        intern(ending.reason) if ending else "",
        intern(ending.message) if ending else "",
        seconds_or_none(ending.last_transition_time) if ending else None,
        parse_intent(own.intent) if own and own.intent else None,
        parse_final(own.final) if own and own.final else None,
        bool(annotations.get(STDIN_ANNOTATION)),
        parse_delivery(own.delivery) if own and own.delivery else None,
    )


@lru_cache(maxsize=1024)
def _kept_once(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Tags that are the same on many jobs, as one tuple."""
    return tuple(map(intern, tags))


def _launcher_annotations(spec: _JobSpec | None) -> dict[str, str] | None:
    """The pod template's annotations, where the Job is a Launcher's."""
    template = spec and spec.template
    if not template or not template.spec or not template.spec.containers or not template.metadata:
        return None
    annotations = template.metadata.annotations
    if not annotations or USER_ANNOTATION not in annotations or NAME_ANNOTATION not in annotations:
        return None
    return annotations if template.spec.containers[0].name == MAIN_CONTAINER else None


def _ending(status: _JobStatus | None) -> _Condition | None:
    ending = None
    for condition in (status and status.conditions) or ():
        if condition.status == "True" and condition.type in _ENDINGS:
            ending = condition
            if condition.type in _OUTCOMES:
                break
    return ending
