"""One look at one Job: what is done about its pods, and what its status says after.

This is ``syncJob`` of ``pkg/controller/job/job_controller.go`` (Kubernetes 1.36), write by write in its
order, so that whoever watches sees the same versions go by. Left out are Indexed Jobs and the policies
for failed pods and for success, which the Launcher never writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import attrs

from launcher_k8s.testing.cluster import job_conditions as conditions
from launcher_k8s.testing.cluster import job_pods as pods_
from launcher_k8s.testing.cluster.job_backoff import Backoff
from launcher_k8s.testing.cluster.job_conditions import Ending
from launcher_k8s.testing.cluster.job_tally import Tally
from launcher_k8s.testing.cluster.kinds import Object

LARGEST_BATCH: Final = 500
_SOONEST: Final = timedelta(seconds=1)
_NEVER: Final = timedelta.max


class Hands(Protocol):
    """What a look at a Job may do to the cluster; everything it does is left on the Job as an event."""

    def create_pod(self, job: Object) -> bool:
        """Make a pod; False if the cluster refused."""

    def delete_pod(self, job: Object, pod: Object) -> None:
        """Begin to delete a pod."""

    def untrack(self, pod: Object) -> None:
        """Take the Job's finalizer off a pod."""

    def write_status(self, job: Object, status: Object) -> Object:
        """Write the Job's status; returns the Job."""

    def record(self, job: Object, reason: str, message: str, *, warning: bool = False) -> None:
        """Leave an event on the Job."""


@attrs.frozen
class Outcome:
    """What a look at a Job leaves for later.

    Args:
        again_in: Look again after that time, whatever happens.
        backoff: The failures so far.
        was_refused: Whether a pod could not be made.
    """

    again_in: timedelta | None
    backoff: Backoff
    was_refused: bool


def sync_job(
    job: Object, pods: Sequence[Object], hands: Hands, *, backoff: Backoff, now: datetime, stamp: str
) -> Outcome:
    """Look at a Job that has not ended, and act.

    Args:
        job: The Job.
        pods: Its pods.
        hands: How to act.
        backoff: The failures so far.
        now: The time.
        stamp: The same as objects carry it.
    """
    return _Look(job, list(pods), hands, backoff, now, stamp).run()


