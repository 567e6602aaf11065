"""Facts of a Job's and its pods' metadata: kind, names, annotations and labels (domain, section 4).

A job's own annotations and labels (``metadata.job|pod.annotations|labels``) stand before the Launcher's,
so that they can never take the place of one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from launcher_k8s.diagnostics import Severity
from launcher_k8s.job import ExposedPort
from launcher_k8s.shape.agreement import includes, json_text, same_text
from launcher_k8s.shape.fact import (
    ABSENT,
    METADATA,
    POD_METADATA,
    Data,
    Fact,
    Object,
    any_text,
    constant,
    given,
    only,
    some_text,
)
from launcher_k8s.shape.go_json import go_json
from launcher_k8s.shape.names import (
    INSTANCE_LABEL,
    JOB_API_VERSION,
    JOB_KIND,
    MANAGED_BY_LABEL,
    MANAGED_BY_LAUNCHER,
    NAME_ANNOTATION,
    SERVICE_PORTS_ANNOTATION,
    STDIN_ANNOTATION,
    USER_ANNOTATION,
    USER_METADATA_ANNOTATION,
    read_tags,
    tag_annotation,
)

STDIN_COPY: Final = "stdin-annotation"
"""The one fact that settings can leave out."""

_POD_ANNOTATIONS = (*POD_METADATA, "annotations")
_NOT_OURS = "an object without it is not known as a Launcher's job: it is never listed, followed or removed"


def conventional(data: Data, part: str, key: str) -> Any:
    """What a job asks for by ``metadata.PART.KEY``, in the templates' convention; None if nothing."""
    section = data["metadata"].get(part)
    return section.get(key) if section and isinstance(section, Mapping) else None


def own_mapping(part: str, key: str) -> Any:
    """Writes the annotations or labels that a job brings for a part of its objects."""

    def write(data: Data) -> Any:
        if not data["metadata"]:
            return ABSENT
        mapping = conventional(data, part, key)
        return dict(mapping) if mapping and isinstance(mapping, Mapping) else ABSENT

    return write


def _write_tags(data: Data) -> Any:
    return {tag_annotation(index): tag for index, tag in enumerate(data["tags"])} or ABSENT


def _write_metadata(data: Data) -> Any:
    return go_json(data["metadata"]) if data["metadata"] else ABSENT


def read_metadata(text: str) -> dict[str, Any]:
    """The metadata in its annotation; none where that is no JSON object."""
    metadata = _json_or_none(text)
    return metadata if isinstance(metadata, dict) else {}


def _read_service_ports(text: Any, _whole: Object) -> Mapping[str, Any]:
    ports = _json_or_none(text)
    return {
        "exposed_ports": tuple(
            ExposedPort(port["targetPort"], str(port.get("protocol", "TCP")))
            for port in (ports if isinstance(ports, list) else ())
            if isinstance(port, dict) and type(port.get("targetPort")) is int
        )
    }


def _read_time(text: Any, _whole: Object) -> Mapping[str, Any]:
    return {"submission_time": datetime.fromisoformat(text)}


def _same_stdin(expected: Any, found: Any) -> str:
    return "" if found is None and not expected else same_text(expected, found)


