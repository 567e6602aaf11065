"""Following a collection: which changes a watch is told, and as what.

A watch with selectors sees an object that begins to match as added and one that ceases to as deleted
(``k8s.io/apiserver/pkg/storage/cacher/cache_watcher.go``). What it is told waits until it is taken; one that
falls too far behind is ended, as the server ends it, and its reader asks again from where it was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from launcher_k8s.testing.cluster.kinds import Kind
from launcher_k8s.testing.cluster.refusals import Refusal
from launcher_k8s.testing.cluster.selectors import Selection
from launcher_k8s.testing.cluster.store import Change, EventType, Stored

_HEADS: Final[dict[EventType, bytes]] = {
    "ADDED": b'{"type":"ADDED","object":',
    "MODIFIED": b'{"type":"MODIFIED","object":',
    "DELETED": b'{"type":"DELETED","object":',
}
INITIAL_EVENTS_END: Final = "k8s.io/initial-events-end"
MOST_AT_ONCE: Final = 64
"""Events that are taken at once."""


class Watch:
    """One reader's view of a collection, from some version on.

    Args:
        kind: Of what.
        prefix: What the keys of the collection begin with, or the one key that is followed.
        selection: Which of them.
        wake: Called when there is something to take, and when the watch is over; it must not take at once.
        closed: Called once, when the watch is over.
        size: How many events may wait.
        version: Tells the store's version, for bookmarks.
        bookmarks: Whether the reader takes bookmarks.
    """

    def __init__(
        self,
        kind: Kind,
        *,
        prefix: str,
        selection: Selection,
        wake: Callable[[], None],
        closed: Callable[[Watch], None],
        size: int,
        version: Callable[[], int],
        bookmarks: bool = False,
    ) -> None:
        self.kind = kind
        self._prefix = prefix
        self._selection = selection
        self._selects = bool(selection)
        self._wake = wake
        self._closed = closed
        self._size = size
        self._version = version
        self._bookmarks = bookmarks
        self._waiting: deque[bytes | tuple[EventType, Stored]] = deque()
        self._over = False

    @property
    def is_over(self) -> bool:
        """Whether nothing will come after what still waits."""
        return self._over

    def take(self) -> list[bytes]:
        """What has happened since the last call: one event's JSON each, and empty when nothing has.

        Of a crowd's events :data:`MOST_AT_ONCE`: the JSON of all would be as much memory as the crowd.
        """
        waiting = self._waiting
        taken = [waiting.popleft() for _ in range(min(len(waiting), MOST_AT_ONCE))]
        return [each if isinstance(each, bytes) else _event(*each) for each in taken]

    def close(self) -> None:
        """End the watch; what waits can still be taken."""
        if not self._over:
            self._over = True
            self._closed(self)
            self._wake()

    def tell(self, change: Change) -> None:
        """Take in a change, if it concerns this watch."""
        stored = change.stored
        if stored.kind is self.kind and stored.key.startswith(self._prefix):
            told = self._as_seen(change)
            if told is not None:
                self._put(told)

    def tell_present(self, objects: Iterable[Stored]) -> None:
        """Tell objects that were there before."""
        for stored in self._selection.select(objects):
            self._put(("ADDED", stored))

    def bookmark(self, *, initial_events_end: bool = False) -> None:
        """Tell a reader who takes bookmarks that everything up to the present version has been told."""
        if not self._bookmarks:
            return
        metadata: dict[str, object] = {"resourceVersion": str(self._version())}
        if initial_events_end:
            metadata["annotations"] = {INITIAL_EVENTS_END: "true"}
        content = {"kind": self.kind.kind, "apiVersion": self.kind.api_version, "metadata": metadata}
        self._put(msgspec.json.encode({"type": "BOOKMARK", "object": content | _blank(self.kind)}))

    def fail(self, refusal: Refusal) -> None:
        """Tell an error and end."""
        self._put(msgspec.json.encode({"type": "ERROR", "object": refusal.status}))
        self.close()

    def _as_seen(self, change: Change) -> tuple[EventType, Stored] | None:
        if not self._selects:
            return change.type, change.stored
        stored, previous = change.stored, change.previous
        content = stored.content
        now = self._selection.matches(content)
        if previous is None or not self._selection.tells_apart(old := previous.content, content):
            return (change.type, stored) if now else None
        before = self._selection.matches(old)
        if now and change.type != "DELETED":
            return ("MODIFIED" if before else "ADDED"), stored
        if not before:
            return None
        return "DELETED", stored if change.type == "DELETED" else previous.renumbered(stored.number)

    def _put(self, told: bytes | tuple[EventType, Stored]) -> None:
        if self._over:
            return
        if len(self._waiting) >= self._size:
            self.close()
            return
        if not isinstance(told, bytes):
            _ = told[1].body  # made now, while all of the object is at hand in the processor's cache
        self._waiting.append(told)
        if len(self._waiting) == 1:
            self._wake()


def _event(type_: EventType, stored: Stored) -> bytes:
    return b"".join((_HEADS[type_], stored.body, b"}"))


def _blank(kind: Kind) -> dict[str, object]:
    """What Go writes of an empty object of the kind."""
    return _BLANKS.get(kind.kind, {})


_BLANKS: Final[dict[str, dict[str, object]]] = {
    "Pod": {"spec": {"containers": None}, "status": {}},
    "Job": {
        "spec": {"template": {"metadata": {}, "spec": {"containers": None}}},
        "status": {},
    },
    "Service": {"spec": {}, "status": {"loadBalancer": {}}},
}
