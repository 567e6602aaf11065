"""How many events are kept: a cluster that runs for long shall not grow by them.

A real server forgets each after an hour (``--event-ttl``); jobs that end within a second would have left
more than memory is worth by then, so here the oldest go when there are too many.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.kinds import EVENT, Kind, Object
from launcher_k8s.testing.cluster.store import EventType

MOST_EVENTS: Final = 3_000
"""Those of some 400 jobs; about 7 MB."""


class EventLimit:
    """Deletes the oldest events of a cluster.

    Args:
        api: Where they are.
        most: How many are kept.
    """

    def __init__(self, api: Api, *, most: int = MOST_EVENTS) -> None:
        self._api = api
        self._most = most
        self._oldest_first: deque[tuple[str, str]] = deque()
        api.subscribe(self._note)

    def _note(self, kind: Kind, type_: EventType, content: Object) -> None:
        if kind is not EVENT or type_ != "ADDED":
            return
        metadata = content["metadata"]
        self._oldest_first.append((metadata["name"], metadata["namespace"]))
        if len(self._oldest_first) > self._most:
            self._api.remove(EVENT, *self._oldest_first.popleft())
