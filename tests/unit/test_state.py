from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launcher_k8s.rows import Final, Intent, JobOutcome, JobRow, PodRow
from launcher_k8s.state import final_of, judge, judge_removed, may_start_later, status_of
from launcher_k8s.status import FINAL, JobState, Operation

SUBMITTED, STARTED, ENDED, ASKED = 1000.0, 1010.0, 1020.0, 1015.0
JOB = JobRow("job-a", name="a", user="jsmith", tags=("t",), created=SUBMITTED)
POD = PodRow("job-a-x", "job-a", created=SUBMITTED, phase="Pending")


def job(**changes: Any) -> JobRow:
    return JobRow(**{**{field: getattr(JOB, field) for field in JOB.__struct_fields__}, **changes})


def pod(**changes: Any) -> PodRow:
    return PodRow(**{**{field: getattr(POD, field) for field in POD.__struct_fields__}, **changes})


def asked(operation: Operation, **changes: Any) -> JobRow:
    return job(intent=Intent(operation, ASKED, "jsmith"), **changes)


def running(**changes: Any) -> PodRow:
    return pod(**{"phase": "Running", "started": STARTED, **changes})


def ended(code: int, **changes: Any) -> PodRow:
    phase = "Failed" if code else "Succeeded"
    times = {"started": STARTED, "finished": ENDED}
    return pod(
        **{"phase": phase, "reason": "Error" if code else "Completed", "exit_code": code, **times, **changes}
    )


OOM = {"reason": "OOMKilled"}
EVICTED = {"phase": "Failed", "loss": "Evicted", "loss_message": "The node was low on memory"}
DEADLINE = {"loss": "DeadlineExceeded", "loss_message": "Pod was active too long"}
DISRUPTED = {
    "loss": "PreemptionByScheduler",
    "loss_message": "preempting to accommodate a higher priority pod",
}
LAST_DELETION = {"deleted": ENDED + 1}

PENDING, RUNNING, SUSPENDED = JobState.PENDING, JobState.RUNNING, JobState.SUSPENDED
FINISHED, FAILED, KILLED = JobState.FINISHED, JobState.FAILED, JobState.KILLED
CANCELED = JobState.CANCELED
COMPLETE = JobOutcome.COMPLETE
NEVER_RAN = ended(128, reason="StartError", message="no such file", started=None)
NOT_BEGUN = ended(137, reason="ContainerStatusUnknown", deleted=ENDED - 1, started=None, finished=None)
NO_INIT = pod(phase="Failed", init_failed=True, reason="Error", message="init container 'p' ended")