def _json_or_none(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return None


def _as(field: str) -> Any:
    return lambda value, _whole: {field: value}


FACTS: Final[tuple[Fact, ...]] = (
    Fact(
        "job-api-version",
        ("apiVersion",),
        constant(JOB_API_VERSION),
        identifies=only(JOB_API_VERSION),
        why=_NOT_OURS,
    ),
    Fact("job-kind", ("kind",), constant(JOB_KIND), identifies=only(JOB_KIND), why=_NOT_OURS),
    Fact(
        "job-id",
        (*METADATA, "name"),
        constant(ABSENT),
        read=_as("id"),
        tells=("id",),
        is_set_last=True,
        why="it is the job's id, chosen by the plan",
    ),
    Fact(
        "submission-time",
        (*METADATA, "creationTimestamp"),
        constant(ABSENT),
        read=_read_time,
        tells=("submission_time",),
        is_set_last=True,
        why="the API server writes it",
    ),
    Fact(
        "generate-name",
        (*METADATA, "generateName"),
        lambda data: data["generateName"],
        identifies=some_text,
        why="Kubernetes refuses a Job without a name; where it has one, that wins over generateName",
    ),
    Fact(
        "job-annotations",
        (*METADATA, "annotations"),
        own_mapping("job", "annotations"),
        since=(2, 1, 0),
        agree=includes,
        why="the job asks for these annotations in metadata.job.annotations",
    ),
    Fact(
        "job-labels",
        (*METADATA, "labels"),
        own_mapping("job", "labels"),
        since=(2, 1, 0),
        agree=includes,
        why="the job asks for these labels in metadata.job.labels",
    ),
    Fact(
        "job-managed-by",
        (*METADATA, "labels", MANAGED_BY_LABEL),
        constant(MANAGED_BY_LAUNCHER),
        since=(2, 3, 0),
        why="selectors of administrators and of the vendor's plugin look for it",
    ),
    Fact(
        "job-instance",
        (*METADATA, "labels", INSTANCE_LABEL),
        given("instanceId"),
        since=(2, 4, 0),
        read=_as("instance_id"),
        tells=("instance_id",),
        why="Launchers that share a namespace tell their jobs apart by it, and expire only their own",
    ),
    Fact(
        "backoff-limit", ("spec", "backoffLimit"), constant(0), why="Kubernetes would run a failed job again"
    ),
    Fact(
        "pod-annotations",
        _POD_ANNOTATIONS,
        own_mapping("pod", "annotations"),
        since=(2, 1, 0),
        agree=includes,
        why="the job asks for these annotations in metadata.pod.annotations",
    ),
    Fact(
        "tags",
        _POD_ANNOTATIONS,
        _write_tags,
        read=lambda annotations, _whole: {"tags": read_tags(annotations)},
        tells=("tags",),
        agree=includes,
        why="jobs are found by their tags; write USER_TAG_0, USER_TAG_1, ... in order",
    ),
    Fact(
        STDIN_COPY,
        (*_POD_ANNOTATIONS, STDIN_ANNOTATION),
        lambda data: data["stdin"],
        read=_as("stdin"),
        tells=("stdin",),
        agree=_same_stdin,
        severity=Severity.WARNING,
        why="a launcher that restarts before the job starts cannot send its standard input",
    ),
    Fact(
        "user",
        (*_POD_ANNOTATIONS, USER_ANNOTATION),
        lambda data: data["user"],
        read=_as("user"),
        tells=("user",),
        identifies=some_text,
        why=_NOT_OURS,
    ),
    Fact(
        "name",
        (*_POD_ANNOTATIONS, NAME_ANNOTATION),
        lambda data: data["name"],
        read=_as("name"),
        tells=("name",),
        identifies=some_text,
        why=_NOT_OURS,
    ),
    Fact(
        "service-ports",
        (*_POD_ANNOTATIONS, SERVICE_PORTS_ANNOTATION),
        lambda data: data["servicePortsJson"],
        read=_read_service_ports,
        tells=("exposed_ports",),
        agree=json_text,
        identifies=any_text,
        why="a job's ports are read back from it",
    ),
    Fact(
        "user-metadata",
        (*_POD_ANNOTATIONS, USER_METADATA_ANNOTATION),
        _write_metadata,
        since=(2, 1, 0),
        read=lambda text, _whole: {"metadata": read_metadata(text)},
        tells=("metadata",),
        agree=json_text,
        why="a job's metadata is read back from it",
    ),
    Fact(
        "pod-labels",
        (*POD_METADATA, "labels"),
        own_mapping("pod", "labels"),
        since=(2, 1, 0),
        agree=includes,
        why="the job asks for these labels in metadata.pod.labels",
    ),
    Fact(
        "pod-managed-by",
        (*POD_METADATA, "labels", MANAGED_BY_LABEL),
        constant(MANAGED_BY_LAUNCHER),
        since=(2, 3, 0),
        why="selectors of administrators and of the vendor's plugin look for it",
    ),
    Fact(
        "pod-instance",
        (*POD_METADATA, "labels", INSTANCE_LABEL),
        given("instanceId"),
        since=(2, 4, 0),
        why="Launchers that share a namespace tell their pods apart by it",
    ),
    Fact(
        "pod-generate-name",
        (*POD_METADATA, "generateName"),
        lambda data: data["generateName"],
        why="the vendor's plugin expects it on the pod template too",
    ),
)
