"""The objects, their versions, and what changed since one.

As in etcd there is one counter for all kinds: every write takes the next number, and that number is the
object's ``resourceVersion``. What is stored is never written again: a change stores another object that may
share parts with the one before. So a version's JSON is made once, for everybody who reads or watches it, and
old states of a collection can be had back by undoing the changes since, as far as the history reaches.

A version that was not used lately rests: only its JSON is kept. One object is dozens of dicts and lists, and
of ten thousand of them Python's garbage collector would look at each, over and over.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from launcher_k8s.testing.cluster.kinds import Kind, Object

EventType = Literal["ADDED", "MODIFIED", "DELETED"]
MOST_AWAKE = 8
"""Versions that are kept as objects: more than one request is about."""

FEW = 32
"""Of a kind with no more objects than that, such as namespaces, those that are read stay awake."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class TooOldError(Exception):
    """The history does not reach back that far."""


class Stored(msgspec.Struct, gc=False, eq=False):  # JSON holds no cycles, so the collector need not look
    """One version of one object.

    Args:
        kind: What it is.
        held: The object, its version included; None of one that rests.
        number: That version.
        key: Where it lies.
        made: Its JSON, once that was made; of one that rests it always is.
    """

    kind: Kind
    held: Object | None
    number: int
    key: str
    made: bytes | None = None

    @property
    def content(self) -> Object:
        """The object; of one that rests a copy, each time another."""
        return _decode(self.body) if self.held is None else self.held

    @property
    def body(self) -> bytes:
        """The object as JSON, made on first use."""
        if self.made is None:
            self.made = _encode(self.held)
        return self.made

    @property
    def is_resting(self) -> bool:
        """Whether only its JSON is kept."""
        return self.held is None

    def rest(self) -> None:
        """Keep no more than its JSON."""
        self.made, self.held = self.body, None

    def wake(self) -> None:
        """Keep it as an object again."""
        self.held = self.content

    @property
    def item(self) -> bytes:
        """The object as JSON inside a list, where what it is goes without saying."""
        return b"{" + self.body[len(self.kind.head) :]

    def renumbered(self, number: int) -> Stored:
        """The same object as of another version."""
        return Stored(self.kind, _versioned(self.kind, self.content, number), number, self.key)


