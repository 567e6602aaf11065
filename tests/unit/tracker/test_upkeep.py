from __future__ import annotations

from launcher_k8s.tracker.upkeep import Upkeep


def test_each_job_to_record_is_handed_out_once() -> None:
    upkeep = Upkeep()
    for job_id in ("a", "b", "a"):
        upkeep.ask_to_record(job_id)
    assert (upkeep.take_unrecorded(), upkeep.take_unrecorded()) == (["a", "b"], [])


def test_a_doubt_is_handed_out_once_and_stays_until_it_is_settled() -> None:
    upkeep = Upkeep()
    upkeep.doubt("a")
    assert upkeep.take_doubts() == ["a"]
    upkeep.doubt("a")
    assert (upkeep.take_doubts(), upkeep.is_doubted("a"), upkeep.doubted()) == ([], True, ("a",))
    upkeep.trust("a")
    assert (upkeep.is_doubted("a"), upkeep.doubted()) == (False, ())


def test_a_new_doubt_about_the_same_job_is_handed_out_again() -> None:
    upkeep = Upkeep()
    upkeep.doubt("a")
    upkeep.take_doubts()
    upkeep.trust("a")
    upkeep.doubt("a")
    assert upkeep.take_doubts() == ["a"]


def test_a_removed_job_needs_no_upkeep() -> None:
    upkeep = Upkeep()
    upkeep.doubt("a")
    upkeep.ask_to_record("a")
    upkeep.forget("a")
    assert (upkeep.take_doubts(), upkeep.take_unrecorded()) == ([], [])
