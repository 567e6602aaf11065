from __future__ import annotations

import json

from launcher_k8s.job import Container, Job
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.wire import to_wire


def test_defaults_are_left_out() -> None:
    assert to_wire(Job(name="a", container=Container(image="i"))) == {
        "name": "a",
        "container": {"image": "i"},
    }


def test_a_secret_is_never_written() -> None:
    assert "planted" not in json.dumps(to_wire(ClusterSettings(auth_token="planted")))
