"""One look at one Job: what is done about its pods, and what its status says after.

This is ``syncJob`` of ``pkg/controller/job/job_controller.go`` (Kubernetes 1.36), write by write in its order, so
that whoever watches sees the same versions go by. Left out are Indexed Jobs and the policies for failed pods and for
success, which the Launcher never writes.
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
    status: dict[str, Any] = attrs.field(init=False)
    uncounted: dict[str, list[str]] = attrs.field(init=False)
    active: list[Object] = attrs.field(init=False)
    active_count: int = attrs.field(init=False)
    ready: int = attrs.field(init=False)
    terminating: int = attrs.field(init=False)
    succeeded: int = attrs.field(init=False)
    failed: int = attrs.field(init=False)
    ending: Ending | None = None
    again_in: timedelta = _NEVER
    was_refused: bool = False
    is_changed: bool = False

    def __attrs_post_init__(self) -> None:
        self.spec, self.status = self.job["spec"], dict(self.job.get("status", {}))
        known = self.status.get("uncountedTerminatedPods", {})
        self.uncounted = {key: list(known.get(key, ())) for key in ("succeeded", "failed")}
        self.active = [pod for pod in self.pods if pods_.is_active(pod)]
        self.active_count = len(self.active)
        self.ready = sum(map(pods_.is_ready, self.active))
        self.terminating = sum(map(pods_.is_terminating, self.pods))

    @property
    def is_suspended(self) -> bool:
        return bool(self.spec.get("suspend"))

    @property
    def waits_for_end(self) -> bool:
        """Whether a deleted pod counts as failed only when it has ended."""
        return self.spec.get("podReplacementPolicy") == "Failed"

    def run(self) -> Outcome:
        self._count()
        if not self.is_suspended and "startTime" not in self.status:
            self.status["startTime"] = self.stamp
        self.ending = self._ending_before()
        if self.ending is not None:
            self._delete(self.active)
        elif "deletionTimestamp" not in self.job["metadata"]:
            self._manage()
            self._conclude()
        self._track()
        again_in = None if self.again_in == _NEVER else self.again_in
        return Outcome(again_in, self.backoff, self.was_refused)

    # --- the verdict

    def _count(self) -> None:
        new = [pod for pod in self.pods if pods_.is_tracked(pod) and not self._is_counted(pod)]
        succeeded = [pod for pod in new if pods_.phase_of(pod) == pods_.SUCCEEDED]
        failed = [pod for pod in new if self._has_failed(pod)]
        self.backoff = self.backoff.after(succeeded, failed)
        self.succeeded = self.status.get("succeeded", 0) + len(succeeded) + len(self.uncounted["succeeded"])
        self.failed = self.status.get("failed", 0) + len(failed) + len(self.uncounted["failed"])

    def _ending_before(self) -> Ending | None:
        """An end that no further pod can avert."""
        announced = conditions.announced(self.status.get("conditions", ()))
        if announced is not None:
            return announced
        if self.failed > self.spec["backoffLimit"] or self._has_restarted_too_often():
            return conditions.BACKOFF_LIMIT
        deadline = self.spec.get("activeDeadlineSeconds")
        if deadline is None or self.is_suspended:
            return None
        left = timedelta(seconds=deadline) - (self.now - pods_.parse_time(self.status["startTime"]))
        if left <= timedelta(0) and "startTime" in self.job.get("status", {}):
            return conditions.DEADLINE
        self._look_again(left)
        return None

    def _has_restarted_too_often(self) -> bool:
        if self.spec["template"]["spec"].get("restartPolicy") != "OnFailure":
            return False
        return pods_.restarts(self.pods) >= max(1, self.spec["backoffLimit"])

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
        missing = -surplus - (self.terminating if self.waits_for_end else 0)
        if missing <= 0:
            return
        if left := self.backoff.left(self.now):
            self._look_again(max(left, _SOONEST))
            return
        self._create(min(missing, LARGEST_BATCH))

    def _wanted(self) -> int:
        parallelism: int = self.spec["parallelism"]
        if "completions" in self.spec:
            return max(0, min(parallelism, self.spec["completions"] - self.succeeded))
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
        enough = self.spec.get("completions", 1)
        if self.succeeded >= enough and self.active_count == 0:
            self.ending = conditions.COMPLETIONS_REACHED
        elif self.is_suspended:
            if self._ensure(conditions.SUSPENDED, "True", "JobSuspended", "Job suspended"):
                self.hands.record(self.job, "Suspended", "Job suspended")
                self.status.pop("startTime", None)
        elif self._ensure(conditions.SUSPENDED, "False", "JobResumed", "Job resumed"):
            self.hands.record(self.job, "Resumed", "Job resumed")
            self.status["startTime"] = self.stamp

    def _track(self) -> None:
        """Count the pods that have ended: first noted, then set free, then in the numbers, so that none is lost."""
        self._note_counts()
        self._settle_counts({pod["metadata"]["uid"] for pod in self.pods if pods_.is_tracked(pod)})
        counted = [pod for pod in self.pods if pods_.is_tracked(pod) and self._may_go(pod)]
        for pod in counted:
            self._note(pod)
        if self.ending is not None and conditions.announced(self.status.get("conditions", ())) is None:
            self._ensure(self.ending.interim, "True", self.ending.reason, self.ending.message)
        self._flush()
        for pod in counted:
            self.hands.untrack(pod)
        free = {pod["metadata"]["uid"] for pod in counted}
        tracked = {pod["metadata"]["uid"] for pod in self.pods if pods_.is_tracked(pod)}
        self._settle_counts(tracked - free)
        is_final = self._end()
        self._flush()
        if is_final and self.ending is not None:
            self._record_end(self.ending)

    def _note_counts(self) -> None:
        for key, value in (("ready", self.ready), ("terminating", self.terminating)):
            if self.status.get(key) != value:
                self.status[key], self.is_changed = value, True
        if self.status.get("active", 0) != self.active_count:
            self.is_changed = True
        self._put_number("active", self.active_count)

    def _may_go(self, pod: Object) -> bool:
        if "deletionTimestamp" in self.job["metadata"] or self.ending is not None:
            return True
        return pods_.phase_of(pod) == pods_.SUCCEEDED or self._has_failed(pod)

    def _note(self, pod: Object) -> None:
        """Note a pod as ended and not yet in the numbers."""
        if self._is_counted(pod):
            return
        has_succeeded = pods_.phase_of(pod) == pods_.SUCCEEDED
        all_others_failed = self.ending is not None and not self.ending.is_success
        if has_succeeded or self._has_failed(pod) or all_others_failed:
            self.uncounted["succeeded" if has_succeeded else "failed"].append(pod["metadata"]["uid"])
            self.is_changed = True

    def _settle_counts(self, tracked: set[str]) -> None:
        """Move the pods that the Job does not hold any more into the numbers."""
        for key, uids in self.uncounted.items():
            left = [uid for uid in uids if uid in tracked]
            if len(left) < len(uids):
                self._put_number(key, self.status.get(key, 0) + len(uids) - len(left))
                self.uncounted[key], self.is_changed = left, True

    def _end(self) -> bool:
        """Write the final condition, once nothing of the Job is left to count or to wait for."""
        if self.ending is None or any(self.uncounted.values()) or self.terminating > 0:
            return False
        self._ensure(self.ending.final, "True", self.ending.reason, self.ending.message)
        if self.ending.is_success:
            self.status["completionTime"] = self.stamp
        return True

    def _record_end(self, ending: Ending) -> None:
        if ending.is_success:
            self.hands.record(self.job, "Completed", "Job completed")
        else:
            self.hands.record(self.job, ending.reason, ending.message, warning=True)

    def _flush(self) -> None:
        if not self.is_changed:
            return
        self.is_changed = False
        self.status["uncountedTerminatedPods"] = {key: list(uids) for key, uids in self.uncounted.items() if uids}
        self.job = self.hands.write_status(self.job, dict(self.status))

    # --- small things

    def _ensure(self, type_: str, status: str, reason: str, message: str) -> bool:
        condition = conditions.new(type_, status, reason, message, at=self.stamp)
        self.status["conditions"], changed = conditions.ensured(self.status.get("conditions", ()), condition)
        if not self.status["conditions"]:
            del self.status["conditions"]
        self.is_changed = self.is_changed or changed
        return changed

    def _put_number(self, key: str, value: int) -> None:
        """Zero is not written, as Go leaves it out."""
        if value:
            self.status[key] = value
        else:
            self.status.pop(key, None)

    def _look_again(self, after: timedelta) -> None:
        self.again_in = min(self.again_in, after)

    def _is_counted(self, pod: Object) -> bool:
        uid = pod["metadata"]["uid"]
        return uid in self.uncounted["succeeded"] or uid in self.uncounted["failed"]

    def _has_failed(self, pod: Object) -> bool:
        return pods_.counts_as_failed(pod, waits_for_end=self.waits_for_end)
