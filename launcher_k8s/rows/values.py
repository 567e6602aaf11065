"""The rows themselves, and the events and pages that bring them.

Times are seconds since 1970 in UTC, as Kubernetes gives them: whole seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Generic, TypeAlias, TypeVar

import msgspec

from launcher_k8s.status import JobState, Operation

Row = TypeVar("Row")

Uid: TypeAlias = bytes | str
"""A uid in half the room: a UUID as its 16 bytes; any other text as it is."""

_UUID_LENGTH, _UUID_BYTES = 36, 16


class JobOutcome(Enum):
    """The condition that ends a Kubernetes Job."""

    COMPLETE = "Complete"
    FAILED = "Failed"


class Intent(msgspec.Struct, frozen=True, gc=False):
    """A control that was asked for: the annotation ``launcher-k8s/intent``, written before it acts.

    Args:
        operation: What was asked for.
        time: When.
        user: By whom.
        done: Whether it was carried out; until it says so any process may have to.
    """

    operation: Operation
    time: float
    user: str = ""
    done: bool = False


class Final(msgspec.Struct, frozen=True, gc=False):
    """The final state that some process saw first: the annotation ``launcher-k8s/final``."""

    status: JobState
    exit_code: int | None = None
    status_message: str = ""
    start_time: float | None = None
    end_time: float | None = None


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """Who sends a job its standard input: the annotation ``launcher-k8s/stdin``, written before it is sent.

    Args:
        sender: The process that does it, by a random name.
        time: When it last said that it is at it.
        done: Whether nothing more will be sent.
        cut: Whether the job may not have been sent all: a connection was cut, or a process was killed.
    """

    sender: str
    time: float
    done: bool = False
    cut: bool = False


class JobRow(msgspec.Struct, frozen=True, gc=False):
    """What is kept of a Kubernetes Job.

    Args:
        id: The Job's name, which is the job's id.
        key: The Job's uid, packed: another one under the same name is another job.
        version: The resource version as a number; 0 if it is none.
        name: The job's own name, an annotation of the pod template.
        user: The owner, an annotation of the pod template.
        tags: The annotations ``USER_TAG_0`` and on, in order.
        instance_id: The label of the Launcher that submitted it; empty without one.
        created: When it was submitted.
        suspended: ``spec.suspend``: no pods are made.
        retries: ``spec.backoffLimit`` is above 0: a pod that failed is followed by another.
        outcome: The condition that ended the Job, if one did.
        reason: The reason of that condition, or of ``FailureTarget``, which announces it.
        message: The message of that condition.
        ended: When that condition came true.
        intent: The control asked for last.
        final: The final state that was recorded.
        has_stdin: Whether its object keeps a copy of its standard input.
        delivery: Who sends that, or has sent it; None before.
    """

    id: str
    key: Uid = ""
    version: int = 0
    name: str = ""
    user: str = ""
    tags: tuple[str, ...] = ()
    instance_id: str = ""
    created: float | None = None
    suspended: bool = False
    retries: bool = False
    outcome: JobOutcome | None = None
    reason: str = ""
    message: str = ""
    ended: float | None = None
    intent: Intent | None = None
    final: Final | None = None
    has_stdin: bool = False
    delivery: Delivery | None = None

    @property
    def uid(self) -> str:
        """The Job's uid, as a delete names it."""
        return unpack_uid(self.key)

    @property
    def resource_version(self) -> str:
        """The resource version, as a patch carries it; empty if none is known."""
        return str(self.version) if self.version else ""


