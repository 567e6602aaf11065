"""The Launcher's state of a job, as a function of its Job row and its Pod row alone.

So a fresh process says what the old one said. The rules stand below in the order in which they are tried
(domain, section 5, "Tried in this order"; without a Pod: design, "Guarantees"). Times of a status come
from the cluster, never from a clock of ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from sys import intern
from typing import Final as Constant
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from launcher_k8s.rows.pods import PHASE_FAILED
from launcher_k8s.rows.times import time_or_none
from launcher_k8s.rows.values import Final, JobOutcome, JobRow, PodRow
from launcher_k8s.status import JobState, JobStatus, Operation

START_ERRORS: Constant = frozenset({"StartError", "ContainerCannotRun"})
"""How a container ends that never ran: the runtime could not start its program."""

NEVER_STARTS: Constant = frozenset({"InvalidImageName"})
"""Reasons to wait that no waiting heals. A missing image, secret or node may still come."""

PULL_FAILED: Constant = "ErrImagePull"
PULL_PAUSED: Constant = "ImagePullBackOff"
"""A kubelet shows the two in turn, for one failure, as long as an image cannot be pulled."""

OOM_KILLED: Constant = "OOMKilled"
_DEADLINE: Constant = "DeadlineExceeded"
_LOST_TRACK: Constant = "ContainerStatusUnknown"
_SIGTERM_EXIT, _SIGKILL_EXIT = 143, 137
_POD_GONE: Constant = "pod gone; exit code unknown"

# Kubernetes 1.31 and later repeat in the pause how the pull failed, in the words of that failure.
_PAUSED_FOR: Constant = re.compile(r'(.*?)Back-off pulling image "[^"]*": (\w+): (.*)', re.DOTALL)


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What the rows say about a job; times are seconds since 1970.

    ``updated`` is when the latest thing happened that the rows tell of.
    """

    state: JobState
    message: str = ""
    exit_code: int | None = None
    start: float | None = None
    end: float | None = None
    updated: float | None = None


Rule: TypeAlias = Callable[[JobRow, PodRow], Verdict | None]


def status_of(job: JobRow, pod: PodRow | None = None) -> JobStatus:
    """The status of a job.

    Args:
        job: The Job's row.
        pod: The row of its newest Pod, also one that is gone; None where none is known.
    """
    return build_status(job, judge(job, pod))


def judge(job: JobRow, pod: PodRow | None) -> Verdict:
    """What :func:`status_of` tells, before it is put in public terms."""
    if job.final is not None:
        return _recorded(job.final)
    if _intends(job, Operation.CANCEL):
        return _canceled(job)
    if pod is None or (pod.gone and not _has_ended(pod)):
        return _without_pod(job, pod)
    if _is_put_off(job, pod):
        return _unresolved(job, pod)
    verdict = _by_rules(job, pod)
    if job.retries and _has_ended(pod) and _is_tried_again(job, verdict):
        return _between_attempts(verdict)
    return verdict


def judge_removed(job: JobRow, pod: PodRow | None) -> Verdict:
    """What is told last of a job whose Kubernetes Job is no longer there: always a final state."""
    verdict = judge(job, pod)
    if verdict.state.is_final:
        return verdict
    end = latest(verdict.updated, pod.deleted if pod else None)
    if _intends(job, Operation.KILL):
        return _ended(JobState.KILLED, _asked(job, "killed"), start=verdict.start, end=end)
    return _ended(JobState.FAILED, "the job was deleted from the cluster", start=verdict.start, end=end)


def build_status(
    job: JobRow, verdict: Verdict, *, inferred: bool = False, removed: bool = False
) -> JobStatus:
    """A verdict in public terms."""
    updated = verdict.updated if verdict.updated is not None else job.created
    start, end = time_or_none(verdict.start), time_or_none(verdict.end)
    return JobStatus(
        job.id,
        verdict.state,
        job.name,
        job.user,
        verdict.message,
        verdict.exit_code,
        time_or_none(job.created),
        start,
        end,
        # Nearly always one of the two, which are at hand.
        end if updated == verdict.end else start if updated == verdict.start else time_or_none(updated),
        job.tags,
        inferred,
        removed,
    )


def final_of(verdict: Verdict) -> Final:
    """A final verdict as it is recorded on the Job.

    Raises:
        ValueError: The verdict is not final.
    """
    if not verdict.state.is_final:
        raise ValueError(f"{verdict.state.value} is not a final state")
    return Final(verdict.state, verdict.exit_code, intern(verdict.message), verdict.start, verdict.end)


