from __future__ import annotations

from launcher_k8s.backend.turns import Turn, Turns
from launcher_k8s.tracker import Unexplained

A, B, C = (Unexplained(job_id, "uid", "") for job_id in "abc")


def test_a_first_look_is_due_after_a_while_and_given_once() -> None:
    turns = Turns(2.0)
    turns.add(A, now_s=10.0)
    assert turns.due_s == 12.0
    assert turns.take(now_s=11.9) is None
    assert turns.take(now_s=12.0) == Turn(A)
    assert turns.take(now_s=99.0) is None


def test_without_turns_none_is_due() -> None:
    assert Turns(2.0).due_s is None


def test_a_job_that_waits_is_not_queued_twice() -> None:
    turns = Turns(2.0)
    turns.add(A, now_s=0.0)
    turns.add(A, now_s=1.0)
    turns.add_again(Turn(A), due_s=1.0)
    assert [turns.take(now_s=9.0), turns.take(now_s=9.0)] == [Turn(A), None]


def test_a_first_look_goes_before_further_ones_that_are_due_longer() -> None:
    turns = Turns(2.0)
    turns.add_again(Turn(A), due_s=1.0)
    turns.add(B, now_s=3.0)
    assert turns.take(now_s=5.0) == Turn(B)
    assert turns.take(now_s=5.0) == Turn(A, looks=1)


def test_further_looks_go_by_when_they_are_due() -> None:
    turns = Turns(2.0)
    turns.add_again(Turn(A, looks=4), due_s=8.0)
    turns.add_again(Turn(B), due_s=4.0)
    turns.add_again(Turn(C), due_s=4.0)
    assert turns.due_s == 4.0
    taken = [turns.take(now_s=8.0) for _ in range(3)]
    assert taken == [Turn(B, looks=1), Turn(C, looks=1), Turn(A, looks=5)]
