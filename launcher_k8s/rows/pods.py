"""Pods to rows: which fields are read, and which Pods are ours (domain, section 5).

In a Job's template the main container stands first. In a Pod any place will do: webhooks put their
sidecars where they like, and a Pod is only ever looked at through a Job that is ours.
"""

from __future__ import annotations

from sys import intern
from typing import Final

import msgspec

from launcher_k8s.rows.decoding import (
    Lean,
    NamedContainer,
    WatchEvent,
    decode,
    decode_event,
    decode_page,
    kept_once,
)
from launcher_k8s.rows.times import Time, seconds_or_none
from launcher_k8s.rows.values import Event, Page, PodRow, pack_uid, version_number
from launcher_k8s.shape.names import (
    JOB_NAME_LABEL,
    MAIN_CONTAINER,
    NAME_ANNOTATION,
    SERVICE_PORTS_ANNOTATION,
    USER_ANNOTATION,
)

PHASE_FAILED: Final = "Failed"

_PREPARING: Final = frozenset({"", "ContainerCreating", "PodInitializing"})
"""Reasons to wait that say no more than that the kubelet is at work."""

_NO_PORTS: Final = frozenset({"", "[]", "null"})
_NO_DETAIL: Final = ("", "")


class _Annotations(Lean):
    user: str | None = msgspec.field(default=None, name=USER_ANNOTATION)
    name: str | None = msgspec.field(default=None, name=NAME_ANNOTATION)
    service_ports: str | None = msgspec.field(default=None, name=SERVICE_PORTS_ANNOTATION)


class _Labels(Lean):
    job_name: str = msgspec.field(default="", name=JOB_NAME_LABEL)
    prefixed_job_name: str = msgspec.field(default="", name=f"batch.kubernetes.io/{JOB_NAME_LABEL}")
    controller_uid: str = msgspec.field(default="", name="controller-uid")
    prefixed_controller_uid: str = msgspec.field(default="", name="batch.kubernetes.io/controller-uid")


class _PodMetadata(Lean):
    name: str = ""
    resource_version: str = ""
    creation_timestamp: Time | None = None
    deletion_timestamp: Time | None = None
    deletion_grace_period_seconds: int | None = None
    annotations: _Annotations | None = None
    labels: _Labels | None = None


class _PodSpec(Lean):
    node_name: str = ""
    containers: list[NamedContainer] | None = None


class _Waiting(Lean):
    reason: str = ""
    message: str = ""


class _Running(Lean):
    started_at: Time | None = None


class _Terminated(Lean):
    exit_code: int = 0
    reason: str = ""
    message: str = ""
    started_at: Time | None = None
    finished_at: Time | None = None


class _State(Lean):
    waiting: _Waiting | None = None
    running: _Running | None = None
    terminated: _Terminated | None = None


class _Container(Lean):
    name: str = ""
    state: _State | None = None


class _Condition(Lean):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""


class _PodStatus(Lean):
    phase: str = ""
    reason: str = ""
    message: str = ""
    conditions: list[_Condition] | None = None
    container_statuses: list[_Container] | None = None
    init_container_statuses: list[_Container] | None = None


class _Pod(Lean):
    metadata: _PodMetadata = msgspec.field(default_factory=_PodMetadata)
    spec: _PodSpec | None = None
    status: _PodStatus | None = None


_POD = msgspec.json.Decoder(_Pod)
_POD_EVENT = msgspec.json.Decoder(WatchEvent[_Pod])
_NO_STATUS: Final = _PodStatus()
_NO_STATE: Final = _State()


def decode_pod(body: bytes) -> PodRow | None:
    """Read one Pod; None if it is not ours.

    Raises:
        ClusterError: The bytes are not a Pod.
    """
    return _row(decode(_POD, body, "a Pod"))


def decode_pod_event(line: bytes) -> Event[PodRow]:
    """Read one event of a watch on Pods.

    Raises:
        ClusterError: The bytes are not an event.
    """
    return decode_event(_POD_EVENT, line, "a watch event about a Pod", _row)


def decode_pod_page(body: bytes) -> Page[PodRow]:
    """Read one page of a list of Pods.

    Raises:
        ClusterError: The bytes are not a list.
    """
    return decode_page(_POD, body, "a list of Pods", _row)


