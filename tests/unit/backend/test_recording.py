from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.recording import Recorder
from launcher_k8s.connection import Reply
from launcher_k8s.errors import ConflictError, ForbiddenError, ObjectNotFoundError, UnavailableError
from launcher_k8s.rows import Final, JobRow, decode_job, format_final
from launcher_k8s.shape.names import FINAL_ANNOTATION
from launcher_k8s.status import JobState
from launcher_k8s.testing import ScriptedClock
from launcher_k8s.tracker import Tracker, Unrecorded
from tests.recorded_events import JOB_ID, job_object
from tests.unit.backend.scripted import Answer, ScriptedAnswers

FINISHED = Final(JobState.FINISHED, 3)
STALE = ConflictError("modified", status=409, reason="Conflict", transient=True)


def job(version: int, *, uid: str = "u1", final: Final | None = None) -> Reply:
    stored: Any = job_object()
    stored["metadata"] |= {"resourceVersion": str(version), "uid": uid}
    if final is not None:
        stored["metadata"]["annotations"][FINAL_ANNOTATION] = format_final(final)
    return Reply(json.dumps(stored).encode())


def row(version: int) -> JobRow:
    decoded = decode_job(job(version).body)
    assert decoded is not None
    return decoded


async def record(
    script: dict[str, list[Answer]], *, suspend: bool = False, tracker: Tracker | None = None
) -> ScriptedAnswers:
    cluster = ScriptedAnswers(script)
    patience = Patience(ScriptedClock(), lambda: 0.0)
    async with Recorder(cluster, "rstudio", tracker or Tracker(), patience) as recorder:  # type: ignore[arg-type]
        recorder.record(Unrecorded(row(7), FINISHED, suspend))
        await asyncio.wait(recorder._tasks)
    return cluster


def versions(cluster: ScriptedAnswers) -> list[str]:
    return [patch["metadata"]["resourceVersion"] for patch in cluster.bodies]


async def test_the_final_state_is_written_on_the_version_it_was_drawn_from() -> None:
    cluster = await record({"patch jobs": [job(8, final=FINISHED)]})
    annotations = {FINAL_ANNOTATION: '{"status":"Finished","exitCode":3}'}
    assert cluster.bodies == [{"metadata": {"resourceVersion": "7", "annotations": annotations}}]


async def test_a_job_that_kubernetes_might_start_again_is_suspended_too() -> None:
    cluster = await record({"patch jobs": [job(8, final=FINISHED)]}, suspend=True)
    assert cluster.bodies[0]["spec"] == {"suspend": True}


async def test_a_job_that_changed_meanwhile_is_read_again() -> None:
    cluster = await record({"patch jobs": [STALE, job(10, final=FINISHED)], "get jobs": [job(9)]})
    assert cluster.seen == ["patch jobs", "get jobs", "patch jobs"]
    assert versions(cluster) == ["7", "9"]


async def test_a_final_state_that_is_there_wins() -> None:
    there = job(9, final=Final(JobState.KILLED))
    cluster = await record({"patch jobs": [STALE], "get jobs": [there]})
    assert cluster.seen == ["patch jobs", "get jobs"]


async def test_another_job_of_the_same_name_is_left_alone() -> None:
    cluster = await record({"patch jobs": [STALE], "get jobs": [job(9, uid="u2")]})
    assert cluster.seen == ["patch jobs", "get jobs"]


@pytest.mark.parametrize(
    "script",
    [
        {"patch jobs": [ObjectNotFoundError("gone", status=404)]},
        {"patch jobs": [STALE], "get jobs": [ObjectNotFoundError("gone", status=404)]},
    ],
)
async def test_a_removed_job_needs_no_final_state(
    script: dict[str, list[Answer]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await record(script)
    assert caplog.messages == []


async def test_an_outage_is_waited_out() -> None:
    down = UnavailableError("down", transient=True)
    cluster = await record({"patch jobs": [*[down] * 20, job(8, final=FINISHED)]})
    assert len(cluster.seen) == 21


async def test_a_refusal_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    await record({"patch jobs": [ForbiddenError("may not patch", status=403)]})
    assert caplog.messages == [f"the final state of job {JOB_ID} could not be written: may not patch"]


async def test_the_tracker_learns_what_was_written() -> None:
    tracker = Tracker()
    tracker.learn(row(7))
    await record({"patch jobs": [job(8, final=FINISHED)]}, tracker=tracker)
    known = tracker.row(JOB_ID)
    assert known is not None
    assert (known.version, known.final) == (8, FINISHED)