class Change(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What a write did: the version it made, and the one before."""

    type: EventType
    stored: Stored
    previous: Stored | None


class Table:
    """The objects of one kind, in the order of their keys.

    Many are put between two looks at all of them, so keys are put in order at a look.
    """

    def __init__(self, found: dict[str, Stored] | None = None) -> None:
        self.by_key = found or {}
        self._keys = list(self.by_key)
        self._is_ordered = False

    def put(self, stored: Stored) -> Stored | None:
        """Take a version in, in place of an earlier one of the same object, which is returned."""
        previous = self.by_key.get(stored.key)
        if previous is None:
            self._keys.append(stored.key)
            self._is_ordered = False
        self.by_key[stored.key] = stored
        return previous

    def drop(self, key: str) -> None:
        """Forget an object."""
        del self.by_key[key]
        keys = self._ordered()
        del keys[bisect_left(keys, key)]

    def walk(self, prefix: str = "", start: str = "") -> Iterator[Stored]:
        """The objects whose keys begin with a prefix, from a key on; none of them may go on the way."""
        first, end = self._range(prefix, start)
        return map(self.by_key.__getitem__, self._ordered()[first:end])

    def count(self, prefix: str = "", start: str = "") -> int:
        """How many objects :meth:`walk` would yield."""
        first, end = self._range(prefix, start)
        return max(0, end - first)

    def _range(self, prefix: str, start: str) -> tuple[int, int]:
        """The indices of their keys, from the first one on up to the second."""
        keys = self._ordered()
        end = bisect_left(keys, prefix + "\U0010ffff") if prefix else len(keys)
        return bisect_left(keys, max(prefix, start)), end

    def _ordered(self) -> list[str]:
        if not self._is_ordered:
            self._keys.sort()
            self._is_ordered = True
        return self._keys


class Store:
    """All objects of a cluster.

    Args:
        history_size: How many writes can be undone and watched from.
    """

    def __init__(self, *, history_size: int) -> None:
        self.version = 1
        self._tables: defaultdict[Kind, Table] = defaultdict(Table)
        self._history: deque[Change] = deque(maxlen=history_size)
        self._awake: deque[Stored] = deque()
        self._forgotten = self.version
        self._listeners: list[Callable[[Change], None]] = []

    @property
    def oldest(self) -> int:
        """The earliest version that can be watched from."""
        return self._forgotten

    def listen(self, told: Callable[[Change], None]) -> None:
        """Call ``told`` after every write."""
        self._listeners.append(told)

    def get(self, kind: Kind, key: str) -> Stored | None:
        """The present version of an object."""
        present = self._tables[kind].by_key
        stored = present.get(key)
        if stored is not None and stored.held is None:
            stored.wake()
            if len(present) > FEW:
                self._keep_awake(stored)
        return stored

    def table(self, kind: Kind) -> Table:
        """The present objects of a kind."""
        return self._tables[kind]

    def put(self, kind: Kind, content: Object, key: str = "") -> Stored:
        """Store an object as its next version; its key is read off it unless it is known."""
        stored = self._numbered(kind, content, key or key_of(content))
        table = self._tables[kind]
        previous = table.put(stored)
        if previous is not None and len(table.by_key) <= FEW:
            self._keep_awake(previous)
        self._tell(Change("MODIFIED" if previous else "ADDED", stored, previous))
        return stored

    def drop(self, kind: Kind, key: str) -> Stored:
        """Remove an object; the result carries the version of its removal."""
        table = self.table(kind)
        previous = table.by_key[key]
        stored = self._numbered(kind, previous.content, key)
        table.drop(key)
        if len(table.by_key) <= FEW:
            self._keep_awake(previous)
        self._tell(Change("DELETED", stored, previous))
        return stored

    def since(self, version: int) -> list[Change]:
        """The changes after a version, oldest first.

        Raises:
            TooOldError: Some of them are forgotten.
        """
        if version < self._forgotten:
            raise TooOldError
        found = []
        for change in reversed(self._history):
            if change.stored.number <= version:
                break
            found.append(change)
        return found[::-1]

    def as_of(self, kind: Kind, version: int) -> Table:
        """The objects of a kind as they were at a version.

        Raises:
            TooOldError: The history does not reach back to it.
        """
        undone = [change for change in self.since(version) if change.stored.kind is kind]
        if not undone:
            return self.table(kind)
        found = dict(self.table(kind).by_key)
        for change in reversed(undone):
            if change.previous is None:
                del found[change.stored.key]
            else:
                found[change.stored.key] = change.previous
        return Table(found)

    def forget(self) -> None:
        """Compact: no earlier version than the present can be had any more."""
        self._history.clear()
        self._forgotten = self.version

    def _numbered(self, kind: Kind, content: Object, key: str) -> Stored:
        self.version = number = self.version + 1
        stored = Stored(kind, _versioned(kind, content, number), number, key)
        self._keep_awake(stored)
        return stored

    def _keep_awake(self, stored: Stored) -> None:
        """Let one rest only after others that have been awake for longer."""
        awake = self._awake
        awake.append(stored)
        if len(awake) > MOST_AWAKE:
            awake.popleft().rest()

    def _tell(self, change: Change) -> None:
        history = self._history
        if len(history) == history.maxlen:
            self._forgotten = history[0].stored.number
        history.append(change)
        for told in self._listeners:
            told(change)


def _versioned(kind: Kind, content: Object, number: int) -> Object:
    """The object with its version, and with what it is in front: :attr:`Stored.item` cuts that off."""
    if _is_headed(content):
        versioned = content.copy()
    else:
        versioned = {"kind": kind.kind, "apiVersion": kind.api_version, **content}
    versioned["metadata"] = metadata = content["metadata"].copy()
    metadata["resourceVersion"] = str(number)
    return versioned


def _is_headed(content: Object) -> bool:
    """Whether an object has in front what it is; one that was stored before has."""
    names = iter(content)
    return next(names) == "kind" and next(names, "") == "apiVersion"


def key_of(content: Object) -> str:
    """Where an object lies among those of its kind, as in etcd: ``namespace/name`` or ``name``."""
    metadata = content["metadata"]
    return key_at(metadata.get("namespace", ""), metadata["name"])


def key_at(namespace: str, name: str) -> str:
    """The key of the object of that name."""
    return f"{namespace}/{name}" if namespace else name
