"""Random lives of jobs, seen through streams that lag, break and are listed anew, held against a model.

Whatever was lost on the way, each subscriber hears a sequence in normal form, each change once, and the
end that the cluster's own history has; a fresh tracker says the same.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
)

from launcher_k8s.rows import Event, EventKind
from launcher_k8s.status import JobFilter, JobState, Operation
from launcher_k8s.tracker import Subscription, Tracker
from tests.unit.tracker.world import World

LETTERS = {
    JobState.PENDING: "P",
    JobState.RUNNING: "R",
    JobState.SUSPENDED: "S",
    JobState.FINISHED: "F",
    JobState.FAILED: "F",
    JobState.KILLED: "F",
    JobState.CANCELED: "F",
}
NORMAL = re.compile(r"P?(R(SR)*S?)?F?|S(RS)*R?F?")
"""A sequence may begin anywhere, with the present state; a Running is never skipped after a Pending."""


class Heard:
    """What one subscriber has heard of each job, put to the test as it comes."""

    def __init__(self, subscription: Subscription) -> None:
        self.subscription = subscription
        self.lines: dict[str, str] = {}
        self.last: dict[str, Any] = {}

    def listen(self) -> None:
        while (status := self.subscription.take()) is not None:
            before = self.last.get(status.id)
            if before is not None and before.state.is_final:
                assert status == before.__class__(**{**_fields(before), "removed": True})
                assert not before.removed
            elif before is None or before.state is not status.state:
                started_unheard = before and before.state is JobState.PENDING and status.start_time
                assert not (status.state.is_final and started_unheard)
                self.lines[status.id] = self.lines.get(status.id, "") + LETTERS[status.state]
            else:
                assert before.status_message != status.status_message
            assert NORMAL.fullmatch(self.lines[status.id]), self.lines[status.id]
            self.last[status.id] = status


def _fields(status: Any) -> dict[str, Any]:
    return {name: getattr(status, name) for name in status.__slots__ if not name.startswith("__")}


class Lives(RuleBasedStateMachine):
    """Jobs live; a tracker watches from afar."""

    jobs = Bundle("jobs")

    @initialize(ready=st.sampled_from([True, True, False]))
    def begin(self, ready: bool) -> None:
        self.world = World()
        self.tracker = Tracker()
        self.seen = {"jobs": 0, "pods": 0}
        self.expected: dict[str, JobState] = {}
        self.numbers = itertools.count()
        self.codes = itertools.cycle([3, 137, 0, 143])
        self.all = Heard(self.tracker.subscribe(JobFilter(), wake=lambda: None))
        self.late: list[Heard] = []
        if ready:
            self.list_jobs()
            self.list_pods()

    # --- what happens in the cluster

    @rule(target=jobs)
    def submit(self) -> str:
        job_id = f"job-{next(self.numbers)}"
        self.world.submit(job_id)
        self.world.schedule(job_id)
        return job_id

    @rule(job=jobs, choices=st.lists(st.integers(0, 59), min_size=1, max_size=4))
    def live(self, job: str, choices: list[int]) -> None:
        """Things that can happen to the job now, to its Pod, or to its Job by the Job controller."""
        for choice in choices:
            possible = self.possible(job)
            possible[choice % len(possible)](job)

    @precondition(lambda self: len(self.world.jobs) > 2)
    @rule(job=consumes(jobs))
    def remove(self, job: str) -> None:
        self.world.remove(job)

    def possible(self, job: str) -> list[Callable[[str], None]]:
        pod = self.world.pods.get(job)
        intent = self.intent(job)
        if pod is None:
            return [self.job_controller]
        if pod.phase == "Pending":
            return [self.start, self.start, self.fail_to_start, self.evict, self.cancel]
        if pod.phase == "Running" and intent is Operation.KILL:
            return [self.die, self.die, self.die_by_deadline, self.delete_the_pod, self.evict]
        if pod.phase == "Running":
            paused = intent is Operation.SUSPEND
            controls = [self.resume] if paused else [self.suspend, self.kill]
            return [*controls, self.end, self.delete_the_pod, self.evict, self.run_out_of_memory]
        # A Pod deleted after an end that nobody saw takes the truth with it.
        return (
            [self.job_controller, self.world.delete_pod] if self.is_final_seen(job) else [self.job_controller]
        )

    def start(self, job: str) -> None:
        self.world.start(job)

    def end(self, job: str) -> None:
        code = next(self.codes)
        self.world.end(job, code, reason="Error" if code else "Completed")
        self.expect(job, JobState.FINISHED)

    def die(self, job: str) -> None:
        self.world.end(job, 137, reason="Error")
        self.expect(job, JobState.KILLED)

    def die_by_deadline(self, job: str) -> None:
        self.world.end(job, 3, reason="Error", loss="DeadlineExceeded")
        self.expect(job, JobState.KILLED)

    def run_out_of_memory(self, job: str) -> None:
        self.world.end(job, 137, reason="OOMKilled")
        self.expect(job, JobState.KILLED)

    def fail_to_start(self, job: str) -> None:
        self.world.change_pod(job, phase="Failed", reason="StartError", exit_code=128)
        self.expect(job, JobState.FAILED)

    def evict(self, job: str) -> None:
        self.world.change_pod(job, phase="Failed", loss="Evicted")
        self.expect(job, JobState.FAILED)

    def delete_the_pod(self, job: str) -> None:
        self.world.delete_pod(job)
        self.expect(job, JobState.FAILED)

    def cancel(self, job: str) -> None:
        self.world.ask(job, Operation.CANCEL)
        self.world.delete_pod(job)
        self.expected[job] = JobState.CANCELED

    def suspend(self, job: str) -> None:
        self.world.ask(job, Operation.SUSPEND)

    def resume(self, job: str) -> None:
        self.world.ask(job, Operation.RESUME)

    def kill(self, job: str) -> None:
        self.world.ask(job, Operation.KILL)

    def job_controller(self, job: str) -> None:
        self.world.see_to(job)

    # --- what is seen of it

    @rule(count=st.integers(1, 8))
    def hear_of_jobs(self, count: int) -> None:
        if self.tracker.synced:
            start = self.seen["jobs"]
            for event in self.world.job_log[start : start + count]:
                self.tracker.apply_job(event)
            self.seen["jobs"] = min(start + count, len(self.world.job_log))

    @rule(count=st.integers(1, 8))
    def hear_of_pods(self, count: int) -> None:
        if self.tracker.synced:
            start = self.seen["pods"]
            for event in self.world.pod_log[start : start + count]:
                self.tracker.apply_pod(event)
            self.seen["pods"] = min(start + count, len(self.world.pod_log))

    @rule(what=st.sampled_from(["jobs", "pods", "again"]))
    def reconnect(self, what: str) -> None:
        """A watch had expired: all is listed anew; or an event comes twice."""
        if what == "jobs":
            self.list_jobs()
        elif what == "pods":
            self.list_pods()
        else:
            self.hear_the_last_again()

    def hear_the_last_again(self) -> None:
        if self.seen["jobs"] and self.tracker.synced:
            last = self.world.job_log[self.seen["jobs"] - 1]
            if last.kind is not EventKind.DELETED and last.row and self.tracker.row(last.row.id):
                self.tracker.apply_job(last)

    def list_jobs(self) -> None:
        self.tracker.replace_jobs(self.world.jobs.values(), str(self.world.version))
        self.seen["jobs"] = len(self.world.job_log)

    def list_pods(self) -> None:
        self.tracker.replace_pods(self.world.pods.values(), str(self.world.version))
        self.seen["pods"] = len(self.world.pod_log)

    @rule()
    def look_into_doubts(self) -> None:
        for job_id in self.tracker.upkeep.take_doubts():
            if job_id in self.world.jobs:
                pods = [self.world.pods[job_id]] if job_id in self.world.pods else []
                self.tracker.settle(self.world.jobs[job_id], pods)

    @rule()
    def write_down(self) -> None:
        for unrecorded in self.tracker.take_unrecorded():
            self.world.record(unrecorded.row.id, unrecorded.final)

    @rule()
    def listen(self) -> None:
        for heard in (self.all, *self.late):
            heard.listen()

    @rule()
    def subscribe(self) -> None:
        self.late.append(Heard(self.tracker.subscribe(JobFilter(), wake=lambda: None)))

    @invariant()
    def what_is_told_has_happened(self) -> None:
        """No end is told that the cluster's history does not have, whichever stream lags."""
        for status in self.tracker.select():
            job_id = status.id
            if status.state.is_final and job_id in self.world.jobs:
                assert self.expected.get(job_id) is status.state, status

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        for job_id in list(self.world.jobs):
            self.world.see_to(job_id)
        self.list_jobs()
        self.list_pods()
        self.hear_of_everything()
        self.write_down()
        self.hear_of_everything()
        self.listen()
        fresh = Tracker()
        fresh.replace_pods(self.world.pods.values(), str(self.world.version))
        fresh.replace_jobs(self.world.jobs.values(), str(self.world.version))
        for status in self.tracker.select():
            assert self.expected.get(status.id, status.state) is status.state
            again = fresh.status(status.id)
            assert again is not None
            assert (again.state, again.exit_code) == (status.state, status.exit_code)
            for heard in (self.all, *self.late):
                last = heard.last[status.id]
                assert (last.state, last.status_message) == (status.state, status.status_message)
        assert {status.id for status in self.tracker.select()} == set(self.world.jobs)

    def hear_of_everything(self) -> None:
        for job_event in self.world.job_log[self.seen["jobs"] :]:
            self.tracker.apply_job(job_event)
        for pod_event in self.world.pod_log[self.seen["pods"] :]:
            self.tracker.apply_pod(pod_event)
        self.seen = {"jobs": len(self.world.job_log), "pods": len(self.world.pod_log)}
        self.tracker.apply_job(Event(EventKind.BOOKMARK, None, str(self.world.version)))
        self.tracker.apply_pod(Event(EventKind.BOOKMARK, None, str(self.world.version)))

    # --- what the rules ask

    def intent(self, job_id: str) -> Operation | None:
        intent = self.world.jobs[job_id].intent
        return intent.operation if intent else None

    def expect(self, job_id: str, state: JobState) -> None:
        """After our kill, whatever ends it, the job was killed."""
        self.expected[job_id] = JobState.KILLED if self.intent(job_id) is Operation.KILL else state

    def is_final_seen(self, job_id: str) -> bool:
        status = self.tracker.status(job_id)
        return status is not None and status.state.is_final


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