CASES: dict[str, tuple[JobRow, PodRow | None, JobState, int | None, str]] = {
    # waiting
    "no pod yet": (job(), None, PENDING, None, ""),
    "suspended, no pod": (job(suspended=True), None, PENDING, None, "suspended"),
    "preparing": (job(), pod(), PENDING, None, ""),
    "no node": (
        job(),
        pod(reason="Unschedulable", message="0/1 nodes"),
        PENDING,
        None,
        "Unschedulable: 0/1 nodes",
    ),
    "image pull": (
        job(),
        pod(reason="ErrImagePull", message="denied"),
        PENDING,
        None,
        "ErrImagePull: denied",
    ),
    # never to start
    "image name": (job(), pod(reason="InvalidImageName"), FAILED, None, "InvalidImageName"),
    "start error": (job(), NEVER_RAN, FAILED, None, "StartError: no such file"),
    "cannot run": (
        job(),
        ended(127, reason="ContainerCannotRun", started=None),
        FAILED,
        None,
        "ContainerCannotRun",
    ),
    "init failed": (job(), NO_INIT, FAILED, None, "init container 'p'"),
    # running
    "running": (job(), running(), RUNNING, None, ""),
    "suspended": (asked(Operation.SUSPEND), running(), SUSPENDED, None, ""),
    "resumed": (asked(Operation.RESUME), running(), RUNNING, None, ""),
    "to be stopped": (asked(Operation.STOP), running(), RUNNING, None, ""),
    "to be killed": (asked(Operation.KILL), running(), RUNNING, None, ""),
    "being deleted": (job(), running(deleted=ENDED), RUNNING, None, "being deleted"),
    "being preempted": (job(), running(**DISRUPTED), RUNNING, None, "PreemptionByScheduler"),
    "job ended, pod not yet seen to": (job(outcome=JobOutcome.FAILED), running(), RUNNING, None, ""),
    # ended by itself
    "exit 0": (job(), ended(0), FINISHED, 0, ""),
    "exit 3": (job(), ended(3), FINISHED, 3, ""),
    "137 of its own": (job(), ended(137), FINISHED, 137, ""),
    "sidecar still runs": (job(), ended(0, phase="Running"), FINISHED, 0, ""),
    "a child out of memory": (job(), ended(1, **OOM), FINISHED, 1, "OOMKilled"),
    "failed without a trace": (job(), pod(phase="Failed"), FAILED, None, "exit code unknown"),
    "tidied away after its end": (job(), ended(3, deleted=ENDED + 1), FINISHED, 3, ""),
    "gone after its end": (job(), ended(3, deleted=ENDED + 1, gone=True), FINISHED, 3, ""),
    # stopped, killed, canceled
    "stopped": (asked(Operation.STOP), ended(143), FINISHED, 143, ""),
    "stopped by our deadline": (asked(Operation.STOP), ended(143, **DEADLINE), FINISHED, 143, ""),
    "stopped, then tidied away": (asked(Operation.STOP), ended(143, **LAST_DELETION), FINISHED, 143, ""),
    "killed": (asked(Operation.KILL), ended(137), KILLED, 137, "killed by jsmith"),
    "killed by our deadline": (asked(Operation.KILL), ended(143, **DEADLINE), KILLED, 143, "killed"),
    "killed, then evicted": (asked(Operation.KILL), ended(137, **EVICTED), KILLED, 137, "killed"),
    "killed, pod gone": (asked(Operation.KILL, outcome=JobOutcome.FAILED), None, KILLED, None, "killed"),
    "killed by our deadline, with a code of its own": (
        asked(Operation.KILL),
        ended(3, **DEADLINE),
        KILLED,
        3,
        "killed",
    ),
    "killed too late": (asked(Operation.KILL), ended(3), FINISHED, 3, ""),
    "killed too late, pod gone": (asked(Operation.KILL, outcome=COMPLETE), None, FINISHED, 0, ""),
    "out of memory": (job(), ended(137, **OOM), KILLED, 137, "OOMKilled"),
    "canceled": (asked(Operation.CANCEL), None, CANCELED, None, "canceled by jsmith"),
    "canceled while it starts": (asked(Operation.CANCEL), running(), CANCELED, None, "canceled"),
    "canceled before all else": (asked(Operation.CANCEL), ended(137, **OOM), CANCELED, None, "canceled"),
    # taken away
    "evicted": (job(), pod(**EVICTED), FAILED, None, "Evicted: The node was low"),
    "evicted while running": (job(), ended(137, **EVICTED), FAILED, 137, "Evicted"),
    "another's deadline": (job(), ended(143, **DEADLINE), FAILED, 143, "DeadlineExceeded"),
    "preempted": (job(), ended(143, deleted=ENDED - 1, **DISRUPTED), FAILED, 143, "PreemptionByScheduler"),
    "deleted": (job(), ended(143, deleted=ENDED - 1), FAILED, 143, "pod was deleted"),
    "deleted, and heeding it": (job(), ended(0, deleted=ENDED - 1), FAILED, 0, "pod was deleted"),
    "deleted in its last second": (job(), ended(143, deleted=ENDED), FAILED, 143, "pod was deleted"),
    "the kubelet's last deletion": (job(), ended(143, **LAST_DELETION), FAILED, 143, "pod was deleted"),
    "deleted while stopping": (asked(Operation.STOP), ended(143, deleted=ENDED - 1), FAILED, 143, "deleted"),
    "the Job's deadline": (
        job(reason="DeadlineExceeded", message="Job was active longer"),
        ended(143, deleted=ENDED - 1),
        FAILED,
        143,
        "DeadlineExceeded: Job was active longer",
    ),
    "node lost track": (
        job(),
        ended(137, reason="ContainerStatusUnknown"),
        FAILED,
        None,
        "ContainerStatusUnknown",
    ),
    "the Job's deadline before the start": (
        job(reason="DeadlineExceeded", message="Job was active longer"),
        NOT_BEGUN,
        FAILED,
        None,
        "DeadlineExceeded: Job was active longer",
    ),
    "deleted before the start, the Job not yet decided": (job(), NOT_BEGUN, PENDING, None, ""),
    "suspended by others before the start": (job(suspended=True), NOT_BEGUN, PENDING, None, "suspended"),
    "deleted before the start": (
        job(outcome=JobOutcome.FAILED),
        NOT_BEGUN,
        FAILED,
        None,
        "pod was deleted",
    ),
    # the pod is gone
    "complete without a pod": (job(outcome=COMPLETE), None, FINISHED, 0, ""),
    "failed without a pod": (
        job(outcome=JobOutcome.FAILED, reason="BackoffLimitExceeded"),
        None,
        FAILED,
        None,
        "pod gone; exit code unknown (BackoffLimitExceeded",
    ),
    "pod gone, Job silent": (job(), running(gone=True), RUNNING, None, "the pod is gone"),
    "suspended pod gone, Job silent": (asked(Operation.SUSPEND), running(gone=True), SUSPENDED, None, ""),
    "pod gone before it ran": (job(), pod(gone=True), PENDING, None, ""),
    "pod gone, Job failed": (
        job(outcome=JobOutcome.FAILED, reason="BackoffLimitExceeded"),
        running(gone=True, **DISRUPTED),
        FAILED,
        None,
        "pod gone; exit code unknown (PreemptionByScheduler",
    ),
    "pod gone, Job complete": (job(outcome=COMPLETE), running(gone=True), FINISHED, 0, ""),
    # a Job that tries again
    "tried again": (job(retries=True), ended(1), RUNNING, None, "an attempt failed (exit code 1)"),
    "start tried again": (job(retries=True), NEVER_RAN, PENDING, None, "an attempt failed"),
    "tried again in vain": (job(retries=True, outcome=JobOutcome.FAILED), ended(1), FINISHED, 1, ""),
    "no need to try again": (job(retries=True), ended(0), FINISHED, 0, ""),
    "killed, not tried again": (asked(Operation.KILL, retries=True), ended(137), KILLED, 137, "killed"),
    # recorded
    "recorded": (
        asked(Operation.CANCEL, final=Final(FINISHED, 7, "seen", STARTED, ENDED)),
        ended(137, **OOM),
        FINISHED,
        7,
        "seen",
    ),
}