def _row(pod: _Pod) -> PodRow | None:
    metadata, spec, labels = pod.metadata, pod.spec, pod.metadata.labels
    job_id = labels and (labels.job_name or labels.prefixed_job_name)
    if not job_id or not labels or not spec or not _is_ours(metadata.annotations, spec):
        return None
    status = pod.status or _NO_STATUS
    main = _main_state(status)
    ended = main.terminated
    loss, loss_message = _loss(status)
    init_failed = not ended and status.phase == PHASE_FAILED and _failed_init(status) is not None
    started = _started(main)
    reason, message = _detail(status, main, ran=started is not None)
    return PodRow(
        metadata.name,
        kept_once(job_id),
        pack_uid(labels.controller_uid or labels.prefixed_controller_uid),
        version_number(metadata.resource_version),
        seconds_or_none(metadata.creation_timestamp),
        intern(spec.node_name),
        intern(status.phase),
        intern(loss),
        intern(loss_message),
        _deletion_asked_for(metadata),
        False,
        intern(reason),
        intern(message),
        init_failed,
        started,
        seconds_or_none(ended.finished_at) if ended else None,
        ended.exit_code if ended else None,
        _is_served(metadata.annotations),
    )


def _is_ours(annotations: _Annotations | None, spec: _PodSpec) -> bool:
    if annotations is None or annotations.user is None or annotations.name is None:
        return False
    for container in spec.containers or ():  # noqa: SIM110 -- a generator costs more than the whole check
        if container.name == MAIN_CONTAINER:
            return True
    return False


def _is_served(annotations: _Annotations | None) -> bool:
    ports = annotations.service_ports if annotations else None
    return ports is not None and ports.strip() not in _NO_PORTS


def _main_state(status: _PodStatus) -> _State:
    for container in status.container_statuses or ():
        if container.name == MAIN_CONTAINER:
            return container.state or _NO_STATE
    return _NO_STATE


def _started(main: _State) -> float | None:
    shown = main.running or main.terminated
    return seconds_or_none(shown.started_at) if shown else None


def _deletion_asked_for(metadata: _PodMetadata) -> float | None:
    if metadata.deletion_timestamp is None:
        return None
    due = seconds_or_none(metadata.deletion_timestamp) or 0.0
    return due - (metadata.deletion_grace_period_seconds or 0)


def _loss(status: _PodStatus) -> tuple[str, str]:
    if status.reason:
        return status.reason, status.message
    for condition in status.conditions or ():
        if condition.type == "DisruptionTarget" and condition.status == "True":
            return condition.reason or condition.type, condition.message
    return _NO_DETAIL


def _detail(status: _PodStatus, main: _State, *, ran: bool) -> tuple[str, str]:
    """The most telling reason and message of a container or of the scheduler."""
    if main.terminated:
        # What a program left as its termination message (up to 4 KiB) is its own affair, and bulky.
        return main.terminated.reason, "" if ran else main.terminated.message
    if main.running:
        return _NO_DETAIL
    if main.waiting and main.waiting.reason not in _PREPARING:
        return main.waiting.reason, main.waiting.message
    return _init_detail(status) or _scheduling_detail(status) or _NO_DETAIL


def _failed_init(status: _PodStatus) -> tuple[str, _Terminated] | None:
    for container in status.init_container_statuses or ():
        if container.state and (ended := container.state.terminated) and ended.exit_code:
            return container.name, ended
    return None


def _init_detail(status: _PodStatus) -> tuple[str, str] | None:
    if failed := _failed_init(status):
        name, ended = failed
        text = f"init container {name!r} ended with exit code {ended.exit_code}"
        return ended.reason, f"{text}: {ended.message}" if ended.message else text
    for container in status.init_container_statuses or ():
        waiting = container.state and container.state.waiting
        if waiting and waiting.reason not in _PREPARING:
            return waiting.reason, f"init container {container.name!r}: {waiting.message}"
    return None


def _scheduling_detail(status: _PodStatus) -> tuple[str, str] | None:
    for condition in status.conditions or ():
        if condition.type == "PodScheduled" and condition.status == "False":
            return condition.reason, condition.message
    return None
