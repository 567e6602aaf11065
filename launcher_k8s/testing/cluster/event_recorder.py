"""Events that parts of the cluster leave on objects: what ``kubectl describe`` shows below.

Those of the same part, object, reason and message are one Event that counts
(``k8s.io/client-go/tools/record/events_cache.go``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.kinds import EVENT, Kind, Object
from launcher_k8s.testing.cluster.writing import stamp

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_MOST_REMEMBERED: Final = 4096


class EventRecorder:
    """Leaves the events of one part of the cluster.

    Args:
        api: Where.
        component: The part's name.
        host: The node it runs on, if it runs on one.
        now: The time, aware.
    """

    def __init__(self, api: Api, component: str, *, host: str = "", now: Callable[[], datetime]) -> None:
        self._api = api
        self._component = component
        self._host = host
        self._source = {"component": component} | ({"host": host} if host else {})
        self._now = now
        self._names: dict[tuple[str, ...], str] = {}
        self._number = 0

    def record(
        self,
        kind: Kind,
        about: Object,
        reason: str,
        message: str,
        *,
        warning: bool = False,
        field_path: str = "",
    ) -> None:
        """Leave an event on an object (or a part of it), or count up the same one."""
        metadata, now = about["metadata"], self._now()
        namespace = metadata.get("namespace", "default")
        key = (metadata["uid"], field_path, reason, message)
        name = self._names.get(key)
        if name is not None and self._count_up(name, namespace, now):
            return
        name = f"{metadata['name']}.{self._unique(now):x}"
        if len(self._names) >= _MOST_REMEMBERED:
            self._names.clear()
        self._names[key] = name
        involved = {
            "kind": kind.kind,
            "namespace": metadata.get("namespace", ""),
            "name": metadata["name"],
            "uid": metadata["uid"],
            "apiVersion": kind.api_version,
            "resourceVersion": metadata["resourceVersion"],
        }
        if field_path:
            involved["fieldPath"] = field_path
        at = stamp(now)
        event = {
            "kind": "Event",
            "apiVersion": "v1",
            "metadata": {"name": name, "namespace": namespace},
            "involvedObject": involved,
            "reason": reason,
            "message": message,
            "source": self._source,
            "firstTimestamp": at,
            "lastTimestamp": at,
            "count": 1,
            "type": "Warning" if warning else "Normal",
            "eventTime": None,
            "reportingComponent": self._component,
            "reportingInstance": self._host,
        }
        self._api.leave(EVENT, event, namespace=namespace)

    def _count_up(self, name: str, namespace: str, now: datetime) -> bool:
        def counted(event: Object) -> Object:
            return {**event, "count": event["count"] + 1, "lastTimestamp": stamp(now)}

        return self._api.change(EVENT, name, namespace, counted) is not None

    def _unique(self, now: datetime) -> int:
        """The time in nanoseconds, with a count in its last digits."""
        self._number += 1
        return (now - _EPOCH) // _MICROSECOND * 1000 + self._number % 1000
