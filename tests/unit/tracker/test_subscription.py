from __future__ import annotations

import pytest
from msgspec.structs import replace

from launcher_k8s.status import JobFilter, JobState, JobStatus
from launcher_k8s.tracker import Subscription


class Reader:
    """A subscription on its own, with the present states it may ask for."""

    def __init__(self, wanted: str | JobFilter = JobFilter(), *, user: str | None = None) -> None:  # noqa: B008
        self.present: dict[str, JobStatus] = {}
        self.woken = 0
        self.forgotten = 0
        self.subscription = Subscription(
            wanted, user=user, wake=self._wake, present=self.present.get, forget=self._forget
        )

    def _wake(self) -> None:
        self.woken += 1

    def _forget(self, _: Subscription) -> None:
        self.forgotten += 1


def status(state: JobState, job_id: str = "a", message: str = "") -> JobStatus:
    return JobStatus(job_id, state, user="jsmith", status_message=message)


PENDING, RUNNING = status(JobState.PENDING), status(JobState.RUNNING)
SUSPENDED, FINISHED = status(JobState.SUSPENDED), status(JobState.FINISHED)


def test_changes_come_in_order() -> None:
    reader = Reader()
    changes = [PENDING, status(JobState.PENDING, "b"), RUNNING, status(JobState.FINISHED, "b"), FINISHED]
    for change in changes:
        reader.subscription.push(change)
    assert list(iter(reader.subscription.take, None)) == changes


def test_a_reader_is_woken_once_until_it_has_read_all() -> None:
    reader = Reader()
    reader.subscription.push(PENDING)
    reader.subscription.push(RUNNING)
    assert reader.woken == 1
    while reader.subscription.take():
        pass
    reader.subscription.push(FINISHED)
    assert reader.woken == 2


def test_repeated_messages_of_a_slow_reader_coalesce() -> None:
    reader = Reader()
    reader.subscription.push(RUNNING)
    for number in range(10_000):
        reader.subscription.push(status(JobState.PENDING, "b", f"message {number}"))
    assert reader.subscription.take() == RUNNING
    assert reader.subscription.take() == status(JobState.PENDING, "b", "message 9999")
    assert not reader.subscription.pending


def test_a_message_that_came_and_went_is_not_told_to_a_slow_reader() -> None:
    reader = Reader()
    first = status(JobState.PENDING, message="no node")
    reader.subscription.push(first)
    assert reader.subscription.take() == first

    reader.subscription.push(status(JobState.PENDING, message="nodes are away"), "no node")
    reader.subscription.push(first, "nodes are away")

    assert reader.subscription.take() is None
    assert not reader.subscription.pending
    reader.subscription.push(RUNNING)
    assert list(iter(reader.subscription.take, None)) == [RUNNING]


def test_what_waits_from_before_stays_when_a_later_message_goes() -> None:
    reader = Reader()
    inferred = replace(RUNNING, inferred=True)
    reader.subscription.push(inferred)
    reader.subscription.push(status(JobState.RUNNING, message="slow"), "")
    reader.subscription.push(RUNNING, "slow")
    reader.subscription.push(FINISHED)
    assert list(iter(reader.subscription.take, None)) == [inferred, FINISHED]


def test_no_change_of_state_is_lost_to_a_slow_reader() -> None:
    reader = Reader()
    changes = [PENDING, RUNNING, SUSPENDED, RUNNING, SUSPENDED, RUNNING, FINISHED]
    for change in changes:
        reader.subscription.push(change)
        reader.subscription.push(change)
    assert list(iter(reader.subscription.take, None)) == changes


def test_present_states_come_first_and_are_looked_up_when_read() -> None:
    reader = Reader()
    reader.present = {"a": PENDING, "b": status(JobState.PENDING, "b", "old")}
    reader.subscription._present = reader.present.get
    reader.subscription.start(["a", "b"])
    reader.subscription.push(status(JobState.RUNNING, "c"))
    reader.present["b"] = status(JobState.PENDING, "b", "new")
    taken = list(iter(reader.subscription.take, None))
    assert [(each.id, each.status_message) for each in taken] == [("a", ""), ("b", "new"), ("c", "")]


def test_a_job_about_to_change_is_put_aside_as_it_is() -> None:
    reader = Reader()
    reader.present["a"] = PENDING
    reader.subscription.start(["a"])
    reader.subscription.settle("a")
    reader.present["a"] = RUNNING
    reader.subscription.push(RUNNING)
    assert list(iter(reader.subscription.take, None)) == [PENDING, RUNNING]


def test_a_job_that_vanished_before_it_was_read_is_passed_over() -> None:
    reader = Reader()
    reader.present["b"] = status(JobState.RUNNING, "b")
    reader.subscription.start(["a", "b"])
    assert [each.id for each in iter(reader.subscription.take, None)] == ["b"]


@pytest.mark.parametrize(
    ("wanted", "user", "expected"),
    [
        (JobFilter(), None, 1),
        (JobFilter(), "jsmith", 1),
        (JobFilter(), "mallory", 0),
        (JobFilter(states={JobState.RUNNING}), None, 1),
        (JobFilter(states={JobState.FINISHED}), None, 0),
        ("a", "mallory", 0),
    ],
)
def test_only_what_is_wanted_waits(wanted: str | JobFilter, user: str | None, expected: int) -> None:
    reader = Reader(wanted, user=user)
    reader.subscription.push(RUNNING)
    assert (reader.woken, len(list(iter(reader.subscription.take, None)))) == (expected, expected)


def test_one_job_is_done_with_its_final_state() -> None:
    reader = Reader("a")
    reader.subscription.push(RUNNING)
    reader.subscription.push(FINISHED)
    assert (reader.subscription.take(), reader.subscription.done) == (RUNNING, False)
    assert (reader.subscription.take(), reader.subscription.done) == (FINISHED, True)
    assert reader.forgotten == 1


def test_a_closed_subscription_holds_nothing() -> None:
    reader = Reader()
    reader.subscription.push(RUNNING)
    reader.subscription.close()
    reader.subscription.close()
    assert (reader.subscription.take(), reader.subscription.pending, reader.forgotten) == (None, False, 1)
