from __future__ import annotations

import pytest

from launcher_k8s.controls import check_control
from launcher_k8s.errors import InvalidJobStateError
from launcher_k8s.rows import Intent
from launcher_k8s.status import JobState, Operation

VALID = {
    (Operation.SUSPEND, JobState.RUNNING),
    (Operation.STOP, JobState.RUNNING),
    (Operation.KILL, JobState.RUNNING),
    (Operation.RESUME, JobState.SUSPENDED),
    (Operation.CANCEL, JobState.PENDING),
}


@pytest.mark.parametrize("operation", Operation)
@pytest.mark.parametrize("state", JobState)
def test_each_operation_is_valid_from_one_state(operation: Operation, state: JobState) -> None:
    if (operation, state) in VALID:
        check_control("a", operation, state, None)
    else:
        with pytest.raises(
            InvalidJobStateError, match=f"cannot {operation.value} job a: it is {state.value}"
        ):
            check_control("a", operation, state, None)


@pytest.mark.parametrize(
    ("state", "operation", "hint"),
    [
        (JobState.PENDING, Operation.STOP, "cancel it"),
        (JobState.RUNNING, Operation.CANCEL, "stop or kill it"),
        (JobState.SUSPENDED, Operation.KILL, "resume it first"),
        (JobState.FINISHED, Operation.KILL, ""),
    ],
)
def test_what_to_do_instead_is_told(state: JobState, operation: Operation, hint: str) -> None:
    with pytest.raises(InvalidJobStateError) as refused:
        check_control("a", operation, state, None)
    assert refused.value.hint == hint


@pytest.mark.parametrize(
    ("before", "operation", "is_valid"),
    [
        (Operation.STOP, Operation.KILL, True),
        (Operation.STOP, Operation.STOP, True),
        (Operation.KILL, Operation.KILL, True),
        (Operation.RESUME, Operation.SUSPEND, True),
        (Operation.RESUME, Operation.STOP, True),
        (Operation.KILL, Operation.STOP, False),
        (Operation.STOP, Operation.SUSPEND, False),
        (Operation.KILL, Operation.SUSPEND, False),
    ],
)
def test_a_job_that_is_to_end_is_not_told_to_wait(
    before: Operation, operation: Operation, is_valid: bool
) -> None:
    intent = Intent(before, 0.0)
    if is_valid:
        check_control("a", operation, JobState.RUNNING, intent)
    else:
        with pytest.raises(InvalidJobStateError, match=f"{before.value} was asked for before"):
            check_control("a", operation, JobState.RUNNING, intent)
