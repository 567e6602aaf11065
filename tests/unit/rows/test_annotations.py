from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.rows import Delivery, Final, Intent, format_delivery, format_final, format_intent
from launcher_k8s.rows.annotations import parse_delivery, parse_final, parse_intent
from launcher_k8s.status import FINAL, JobState, Operation

times = st.integers(1, 4_000_000_000).map(float)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '{"operation":"suspend","time":"2026-11-21T04:54:44.500000Z","user":"jsmith"}',
            Intent(Operation.SUSPEND, 1795236884.5, "jsmith"),
        ),
        (
            '{"operation":"stop","time":"2026-11-21T04:54:44Z","done":true}',
            Intent(Operation.STOP, 1795236884.0, done=True),
        ),
        ('{"operation":"kill","time":"2026-11-21T04:54:44Z"}', Intent(Operation.KILL, 1795236884.0)),
    ],
)
def test_an_intent_is_one_json_object_in_wire_form(text: str, expected: Intent) -> None:
    assert parse_intent(text) == expected


def test_a_final_state_is_one_json_object_in_wire_form() -> None:
    text = format_final(Final(JobState.FINISHED, 3, "", 1795236884.0, 1795236886.0))
    assert json.loads(text) == {
        "status": "Finished",
        "exitCode": 3,
        "startTime": "2026-11-21T04:54:44Z",
        "endTime": "2026-11-21T04:54:46Z",
    }


@given(
    st.builds(
        Final,
        st.sampled_from(sorted(FINAL, key=str)),
        st.none() | st.integers(0, 255),
        st.text(),
        st.none() | times,
        st.none() | times,
    )
)
def test_a_final_state_survives_being_written(final: Final) -> None:
    assert parse_final(format_final(final)) == final


def test_a_later_versions_fields_are_passed_over() -> None:
    assert parse_final('{"status":"Canceled","colour":"red"}') == Final(JobState.CANCELED)


@pytest.mark.parametrize("operation", Operation)
def test_an_intent_is_read_as_it_was_written(operation: Operation) -> None:
    intent = Intent(operation, 1_700_000_000.0, "jsmith")
    assert parse_intent(format_intent(intent)) == intent


def test_an_intent_is_one_object_in_wire_form() -> None:
    text = format_intent(Intent(Operation.KILL, 0.0, "jsmith"))
    assert text == '{"operation":"kill","time":"1970-01-01T00:00:00Z","user":"jsmith"}'


@pytest.mark.parametrize(("done", "cut"), [(False, False), (False, True), (True, False), (True, True)])
def test_a_delivery_is_read_as_it_was_written(done: bool, cut: bool) -> None:
    delivery = Delivery("0123456789", 1_700_000_000.0, done, cut)
    assert parse_delivery(format_delivery(delivery)) == delivery


@pytest.mark.parametrize("text", ["", "{}", '{"sender":"a"}', "sent"])
def test_a_delivery_that_cannot_be_read_counts_as_absent(text: str) -> None:
    assert parse_delivery(text) is None
