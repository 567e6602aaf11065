from __future__ import annotations

import json
from typing import Any

import pytest

from launcher_k8s.errors import ClusterError
from launcher_k8s.rows import (
    EventKind,
    Final,
    Intent,
    JobOutcome,
    JobRow,
    decode_job,
    decode_job_event,
    decode_job_page,
    format_final,
)
from launcher_k8s.status import JobState, Operation
from tests.recorded_events import JOB_EVENT, JOB_ID, JOB_UID, encoded, event_line, job_object

CREATED = 1795236881.0
FAILED = 1795236889.0


def row_of(job: dict[str, Any]) -> JobRow:
    row = decode_job(encoded(job))
    assert row is not None
    return row


def compact(kind: str, job: dict[str, Any]) -> bytes:
    """A line of a watch as API servers write it."""
    return json.dumps({"type": kind, "object": job}, separators=(",", ":")).encode()


def template(job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = job["spec"]["template"]
    return found


def test_a_recorded_event_becomes_a_row() -> None:
    event = decode_job_event(JOB_EVENT)
    assert (event.kind, event.resource_version, event.version) == (EventKind.MODIFIED, "653", 653)
    assert event.row == JobRow(
        id=JOB_ID,
        key=bytes.fromhex(JOB_UID.replace("-", "")),
        version=653,
        name="R Session 1",
        user="jsmith",
        tags=("rstudio-r-session", "rstudio-r-session-name:R Session 1"),
        instance_id="prod-1",
        created=CREATED,
        outcome=JobOutcome.FAILED,
        reason="BackoffLimitExceeded",
        message="Job has reached the specified backoff limit",
        ended=FAILED,
    )


def test_a_row_gives_uid_and_version_as_the_api_server_wrote_them() -> None:
    row = row_of(job_object())
    assert (row.uid, row.resource_version) == (JOB_UID, "653")


@pytest.mark.parametrize("uid", ["", "u-1", JOB_UID.upper(), JOB_UID.replace("-", "_"), "e" * 36, "-" * 36])
def test_a_uid_that_is_no_uuid_is_kept_as_it_is(uid: str) -> None:
    job = job_object()
    job["metadata"]["uid"] = uid
    assert row_of(job).uid == uid


def test_tags_come_in_the_order_of_their_numbers() -> None:
    job = job_object()
    annotations = template(job)["metadata"]["annotations"]
    annotations |= {f"USER_TAG_{number}": f"tag {number}" for number in reversed(range(12))}
    annotations |= {"USER_TAG_": "no number", "USER_TAG_X": "no number either"}
    assert row_of(job).tags == tuple(f"tag {number}" for number in range(12))


def test_suspension_and_retries_are_read() -> None:
    job = job_object()
    job["spec"] |= {"suspend": True, "backoffLimit": 6}
    row = row_of(job)
    assert (row.suspended, row.retries) == (True, True)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([], (None, "")),
        (None, (None, "")),
        ([("Suspended", "True", "JobSuspended")], (None, "")),
        ([("Failed", "False", "Whatever")], (None, "")),
        ([("FailureTarget", "True", "DeadlineExceeded")], (None, "DeadlineExceeded")),
        (
            [("FailureTarget", "True", "First"), ("Failed", "True", "DeadlineExceeded")],
            (JobOutcome.FAILED, "DeadlineExceeded"),
        ),
        (
            [("SuccessCriteriaMet", "True", "X"), ("Complete", "True", "CompletionsReached")],
            (JobOutcome.COMPLETE, "CompletionsReached"),
        ),
    ],
)
def test_the_condition_that_ends_a_job_is_its_outcome(conditions: Any, expected: tuple[Any, str]) -> None:
    job = job_object()
    job["status"]["conditions"] = conditions and [
        {"type": kind, "status": status, "reason": reason} for kind, status, reason in conditions
    ]
    row = row_of(job)
    assert (row.outcome, row.reason) == expected


def test_our_annotations_are_read_back_as_they_were_written() -> None:
    intent = Intent(Operation.KILL, CREATED, "jsmith")
    final = Final(JobState.KILLED, 137, "killed by jsmith", CREATED, FAILED)
    job = job_object()
    job["metadata"]["annotations"] |= {
        "launcher-k8s/intent": '{"operation":"kill","time":"2026-11-21T04:54:41Z","user":"jsmith"}',
        "launcher-k8s/final": format_final(final),
    }
    row = row_of(job)
    assert (row.intent, row.final) == (intent, final)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"operation":"explode","time":"2026-11-21T04:54:46Z"}',
        "\x00",
        "[" * 5000,
        '{"operation":"kill","time":"2026-11-21T04:54:46"}',
        '{"status":"Running"}',
        '{"status":"Odd"}',
    ],
)
def test_an_annotation_that_cannot_be_read_counts_as_absent(text: str) -> None:
    job = job_object()
    job["metadata"]["annotations"] |= {"launcher-k8s/intent": text, "launcher-k8s/final": text}
    row = row_of(job)
    assert (row.intent, row.final) == (None, None)


def without(*path: str | int) -> dict[str, Any]:
    job: Any = job_object()
    at = job
    for step in path[:-1]:
        at = at[step]
    del at[path[-1]]
    found: dict[str, Any] = job
    return found


