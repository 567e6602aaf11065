"""Garbage collection: what is owned goes with its owners.

The garbage collector of Kubernetes (``pkg/controller/garbagecollector``), without its delays: dependents of
an object that is gone are deleted in the background, those of one that waits for them are deleted first,
those of one that shall be orphaned lose the reference. An object whose owners are all unknown is garbage too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from launcher_k8s.testing.cluster.kinds import KINDS, Kind, Object, kind_named
from launcher_k8s.testing.cluster.removing import (
    BACKGROUND,
    FOREGROUND,
    FOREGROUND_FINALIZER,
    ORPHAN_FINALIZER,
    DeleteOptions,
    Remover,
)
from launcher_k8s.testing.cluster.store import EventType, Store, Stored, key_at, key_of
from launcher_k8s.testing.cluster.writing import Writer


class Collector:
    """Deletes, and orphans, what depends on objects that go.

    Args:
        store: The objects.
        writer: Changes them.
        remover: Deletes them.
        now: The time, aware.
    """

    def __init__(
        self, store: Store, writer: Writer, remover: Remover, *, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._writer = writer
        self._remover = remover
        self._now = now
        self._dependents: dict[str, dict[str, None]] = {}  # texts, which the collector of Python passes by

    def on_change(self, kind: Kind, type_: EventType, content: Object) -> None:
        """Take part in a change."""
        metadata = content["metadata"]
        if type_ == "DELETED":
            self._forget(kind, content)
            self._collect(metadata["uid"])
            self._release_owners(kind, metadata)
            return
        if metadata.get("ownerReferences"):
            self._learn(kind, content)
        if metadata.get("deletionTimestamp") and metadata.get("finalizers"):
            self._finalize(kind, metadata)

    def _learn(self, kind: Kind, content: Object) -> None:
        metadata, key = content["metadata"], key_of(content)
        dependent, is_new = _place(kind, key), False
        for owner in metadata["ownerReferences"]:
            known = self._dependents.setdefault(owner["uid"], {})
            if dependent not in known:
                known[dependent], is_new = None, True
        # Of an owner that goes, all dependents are told.
        if is_new and not any(self._exists(owner, metadata) for owner in metadata["ownerReferences"]):
            self._delete(kind, key, metadata["uid"], BACKGROUND)

    def _forget(self, kind: Kind, content: Object) -> None:
        for owner in content["metadata"].get("ownerReferences") or ():
            self._unlearn(owner["uid"], kind, key_of(content))

    def _unlearn(self, owner: str, kind: Kind, key: str) -> None:
        """The owner may be gone already; then nothing of it stays behind its last dependent."""
        dependents = self._dependents.get(owner, {})
        dependents.pop(_place(kind, key), None)
        if not dependents:
            self._dependents.pop(owner, None)

    def _collect(self, uid: str) -> None:
        """Delete what depended on an object that is gone, and on no other that is there."""
        for stored in self._owned_by(uid):
            metadata = stored.content["metadata"]
            if not any(self._exists(owner, metadata) for owner in metadata["ownerReferences"]):
                self._delete(stored.kind, stored.key, metadata["uid"], BACKGROUND)
        self._dependents.pop(uid, None)

    def _finalize(self, kind: Kind, metadata: dict[str, Any]) -> None:
        stored = self._store.get(kind, key_at(metadata.get("namespace", ""), metadata["name"]))
        if stored is None or stored.content["metadata"]["uid"] != metadata["uid"]:
            return
        finalizers = stored.content["metadata"].get("finalizers") or ()
        if ORPHAN_FINALIZER in finalizers:
            for dependent in self._owned_by(metadata["uid"]):
                self._orphan(dependent, metadata["uid"])
            self._remove_finalizer(stored, ORPHAN_FINALIZER)
        elif FOREGROUND_FINALIZER in finalizers:
            dependents = self._owned_by(metadata["uid"])
            for dependent in dependents:
                self._delete(dependent.kind, dependent.key, dependent.content["metadata"]["uid"], FOREGROUND)
            if not _blocking(self._owned_by(metadata["uid"]), metadata["uid"]):
                self._remove_finalizer(stored, FOREGROUND_FINALIZER)

    def _release_owners(self, kind: Kind, metadata: dict[str, Any]) -> None:
        """Let owners go that waited for a dependent which is gone."""
        del kind
        for reference in metadata.get("ownerReferences") or ():
            owner = self._owner(reference, metadata)
            if owner is not None and owner.content["metadata"].get("deletionTimestamp"):
                self._finalize(owner.kind, owner.content["metadata"])

    def _orphan(self, dependent: Stored, uid: str) -> None:
        metadata = dict(dependent.content["metadata"])
        left = [owner for owner in metadata.get("ownerReferences") or () if owner["uid"] != uid]
        metadata.pop("ownerReferences", None)
        if left:
            metadata["ownerReferences"] = left
        self._unlearn(uid, dependent.kind, dependent.key)
        self._writer.replace(dependent.kind, dependent, {**dependent.content, "metadata": metadata})

    def _remove_finalizer(self, stored: Stored, finalizer: str) -> None:
        metadata = dict(stored.content["metadata"])
        left = [each for each in metadata.get("finalizers") or () if each != finalizer]
        metadata.pop("finalizers", None)
        if left:
            metadata["finalizers"] = left
        self._writer.replace(stored.kind, stored, {**stored.content, "metadata": metadata})

    def _delete(self, kind: Kind, key: str, uid: str, propagation: str) -> None:
        stored = self._store.get(kind, key)
        if stored is None or stored.content["metadata"]["uid"] != uid:
            return
        if stored.content["metadata"].get("deletionTimestamp") and propagation == FOREGROUND:
            return
        self._remover.delete(stored, DeleteOptions(propagation=propagation), now=self._now())

    def _owned_by(self, uid: str) -> list[Stored]:
        places = (each.split(" ", 1) for each in self._dependents.get(uid, {}))
        found = (self._store.get(_KINDS[plural], key) for plural, key in places)
        return [
            stored
            for stored in found
            if stored is not None
            and any(owner["uid"] == uid for owner in stored.content["metadata"].get("ownerReferences") or ())
        ]

    def _exists(self, reference: Object, dependent: dict[str, Any]) -> bool:
        return self._owner(reference, dependent) is not None

    def _owner(self, reference: Object, dependent: dict[str, Any]) -> Stored | None:
        kind = kind_named(reference.get("apiVersion", ""), reference.get("kind", ""))
        if kind is None:
            return None
        namespace = dependent.get("namespace", "") if kind.namespaced else ""
        stored = self._store.get(kind, key_at(namespace, reference.get("name", "")))
        if stored is None or stored.content["metadata"]["uid"] != reference.get("uid"):
            return None
        return stored


_KINDS: Final = MappingProxyType({kind.qualified: kind for kind in KINDS})


def _place(kind: Kind, key: str) -> str:
    return f"{kind.qualified} {key}"


def _blocking(dependents: Iterable[Stored], uid: str) -> bool:
    return any(
        owner.get("blockOwnerDeletion")
        for dependent in dependents
        for owner in dependent.content["metadata"].get("ownerReferences") or ()
        if owner["uid"] == uid
    )