def latest(one: float | None, other: float | None) -> float | None:
    """The later of two times; the other where one is not known."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


def may_start_later(job: JobRow, pod: PodRow | None) -> bool:
    """Whether Kubernetes may still start something for a job, unless its Job is suspended."""
    if job.suspended or job.outcome is not None:
        return False
    return pod is None or job.retries or not _has_ended(pod)


# --- without a Pod


def _recorded(final: Final) -> Verdict:
    start, end = final.start_time, final.end_time
    return Verdict(
        final.status, final.status_message, final.exit_code, start, end, start if end is None else end
    )


def _canceled(job: JobRow) -> Verdict:
    assert job.intent is not None
    return _ended(JobState.CANCELED, _asked(job, "canceled"), end=job.intent.time)


def _without_pod(job: JobRow, gone: PodRow | None) -> Verdict:
    """No Pod, or one that vanished before its container was seen to end: the Job alone can tell."""
    start = gone.started if gone else None
    match job.outcome:
        case None:
            return _unresolved(job, gone)
        case JobOutcome.COMPLETE:
            return _ended(JobState.FINISHED, exit_code=0, start=start, end=job.ended)
        case JobOutcome.FAILED if _intends(job, Operation.KILL):
            return _ended(JobState.KILLED, _asked(job, "killed"), start=start, end=job.ended)
        case JobOutcome.FAILED:
            why = _text(gone.loss, gone.loss_message) if gone else ""
            return _ended(
                JobState.FAILED,
                f"{_POD_GONE} ({why or _text(job.reason, job.message)})",
                start=start,
                end=job.ended,
            )


def _unresolved(job: JobRow, gone: PodRow | None) -> Verdict:
    if gone and (last_seen := _running(job, gone)):
        return replace(last_seen, message="the pod is gone")
    return Verdict(JobState.PENDING, "the job is suspended: no pod is started" if job.suspended else "")


# --- with a Pod, in the order in which they are tried


def _killed(job: JobRow, pod: PodRow) -> Verdict | None:
    if _intends(job, Operation.KILL) and not _ended_before_the_kill(pod):
        return _by_pod(JobState.KILLED, pod, _asked(job, "killed"))
    if pod.reason == OOM_KILLED and pod.exit_code == _SIGKILL_EXIT:
        return _by_pod(JobState.KILLED, pod, f"{OOM_KILLED}: the job used more memory than its limit")
    return None


def _taken_away(job: JobRow, pod: PodRow) -> Verdict | None:
    if pod.loss and pod.phase == PHASE_FAILED and not _is_our_deadline(job, pod):
        return _by_pod(JobState.FAILED, pod, _text(pod.loss, pod.loss_message))
    # First: of a container that had not started then, a kubelet says that it has lost track of it.
    if _ended_by_deletion(job, pod):
        why = _text(job.reason, job.message) if job.reason == _DEADLINE else _text(pod.loss, pod.loss_message)
        return _by_pod(
            JobState.FAILED, pod, why or "the pod was deleted while the job had not come to its end"
        )
    if pod.reason == _LOST_TRACK:
        return _by_pod(JobState.FAILED, pod, _text(pod.reason, "the node lost track of the container"))
    return None


def _not_started(_job: JobRow, pod: PodRow) -> Verdict | None:
    if pod.init_failed or pod.reason in START_ERRORS or pod.reason in NEVER_STARTS:
        return _by_pod(JobState.FAILED, pod, _text(pod.reason, pod.message))
    return None


def _terminated(_job: JobRow, pod: PodRow) -> Verdict | None:
    if pod.exit_code is not None:
        named = f"{OOM_KILLED}: a process of the job was killed" if pod.reason == OOM_KILLED else ""
        return _by_pod(JobState.FINISHED, pod, named)
    if pod.phase == PHASE_FAILED:
        return _by_pod(JobState.FAILED, pod, _text(pod.reason, pod.message) or _POD_GONE)
    return None


def _running(job: JobRow, pod: PodRow) -> Verdict | None:
    if pod.started is None:
        return None
    if job.intent is not None and job.intent.operation is Operation.SUSPEND:
        return Verdict(JobState.SUSPENDED, start=pod.started, updated=max(pod.started, job.intent.time))
    leaving = _text(pod.loss, pod.loss_message) or ("the pod is being deleted" if pod.deleted else "")
    return Verdict(JobState.RUNNING, leaving, start=pod.started, updated=latest(pod.started, pod.deleted))


def _waiting(pod: PodRow) -> Verdict:
    reason, message = pod.reason, pod.message
    if reason == PULL_PAUSED and (paused := _PAUSED_FOR.fullmatch(message)):
        where, reason, cause = paused.groups()
        message = where + cause
    return Verdict(JobState.PENDING, _text(reason, message))


_ENDED: Constant[tuple[Rule, ...]] = (_killed, _taken_away, _not_started, _terminated)
_NOT_ENDED: Constant[tuple[Rule, ...]] = (_not_started, _running)


def _by_rules(job: JobRow, pod: PodRow) -> Verdict:
    for rule in _ENDED if _has_ended(pod) else _NOT_ENDED:
        if (found := rule(job, pod)) is not None:
            return found
    return _waiting(pod)


# --- what the rules ask


def _intends(job: JobRow, operation: Operation) -> bool:
    return job.intent is not None and job.intent.operation is operation


def _has_ended(pod: PodRow) -> bool:
    return pod.exit_code is not None or pod.phase == PHASE_FAILED


def _ended_before_the_kill(pod: PodRow) -> bool:
    """Whether the job was faster: no signal gives such a code, and the pod as a whole has not failed."""
    by_signal = pod.exit_code in (None, _SIGTERM_EXIT, _SIGKILL_EXIT)
    return not by_signal and not pod.loss


def _is_our_deadline(job: JobRow, pod: PodRow) -> bool:
    """Where exec cannot signal, stop and kill set a deadline of one second on the Pod."""
    return pod.loss == _DEADLINE and _intends(job, Operation.STOP)


def _ended_by_deletion(job: JobRow, pod: PodRow) -> bool:
    """Whether the deletion came first, and the end by it; a Pod may also be tidied away after its end."""
    if pod.deleted is None:
        return False
    if pod.finished is None or pod.deleted <= pod.finished:
        return True
    # The kubelet's own, last deletion overwrites the time at which the first one was asked for.
    return pod.exit_code in (_SIGTERM_EXIT, _SIGKILL_EXIT) and not _intends(job, Operation.STOP)


def _is_put_off(job: JobRow, pod: PodRow) -> bool:
    """Whether only the Job can tell what it means that its pod was deleted before the start.

    When others suspend a Job its pods are deleted, and end as failed; another one starts when it goes on.
    """
    is_undecided = job.outcome is None and not job.reason and job.intent is None and not pod.loss
    return is_undecided and pod.deleted is not None and pod.started is None and _has_ended(pod)


def _is_tried_again(job: JobRow, verdict: Verdict) -> bool:
    """Whether the Job's backoff limit lets another Pod follow. A control of ours is the last word."""
    asked = job.intent is not None and job.intent.operation in (Operation.STOP, Operation.KILL)
    return job.outcome is None and verdict.exit_code != 0 and not asked


