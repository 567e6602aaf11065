from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.backend.endings import Ending, Endings, ending_of
from launcher_k8s.rows import Final, JobRow
from launcher_k8s.state import status_of
from launcher_k8s.status import JobState

MANY = 20_000


@pytest.mark.parametrize(
    "final",
    [
        Final(JobState.FINISHED, 0, "", 20.0, 30.0),
        Final(JobState.FAILED, None, "gone", 20.0, None),
        Final(JobState.CANCELED),
    ],
)
def test_a_job_has_ended_when_it_was_updated_last(final: Final) -> None:
    row = JobRow("a", created=10.0, final=final)
    ending, updated = ending_of(row), status_of(row).last_update_time
    assert ending is not None
    assert updated is not None
    assert ending == Ending(updated.timestamp(), "a")


@pytest.mark.parametrize("row", [JobRow("a", created=10.0), JobRow("a", final=Final(JobState.CANCELED))])
def test_what_has_not_ended_or_has_no_time_is_never_due(row: JobRow) -> None:
    assert ending_of(row) is None


def test_a_job_is_due_when_its_time_has_passed() -> None:
    endings = Endings(60)
    endings.add(Ending(1000.0, "a"))
    assert endings.due == 1060
    assert endings.take(now=1059.9) is None
    assert endings.take(now=1060) == Ending(1000.0, "a")
    assert endings.take(now=9999) is None
    assert endings.due is None


def test_a_new_time_counts_for_all_who_wait() -> None:
    endings = Endings(3600)
    endings.add(Ending(1000.0, "a"))
    endings.keep_s = 0
    assert endings.take(now=1000) == Ending(1000.0, "a")


@given(st.lists(st.floats(0, 1e9), max_size=30))
def test_jobs_come_in_the_order_in_which_they_ended(times: list[float]) -> None:
    endings = Endings(10)
    for number, at in enumerate(times):
        endings.add(Ending(at, f"job-{number}"))
    taken = [endings.take(now=1e12) for _ in times]
    assert [ending.at for ending in taken if ending] == sorted(times)


@given(st.lists(st.floats(0, 100) | st.none(), max_size=40))
def test_jobs_may_be_added_while_others_are_taken(steps: list[float | None]) -> None:
    endings, waiting = Endings(0), []
    for number, at in enumerate(steps):
        if at is not None:
            endings.add(Ending(at, f"job-{number:02}"))
            waiting.append((at, f"job-{number:02}"))
        elif waiting:
            first = min(waiting)
            waiting.remove(first)
            assert endings.take(now=100) == Ending(*first)
        assert (len(endings), endings.due) == (len(waiting), min(waiting)[0] if waiting else None)


def test_twenty_thousand_that_are_not_due_cost_nothing_to_look_at() -> None:
    few, many = Endings(1e6), Endings(1e6)
    few.add(Ending(0.5, "first"))
    for number in range(MANY):
        many.add(Ending(float(MANY - number), f"job-{number}"))
    assert cpu_of_looks(many) < 5 * cpu_of_looks(few)


def cpu_of_looks(endings: Endings) -> float:
    """The fastest of five times a thousand looks."""
    taken = []
    for _ in range(5):
        begun = time.process_time()
        for _ in range(1000):
            assert endings.due is not None
            assert endings.take(now=2.0) is None
        taken.append(time.process_time() - begun)
    return min(taken)
