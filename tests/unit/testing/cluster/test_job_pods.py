from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from launcher_k8s.testing.cluster import job_pods
from launcher_k8s.testing.cluster.job_pods import JobPod


def pod(phase: str = "Running", *, deleted: bool = False, **status: Any) -> Any:
    metadata: dict[str, Any] = {"name": "p", "namespace": "ns", "uid": "u"}
    metadata["creationTimestamp"] = "2026-01-01T00:00:00Z"
    if deleted:
        metadata |= {"deletionTimestamp": "2026-01-01T00:01:00Z", "deletionGracePeriodSeconds": 30}
    return {"metadata": metadata, "spec": {}, "status": {"phase": phase, **status}}


@pytest.mark.parametrize(
    ("phase", "deleted", "active", "terminating", "failed", "failed_if_it_waits"),
    [
        ("Pending", False, True, False, False, False),
        ("Running", False, True, False, False, False),
        ("Running", True, False, True, True, False),
        ("Succeeded", False, False, False, False, False),
        ("Succeeded", True, False, False, False, False),
        ("Failed", False, False, False, True, True),
        ("Failed", True, False, False, True, True),
    ],
)
def test_what_a_pod_counts_as(
    phase: str, deleted: bool, active: bool, terminating: bool, failed: bool, failed_if_it_waits: bool
) -> None:
    seen = JobPod.of(pod(phase, deleted=deleted))
    assert seen.is_active is active
    assert (not seen.is_active and not seen.is_ended) is terminating
    assert seen.counts_as_failed(waits_for_end=False) is failed
    assert seen.counts_as_failed(waits_for_end=True) is failed_if_it_waits


def test_the_least_advanced_pods_are_given_up_first() -> None:
    ready = pod("Running", conditions=[{"type": "Ready", "status": "True"}])
    placed, waiting = pod("Pending"), pod("Pending")
    for each in (ready, placed):
        each["spec"]["nodeName"] = "n"
    most, more, least = map(JobPod.of, (ready, placed, waiting))
    assert job_pods.expendable([most, more, least]) == [least, more, most]


def test_of_equal_pods_the_newest_is_given_up_first() -> None:
    old, new = pod(), pod()
    new["metadata"]["creationTimestamp"] = "2026-01-01T00:00:05Z"
    elder, younger = JobPod.of(old), JobPod.of(new)
    assert job_pods.expendable([elder, younger]) == [younger, elder]


def terminated(at: str) -> dict[str, Any]:
    return {"name": "m", "state": {"terminated": {"finishedAt": at}}}


def test_a_pod_finished_with_its_last_container() -> None:
    made = pod(containerStatuses=[terminated("2026-01-01T00:00:05Z"), terminated("2026-01-01T00:00:03Z")])
    assert job_pods.finished_at(made) == datetime(2026, 1, 1, 0, 0, 5, tzinfo=UTC)


def test_else_when_it_ceased_to_be_ready() -> None:
    unready = {"type": "Ready", "status": "False", "lastTransitionTime": "2026-01-01T00:00:07Z"}
    made = pod(conditions=[unready], containerStatuses=[{"name": "m", "state": {"running": {}}}])
    assert job_pods.finished_at(made) == datetime(2026, 1, 1, 0, 0, 7, tzinfo=UTC)


def test_else_when_its_deletion_was_asked_for() -> None:
    assert job_pods.finished_at(pod(deleted=True)) == datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC)


def test_else_when_it_was_made() -> None:
    assert job_pods.finished_at(pod()) == datetime(2026, 1, 1, tzinfo=UTC)


def test_restarts_of_living_pods_count() -> None:
    living = pod(
        containerStatuses=[{"restartCount": 2}, {"restartCount": 1}],
        initContainerStatuses=[{"restartCount": 4}],
    )
    dead = pod("Failed", containerStatuses=[{"restartCount": 8}])
    assert job_pods.restarts(map(JobPod.of, (living, dead))) == 7


def test_only_the_jobs_own_finalizer_is_taken_off() -> None:
    made = pod()
    made["metadata"]["finalizers"] = ["other/one", job_pods.TRACKING_FINALIZER]
    assert job_pods.untracked(made)["metadata"]["finalizers"] == ["other/one"]
    made["metadata"]["finalizers"] = [job_pods.TRACKING_FINALIZER]
    assert "finalizers" not in job_pods.untracked(made)["metadata"]


def test_the_controller_is_the_owner_that_says_so() -> None:
    made = pod()
    assert job_pods.controller_of(made) is None
    other = {"kind": "Job", "name": "x", "uid": "1"}
    made["metadata"]["ownerReferences"] = [other, {**other, "name": "y", "uid": "2", "controller": True}]
    assert job_pods.controller_of(made) == ("y", "2")


def test_a_long_name_leaves_room_for_what_is_generated() -> None:
    job = {"metadata": {"name": "x" * 63, "uid": "u"}, "spec": {"template": {"spec": {}}}}
    assert len(job_pods.new_pod(job)["metadata"]["generateName"]) + 5 <= 63


def test_what_is_seen_of_a_pod() -> None:
    whole = pod(
        "Failed",
        conditions=[{"type": "Ready", "status": "True"}],
        containerStatuses=[{**terminated("2026-01-01T00:00:05Z"), "restartCount": 2}],
        initContainerStatuses=[
            {**terminated("2026-01-01T00:00:07Z"), "name": "side", "restartCount": 1},
            {**terminated("2026-01-01T00:00:09Z"), "name": "first"},
        ],
    )
    whole["metadata"]["finalizers"] = [job_pods.TRACKING_FINALIZER]
    sidecar = {"name": "side", "restartPolicy": "Always"}
    whole["spec"] = {"nodeName": "n", "initContainers": [sidecar, {"name": "first"}]}

    assert JobPod.of(whole) == JobPod(
        name="p",
        namespace="ns",
        uid="u",
        phase="Failed",
        created="2026-01-01T00:00:00Z",
        is_deleted=False,
        is_tracked=True,
        is_ready=True,
        is_placed=True,
        restarts=3,
        finished_at=datetime(2026, 1, 1, 0, 0, 7, tzinfo=UTC),
    )


def test_what_is_seen_of_a_pod_that_lives() -> None:
    seen = JobPod.of(pod("Running", conditions=[{"type": "Ready", "status": "False"}]))
    assert (seen.is_tracked, seen.is_ready, seen.is_placed, seen.restarts) == (False, False, False, 0)
    assert seen.finished_at is None
    assert JobPod.of(pod(deleted=True)).finished_at is not None