@pytest.mark.parametrize(("row", "its_pod", "state", "code", "message"), CASES.values(), ids=CASES.keys())
def test_the_rows_say(
    row: JobRow, its_pod: PodRow | None, state: JobState, code: int | None, message: str
) -> None:
    status = status_of(row, its_pod)
    assert (status.state, status.exit_code) == (state, code)
    assert message in status.status_message
    assert bool(message) == bool(status.status_message) or state is JobState.SUSPENDED


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_a_status_carries_who_and_when() -> None:
    status = status_of(JOB, ended(0))
    assert (status.id, status.name, status.user, status.tags) == ("job-a", "a", "jsmith", ("t",))
    assert (status.submission_time, status.start_time) == (at(SUBMITTED), at(STARTED))
    assert (status.end_time, status.last_update_time) == (at(ENDED), at(ENDED))


@pytest.mark.parametrize(
    ("row", "its_pod", "updated"),
    [
        (job(), running(deleted=ENDED), ENDED),
        (job(), running(deleted=ENDED, gone=True), ENDED),
        (JOB, None, SUBMITTED),
        (JOB, running(), STARTED),
        (asked(Operation.SUSPEND), running(), ASKED),
        (asked(Operation.CANCEL), None, ASKED),
        (JOB, ended(1), ENDED),
        (job(outcome=JobOutcome.FAILED, ended=ENDED), None, ENDED),
    ],
)
def test_the_last_update_is_the_latest_thing_that_happened(
    row: JobRow, its_pod: PodRow | None, updated: float
) -> None:
    assert status_of(row, its_pod).last_update_time == at(updated)


