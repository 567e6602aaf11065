"""One look at one Job: what is done about its pods, and what its status says after.

This is ``syncJob`` of ``pkg/controller/job/job_controller.go`` (Kubernetes 1.36), write by write in its
order, so that whoever watches sees the same versions go by. Left out are Indexed Jobs and the policies
for failed pods and for success, which the Launcher never writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import msgspec

from launcher_k8s.testing.cluster import job_conditions as conditions
from launcher_k8s.testing.cluster.job_backoff import Backoff
from launcher_k8s.testing.cluster.job_conditions import Ending
from launcher_k8s.testing.cluster.job_pods import SUCCEEDED, JobPod, expendable, parse_time, restarts
from launcher_k8s.testing.cluster.job_tally import Tally
from launcher_k8s.testing.cluster.kinds import Object

LARGEST_BATCH: Final = 500
_SOONEST: Final = timedelta(seconds=1)


class Hands(Protocol):
    """What a look at a Job may do to the cluster; everything it does is left on the Job as an event."""

    def create_pod(self, job: Object) -> bool:
        """Make a pod; False if the cluster refused."""

    def delete_pod(self, job: Object, pod: JobPod) -> None:
        """Begin to delete a pod."""

    def untrack(self, pod: JobPod) -> None:
        """Take the Job's finalizer off a pod."""

    def write_status(self, job: Object, status: Object) -> Object:
        """Write the Job's status; returns the Job."""

    def record(self, job: Object, reason: str, message: str, *, warning: bool = False) -> None:
        """Leave an event on the Job."""


class Outcome(msgspec.Struct, frozen=True):
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
    job: Object, pods: Sequence[JobPod], hands: Hands, *, backoff: Backoff, now: datetime, stamp: str
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
    return _Look(job, pods, hands, backoff=backoff, now=now, stamp=stamp).run()


class _Look:
    """The look under way: the counts change as pods are made and deleted."""

    def __init__(
        self,
        job: Object,
        pods: Sequence[JobPod],
        hands: Hands,
        *,
        backoff: Backoff,
        now: datetime,
        stamp: str,
    ) -> None:
        self.job = job
        self.pods = pods
        self.hands = hands
        self.backoff = backoff
        self.now = now
        self.stamp = stamp
        self.spec: dict[str, Any] = job["spec"]
        self.is_suspended = bool(self.spec.get("suspend"))
        self.is_deleted = "deletionTimestamp" in job["metadata"]
        # whether a deleted pod counts as failed only when it has ended
        self.waits_for_end = self.spec.get("podReplacementPolicy") == "Failed"
        self.tally = tally = Tally(job.get("status", {}), stamp=stamp)
        self.active: list[JobPod] = []
        self.others: list[JobPod] = []
        self.ready = self.terminating = 0
        for pod in pods:
            if pod.is_active:
                self.active.append(pod)
                self.ready += pod.is_ready
            else:
                self.others.append(pod)
                self.terminating += not pod.is_ended
        self.active_count = len(self.active)
        self.succeeded = tally.total("succeeded")
        self.failed = tally.total("failed")
        self.ending: Ending | None = None
        self.again_in: timedelta | None = None
        self.was_refused = False

    def run(self) -> Outcome:
        if self.others:
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
        return Outcome(self.again_in, self.backoff, self.was_refused)

    # --- the verdict

    def _count(self) -> None:
        """Count the pods that have ended and are not noted yet."""
        new = [pod for pod in self.others if pod.is_tracked and not self.tally.is_noted(pod.uid)]
        succeeded = [pod for pod in new if pod.phase == SUCCEEDED]
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
        passed = self.now - parse_time(self.tally.status["startTime"])
        left = timedelta(seconds=deadline) - passed
        if left <= timedelta(0):
            return conditions.DEADLINE
        self._look_again(left)
        return None

    def _has_restarted_too_often(self) -> bool:
        if self.spec["template"]["spec"].get("restartPolicy") != "OnFailure":
            return False
        limit: int = self.spec["backoffLimit"]
        return restarts(self.pods) >= max(1, limit)

    def _has_failed(self, pod: JobPod) -> bool:
        return pod.counts_as_failed(waits_for_end=self.waits_for_end)

    # --- the pods

    def _manage(self) -> None:
        """Make or delete pods until as many are at work as should be."""
        wanted = 0 if self.is_suspended else self._wanted()
        surplus = self.active_count - wanted
        if surplus > 0:
            chosen = expendable(self.active)[: min(surplus, LARGEST_BATCH)]
            for pod in chosen:
                self.hands.untrack(pod)
            self._delete(chosen)
            return
        missing = -surplus - (self.terminating if self.waits_for_end else 0)
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

    def _delete(self, chosen: Sequence[JobPod]) -> None:
        for pod in chosen:
            self.hands.delete_pod(self.job, pod)
            self.ready -= pod.is_ready
        self.active_count -= len(chosen)
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
        held = {pod.uid: pod for pod in self.pods if pod.is_tracked}
        self.tally.set_living(active=self.active_count, ready=self.ready, terminating=self.terminating)
        self.tally.count(held)
        released = self._released(held)
        for pod in released.values():
            self._note(pod)
        if self.ending is not None and self.tally.announced is None:
            self.tally.ensure(self.ending.interim, "True", self.ending.reason, self.ending.message)
        self._flush()
        for pod in released.values():
            self.hands.untrack(pod)
        if released:
            self.tally.count(held.keys() - released.keys())
        if self.ending is not None and not self.tally.has_noted and self.terminating == 0:
            self._end(self.ending)
        else:
            self._flush()

    def _released(self, held: Mapping[str, JobPod]) -> Mapping[str, JobPod]:
        """Those of the pods the Job holds that it need hold no longer."""
        if self.is_deleted or self.ending is not None:
            return held
        if not self.others:
            return {}
        return {uid: pod for uid, pod in held.items() if pod.phase == SUCCEEDED or self._has_failed(pod)}

    def _note(self, pod: JobPod) -> None:
        if self.tally.is_noted(pod.uid):
            return
        all_others_failed = self.ending is not None and not self.ending.is_success
        if pod.phase == SUCCEEDED:
            self.tally.note(pod.uid, "succeeded")
        elif self._has_failed(pod) or all_others_failed:
            self.tally.note(pod.uid, "failed")

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
        self.again_in = after if self.again_in is None else min(self.again_in, after)
