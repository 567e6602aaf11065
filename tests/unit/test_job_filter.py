from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from launcher_k8s.errors import InvalidJobError
from launcher_k8s.status import JobFilter, JobState


def test_states_may_be_given_by_name() -> None:
    assert JobFilter(states=["Finished"]).states == {JobState.FINISHED}


def test_an_unknown_state_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidJobError, match=r"named 'Done'.*Pending, Running"):
        JobFilter(states=["Done"])


def test_a_string_is_not_taken_for_a_list_of_tags() -> None:
    with pytest.raises(InvalidJobError, match="tags are a list"):
        JobFilter(tags="t1")


@pytest.mark.parametrize("field", ["start_time", "end_time"])
def test_a_time_needs_a_zone(field: str) -> None:
    with pytest.raises(InvalidJobError, match="has no time zone"):
        JobFilter(**{field: datetime(2026, 1, 1)})  # type: ignore[arg-type]  # noqa: DTZ001


def test_one_state_needs_no_list() -> None:
    assert JobFilter(states=JobState.RUNNING).states == {JobState.RUNNING}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"tags": 5}, "tags: expected a list, not an integer"),
        ({"tags": [5]}, r"tags\[0\]: expected a string, not an integer"),
        ({"states": 5}, "states: expected a list, not an integer"),
        ({"states": [5]}, r"states\[0\]: expected a JobState or a string, not an integer"),
        ({"start_time": "2026-01-01"}, "time: expected a datetime, not a string"),
    ],
)
def test_a_condition_of_another_kind_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidJobError, match=message):
        JobFilter(**values)
