"""What keeps a job waiting, from the Events of its Pod, or of its Job while it has no Pod.

Quota, limit range, admission and a missing service account do not refuse a Job: its controller fails to
make the Pod, and Events on the Job alone tell (kubernetes facts, "The API"). While a kubelet cannot mount
a volume or make a sandbox, the Pod says no more than that its container is being created.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from launcher_k8s.rows import EventRow

_PROGRESS: Final = frozenset({"SuccessfulCreate", "Scheduled", "Pulling", "Pulled", "Created", "Started"})
"""What happens only when the step before has succeeded: what was warned of until then is over."""

_ENDINGS: Final = frozenset(
    {
        "BackoffLimitExceeded",
        "DeadlineExceeded",
        "FailedIndexes",
        "MaxFailedIndexesExceeded",
        "PodFailurePolicy",
    }
)
"""How the Job controller warns that a Job has failed (``JobReason...`` of ``k8s.io/api/batch/v1``)."""

_VAGUE: Final = re.compile("Unable to attach or mount volumes|.*failed to sync (?:configmap|secret) cache")
"""What says less than other Warnings about the same volumes.

Older kubelets sum up, every two minutes, failed mounts that they have told one by one; and one that has not
come to read a volume's object within a second says so, whether or not the object is there.
"""

_OF_ONE_VOLUME: Final = frozenset({"FailedMount", "FailedAttachVolume"})
_TRIED_AGAIN_WITHIN_S = 150.0
"""A kubelet tries to mount each volume at least every two minutes and two seconds."""

_COMBINED: Final = "(combined from similar events): "
_LONGEST_BASE = 58
_SUFFIX = "[a-z0-9]{0,5}"


@attrs.frozen
class Trouble:
    """Why a job waits.

    Args:
        kind: What the Event is about: ``Job`` or ``Pod``.
        reason: Its reason, such as ``FailedCreate`` or ``FailedMount``.
        message: Its message, the same for each attempt.
        count: How often it happened, as far as Kubernetes counts.
        time: When it happened last, in seconds since 1970.
        first: When it happened first.
    """

    kind: str
    reason: str
    message: str
    count: int = 1
    time: float | None = None
    first: float | None = None

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}" if self.message else self.reason


def present_trouble(events: Iterable[EventRow], *, job_id: str) -> Trouble | None:
    """The latest Warning that nothing has overtaken; None where all goes well, or nothing waits any more.

    Args:
        events: Those of the job's Pod, or of its Job while it has no Pod, in any order.
        job_id: The job.
    """
    warnings = _not_overtaken(events)
    if any(event.kind == "Job" and event.reason in _ENDINGS for event in warnings):
        return None  # the job has ended, which its rows will tell
    return _trouble(_most_telling(warnings), job_id) if warnings else None


def present_warnings(events: Iterable[EventRow], *, job_id: str) -> list[Trouble]:
    """Every Warning that nothing has overtaken, latest first; arguments as above."""
    return [_trouble(event, job_id) for event in reversed(_not_overtaken(events))]


def in_order(events: Iterable[EventRow]) -> list[EventRow]:
    """Events as they happened."""
    return sorted(events, key=lambda event: (event.version, event.time or 0.0))


def _not_overtaken(events: Iterable[EventRow]) -> list[EventRow]:
    warnings: list[EventRow] = []
    for event in in_order(events):
        if event.warning:
            warnings.append(event)
        elif event.reason in _PROGRESS:
            warnings.clear()
    return warnings


def _trouble(told: EventRow, job_id: str) -> Trouble:
    return Trouble(told.kind, told.reason, _steady(told.message, job_id), told.count, told.time, told.first)


def _most_telling(warnings: Sequence[EventRow]) -> EventRow:
    """The latest; of several volumes that fail in turn always the same one, as long as it does."""
    telling = [event for event in warnings if not _VAGUE.match(event.message)] or warnings
    latest = telling[-1]
    if latest.reason not in _OF_ONE_VOLUME:
        return latest
    since = (latest.time or 0.0) - _TRIED_AGAIN_WITHIN_S
    in_turn = [event for event in telling if event.reason == latest.reason and (event.time or 0.0) >= since]
    return min(in_turn, key=lambda event: event.message)


def _steady(message: str, job_id: str) -> str:
    """A message without what differs from one attempt to the next: the name of a Pod that never was."""
    base = re.escape(f"{job_id}-"[:_LONGEST_BASE])
    return re.sub(f'pods "{base}{_SUFFIX}"', f'pods "{job_id}"', message.removeprefix(_COMBINED))
