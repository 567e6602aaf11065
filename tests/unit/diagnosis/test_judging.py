"""What is said of a job in each state; what single words mean is in test_rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.cause import Cause, Diagnosis, Evidence
from launcher_k8s.diagnosis import Scene, diagnose
from launcher_k8s.rows import EventRow, JobRow, NodeRow, PodRow
from launcher_k8s.rows.asked import AskedRow
from launcher_k8s.rows.times import seconds
from launcher_k8s.rows.values import Delivery, NodeCondition
from launcher_k8s.status import JobState, JobStatus

SUBMITTED = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 12, 5, tzinfo=UTC)
END = datetime(2026, 11, 21, 13, tzinfo=UTC)
POD = PodRow("a-x", "a", node="worker-1")
SILENT = NodeRow(
    "worker-1",
    {},
    {},
    conditions=(
        NodeCondition("MemoryPressure", "Unknown", "NodeStatusUnknown", "", seconds(LATER)),
        NodeCondition("Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting.", seconds(LATER)),
    ),
)
WELL = NodeRow(
    "worker-1",
    {},
    {},
    conditions=(NodeCondition("Ready", "True"), NodeCondition("DiskPressure", "False")),
)


def said(state: JobState, message: str = "", *, exit_code: int | None = None, **parts: Any) -> Diagnosis:
    status = JobStatus(
        "a",
        state,
        status_message=message,
        exit_code=exit_code,
        submission_time=SUBMITTED,
        start_time=None if state is JobState.PENDING else LATER,
        end_time=END if state.is_final else None,
    )
    return diagnose(Scene(status=status, **parts))


def event(reason: str, message: str = "", *, warning: bool = True, version: int = 1) -> EventRow:
    return EventRow("Pod", warning, reason, message, version=version, time=1.0, first=seconds(LATER))


# --- waiting


@pytest.mark.parametrize(
    ("pod", "summary"),
    [
        (None, "Kubernetes has not made the job's pod yet."),
        (PodRow("a-x", "a", gone=True), "Kubernetes has not made the job's pod yet."),
        (PodRow("a-x", "a"), "The job's pod waits for the scheduler to put it on a node."),
        (POD, "The job's pod is being prepared on node worker-1."),
    ],
)
def test_a_job_on_its_way_says_how_far_it_is(pod: PodRow | None, summary: str) -> None:
    told = said(JobState.PENDING, pod=pod)
    assert (told.cause, told.summary, told.resolution) == (Cause.WAITING, summary, "")
    assert told.since == SUBMITTED


def test_a_pull_that_goes_on_is_told_with_the_image() -> None:
    pulling = [event("Pulling", warning=False, version=2), event("Scheduled", warning=False)]
    told = said(JobState.PENDING, pod=POD, asked=AskedRow(image="r:4"), events=pulling)
    assert (told.cause, told.summary) == (Cause.PULLING, "The image r:4 is being pulled to node worker-1.")


def test_an_image_that_is_pulled_is_not_being_pulled() -> None:
    events = [event("Pulling", warning=False), event("Pulled", warning=False, version=2)]
    assert said(JobState.PENDING, pod=POD, events=events).cause is Cause.WAITING


def test_where_the_rows_do_not_say_an_event_does() -> None:
    told = said(JobState.PENDING, pod=POD, events=[event("FailedMount", 'secret "s" not found')])
    assert (told.cause, told.detail) == (Cause.CONFIG_MISSING, 'FailedMount: secret "s" not found')
    assert told.since == LATER
    assert told.evidence == (Evidence("Event on Pod", "FailedMount", 'secret "s" not found'),)


def test_a_vague_message_is_outdone_by_an_event_that_says_more() -> None:
    why = (
        'Failed to pull image "r:4": rpc error: code = NotFound desc = failed to pull image "r:4": not found'
    )
    events = [event("Failed", why), event("Failed", "Error: ErrImagePull", version=2)]
    vague = 'ImagePullBackOff: Back-off pulling image "r:4"'
    assert said(JobState.PENDING, vague, pod=POD).cause is Cause.IMAGE
    told = said(JobState.PENDING, vague, pod=POD, events=events)
    assert (told.cause, told.detail) == (Cause.IMAGE_NOT_FOUND, f"Failed: {why}")


def test_a_reason_that_nobody_knows_is_shown_as_it_is() -> None:
    told = said(JobState.PENDING, "Odd: something new", pod=POD)
    assert (told.cause, told.detail) == (Cause.UNKNOWN, "Odd: something new")
    assert said(JobState.PENDING, events=[event("Odd", "thing")]).detail == "Odd: thing"


def test_what_no_node_takes_is_so_since_the_scheduler_said_it() -> None:
    asked = AskedRow(requests={"cpu": "9"}, scheduled=seconds(LATER))
    told = said(JobState.PENDING, "Unschedulable: 0/1 nodes are available: 1 Insufficient cpu.", asked=asked)
    assert (told.cause, told.since) == (Cause.UNSCHEDULABLE, LATER)
    assert "9" in told.summary


def test_a_job_that_waits_on_a_silent_node_says_so() -> None:
    assert said(JobState.PENDING, pod=POD, node=SILENT).cause is Cause.NODE_LOST


# --- running


def test_a_running_job_says_where_and_since_when() -> None:
    told = said(JobState.RUNNING, pod=POD, node=WELL)
    assert (told.cause, told.summary) == (Cause.RUNNING, "The job runs on node worker-1.")
    assert (told.since, told.evidence) == (LATER, ())


def test_a_node_that_does_not_answer_is_told_with_its_own_words() -> None:
    told = said(JobState.RUNNING, pod=POD, node=SILENT)
    assert (told.cause, told.since) == (Cause.NODE_LOST, LATER)
    assert "worker-1 does not answer" in told.summary
    assert told.detail == "NodeStatusUnknown: Kubelet stopped posting."
    assert Evidence("Node worker-1", "Ready=Unknown", "Kubelet stopped posting.") in told.evidence


def test_a_running_job_that_is_being_taken_away_says_by_whom() -> None:
    taken = "PreemptionByScheduler: default-scheduler: preempting to accommodate a higher priority pod"
    assert said(JobState.RUNNING, taken, pod=POD).cause is Cause.PREEMPTED


def test_a_suspended_job_stands_still() -> None:
    assert said(JobState.SUSPENDED, pod=POD).cause is Cause.SUSPENDED


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (JobRow("a"), "no copy"),
        (JobRow("a", has_stdin=True), "not all been sent"),
        (JobRow("a", has_stdin=True, delivery=Delivery("p", 1.0)), "not all been sent"),
        (None, "no copy"),
    ],
)
def test_input_that_was_not_sent_may_be_waited_for(job: JobRow | None, words: str) -> None:
    told = said(JobState.RUNNING, pod=POD, job=job, asked=AskedRow(stdin=True))
    assert (told.cause, words in told.summary) == (Cause.STDIN_WAITING, True)


def test_input_that_was_sent_is_not_waited_for() -> None:
    job = JobRow("a", has_stdin=True, delivery=Delivery("p", 1.0, done=True))
    assert said(JobState.RUNNING, pod=POD, job=job, asked=AskedRow(stdin=True)).cause is Cause.RUNNING


@pytest.mark.parametrize(
    ("state", "delivery"),
    [
        (JobState.RUNNING, Delivery("p", 1.0, done=True, cut=True)),
        (JobState.FINISHED, Delivery("p", 1.0, done=True, cut=True)),
        (JobState.FINISHED, Delivery("p", 1.0)),
    ],
)
def test_input_that_may_not_have_come_whole_is_told(state: JobState, delivery: Delivery) -> None:
    told = said(state, pod=POD, job=JobRow("a", has_stdin=True, delivery=delivery))
    assert "Its standard input may not have come whole." in told.summary
    assert "submit it again" in told.resolution


# --- ended


@pytest.mark.parametrize(
    ("code", "cause", "words"),
    [
        (0, Cause.FINISHED, "exit code 0."),
        (3, Cause.FINISHED, "exit code 3."),
        (126, Cause.NOT_EXECUTABLE, "may not execute"),
        (127, Cause.COMMAND_NOT_FOUND, "did not find a command"),
        (139, Cause.FINISHED, "SIGSEGV"),
        (143, Cause.FINISHED, "SIGTERM"),
    ],
)
def test_an_exit_code_is_put_into_words(code: int, cause: Cause, words: str) -> None:
    told = said(JobState.FINISHED, exit_code=code, pod=POD)
    assert told.cause is cause
    assert words in told.summary
    assert told.since == END


def test_a_program_that_the_runtime_could_not_run_is_known_by_its_output() -> None:
    output = "exec /srv/run.sh: exec format error"
    told = said(JobState.FINISHED, exit_code=1, output=output)
    assert (told.cause, told.detail) == (Cause.EXEC_FORMAT, output)
    assert told.evidence == (Evidence("output", "", output),)


def test_other_output_says_nothing_of_the_end() -> None:
    assert said(JobState.FINISHED, exit_code=1, output="no data").cause is Cause.FINISHED


def test_a_process_that_ran_out_of_memory_is_told_though_the_job_finished() -> None:
    told = said(JobState.FINISHED, "OOMKilled: a process of the job was killed", exit_code=0)
    assert (told.cause, "itself ran to its end" in told.summary) == (Cause.OUT_OF_MEMORY, True)


@pytest.mark.parametrize(
    ("state", "message", "cause", "summary"),
    [
        (JobState.KILLED, "killed by jane", Cause.KILLED, "The job was killed by jane."),
        (JobState.KILLED, "killed", Cause.KILLED, "The job was killed."),
        (JobState.CANCELED, "canceled by jane", Cause.CANCELED, "The job was canceled by jane."),
    ],
)
def test_what_somebody_asked_for_is_no_trouble(
    state: JobState, message: str, cause: Cause, summary: str
) -> None:
    told = said(state, message)
    assert (told.cause, told.summary, told.resolution) == (cause, summary, "")


def test_a_memory_limit_kills_for_a_reason() -> None:
    told = said(JobState.KILLED, "OOMKilled: the job used more memory than its limit", exit_code=137)
    assert told.cause is Cause.OUT_OF_MEMORY


def test_a_failure_that_nobody_knows_is_shown_as_it_is() -> None:
    told = said(JobState.FAILED, "Odd: end")
    assert (told.cause, told.detail, bool(told.resolution)) == (Cause.UNKNOWN, "Odd: end", True)


def test_the_end_that_only_the_job_tells_is_evidence() -> None:
    job = JobRow("a", reason="DeadlineExceeded", message="Job was active longer than specified deadline")
    told = said(JobState.FAILED, "DeadlineExceeded: Job was active longer than specified deadline", job=job)
    assert told.evidence == (Evidence("Job", job.reason, job.message),)


@given(st.sampled_from(JobState), st.text(), st.text(), st.text())
def test_no_words_are_too_odd(state: JobState, message: str, reason: str, output: str) -> None:
    events = [event(reason, message), event(message, reason, warning=False, version=2)]
    told = said(state, message, pod=PodRow("a-x", "a", reason=reason), events=events, output=output)
    assert told.summary.endswith(".")


# --- shown


def test_as_text_it_says_what_and_what_to_do() -> None:
    told = Diagnosis("a", JobState.PENDING, Cause.QUOTA, "There is no room.", resolution="wait")
    assert str(told) == "a is Pending: There is no room. (wait)"


def test_in_a_notebook_it_is_a_table_with_everything_escaped() -> None:
    shown = Diagnosis(
        "a",
        JobState.PENDING,
        Cause.QUOTA,
        "No <room>.",
        since=LATER,
        evidence=(Evidence("Event on Job", "FailedCreate", "exceeded"),),
    )._repr_html_()
    assert "No &lt;room&gt;." in shown
    assert "2026-11-21 12:05:00 UTC" in shown
    assert "FailedCreate: exceeded" in shown
    assert "what to do" not in shown