class PodRow(msgspec.Struct, frozen=True, gc=False):
    """What is kept of a Pod of a job.

    Args:
        name: The Pod's name.
        job_id: The Job it belongs to, by its label ``job-name``.
        job_key: The uid of that Job, packed; empty when the Pod does not say.
        version: The resource version as a number; 0 if it is none.
        created: When the Pod was made: the newest Pod of a job counts.
        node: The node it was put on; empty before.
        phase: ``status.phase``.
        loss: Why the Pod as a whole failed or is being taken away: ``status.reason`` (``Evicted``,
            ``DeadlineExceeded``, ...), else the reason of the condition ``DisruptionTarget``.
        loss_message: The message beside it.
        deleted: When its deletion was asked for (``deletionTimestamp`` less the grace period).
        gone: The Pod is no longer in the cluster; this row is the last that was seen of it.
        reason: Why the main container waits or how it ended, else why an init container does not get on,
            else why no node was found; empty while the usual preparations go on.
        message: The message beside it.
        init_failed: An init container failed, and with it the Pod.
        started: When the main container started; None for one that never did.
        finished: When it ended.
        exit_code: Its exit code; None before it ended.
        served: It has ports that are reached through a Service, by its annotation ``service_ports``.
    """

    name: str
    job_id: str
    job_key: Uid = ""
    version: int = 0
    created: float | None = None
    node: str = ""
    phase: str = ""
    loss: str = ""
    loss_message: str = ""
    deleted: float | None = None
    gone: bool = False
    reason: str = ""
    message: str = ""
    init_failed: bool = False
    started: float | None = None
    finished: float | None = None
    exit_code: int | None = None
    served: bool = False


class EventRow(msgspec.Struct, frozen=True, gc=False):
    """What is read of a Kubernetes Event; none is kept.

    Args:
        kind: What it is about: ``Job`` or ``Pod``.
        warning: Whether it is a Warning; else it is Normal.
        reason: Its reason, one word.
        message: Its message.
        count: How often it happened.
        time: When it happened last.
        version: The resource version as a number: of two Events the later one has the higher. Their times
            are whole seconds.
        first: When it happened first.
    """

    kind: str
    warning: bool
    reason: str
    message: str
    count: int = 1
    time: float | None = None
    version: int = 0
    first: float | None = None


class NodeCondition(msgspec.Struct, frozen=True, gc=False):
    """How a Node is in one respect.

    Args:
        type: Which: ``Ready``, ``MemoryPressure``, ...
        status: ``True``, ``False`` or ``Unknown``.
        reason: In one word.
        message: In a sentence.
        since: Since when, in seconds since 1970.
    """

    type: str
    status: str
    reason: str = ""
    message: str = ""
    since: float | None = None


class NodeRow(msgspec.Struct, frozen=True, gc=False):
    """What is read of a Node; none is kept.

    Args:
        name: Its name.
        labels: Its labels, which placement constraints ask for.
        allocatable: How much of each resource it has for pods, as Kubernetes writes quantities.
        addresses: Type (``InternalIP``, ``ExternalIP``, ``Hostname``, ...) and address of each.
        conditions: How it is.
    """

    name: str
    labels: Mapping[str, str]
    allocatable: Mapping[str, str]
    addresses: tuple[tuple[str, str], ...] = ()
    conditions: tuple[NodeCondition, ...] = ()


class EventKind(Enum):
    """The types of a watch event."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    BOOKMARK = "BOOKMARK"
    ERROR = "ERROR"


class Event(msgspec.Struct, Generic[Row], frozen=True, gc=False):
    """One watch event; ``row`` is None for a bookmark, an error, and what is not ours or was known before."""

    kind: EventKind
    row: Row | None = None
    resource_version: str = ""

    @property
    def is_bookmark(self) -> bool:
        """Whether it tells a version only."""
        return self.kind is EventKind.BOOKMARK

    @property
    def version(self) -> int:
        """The resource version as a number; 0 if it is none."""
        return version_number(self.resource_version)


class Page(msgspec.Struct, Generic[Row], frozen=True, gc=False):
    """One page of a collection: the rows that are ours, and where to go on."""

    rows: tuple[Row, ...]
    resource_version: str
    continue_token: str = ""


def version_number(resource_version: str) -> int:
    """A resource version as a number, 0 if it is none.

    Jobs and Pods live in one store, whose revision it is: comparing the two tells which is older.
    """
    return int(resource_version) if resource_version.isdecimal() else 0


@lru_cache(maxsize=256)
def pack_uid(uid: str) -> Uid:
    """A uid as rows keep it; one value for the many rows that come of a job while much happens to it."""
    if len(uid) != _UUID_LENGTH or uid[8:24:5] != "----":
        return uid
    digits = uid.replace("-", "")
    try:
        packed = bytes.fromhex(digits)
    except ValueError:
        return uid
    return packed if len(packed) == _UUID_BYTES and packed.hex() == digits else uid


@lru_cache(maxsize=256)
def unpack_uid(packed: Uid) -> str:
    """The uid as Kubernetes writes it."""
    if isinstance(packed, str):
        return packed
    digits = packed.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
