from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.testing.cluster.job_backoff import FIRST, LONGEST, Backoff
from launcher_k8s.testing.cluster.job_pods import JobPod
from launcher_k8s.testing.cluster.writing import stamp

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def ended(after_s: float) -> JobPod:
    finished = stamp(NOW + timedelta(seconds=after_s))
    state = {"terminated": {"finishedAt": finished}}
    metadata = {"name": "p", "namespace": "ns", "uid": "u", "creationTimestamp": stamp(NOW)}
    status = {"phase": "Failed", "containerStatuses": [{"name": "m", "state": state}]}
    return JobPod.of({"metadata": metadata, "spec": {}, "status": status})


@pytest.mark.parametrize(
    ("failures", "wait_s"), [(0, 0), (1, 10), (2, 20), (3, 40), (6, 320), (7, 600), (99, 600)]
)
def test_the_wait_doubles_up_to_ten_minutes(failures: int, wait_s: int) -> None:
    assert Backoff(failures, NOW).left(NOW) == timedelta(seconds=wait_s)


def test_time_that_has_passed_is_no_longer_waited_for() -> None:
    assert Backoff(1, NOW).left(NOW + timedelta(seconds=4)) == timedelta(seconds=6)
    assert Backoff(1, NOW).left(NOW + timedelta(hours=1)) == timedelta(0)


def test_failures_add_up() -> None:
    assert Backoff(1, NOW).after([], [ended(5), ended(3)]) == Backoff(3, NOW + timedelta(seconds=5))


def test_nothing_new_changes_nothing() -> None:
    assert Backoff(2, NOW).after([], []) == Backoff(2, NOW)


def test_a_success_ends_the_count_but_for_later_failures() -> None:
    assert Backoff(5, NOW).after([ended(5)], []) == Backoff()
    assert Backoff(5, NOW).after([ended(5)], [ended(3), ended(7)]) == Backoff(1, NOW + timedelta(seconds=7))


@given(st.integers(1, 10_000), st.floats(0, 1e6))
def test_the_wait_is_never_negative_nor_longer_than_ten_minutes(failures: int, passed_s: float) -> None:
    left = Backoff(failures, NOW).left(NOW + timedelta(seconds=passed_s))
    assert timedelta(0) <= left <= max(FIRST, LONGEST)
