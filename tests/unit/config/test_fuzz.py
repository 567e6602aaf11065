"""The fuzzer's campaigns: a short one always, a million inputs where `LAUNCHER_K8S_SOAK=1`."""

from __future__ import annotations

import pytest

from launcher_k8s.codes import CODES, SCHEMA_CODES
from launcher_k8s.diagnostics import Location
from tests.conftest import SOAK
from tests.fuzz.__main__ import report
from tests.fuzz.campaign import default_processes, make_input, run
from tests.fuzz.corpus import valid_drafts
from tests.fuzz.draft import Draft
from tests.fuzz.judge import FaultError, check_place, judge
from tests.memory_files import MAIN, PROFILES

INPUTS = 1_000_000 if SOAK else 12_000


@pytest.mark.soak
def test_mutated_directories_end_in_diagnostics_and_every_code_is_hit() -> None:
    tally = run(INPUTS, seed=1, processes=default_processes() if SOAK else 1)
    print(report(tally))  # noqa: T201 - what a soak is run for
    assert tally.inputs == INPUTS
    assert tally.never_hit == []


def test_what_is_mutated_is_valid() -> None:
    for draft in valid_drafts(1):
        found = judge(draft)
        assert not [diagnostic for diagnostic in found if diagnostic.severity.value == "error"]


def test_an_input_follows_from_its_seed_and_number() -> None:
    assert [make_input(1, number) for number in range(50)] == [make_input(1, number) for number in range(50)]
    assert make_input(1, 7) != make_input(2, 7)


def test_inputs_differ() -> None:
    assert len({repr(make_input(1, number)) for number in range(200)}) > 150


def test_a_code_that_was_not_hit_is_told() -> None:
    tally = run(1, seed=1)
    assert set(tally.never_hit) == set(CODES) - SCHEMA_CODES - set(tally.codes)
    assert "NEVER HIT" in report(tally)


@pytest.mark.parametrize(
    "location",
    [
        Location(MAIN, 4),
        Location(MAIN, 1, 6),
        Location(MAIN, 1, 1, source="another line"),
        Location(MAIN, 0, 1),
        Location(MAIN, -1),
        Location(PROFILES, 1),
    ],
)
def test_a_place_outside_its_file_is_a_fault(location: Location) -> None:
    with pytest.raises(FaultError):
        check_place(location, Draft({MAIN: "a=1\nb=2\n"}))


def test_a_place_in_its_file_is_none() -> None:
    check_place(Location(MAIN, 2, 3, source="b=2"), Draft({MAIN: "a=1\nb=2\n"}))
