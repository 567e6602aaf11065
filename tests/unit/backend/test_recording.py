from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import msgspec
import pytest

from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.recording import Recorder
from launcher_k8s.rows import Final, JobRow, decode_job, format_final
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.shape.names import FINAL_ANNOTATION
from launcher_k8s.status import JobState
from launcher_k8s.testing import ScriptedCluster
from launcher_k8s.testing.cluster import refusals
from launcher_k8s.tracker import Tracker, Unrecorded
from tests.unit.backend.placed import annotate, place

SETTINGS = ClusterSettings(api_url="https://k8s.example.org", auth_token="token")
FINISHED = Final(JobState.FINISHED, 3)


class Recording:
    """A cluster with a job that has ended, and what is known of it."""

    def __init__(self, cluster: ScriptedCluster) -> None:
        self.cluster = cluster
        self.tracker = Tracker()
        self.settled: list[str] = []
        place(cluster, SETTINGS, "a")
        self.known = self.row()
        self.tracker.learn(self.known)

    def row(self) -> JobRow:
        decoded = decode_job(msgspec.json.encode(self.cluster.job("a")))
        assert decoded is not None
        return decoded

    def change(self, annotations: dict[str, str]) -> None:
        """Let another process write on the Job meanwhile."""
        annotate(self.cluster, SETTINGS.namespace, "a", annotations)

    async def record(self, *, suspend: bool = False) -> None:
        patience = Patience(self.cluster.clock, lambda: 0.0)
        async with Recorder(
            self.cluster, SETTINGS.namespace, self.tracker, patience, self.settled.append
        ) as recorder:
            recorder.record(Unrecorded(self.known, FINISHED, suspend))
            await asyncio.wait(recorder._tasks)

    @property
    def bodies(self) -> list[dict[str, dict[str, object]]]:
        return [asked.object for asked in self.cluster.asked if asked.verb == "patch"]


@pytest.fixture
async def recording() -> AsyncIterator[Recording]:
    async with ScriptedCluster() as cluster:
        yield Recording(cluster)


async def test_the_final_state_is_written_on_the_version_it_was_drawn_from(recording: Recording) -> None:
    await recording.record()
    annotations = {FINAL_ANNOTATION: '{"status":"Finished","exitCode":3}'}
    version = recording.known.resource_version
    assert recording.bodies == [{"metadata": {"resourceVersion": version, "annotations": annotations}}]
    assert recording.row().final == FINISHED


async def test_a_job_that_kubernetes_might_start_again_is_suspended_too(recording: Recording) -> None:
    await recording.record(suspend=True)
    assert recording.bodies[0]["spec"] == {"suspend": True}
    assert recording.cluster.job("a")["spec"]["suspend"] is True


async def test_a_job_that_changed_meanwhile_is_read_again(recording: Recording) -> None:
    recording.change({"colour": "red"})
    changed = recording.row()
    await recording.record()
    assert recording.cluster.requests() == ["patch jobs", "get jobs", "patch jobs"]
    versions = [body["metadata"]["resourceVersion"] for body in recording.bodies]
    assert versions == [recording.known.resource_version, changed.resource_version]
    assert recording.row().final == FINISHED


async def test_a_final_state_that_is_there_wins(recording: Recording) -> None:
    killed = Final(JobState.KILLED)
    recording.change({FINAL_ANNOTATION: format_final(killed)})
    await recording.record()
    assert recording.cluster.requests() == ["patch jobs", "get jobs"]
    assert recording.row().final == killed


async def test_another_job_of_the_same_name_is_left_alone(recording: Recording) -> None:
    recording.cluster.delete_job("a")
    place(recording.cluster, SETTINGS, "a")
    await recording.record()
    assert recording.cluster.requests() == ["patch jobs", "get jobs"]
    assert recording.row().final is None


@pytest.mark.parametrize("is_stale", [False, True])
async def test_a_removed_job_needs_no_final_state(
    recording: Recording, is_stale: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    if is_stale:
        stale = refusals.conflict("jobs", "a", "the object has been modified", group="batch")
        recording.cluster.faults.refuse("patch jobs", stale)
    recording.cluster.delete_job("a")
    await recording.record()
    assert recording.cluster.requests() == ["patch jobs", "get jobs"][: 1 + is_stale]
    assert caplog.messages == []


async def test_an_outage_is_waited_out(recording: Recording) -> None:
    recording.cluster.faults.drop_request(times=20)
    await recording.record()
    assert recording.cluster.requests() == ["patch jobs"] * 21


async def test_a_refusal_is_logged(recording: Recording, caplog: pytest.LogCaptureFixture) -> None:
    recording.cluster.faults.fail("patch jobs", code=403, message="may not patch")
    await recording.record()
    (message,) = caplog.messages
    assert message.startswith("the final state of job a could not be written: ")
    assert ": may not patch" in message


async def test_the_tracker_learns_what_was_written(recording: Recording) -> None:
    await recording.record()
    assert recording.tracker.row("a") == recording.row()
    assert recording.row().final == FINISHED
