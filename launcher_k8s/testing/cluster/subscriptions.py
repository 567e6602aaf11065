"""Who is told of changes besides watches: controllers, which answer with writes of their own.

They are told between requests, never inside a write: what they write themselves is told after, in order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection

from launcher_k8s.testing.cluster.kinds import Kind, Object
from launcher_k8s.testing.cluster.store import Change, EventType

Subscriber = Callable[[Kind, EventType, Object], None]


class Subscriptions:
    """Changes on their way to controllers."""

    def __init__(self) -> None:
        self._subscribers: list[tuple[Subscriber, Collection[Kind]]] = []
        self._by_kind: dict[Kind, list[Subscriber]] = {}
        self._untold: deque[Change] = deque()
        self._telling = False

    def add(self, subscriber: Subscriber, kinds: Collection[Kind] = ()) -> None:
        """Tell this one, too, of every change from now on; with ``kinds`` only of those of objects so."""
        self._subscribers.append((subscriber, kinds))
        self._by_kind.clear()

    def note(self, change: Change) -> None:
        """Take a change in."""
        self._untold.append(change)

    def settle(self) -> None:
        """Tell everybody everything and what follows from it; within itself the outer call does that."""
        if self._telling or not self._untold:
            return
        self._telling = True
        try:
            while self._untold:
                change = self._untold.popleft()
                kind, content = change.stored.kind, change.stored.content
                for subscriber in self._by_kind.get(kind) or self._told_of(kind):
                    subscriber(kind, change.type, content)
        finally:
            self._telling = False

    def _told_of(self, kind: Kind) -> list[Subscriber]:
        found = [each for each, kinds in self._subscribers if not kinds or kind in kinds]
        self._by_kind[kind] = found
        return found
