from __future__ import annotations

from launcher_k8s.testing.cluster import job_conditions as conditions

AT = "2026-01-01T00:00:00Z"
LATER = "2026-01-01T00:00:09Z"


def test_an_announced_end_is_known_again() -> None:
    ending = conditions.BACKOFF_LIMIT
    told = [conditions.new(ending.interim, "True", ending.reason, ending.message, at=AT)]
    assert conditions.announced(told) == ending
    assert conditions.announced([]) is None


def test_each_interim_condition_leads_to_its_final_one() -> None:
    assert (conditions.COMPLETIONS_REACHED.final, conditions.COMPLETIONS_REACHED.is_success) == (
        "Complete",
        True,
    )
    assert (conditions.DEADLINE.final, conditions.DEADLINE.is_success) == ("Failed", False)


def test_what_was_never_true_is_not_noted_as_false() -> None:
    assert conditions.ensured([], conditions.new("Suspended", "False", "r", "m", at=AT)) is None


def test_what_is_so_already_keeps_its_time() -> None:
    known = [conditions.new("Suspended", "True", "r", "m", at=AT)]
    again = conditions.new("Suspended", "True", "r", "m", at=LATER)
    assert conditions.ensured(known, again) is None


def test_a_change_takes_the_place_of_what_was() -> None:
    known = [conditions.new("A", "True", "", "", at=AT), conditions.new("Suspended", "True", "r", "m", at=AT)]
    other = conditions.new("Suspended", "False", "JobResumed", "Job resumed", at=LATER)
    assert conditions.ensured(known, other) == [known[0], other]


def test_only_a_final_condition_that_holds_tells_the_end() -> None:
    interim = conditions.new("FailureTarget", "True", "r", "m", at=AT)
    final = conditions.new("Failed", "True", "r", "m", at=LATER)
    assert conditions.ended_at({"status": {"conditions": [interim]}}) is None
    assert conditions.ended_at({"status": {"conditions": [interim, final]}}) == LATER
    assert conditions.ended_at({}) is None
