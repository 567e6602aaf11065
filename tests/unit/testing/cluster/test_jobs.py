"""The Job controller beside the real one: what kubelets and users did is replayed, what it wrote is compared.

The recordings are of a Kubernetes 1.36.3 (tests/cluster); times and uids are masked.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.job_sync import LARGEST_BATCH
from launcher_k8s.testing.cluster.jobs import JobController
from launcher_k8s.testing.cluster.kinds import EVENT, JOB, NAMESPACE, POD, SERVICE_ACCOUNT, Kind, Object
from launcher_k8s.testing.cluster.removing import DeleteOptions
from launcher_k8s.testing.cluster.store import EventType

START = datetime(2026, 1, 2, tzinfo=UTC)
TEMPLATE = {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "busybox"}]}}
LIVES: dict[str, Any] = json.loads((Path(__file__).parents[3] / "recorded/job_lives.json").read_text())
NAMESPACE_NAME = "e5"


class World:
    """An Api with a Job controller, the time, and what the controller wrote."""

    def __init__(self, start: datetime) -> None:
        self.time = start
        self.api = Api(now=lambda: self.time, draw=random.Random(1).randbytes)
        self.controller = JobController(self.api, now=lambda: self.time, wake=lambda: None)
        self.statuses: list[Object] = []
        self.events: list[str] = []
        self.pods: list[str] = []
        self.api.subscribe(self._note)
        self.api.add(NAMESPACE, {"metadata": {"name": NAMESPACE_NAME}})

    def submit(self, spec: Object, name: str = "job") -> None:
        self.api.add(JOB, {"metadata": {"name": name}, "spec": spec}, namespace=NAMESPACE_NAME)
        self.controller.run()

    def pass_until(self, time: datetime) -> None:
        """Let time pass; the controller looks at each Job when it is due."""
        while (due := self.controller.due) is not None and due <= time:
            self.time = max(self.time, due)
            self.controller.run()
        self.time = max(self.time, time)

    def wait_for(self, condition: Callable[[], object]) -> timedelta:
        """Let a little more time pass, and tell how much: real controllers do not take exactly a second."""
        begun, latest = self.time, self.time + timedelta(seconds=2)
        while not condition() and (due := self.controller.due) is not None and due <= latest:
            self.pass_until(due)
        assert condition()
        return self.time - begun

    def set_pod(self, index: int, status: Object, node: str = "node") -> None:
        def edit(pod: Object) -> Object:
            return {**pod, "spec": {**pod["spec"], "nodeName": node}, "status": {**pod["status"], **status}}

        self.api.change(POD, self.pods[index], NAMESPACE_NAME, edit)

    def delete_pod(self, index: int, grace_s: int) -> None:
        self.api.remove(POD, self.pods[index], NAMESPACE_NAME, DeleteOptions(grace_s=grace_s))

    def edit_spec(self, **changes: object) -> None:
        def edit(job: Object) -> Object:
            return {**job, "spec": {**job["spec"], **changes}}

        self.api.change(JOB, "job", NAMESPACE_NAME, edit)
        self.controller.run()

    def has_pod(self, index: int) -> bool:
        return len(self.pods) > index

    @property
    def job(self) -> Object:
        found = self.api.find(JOB, "job", NAMESPACE_NAME)
        assert found is not None
        return found

    @property
    def has_job(self) -> bool:
        return self.api.find(JOB, "job", NAMESPACE_NAME) is not None

    def pod(self, index: int) -> Object:
        found = self.api.find(POD, self.pods[index], NAMESPACE_NAME)
        assert found is not None
        return found

    def _note(self, kind: Kind, type_: EventType, content: Object) -> None:
        if kind is POD and type_ == "ADDED":
            self.pods.append(content["metadata"]["name"])
        elif kind is JOB and type_ == "MODIFIED" and content.get("status"):
            status = masked(content["status"])
            if not self.statuses or self.statuses[-1] != status:
                self.statuses.append(status)
        elif kind is EVENT and type_ != "DELETED" and content["involvedObject"]["kind"] == "Job":
            told = content["reason"] in ("SuccessfulCreate", "SuccessfulDelete")
            self.events.append(content["reason"] if told else f"{content['reason']}: {content['message']}")


def masked(value: Any) -> Any:
    match value:
        case dict():
            return {key: masked(each) for key, each in value.items()}
        case list():
            return [masked(each) for each in value]
        case str() if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
            return "TIME"
        case str() if re.fullmatch(r"[0-9a-f]{8}-[0-9a-f-]{27}", value):
            return "UID"
        case _:
            return value


def replay(life: Object) -> World:
    world = World(datetime.fromisoformat(life["started"]))
    start = world.time
    world.submit(life["spec"])
    for step in life["steps"]:
        world.pass_until(start + timedelta(seconds=step["at"]))
        start += world.wait_for(partial(world.has_pod, step.get("pod", -1)))
        match step:
            case {"status": status}:
                world.set_pod(step["pod"], status, step["node"])
            case {"deleted": grace_s}:
                world.delete_pod(step["pod"], grace_s)
            case {"gone": True}:
                world.delete_pod(step["pod"], 0)
            case {"spec": changes}:
                world.edit_spec(**changes)
            case {"job_gone": True}:
                world.wait_for(lambda: not world.has_job)
            case _:
                raise AssertionError(step)
    world.pass_until(world.time + timedelta(seconds=5))
    return world


@pytest.mark.parametrize("name", [name for name in LIVES if name != "nosa"])
def test_it_writes_what_the_real_one_wrote(name: str) -> None:
    world = replay(LIVES[name])
    assert world.statuses == LIVES[name]["statuses"]


@pytest.mark.parametrize("name", [name for name in LIVES if name != "nosa"])
def test_it_leaves_the_events_that_the_real_one_left(name: str) -> None:
    assert replay(LIVES[name]).events == LIVES[name]["events"]


def test_a_refused_pod_is_tried_again_after_twice_as_long_each_time() -> None:
    world = World(datetime.fromisoformat(LIVES["nosa"]["started"]))
    times: list[float] = []
    start = world.time
    world.api.subscribe(
        lambda kind, *_: times.append((world.time - start).total_seconds()) if kind is EVENT else None
    )
    world.submit(LIVES["nosa"]["spec"])
    world.pass_until(world.time + timedelta(seconds=64))
    assert times == [0, 1, 3, 7, 15, 31, 63]
    assert masked(world.job["status"]) == LIVES["nosa"]["statuses"][0]
    events = [event.replace("job-", "nosa-") for event in world.events]
    assert events == LIVES["nosa"]["events"]
    world.api.add(SERVICE_ACCOUNT, {"metadata": {"name": "nobody"}}, namespace=NAMESPACE_NAME)
    world.pass_until(world.time + timedelta(seconds=60))
    assert len(world.pods) == 1


def test_a_pod_is_as_the_real_controller_asks_for_it() -> None:
    world = World(datetime.fromisoformat(LIVES["ok"]["started"]))
    template = {
        **LIVES["ok"]["spec"]["template"],
        "metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}},
    }
    world.submit({**LIVES["ok"]["spec"], "template": template})
    metadata, uid = world.pod(0)["metadata"], world.job["metadata"]["uid"]
    assert metadata["generateName"] == "job-"
    assert re.fullmatch("job-[bcdfghjklmnpqrstvwxz2456789]{5}", metadata["name"])
    assert metadata["annotations"] == {"c": "d"}
    assert metadata["labels"] == {
        "a": "b",
        "batch.kubernetes.io/controller-uid": uid,
        "batch.kubernetes.io/job-name": "job",
        "controller-uid": uid,
        "job-name": "job",
    }
    assert metadata["ownerReferences"] == [
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "name": "job",
            "uid": uid,
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]
    assert metadata["finalizers"] == ["batch.kubernetes.io/job-tracking"]


def test_a_replacement_waits_for_the_end_of_a_deleted_pod_if_the_job_says_so() -> None:
    world = World(datetime.fromisoformat(LIVES["ok"]["started"]))
    spec = {**LIVES["ok"]["spec"], "podReplacementPolicy": "Failed", "backoffLimit": 3}
    world.submit(spec)
    world.set_pod(0, {"phase": "Running"})
    world.delete_pod(0, 30)
    world.pass_until(world.time + timedelta(seconds=20))
    assert len(world.pods) == 1
    world.set_pod(0, {"phase": "Failed"})
    world.pass_until(world.time + timedelta(seconds=20))
    assert len(world.pods) == 2


def test_a_deleted_pod_is_replaced_at_once_otherwise() -> None:
    world = World(datetime.fromisoformat(LIVES["ok"]["started"]))
    world.submit({**LIVES["ok"]["spec"], "backoffLimit": 3})
    world.set_pod(0, {"phase": "Running"})
    world.delete_pod(0, 30)
    world.pass_until(world.time + timedelta(seconds=12))
    assert len(world.pods) == 2


def test_the_pods_of_a_deleted_job_are_held_back_by_nothing() -> None:
    world = World(datetime.fromisoformat(LIVES["ok"]["started"]))
    world.submit(LIVES["ok"]["spec"])
    world.set_pod(0, {"phase": "Running"})
    world.api.remove(JOB, "job", NAMESPACE_NAME, DeleteOptions(propagation="Orphan"))
    assert "finalizers" not in world.pod(0)["metadata"]


def test_a_job_that_is_gone_with_its_pods_is_not_remembered() -> None:
    world = World(datetime.fromisoformat(LIVES["ok"]["started"]))
    world.submit(LIVES["ok"]["spec"])
    world.set_pod(0, {"phase": "Running"})
    world.api.remove(JOB, "job", NAMESPACE_NAME, DeleteOptions(propagation="Background"))
    name = world.pods[0]
    world.api.remove(POD, name, NAMESPACE_NAME, DeleteOptions(grace_s=0))
    assert world.api.objects(POD) == []
    assert (world.controller._pods, world.controller._memories) == ({}, {})


def test_a_job_of_another_controller_is_left_alone() -> None:
    world = World(datetime.fromisoformat(LIVES["ok"]["started"]))
    world.submit({**LIVES["ok"]["spec"], "managedBy": "example.com/other"})
    assert not world.pods


def test_an_indexed_job_is_skipped_with_a_warning() -> None:
    world = World(datetime.fromisoformat(LIVES["ok"]["started"]))
    world.submit({**LIVES["ok"]["spec"], "completionMode": "Indexed"})
    assert not world.pods
    assert world.events == ["UnknownCompletionMode: Skipped Job sync because completion mode is unknown"]


def test_nothing_is_due_after_a_job_has_ended() -> None:
    world = replay(LIVES["ok"])
    assert world.controller.due is None


def test_very_many_pods_are_made_in_several_looks() -> None:
    world = World(datetime.fromisoformat(LIVES["ok"]["started"]))
    world.submit({**LIVES["ok"]["spec"], "parallelism": LARGEST_BATCH + 1, "completions": LARGEST_BATCH + 1})
    assert len(world.pods) == LARGEST_BATCH
    world.pass_until(world.time + timedelta(seconds=1))
    assert len(world.pods) == LARGEST_BATCH + 1


def owned_by(world: World, index: int, owners: Any) -> None:
    """Let somebody change whose a pod is."""

    def edit(pod: Object) -> Object:
        return {**pod, "metadata": {**pod["metadata"], "ownerReferences": owners}}

    world.api.change(POD, world.pods[index], NAMESPACE_NAME, edit)


def active(world: World, name: str = "job") -> int:
    job = world.api.find(JOB, name, NAMESPACE_NAME)
    assert job is not None
    count: int = job["status"].get("active", 0)
    return count


def test_a_pod_that_nobody_controls_any_more_counts_until_it_is_gone() -> None:
    world = World(START)
    world.submit({"template": TEMPLATE})
    world.pass_until(START + timedelta(seconds=5))
    owned_by(world, 0, [])
    world.edit_spec(activeDeadlineSeconds=900)
    world.pass_until(START + timedelta(seconds=10))
    assert (active(world), len(world.pods)) == (1, 1)
    world.delete_pod(0, 0)
    world.edit_spec(activeDeadlineSeconds=901)
    world.pass_until(START + timedelta(seconds=60))
    assert (active(world), len(world.pods)) == (1, 2)


def test_a_pod_that_another_job_controls_counts_for_that() -> None:
    world = World(START)
    for name in ("job", "other"):
        world.submit({"template": TEMPLATE}, name)
    world.pass_until(START + timedelta(seconds=5))
    other = world.api.find(POD, world.pods[1], NAMESPACE_NAME)
    assert other is not None
    owned_by(world, 0, other["metadata"]["ownerReferences"])
    world.edit_spec(activeDeadlineSeconds=900)
    world.pass_until(START + timedelta(seconds=60))
    assert len(world.pods) == 3


def test_conditions_that_lack_what_they_must_have_stop_nothing() -> None:
    world = World(START)
    world.submit({"template": TEMPLATE})
    world.set_pod(0, {"conditions": [{"type": "Ready"}, {"status": "True"}]})
    world.set_pod(0, {"phase": "Running"})
    world.pass_until(START + timedelta(seconds=5))
    assert active(world) == 1
