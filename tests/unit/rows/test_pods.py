from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.errors import ClusterError
from launcher_k8s.rows import EventKind, PodRow, decode_pod, decode_pod_event, decode_pod_page
from tests.recorded_events import JOB_ID, JOB_UID, POD_EVENT, POD_NAME, encoded, event_line, pod_object

CREATED, STARTED, FINISHED = 1795236881.0, 1795236884.0, 1795236886.0


def row_of(pod: dict[str, Any]) -> PodRow:
    row = decode_pod(encoded(pod))
    assert row is not None
    return row


def with_state(state: dict[str, Any], **status: Any) -> dict[str, Any]:
    pod = pod_object()
    pod["status"] |= {"phase": "Pending", **status}
    pod["status"]["containerStatuses"][0]["state"] = state
    return pod


def test_a_recorded_event_becomes_a_row() -> None:
    event = decode_pod_event(POD_EVENT)
    assert event.row == PodRow(
        name=POD_NAME,
        job_id=JOB_ID,
        job_key=bytes.fromhex(JOB_UID.replace("-", "")),
        version=652,
        created=CREATED,
        node="node-1",
        phase="Failed",
        reason="Error",
        started=STARTED,
        finished=FINISHED,
        exit_code=3,
    )


def test_the_older_controller_labels_are_not_needed() -> None:
    pod = pod_object()
    for label in ("job-name", "controller-uid"):
        del pod["metadata"]["labels"][label]
    assert row_of(pod) == decode_pod_event(POD_EVENT).row


@pytest.mark.parametrize(
    ("ports", "is_served"),
    [
        ('[{"protocol":"TCP","targetPort":8080}]', True),
        ("[]", False),
        (" null\n", False),
        ("", False),
        (None, False),
    ],
)
def test_a_pod_with_ports_is_served(ports: str | None, is_served: bool) -> None:
    pod = pod_object()
    pod["metadata"]["annotations"] |= {"service_ports": ports}
    assert row_of(pod).served is is_served


def test_a_sidecar_put_in_front_does_not_hide_a_pod() -> None:
    pod = pod_object()
    pod["spec"]["containers"].insert(0, {"name": "proxy"})
    pod["status"]["containerStatuses"].insert(0, {"name": "proxy", "state": {"terminated": {"exitCode": 9}}})
    assert row_of(pod).exit_code == 3


@pytest.mark.parametrize("label", ["labels", "annotations"])
def test_a_pod_without_labels_or_annotations_is_foreign(label: str) -> None:
    pod = pod_object()
    del pod["metadata"][label]
    assert decode_pod(encoded(pod)) is None


def test_a_foreign_pod_without_a_job_name_breaks_nothing() -> None:
    pod = pod_object()
    pod["metadata"]["labels"] = {"app": "database"}
    event = decode_pod_event(event_line("MODIFIED", pod))
    assert (event.kind, event.row, event.version) == (EventKind.MODIFIED, None, 652)


def test_a_running_container_tells_when_it_started() -> None:
    row = row_of(with_state({"running": {"startedAt": "2026-11-21T04:54:44Z"}}, phase="Running"))
    assert (row.started, row.finished, row.exit_code, row.reason) == (STARTED, None, None, "")


def test_a_container_that_could_not_start_never_started() -> None:
    ended = {"exitCode": 128, "reason": "StartError", "message": "no such file"}
    times = {"startedAt": "1970-01-01T00:00:00Z", "finishedAt": "2026-11-21T04:54:46Z"}
    row = row_of(with_state({"terminated": ended | times}))
    assert (row.started, row.finished, row.exit_code) == (None, FINISHED, 128)
    assert (row.reason, row.message) == ("StartError", "no such file")


def test_what_a_program_left_as_its_termination_message_is_not_kept() -> None:
    ended = {"exitCode": 1, "reason": "Error", "message": "x" * 4096, "startedAt": "2026-11-21T04:54:44Z"}
    assert row_of(with_state({"terminated": ended})).message == ""


WAITING = {"waiting": {"reason": "ErrImagePull", "message": "not found"}}
PREPARING = {"waiting": {"reason": "PodInitializing"}}
INIT_WAITING = {"name": "prepare", "state": {"waiting": {"reason": "ErrImagePull", "message": "denied"}}}
INIT_FAILED = {"name": "prepare", "state": {"terminated": {"exitCode": 4, "reason": "Error"}}}
INIT_DONE = {"name": "prepare", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}
UNSCHEDULED = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes"}


@pytest.mark.parametrize(
    ("state", "status", "expected"),
    [
        (WAITING, {}, ("ErrImagePull", "not found")),
        (PREPARING, {}, ("", "")),
        (PREPARING, {"initContainerStatuses": [INIT_DONE]}, ("", "")),
        (
            PREPARING,
            {"initContainerStatuses": [INIT_DONE, INIT_WAITING]},
            ("ErrImagePull", "init container 'prepare': denied"),
        ),
        (
            PREPARING,
            {"initContainerStatuses": [INIT_FAILED]},
            ("Error", "init container 'prepare' ended with exit code 4"),
        ),
        ({}, {"conditions": [UNSCHEDULED]}, ("Unschedulable", "0/1 nodes")),
        (WAITING, {"conditions": [UNSCHEDULED]}, ("ErrImagePull", "not found")),
    ],
)
def test_the_most_telling_reason_to_wait_is_kept(
    state: dict[str, Any], status: dict[str, Any], expected: tuple[str, str]
) -> None:
    row = row_of(with_state(state, **status))
    assert (row.reason, row.message) == expected


def test_an_init_container_fails_the_pod_only_with_the_pod() -> None:
    pending = with_state(PREPARING, initContainerStatuses=[INIT_FAILED])
    failed = with_state(PREPARING, initContainerStatuses=[INIT_FAILED], phase="Failed")
    assert (row_of(pending).init_failed, row_of(failed).init_failed) == (False, True)


def test_a_pod_that_failed_as_a_whole_says_why() -> None:
    pod = with_state({}, phase="Failed", reason="Evicted", message="The node was low on memory")
    del pod["status"]["containerStatuses"]
    row = row_of(pod)
    assert (row.phase, row.loss, row.loss_message) == ("Failed", "Evicted", "The node was low on memory")


def test_a_disruption_is_kept() -> None:
    target = {"type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler", "message": "m"}
    row = row_of(with_state({}, conditions=[target]))
    assert (row.loss, row.loss_message) == ("PreemptionByScheduler", "m")


def test_a_deletion_is_dated_when_it_was_asked_for() -> None:
    pod = pod_object()
    pod["metadata"] |= {"deletionTimestamp": "2026-11-21T04:54:47Z", "deletionGracePeriodSeconds": 3}
    assert row_of(pod).deleted == STARTED


def test_a_page_holds_what_is_ours() -> None:
    page = decode_pod_page(encoded({"metadata": {"resourceVersion": "9"}, "items": [pod_object(), {}]}))
    assert [row.name for row in page.rows] == [POD_NAME]


@given(data=st.data())
def test_a_damaged_line_is_an_event_or_our_error(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(POD_EVENT) - 1))
    cut = data.draw(st.integers(0, 30))
    junk = data.draw(st.binary(max_size=6))
    with suppress(ClusterError):
        assert decode_pod_event(POD_EVENT[:at] + junk + POD_EVENT[at + cut :]).kind in EventKind
