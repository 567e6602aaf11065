"""The conditions that end, suspend and resume a Job, with the controller's reasons and messages.

An end comes in two steps, an interim condition first and the final one when all pods are counted and gone
(``pkg/controller/job/job_controller.go``, ``trackJobStatusAndRemoveFinalizers``, Kubernetes 1.36).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs

from launcher_k8s.testing.cluster.kinds import Object

Condition = dict[str, Any]

COMPLETE: Final = "Complete"
FAILED: Final = "Failed"
SUSPENDED: Final = "Suspended"
_INTERIM: Final = {"SuccessCriteriaMet": COMPLETE, "FailureTarget": FAILED}


@attrs.frozen
class Ending:
    """Why a Job comes to its end.

    Args:
        interim: The condition that announces it.
        reason: In one word.
        message: In a sentence.
    """

    interim: str
    reason: str
    message: str

    @property
    def final(self) -> str:
        """The condition that is the end."""
        return _INTERIM[self.interim]

    @property
    def is_success(self) -> bool:
        """Whether the Job did what it was made for."""
        return self.final == COMPLETE


COMPLETIONS_REACHED: Final = Ending(
    "SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods"
)
BACKOFF_LIMIT: Final = Ending(
    "FailureTarget", "BackoffLimitExceeded", "Job has reached the specified backoff limit"
)
DEADLINE: Final = Ending("FailureTarget", "DeadlineExceeded", "Job was active longer than specified deadline")


def find(conditions: Sequence[Condition], type_: str) -> Condition | None:
    """The condition of a type, whatever its status."""
    for each in conditions:
        if each.get("type") == type_:
            return each
    return None


def holds(conditions: Sequence[Condition], type_: str) -> bool:
    """Whether the condition of a type is there and true."""
    found = find(conditions, type_)
    return found is not None and found["status"] == "True"


def announced(conditions: Sequence[Condition]) -> Ending | None:
    """The end that an earlier look at the Job has announced."""
    for each in conditions:
        if each["type"] in _INTERIM and each["status"] == "True":
            return Ending(each["type"], each["reason"], each["message"])
    return None


def ended_at(job: Object) -> str | None:
    """When a Job ended, as objects carry it; None while it has not."""
    for each in job.get("status", {}).get("conditions", ()):
        if each["type"] in (COMPLETE, FAILED) and each["status"] == "True":
            return str(each["lastTransitionTime"])
    return None


def new(type_: str, status: str, reason: str, message: str, *, at: str) -> Condition:
    """A condition that holds, or does not, since a moment."""
    return {
        "type": type_,
        "status": status,
        "lastProbeTime": at,
        "lastTransitionTime": at,
        "reason": reason,
        "message": message,
    }


def ensured(conditions: Sequence[Condition], condition: Condition) -> list[Condition] | None:
    """The conditions with one as it shall be; None if that is no change.

    What was never true is not noted as false.
    """
    known = find(conditions, condition["type"])
    if known is None:
        return None if condition["status"] == "False" else [*conditions, condition]
    if all(known[key] == condition[key] for key in ("status", "reason", "message")):
        return None
    return [condition if each is known else each for each in conditions]