@attrs.define
class _Look:
    """The look under way: the counts change as pods are made and deleted."""

    job: Object
    pods: list[Object]
    hands: Hands
    backoff: Backoff
    now: datetime
    stamp: str
    spec: dict[str, Any] = attrs.field(init=False)
    tally: Tally = attrs.field(init=False)
    active: list[Object] = attrs.field(init=False)
    active_count: int = attrs.field(init=False)
    ready: int = attrs.field(init=False)
    terminating: int = attrs.field(init=False)
    succeeded: int = 0
    failed: int = 0
    ending: Ending | None = None
    again_in: timedelta = _NEVER
    was_refused: bool = False

    def __attrs_post_init__(self) -> None:
        self.spec = self.job["spec"]
        self.tally = Tally(self.job.get("status", {}), stamp=self.stamp)
        self.active = [pod for pod in self.pods if pods_.is_active(pod)]
        self.active_count = len(self.active)
        self.ready = sum(map(pods_.is_ready, self.active))
        self.terminating = sum(map(pods_.is_terminating, self.pods))

    @property
    def is_suspended(self) -> bool:
        return bool(self.spec.get("suspend"))

    @property
    def is_deleted(self) -> bool:
        return "deletionTimestamp" in self.job["metadata"]

    def run(self) -> Outcome:
        self._count()
        if not self.is_suspended and "startTime" not in self.tally.status:
            self.tally.status["startTime"] = self.stamp
        self.ending = self.tally.announced or self._unavoidable_ending()
        if self.ending is not None:
            self._delete(self.active)
        elif not self.is_deleted:
            self._manage()
            self._conclude()
        self._track()
        again_in = None if self.again_in == _NEVER else self.again_in
        return Outcome(again_in, self.backoff, self.was_refused)

    # --- the verdict

    def _count(self) -> None:
        self.succeeded, self.failed = self.tally.total("succeeded"), self.tally.total("failed")
        new = [pod for pod in self.pods if pods_.is_tracked(pod) and not self.tally.is_noted(pod)]
        if new:
            succeeded = [pod for pod in new if pods_.phase_of(pod) == pods_.SUCCEEDED]
            failed = [pod for pod in new if self._has_failed(pod)]
            self.backoff = self.backoff.after(succeeded, failed)
            self.succeeded += len(succeeded)
            self.failed += len(failed)

    def _unavoidable_ending(self) -> Ending | None:
        """An end that no further pod can avert."""
        if self.failed > self.spec["backoffLimit"] or self._has_restarted_too_often():
            return conditions.BACKOFF_LIMIT
        deadline = self.spec.get("activeDeadlineSeconds")
        if deadline is None or self.is_suspended:
            return None
        passed = self.now - pods_.parse_time(self.tally.status["startTime"])
        left = timedelta(seconds=deadline) - passed
        if left <= timedelta(0):
            return conditions.DEADLINE
        self._look_again(left)
        return None

    def _has_restarted_too_often(self) -> bool:
        if self.spec["template"]["spec"].get("restartPolicy") != "OnFailure":
            return False
        limit: int = self.spec["backoffLimit"]
        return pods_.restarts(self.pods) >= max(1, limit)

    def _has_failed(self, pod: Object) -> bool:
        return pods_.counts_as_failed(pod, waits_for_end=self._waits_for_end)

    @property
    def _waits_for_end(self) -> bool:
        """Whether a deleted pod counts as failed only when it has ended."""
        return self.spec.get("podReplacementPolicy") == "Failed"

    # --- the pods

    def _manage(self) -> None:
        """Make or delete pods until as many are at work as should be."""
        wanted = 0 if self.is_suspended else self._wanted()
        surplus = self.active_count - wanted
        if surplus > 0:
            chosen = pods_.expendable(self.active)[: min(surplus, LARGEST_BATCH)]
            for pod in chosen:
                self.hands.untrack(pod)
            self._delete(chosen)
            return
        missing = -surplus - (self.terminating if self._waits_for_end else 0)
        if missing <= 0:
            return
        if left := self.backoff.left(self.now):
            self._look_again(max(left, _SOONEST))
            return
        self._create(min(missing, LARGEST_BATCH))
        if missing > LARGEST_BATCH:
            self._look_again(_SOONEST)

    def _wanted(self) -> int:
        parallelism: int = self.spec["parallelism"]
        completions: int | None = self.spec.get("completions")
        if completions is not None:
            return max(0, min(parallelism, completions - self.succeeded))
        return self.active_count if self.succeeded else parallelism

    def _create(self, number: int) -> None:
        """Make pods, twice as many in each round, until one is refused."""
        batch = 1
        while number > 0 and not self.was_refused:
            made = [self.hands.create_pod(self.job) for _ in range(min(batch, number))]
            self.active_count += sum(made)
            self.was_refused = not all(made)
            number -= len(made)
            batch *= 2

    def _delete(self, chosen: Sequence[Object]) -> None:
        for pod in chosen:
            self.hands.delete_pod(self.job, pod)
        self.active_count -= len(chosen)
        self.ready -= sum(map(pods_.is_ready, chosen))
        self.terminating += len(chosen)

    # --- the status

    def _conclude(self) -> None:
        """See whether the Job is complete, and note whether it is suspended."""
        if self.succeeded >= self.spec.get("completions", 1) and self.active_count == 0:
            self.ending = conditions.COMPLETIONS_REACHED
        elif self.is_suspended:
            if self.tally.ensure(conditions.SUSPENDED, "True", "JobSuspended", "Job suspended"):
                self.hands.record(self.job, "Suspended", "Job suspended")
                self.tally.status.pop("startTime", None)
        elif self.tally.ensure(conditions.SUSPENDED, "False", "JobResumed", "Job resumed"):
            self.hands.record(self.job, "Resumed", "Job resumed")
            self.tally.status["startTime"] = self.stamp

    def _track(self) -> None:
        """Count the pods that have ended, and write the status on the way."""
        held = {pod["metadata"]["uid"]: pod for pod in self.pods if pods_.is_tracked(pod)}
        self.tally.set_living(active=self.active_count, ready=self.ready, terminating=self.terminating)
        self.tally.count(held)
        released = {uid: pod for uid, pod in held.items() if self._may_go(pod)}
        for pod in released.values():
            self._note(pod)
        if self.ending is not None and self.tally.announced is None:
            self.tally.ensure(self.ending.interim, "True", self.ending.reason, self.ending.message)
        self._flush()
        for pod in released.values():
            self.hands.untrack(pod)
        self.tally.count(held.keys() - released.keys())
        if self.ending is not None and not self.tally.has_noted and self.terminating == 0:
            self._end(self.ending)
        else:
            self._flush()

    def _may_go(self, pod: Object) -> bool:
        if self.is_deleted or self.ending is not None:
            return True
        return pods_.phase_of(pod) == pods_.SUCCEEDED or self._has_failed(pod)

    def _note(self, pod: Object) -> None:
        if self.tally.is_noted(pod):
            return
        all_others_failed = self.ending is not None and not self.ending.is_success
        if pods_.phase_of(pod) == pods_.SUCCEEDED:
            self.tally.note(pod, "succeeded")
        elif self._has_failed(pod) or all_others_failed:
            self.tally.note(pod, "failed")

    def _end(self, ending: Ending) -> None:
        """Write the final condition: nothing of the Job is left to count or to wait for."""
        self.tally.ensure(ending.final, "True", ending.reason, ending.message)
        if ending.is_success:
            self.tally.status["completionTime"] = self.stamp
        self._flush()
        if ending.is_success:
            self.hands.record(self.job, "Completed", "Job completed")
        else:
            self.hands.record(self.job, ending.reason, ending.message, warning=True)

    def _flush(self) -> None:
        if self.tally.is_changed:
            self.job = self.hands.write_status(self.job, self.tally.finished())

    def _look_again(self, after: timedelta) -> None:
        self.again_in = min(self.again_in, after)
