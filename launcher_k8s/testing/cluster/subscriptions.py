"""Who is told of changes besides watches: controllers, which answer with writes of their own.

They are told between requests, never inside a write: what they write themselves is told after, in order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from launcher_k8s.testing.cluster.kinds import Kind, Object
from launcher_k8s.testing.cluster.store import Change, EventType

Subscriber = Callable[[Kind, EventType, Object], None]


class Subscriptions:
    """Changes on their way to controllers."""

    def __init__(self) -> None:
        self._subscribers: list[Subscriber] = []
        self._untold: deque[Change] = deque()
        self._telling = False

    def add(self, subscriber: Subscriber) -> None:
        """Tell this one, too, of every change from now on."""
        self._subscribers.append(subscriber)

    def note(self, change: Change) -> None:
        """Take a change in."""
        if self._subscribers:
            self._untold.append(change)

    def settle(self) -> None:
        """Tell everybody everything and what follows from it; within itself the outer call does that."""
        if self._telling or not self._untold:
            return
        self._telling = True
        try:
            while self._untold:
                change = self._untold.popleft()
                for subscriber in self._subscribers:
                    subscriber(change.stored.kind, change.type, change.stored.content)
        finally:
            self._telling = False