@pytest.mark.parametrize(
    "job",
    [
        without("spec", "template", "metadata", "annotations", "user"),
        without("spec", "template", "metadata", "annotations", "name"),
        without("spec", "template", "metadata", "annotations"),
        without("spec", "template", "metadata"),
        without("spec", "template", "spec", "containers", 0, "name"),
        without("spec", "template", "spec", "containers", 0),
        without("spec", "template", "spec"),
        without("spec", "template"),
        without("spec"),
    ],
)
def test_a_job_without_the_launchers_marks_is_foreign(job: dict[str, Any]) -> None:
    assert decode_job(encoded(job)) is None


def test_the_main_container_must_stand_first_in_a_job() -> None:
    job = job_object()
    template(job)["spec"]["containers"].insert(0, {"name": "other"})
    assert decode_job(encoded(job)) is None


def test_a_foreign_event_still_tells_its_version() -> None:
    foreign = {"metadata": {"name": "nightly", "resourceVersion": "77"}, "spec": {"template": 5}}
    event = decode_job_event(event_line("ADDED", foreign))
    assert (event.kind, event.row, event.version) == (EventKind.ADDED, None, 77)


def test_a_bookmark_tells_a_version_only() -> None:
    bookmark = {
        "kind": "Job",
        "metadata": {"resourceVersion": "762"},
        "spec": {"template": {"metadata": {}, "spec": {"containers": None}}},
        "status": {},
    }
    event = decode_job_event(event_line("BOOKMARK", bookmark))
    assert (event.is_bookmark, event.row, event.resource_version) == (True, None, "762")


def test_an_error_event_is_told_from_others() -> None:
    status = {"kind": "Status", "metadata": {}, "message": "too old resource version", "code": 410}
    event = decode_job_event(event_line("ERROR", status))
    assert (event.kind, event.row, event.version) == (EventKind.ERROR, None, 0)


def test_no_row_is_made_of_a_write_that_is_known() -> None:
    event = decode_job_event(compact("MODIFIED", job_object()), [653].__contains__)
    assert (event.row, event.version, event.is_bookmark) == (None, 653, False)


def test_a_write_that_is_not_known_is_read() -> None:
    line = compact("ADDED", job_object())
    assert decode_job_event(line, lambda _: False) == decode_job_event(line)


def test_that_a_known_job_was_deleted_is_read() -> None:
    event = decode_job_event(compact("DELETED", job_object()), lambda _: True)
    assert (event.kind, event.row) == (EventKind.DELETED, row_of(job_object()))


def test_where_two_versions_are_in_a_line_it_is_read() -> None:
    job = job_object()
    template(job)["metadata"]["resourceVersion"] = "1"
    assert decode_job_event(compact("MODIFIED", job), lambda _: True).row == row_of(job)


def test_a_version_inside_of_a_text_is_not_taken_for_that_of_the_job() -> None:
    job = job_object()
    job["metadata"]["annotations"] = {"note": '"resourceVersion":"1"'}
    event = decode_job_event(compact("MODIFIED", job), [1].__contains__)
    assert event.row == row_of(job)


@pytest.mark.parametrize("version", ["", "x7", "-7"])
def test_a_version_that_is_no_number_is_none_that_is_known(version: str) -> None:
    job = job_object()
    job["metadata"]["resourceVersion"] = version
    assert decode_job_event(compact("MODIFIED", job), lambda _: True).row == row_of(job)


def test_a_line_that_was_written_with_blanks_is_read() -> None:
    event = decode_job_event(
        json.dumps({"type": "MODIFIED", "object": job_object()}).encode(), lambda _: True
    )
    assert event.row == row_of(job_object())


def test_a_page_holds_what_is_ours_and_where_to_go_on() -> None:
    foreign = {"metadata": {"name": "nightly"}, "spec": {"template": {"spec": {"containers": "odd"}}}}
    page = decode_job_page(
        encoded(
            {
                "metadata": {"resourceVersion": "9", "continue": "tok"},
                "items": [foreign, job_object(), foreign],
            }
        )
    )
    assert [row.id for row in page.rows] == [JOB_ID]
    assert (page.resource_version, page.continue_token) == ("9", "tok")


def test_an_empty_collection_is_written_as_null() -> None:
    assert decode_job_page(b'{"metadata":{"resourceVersion":"9"},"items":null}').rows == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"kind":"Status","metadata":{},"code":500}',
        b'{"metadata":{"items":[]}}',
        b'{"items":[]}',
        b'{"metadata":{},"items":[',
        b"\xff\xfe",
    ],
)
def test_an_answer_that_is_no_list_is_never_an_empty_one(body: bytes) -> None:
    with pytest.raises(ClusterError, match="a list of Jobs that cannot be read") as caught:
        decode_job_page(body)
    assert caught.value.transient


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"backend connection refused",
        JOB_EVENT[:-40],
        JOB_EVENT.replace(b'"MODIFIED"', b'"CHANGED"'),
        JOB_EVENT.replace(b"04:54:41Z", b"04:54:41"),
        JOB_EVENT.replace(b"jsmith", b"\xff\xff"),
        b'{"type":"ADDED","object":[]}',
    ],
)
def test_a_line_that_is_no_event_is_our_error(line: bytes) -> None:
    with pytest.raises(ClusterError, match="about a Job that cannot be read"):
        decode_job_event(line)