def _between_attempts(verdict: Verdict) -> Verdict:
    how = verdict.message or f"exit code {verdict.exit_code}"
    text = f"an attempt failed ({how}); Kubernetes may start another"
    state = JobState.PENDING if verdict.start is None else JobState.RUNNING
    return Verdict(state, text, start=verdict.start, updated=verdict.end)


def _by_pod(state: JobState, pod: PodRow, message: str) -> Verdict:
    end = pod.finished if pod.finished is not None else pod.deleted
    return _ended(state, message, exit_code=_shown_exit_code(pod), start=pod.started, end=end)


def _shown_exit_code(pod: PodRow) -> int | None:
    """The exit code, unless Kubernetes made it up for a program that never ran or was lost sight of."""
    return None if pod.reason in START_ERRORS or pod.reason == _LOST_TRACK else pod.exit_code


def _ended(
    state: JobState,
    message: str = "",
    *,
    exit_code: int | None = None,
    start: float | None = None,
    end: float | None = None,
) -> Verdict:
    return Verdict(state, message, exit_code, start, end, start if end is None else end)


def _asked(job: JobRow, what: str) -> str:
    return f"{what} by {job.intent.user}" if job.intent and job.intent.user else what


def _text(reason: str, message: str) -> str:
    return f"{reason}: {message}" if reason and message else reason or message
