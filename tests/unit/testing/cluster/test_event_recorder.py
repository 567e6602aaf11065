from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.event_recorder import EventRecorder
from launcher_k8s.testing.cluster.kinds import CONFIG_MAP, EVENT, Object


class Scene:
    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)
        self.api = Api(now=lambda: self.time, draw=random.Random(1).randbytes)
        self.recorder = EventRecorder(self.api, "kubelet", host="node", now=lambda: self.time)
        self.about = self.api.add(CONFIG_MAP, {"metadata": {"name": "c"}}, namespace="default")

    def record(self, reason: str = "Reason", message: str = "message", *, warning: bool = False) -> None:
        self.recorder.record(CONFIG_MAP, self.about, reason, message, warning=warning)

    @property
    def events(self) -> list[Object]:
        return self.api.objects(EVENT)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_an_event_is_as_the_client_library_writes_it(scene: Scene) -> None:
    scene.record("Failed", "Error: no", warning=True)
    [event] = scene.events
    metadata = event.pop("metadata")
    assert metadata["name"].startswith("c.")
    assert metadata["namespace"] == "default"
    assert event == {
        "kind": "Event",
        "apiVersion": "v1",
        "involvedObject": {
            "kind": "ConfigMap",
            "namespace": "default",
            "name": "c",
            "uid": scene.about["metadata"]["uid"],
            "apiVersion": "v1",
            "resourceVersion": scene.about["metadata"]["resourceVersion"],
        },
        "reason": "Failed",
        "message": "Error: no",
        "source": {"component": "kubelet", "host": "node"},
        "firstTimestamp": "2026-01-01T00:00:00Z",
        "lastTimestamp": "2026-01-01T00:00:00Z",
        "count": 1,
        "type": "Warning",
        "eventTime": None,
        "reportingComponent": "kubelet",
        "reportingInstance": "node",
    }


def test_the_same_again_is_counted(scene: Scene) -> None:
    scene.record()
    scene.time += timedelta(seconds=9)
    scene.record()
    [event] = scene.events
    assert (event["count"], event["lastTimestamp"]) == (2, "2026-01-01T00:00:09Z")


def test_another_message_is_another_event(scene: Scene) -> None:
    scene.record(message="one")
    scene.record(message="two")
    assert [event["count"] for event in scene.events] == [1, 1]


def test_an_event_that_was_removed_is_made_anew(scene: Scene) -> None:
    scene.record()
    scene.api.remove(EVENT, scene.events[0]["metadata"]["name"], "default")
    scene.record()
    assert [event["count"] for event in scene.events] == [1]