def test_a_removed_job_has_come_to_an_end() -> None:
    for row, its_pod, state, _, _ in CASES.values():
        verdict = judge_removed(row, its_pod)
        assert verdict.state.is_final
        assert verdict.state is state or not state.is_final


def test_a_job_removed_while_running_failed() -> None:
    verdict = judge_removed(JOB, running())
    assert (verdict.state, verdict.message) == (JobState.FAILED, "the job was deleted from the cluster")


def test_a_job_removed_after_our_kill_was_killed() -> None:
    assert judge_removed(asked(Operation.KILL), running()).state is JobState.KILLED


def test_a_state_that_is_not_final_is_not_recorded() -> None:
    with pytest.raises(ValueError, match="Running is not a final state"):
        final_of(judge(JOB, running()))


@pytest.mark.parametrize(
    ("row", "its_pod", "expected"),
    [
        (JOB, None, True),
        (JOB, pod(reason="InvalidImageName"), True),
        (JOB, ended(0), False),
        (job(retries=True), ended(1), True),
        (job(suspended=True), None, False),
        (job(outcome=JobOutcome.FAILED), None, False),
    ],
)
def test_what_may_start_later_must_be_suspended(row: JobRow, its_pod: PodRow | None, expected: bool) -> None:
    assert may_start_later(row, its_pod) is expected


seconds = st.none() | st.floats(1, 2e9)
words = st.sampled_from(
    ["", "Error", "OOMKilled", "Evicted", "DeadlineExceeded", "StartError", "InvalidImageName"]
)
any_job = st.builds(
    job,
    suspended=st.booleans(),
    retries=st.booleans(),
    outcome=st.none() | st.sampled_from(JobOutcome),
    reason=words,
    ended=seconds,
    intent=st.none() | st.builds(Intent, st.sampled_from(Operation), st.floats(1, 2e9)),
)
any_pod = st.builds(
    pod,
    phase=st.sampled_from(["Pending", "Running", "Succeeded", "Failed", "Unknown"]),
    loss=words,
    deleted=seconds,
    gone=st.booleans(),
    reason=words,
    init_failed=st.booleans(),
    started=seconds,
    finished=seconds,
    exit_code=st.none() | st.integers(0, 255),
)


@given(any_job, st.none() | any_pod)
def test_a_recorded_state_says_what_the_rows_said(row: JobRow, its_pod: PodRow | None) -> None:
    """So a fresh process says what the first one said, also once the Pod is gone."""
    verdict = judge(row, its_pod)
    if verdict.state in FINAL:
        recorded = job(final=final_of(verdict))
        assert replace(judge(recorded, None), updated=None) == replace(verdict, updated=None)


@given(any_job, any_pod)
def test_every_pair_of_rows_has_a_state(row: JobRow, its_pod: PodRow) -> None:
    status = status_of(row, its_pod)
    assert (status.state is JobState.PENDING) <= (status.exit_code is None)


PULL = 'failed to pull and unpack image "r:5": not found'


@pytest.mark.parametrize("where", ["", "init container 'prepare': "])
@pytest.mark.parametrize("reason", ["ErrImagePull", "RegistryUnavailable", "SignatureValidationFailed"])
def test_a_pause_between_pulls_is_told_as_the_failure_before_it(where: str, reason: str) -> None:
    failed = pod(reason=reason, message=f"{where}{PULL}")
    paused = pod(reason="ImagePullBackOff", message=f'{where}Back-off pulling image "r:5": {reason}: {PULL}')
    assert judge(JOB, paused) == judge(JOB, failed)
    assert judge(JOB, paused).message == f"{reason}: {where}{PULL}"


def test_a_pause_between_pulls_without_a_cause_is_told_as_it_is() -> None:
    paused = pod(reason="ImagePullBackOff", message='Back-off pulling image "r:5"')
    assert judge(JOB, paused).message == 'ImagePullBackOff: Back-off pulling image "r:5"'
