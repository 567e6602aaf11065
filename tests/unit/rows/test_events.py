from __future__ import annotations

import json
from typing import Any

import pytest

from launcher_k8s.errors import ClusterError
from launcher_k8s.rows import EventRow, decode_event_list, decode_watched_event

OLD_STYLE = {
    "metadata": {"name": "a.18", "resourceVersion": "653", "managedFields": [{"manager": "kubelet"}]},
    "involvedObject": {"kind": "Pod", "name": "a-x7k2p"},
    "type": "Warning",
    "reason": "FailedMount",
    "message": 'MountVolume.SetUp failed for volume "v" : secret "s" not found\n',
    "count": 4,
    "firstTimestamp": "2026-11-21T06:00:00Z",
    "lastTimestamp": "2026-11-21T06:00:07Z",
    "eventTime": None,
}
NEW_STYLE = {
    "metadata": {"resourceVersion": "654"},
    "involvedObject": {"kind": "Pod"},
    "type": "Normal",
    "reason": "Scheduled",
    "message": "Successfully assigned",
    "count": None,
    "lastTimestamp": None,
    "eventTime": "2026-11-21T06:00:00.500000Z",
}
AT = 1795240800.0


def listed(*events: dict[str, Any]) -> bytes:
    return json.dumps({"kind": "EventList", "metadata": {}, "items": list(events)}).encode()


def test_a_list_becomes_rows_old_style_and_new() -> None:
    assert decode_event_list(listed(OLD_STYLE, NEW_STYLE)) == [
        EventRow(
            "Pod",
            True,
            "FailedMount",
            'MountVolume.SetUp failed for volume "v" : secret "s" not found',
            4,
            AT + 7,
            653,
            AT,
        ),
        EventRow("Pod", False, "Scheduled", "Successfully assigned", 1, AT + 0.5, 654, AT + 0.5),
    ]


def test_a_series_tells_count_and_time() -> None:
    series = {"count": 9, "lastObservedTime": "2026-11-21T06:01:00.000000Z"}
    (row,) = decode_event_list(listed({**NEW_STYLE, "series": series}))
    assert (row.count, row.time) == (9, AT + 60)


@pytest.mark.parametrize("items", [None, []])
def test_a_list_may_be_empty(items: list[object] | None) -> None:
    assert decode_event_list(json.dumps({"items": items}).encode()) == []


@pytest.mark.parametrize("body", [b"{}", b"not json", b'{"items": 3}'])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(ClusterError, match="a list of Events"):
        decode_event_list(body)


def test_a_line_of_a_watch_becomes_a_row() -> None:
    row = decode_watched_event(json.dumps({"type": "ADDED", "object": OLD_STYLE}).encode())
    assert row is not None
    assert (row.reason, row.version) == ("FailedMount", 653)


@pytest.mark.parametrize("kind", ["BOOKMARK", "DELETED"])
def test_a_bookmark_and_an_event_that_is_forgotten_tell_nothing(kind: str) -> None:
    assert decode_watched_event(json.dumps({"type": kind, "object": OLD_STYLE}).encode()) is None


def test_what_is_no_line_of_a_watch_is_refused() -> None:
    with pytest.raises(ClusterError, match="a watch event"):
        decode_watched_event(b'{"type": "NEW"}')
