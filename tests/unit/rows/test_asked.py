from __future__ import annotations

import json
from typing import Any

import pytest

from launcher_k8s.errors import ClusterError
from launcher_k8s.rows.asked import AskedRow, decode_asked, decode_asked_by_job
from launcher_k8s.shape.names import MAIN_CONTAINER

SPEC = {
    "nodeName": "worker-1",
    "nodeSelector": {"kind": "gpu-big"},
    "containers": [
        {"name": "sidecar", "image": "s:1", "resources": {"requests": {"cpu": "9"}}},
        {
            "name": MAIN_CONTAINER,
            "image": "r:4",
            "resources": {"requests": {"cpu": "500m"}, "limits": {"cpu": 2, "memory": "1Gi"}},
        },
    ],
}
CONDITIONS = [
    {"type": "Initialized", "lastTransitionTime": "2026-11-21T05:00:00Z"},
    {"type": "PodScheduled", "lastTransitionTime": "2026-11-21T06:00:00Z"},
]
AT = 1795240800.0


def asked(pod: dict[str, Any]) -> AskedRow:
    return decode_asked(json.dumps(pod).encode())


def test_a_pod_says_what_its_main_container_asks_for() -> None:
    row = asked({"spec": SPEC, "status": {"conditions": CONDITIONS}})
    assert row == AskedRow(
        "r:4",
        {"cpu": "500m", "memory": "1Gi"},
        {"kind": "gpu-big"},
        "worker-1",
        False,
        AT,
    )


def test_the_template_of_a_job_says_the_same() -> None:
    row = decode_asked_by_job(json.dumps({"spec": {"template": {"spec": SPEC}}}).encode())
    assert row == asked({"spec": SPEC})


def test_what_says_nothing_is_read() -> None:
    assert asked({}) == AskedRow()
    assert decode_asked_by_job(b"{}") == AskedRow()


def test_an_open_stdin_is_told() -> None:
    assert asked({"spec": {"containers": [{"name": MAIN_CONTAINER, "stdin": True}]}}).stdin


@pytest.mark.parametrize("read", [decode_asked, decode_asked_by_job])
def test_what_is_no_object_is_refused(read: Any) -> None:
    with pytest.raises(ClusterError):
        read(b'{"spec": 1}')
