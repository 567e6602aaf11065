"""Whether a job may be controlled as asked, and how it went (domain, section 5, "Control")."""

from __future__ import annotations

from typing import Final

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.errors import InvalidJobStateError
from launcher_k8s.rows import Intent
from launcher_k8s.status import JobState, Operation


@attrs.frozen
class ControlResult:
    """How a control went.

    Args:
        status_message: What was done, for an end user.
        operation_complete: Whether it has been done; else it was ordered, and the node does it a little
            later.
    """

    __repr__ = brief

    status_message: str
    operation_complete: bool


_VALID_FROM: Final = {
    Operation.SUSPEND: JobState.RUNNING,
    Operation.STOP: JobState.RUNNING,
    Operation.KILL: JobState.RUNNING,
    Operation.RESUME: JobState.SUSPENDED,
    Operation.CANCEL: JobState.PENDING,
}

_INSTEAD: Final = {
    JobState.PENDING: "cancel it",
    JobState.RUNNING: "stop or kill it",
    JobState.SUSPENDED: "resume it first",
}

_LAST_WORDS: Final = {Operation.STOP: (Operation.STOP, Operation.KILL), Operation.KILL: (Operation.KILL,)}
"""What may follow a control that is to end a job: the same again, or a harder one."""


def check_control(job_id: str, operation: Operation, state: JobState, intent: Intent | None) -> None:
    """See whether an operation is valid.

    Args:
        job_id: The job, for the message.
        operation: What is asked.
        state: The job's present state.
        intent: What was asked before.

    Raises:
        InvalidJobStateError: It is not.
    """
    if state is not _VALID_FROM[operation]:
        hint = "" if state.is_final else _INSTEAD[state]
        raise InvalidJobStateError(f"cannot {operation.value} job {job_id}: it is {state.value}", hint=hint)
    if intent is not None and operation not in _LAST_WORDS.get(intent.operation, (operation,)):
        asked = f"{intent.operation.value} was asked for before"
        raise InvalidJobStateError(f"cannot {operation.value} job {job_id}: {asked}", hint="kill it")
