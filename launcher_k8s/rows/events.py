"""Kubernetes Events to rows: what a component said about one Job or Pod, and how often.

Events of the cluster, not of a watch: a watch on Events gives watch events that hold one each.
"""

from __future__ import annotations

from collections.abc import Sequence
from sys import intern

import msgspec

from launcher_k8s.rows.decoding import Lean, WatchEvent, decode
from launcher_k8s.rows.times import Time, seconds_or_none
from launcher_k8s.rows.values import EventKind, EventRow, version_number

_WARNING = "Warning"
_TOLD = (EventKind.ADDED, EventKind.MODIFIED)


class _Metadata(Lean):
    resource_version: str = ""


class _About(Lean):
    kind: str = ""


class _Series(Lean):
    count: int = 0
    last_observed_time: Time | None = None


class _Event(Lean):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)
    involved_object: _About = msgspec.field(default_factory=_About)
    type: str = ""
    reason: str = ""
    message: str = ""
    count: int | None = None
    first_timestamp: Time | None = None
    last_timestamp: Time | None = None
    event_time: Time | None = None
    series: _Series | None = None


class _EventList(Lean):
    items: list[_Event] | None  # required: an answer that is no list must not be taken for an empty one


_LIST = msgspec.json.Decoder(_EventList)
_WATCH_EVENT = msgspec.json.Decoder(WatchEvent[_Event])


def decode_event_list(body: bytes) -> Sequence[EventRow]:
    """Read a list of Events.

    Raises:
        ClusterError: The bytes are not a list.
    """
    return [_row(event) for event in decode(_LIST, body, "a list of Events").items or ()]


def decode_watched_event(line: bytes) -> EventRow | None:
    """Read the Event of one line of a watch on Events; None from a bookmark, and for one that is forgotten.

    Raises:
        ClusterError: The bytes are not a line of a watch.
    """
    event = decode(_WATCH_EVENT, line, "a watch event about an Event")
    return _row(event.object) if event.type in _TOLD else None


def _row(event: _Event) -> EventRow:
    series = event.series or _Series()
    latest = series.last_observed_time or event.last_timestamp or event.event_time
    return EventRow(
        intern(event.involved_object.kind),
        event.type == _WARNING,
        intern(event.reason),
        event.message.strip(),
        max(event.count or 1, series.count),
        seconds_or_none(latest),
        version_number(event.metadata.resource_version),
        seconds_or_none(event.first_timestamp or event.event_time or latest),
    )
