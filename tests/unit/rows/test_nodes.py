from __future__ import annotations

import json

import pytest

from launcher_k8s import ClusterError
from launcher_k8s.rows import NodeRow, decode_node, decode_node_page
from launcher_k8s.rows.values import NodeCondition

NODE = {
    "metadata": {"name": "one", "labels": {"zone": "a"}, "managedFields": [{"manager": "kubelet"}]},
    "status": {
        "allocatable": {"cpu": "2", "nvidia.com/gpu": 1},
        "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}],
    },
}
ROW = NodeRow("one", {"zone": "a"}, {"cpu": "2", "nvidia.com/gpu": "1"}, (("InternalIP", "10.0.0.1"),))


def test_a_node_is_read() -> None:
    assert decode_node(json.dumps(NODE).encode()) == ROW


def test_a_node_says_how_it_is_and_since_when() -> None:
    condition = {
        "type": "Ready",
        "status": "Unknown",
        "lastHeartbeatTime": "2026-11-21T05:00:00Z",
        "lastTransitionTime": "2026-11-21T06:00:00Z",
        "reason": "NodeStatusUnknown",
        "message": "Kubelet stopped posting node status.",
    }
    node = decode_node(json.dumps({"status": {"conditions": [condition, {"type": "New"}]}}).encode())
    assert node.conditions == (
        NodeCondition(
            "Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.", 1795240800.0
        ),
        NodeCondition("New", ""),
    )


def test_a_node_that_says_nothing_is_read() -> None:
    assert decode_node(b"{}") == NodeRow("", {}, {})


def test_a_page_says_where_to_go_on() -> None:
    page = decode_node_page(
        json.dumps({"metadata": {"resourceVersion": "7", "continue": "x"}, "items": [NODE]}).encode()
    )
    assert (page.rows, page.resource_version, page.continue_token) == ((ROW,), "7", "x")


def test_what_is_no_list_is_not_taken_for_an_empty_one() -> None:
    with pytest.raises(ClusterError, match="a list of Nodes"):
        decode_node_page(b'{"kind": "Status", "metadata": {}}')
