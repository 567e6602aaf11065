"""What kubectl shows of objects, compared with tables of a real server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.durations import human_duration
from launcher_k8s.testing.cluster.kinds import KINDS, Kind
from launcher_k8s.testing.cluster.tables import table

NOW = datetime(2026, 11, 21, 8, 0, 0, tzinfo=UTC)
CREATED = "2026-11-21T07:59:30Z"


def _cells(kind: Kind, content: dict[str, Any]) -> list[Any]:
    metadata = {"name": "x", "creationTimestamp": CREATED} | content.pop("metadata", {})
    made = table(kind, [{"metadata": metadata, **content}], now=NOW)
    (row,) = made["rows"]
    assert len(row["cells"]) == len(made["columnDefinitions"])
    cells: list[Any] = row["cells"]
    return cells


def _pod(*states: dict[str, Any], phase: str = "Running", **status: Any) -> list[Any]:
    names = [f"c{index}" for index in range(len(states))]
    statuses = [
        {"name": name, "state": state, "ready": "running" in state, "restartCount": 0}
        for name, state in zip(names, states, strict=True)
    ]
    spec = {"containers": [{"name": name} for name in names], "nodeName": "n"}
    return _cells(
        kinds.POD, {"spec": spec, "status": {"phase": phase, "containerStatuses": statuses} | status}
    )


def _ended(code: int, reason: str) -> dict[str, Any]:
    return {"terminated": {"exitCode": code, "reason": reason}}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<invalid>"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (150, "2m30s"),
        (660, "11m"),
        (3 * 3600, "3h"),
        (3 * 3600 + 300, "3h5m"),
        (9 * 3600 + 300, "9h"),
        (50 * 3600, "2d2h"),
        (30 * 86400, "30d"),
        (800 * 86400, "2y70d"),
        (9 * 365 * 86400, "9y"),
    ],
)
def test_spans_are_told_in_their_largest_units(seconds: int, text: str) -> None:
    assert human_duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("cells", "ready", "reason"),
    [
        (_pod({"running": {}}), "1/1", "Running"),
        (_pod({"waiting": {"reason": "ContainerCreating"}}, phase="Pending"), "0/1", "ContainerCreating"),
        (_pod(_ended(0, "Completed"), phase="Succeeded"), "0/1", "Completed"),
        (_pod(_ended(3, "Error"), _ended(0, "Completed"), phase="Failed"), "0/2", "Error"),
        (_pod(_ended(137, "OOMKilled"), phase="Failed"), "0/1", "OOMKilled"),
        (_pod(_ended(0, "Completed"), {"running": {}}), "1/2", "NotReady"),
        (_pod(phase="Failed", reason="Evicted"), "0/0", "Evicted"),
        (_pod(phase="Pending"), "0/0", "Pending"),
    ],
)
def test_a_pods_status_is_what_tells_most(cells: list[Any], ready: str, reason: str) -> None:
    assert (cells[1], cells[2]) == (ready, reason)


def test_a_pod_in_deletion_is_terminating() -> None:
    content = {
        "metadata": {"deletionTimestamp": CREATED},
        "spec": {"containers": [{"name": "c"}]},
        "status": {"phase": "Running"},
    }
    assert _cells(kinds.POD, content)[2] == "Terminating"


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (_ended(4, "Error"), "Init:Error"),
        ({"running": {}}, "Init:0/1"),
        ({"waiting": {"reason": "ErrImagePull"}}, "Init:ErrImagePull"),
    ],
)
def test_an_unfinished_init_container_is_told(state: dict[str, Any], reason: str) -> None:
    content = {
        "spec": {"containers": [{"name": "c"}], "initContainers": [{"name": "i"}]},
        "status": {"phase": "Pending", "initContainerStatuses": [{"name": "i", "state": state}]},
    }
    assert _cells(kinds.POD, content)[2] == reason


def test_restarts_are_counted_with_the_last() -> None:
    status = {
        "name": "c",
        "state": {"running": {}},
        "ready": True,
        "restartCount": 2,
        "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-11-21T07:59:50Z"}},
    }
    content = {
        "spec": {"containers": [{"name": "c"}]},
        "status": {"phase": "Running", "containerStatuses": [status]},
    }
    assert _cells(kinds.POD, content)[3] == "2 (10s ago)"


def test_a_job_shows_completions_and_duration() -> None:
    spec = {"completions": 1, "template": {"spec": {"containers": [{"name": "a", "image": "i"}]}}}
    status = {
        "succeeded": 1,
        "startTime": CREATED,
        "completionTime": "2026-11-21T07:59:35Z",
        "conditions": [{"type": "Complete", "status": "True"}],
    }
    cells = _cells(kinds.JOB, {"spec": spec, "status": status})
    assert cells == ["x", "Complete", "1/1", "5s", "30s", "a", "i", "<none>"]


def test_a_service_shows_its_ports() -> None:
    spec = {"type": "NodePort", "clusterIPs": ["10.0.0.1"], "ports": [{"port": 80, "nodePort": 30080}]}
    cells = _cells(kinds.SERVICE, {"spec": spec | {"selector": {"a": "b"}}})
    assert cells == ["x", "NodePort", "10.0.0.1", "<none>", "80:30080/TCP", "30s", "a=b"]


def test_every_listed_kind_has_a_table() -> None:
    for kind in KINDS:
        if "list" in kind.verbs:
            columns = table(kind, [], now=NOW)["columnDefinitions"]
            assert [each["name"] for each in columns if each["format"] == "name"] == ["Name"]


@pytest.mark.parametrize(
    ("include", "kind"), [("Metadata", "PartialObjectMetadata"), ("Object", "ConfigMap"), ("None", None)]
)
def test_a_row_carries_what_was_asked_for(include: str, kind: str | None) -> None:
    content = {"kind": "ConfigMap", "metadata": {"name": "x"}}
    (row,) = table(kinds.CONFIG_MAP, [content], now=NOW, include=include)["rows"]
    assert (row["object"] and row["object"]["kind"]) == kind
