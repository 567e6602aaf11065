"""Making and changing objects: what the server fills in, keeps from the old version, and refuses.

The order of things is that of ``k8s.io/apiserver/pkg/registry/generic/registry/store.go`` with
``.../registry/rest/create.go`` and ``update.go``: system metadata, the separation of status and the rest,
admission, defaults and validation, and only then the write.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, Protocol

from launcher_k8s.testing.cluster.causes import Cause, quoted, required
from launcher_k8s.testing.cluster.causes import invalid as invalid_cause
from launcher_k8s.testing.cluster.kinds import NAMESPACE, NODE, POD, Kind, Object
from launcher_k8s.testing.cluster.names import generated_name
from launcher_k8s.testing.cluster.refusals import (
    already_exists,
    bad_request,
    conflict,
    generate_name_conflict,
    invalid,
    refusal,
)
from launcher_k8s.testing.cluster.store import Store, Stored, key_at, key_of

CHANGED_MEANWHILE: Final = (
    "the object has been modified; please apply your changes to the latest version and try again"
)
_OTHER_NAMESPACE: Final = (
    "the namespace of the provided object does not match the namespace sent on the request"
)
_SYSTEM_FIELDS: Final = frozenset(
    {
        "creationTimestamp",
        "uid",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
        "managedFields",
        "resourceVersion",
    }
)
_VARIANTS: Final = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
"""RFC 9562: of the digit after the third dash two bits are fixed; the one before it says version 4."""


class Prepare(Protocol):
    """How :func:`launcher_k8s.testing.cluster.admit.prepare` is called."""

    def __call__(
        self,
        kind: Kind,
        new: Object,
        old: Object | None = None,
        *,
        subresource: str = "",
        is_checked: bool = False,
    ) -> Object:
        """The object as it will be stored, or a refusal."""


class Admission(Protocol):
    """What has a say before an object is made: namespaces, limits, quotas."""

    def furnish(self, kind: Kind, new: Object) -> Object:
        """The object with what the cluster adds to it; before defaults and validation."""

    def check(self, kind: Kind, new: Object, old: Object | None) -> None:
        """Refuse what the cluster has no room for; after validation."""


class Writer:
    """Makes and changes objects in a store.

    Args:
        store: Where.
        now: The time, aware.
        draw: Gives so many random bytes.
        prepare: Defaults and validation.
        admission: Who else has a say.
    """

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], datetime],
        draw: Callable[[int], bytes],
        prepare: Prepare,
        admission: Admission,
    ) -> None:
        self._store = store
        self._now = now
        self._draw = draw
        self._prepare = prepare
        self._admission = admission

    def create(
        self,
        kind: Kind,
        new: Object,
        *,
        namespace: str = "",
        dry_run: bool = False,
        is_checked: bool = False,
    ) -> Stored:
        """Make an object; one that ``is_checked`` was part of another that is stored.

        Raises:
            Refusal: It is not as it must be, may not be made, or is there already.
        """
        sent = new.get("metadata") or {}
        new = self._with_system_fields(kind, new, namespace)
        new = self._admission.furnish(kind, new)
        if not new["metadata"].get("name"):
            raise _nameless(kind)
        new = self._prepare(kind, new, is_checked=is_checked)
        self._admission.check(kind, new, None)
        if sent.get("resourceVersion"):
            raise refusal(500, "", "resourceVersion should not be set on objects to be created")
        name, key = new["metadata"]["name"], key_of(new)
        if key in self._store.table(kind).by_key:
            refuse = already_exists if sent.get("name") else generate_name_conflict
            raise refuse(kind.plural, name, group=kind.group)
        return Stored(kind, new, 0, key) if dry_run else self._store.put(kind, new, key)

    def make(self, kind: Kind, new: Object, *, namespace: str) -> Stored:
        """Make an object of a namespace without asking anybody, complete, and from now on the store's."""
        metadata = new["metadata"]
        metadata |= {"namespace": namespace, "uid": self.new_uid(), "creationTimestamp": self.stamp()}
        return self._store.put(kind, new, key_at(namespace, metadata["name"]))

    def update(
        self, kind: Kind, old: Stored, new: Object, *, subresource: str = "", dry_run: bool = False
    ) -> Stored:
        """Change an object; one that changes in nothing keeps its version.

        Raises:
            Refusal: It is not as it must be, or has changed meanwhile.
        """
        before = old.content
        ensure_namespace(new, before["metadata"].get("namespace", ""))
        _check_version(kind, before, new.get("metadata") or {})
        new = _merged(kind, before, new, subresource)
        new = self._prepare(kind, new, before, subresource=subresource)
        self._admission.check(kind, new, before)
        return self.replace(kind, old, new, dry_run=dry_run)

    def replace(self, kind: Kind, old: Stored, new: Object, *, dry_run: bool = False) -> Stored:
        """Store a changed object without asking anybody; one that nothing keeps any longer is removed."""
        before = old.content
        new = _with_generation(kind, before, new)
        if new == before:
            return old
        is_gone = is_finished(new["metadata"]) and is_deleting_at_once(before["metadata"])
        if dry_run or is_gone:
            if not dry_run:
                self._store.drop(kind, old.key)
            return Stored(kind, new, old.number, old.key)
        return self._store.put(kind, new, old.key)

    def stamp(self) -> str:
        """The time as objects carry it."""
        return stamp(self._now())

    def new_uid(self) -> str:
        """A fresh uid."""
        text = self._draw(16).hex()
        variant = _VARIANTS[text[16]]
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"

    def _with_system_fields(self, kind: Kind, new: Object, namespace: str) -> Object:
        ensure_namespace(new, namespace)
        metadata = _without(new.get("metadata") or {}, _SYSTEM_FIELDS)
        if namespace and kind.namespaced:
            metadata["namespace"] = namespace
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = generated_name(metadata["generateName"], self._draw)
        metadata["uid"] = self.new_uid()
        metadata["creationTimestamp"] = self.stamp()
        if kind.has_generation:
            metadata["generation"] = 1
        new = new.copy()
        new["metadata"] = metadata
        if kind is not NODE and kind.has_status:
            new.pop("status", None)
        return new


def _without(metadata: Object, names: frozenset[str]) -> Object:
    """A copy of some metadata without a few of its fields."""
    left = metadata.copy()
    if not names.isdisjoint(left):
        for name in names:
            left.pop(name, None)
    return left


@lru_cache(maxsize=64)
def stamp(time: datetime) -> str:
    """A time as objects carry it: whole seconds, UTC."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def is_finished(metadata: dict[str, Any]) -> bool:
    """Whether an object is being deleted and no finalizer keeps it."""
    return bool(metadata.get("deletionTimestamp")) and not metadata.get("finalizers")


def is_deleting_at_once(metadata: dict[str, Any]) -> bool:
    """Whether an object is being deleted without a grace period that somebody waits for."""
    return bool(metadata.get("deletionTimestamp")) and not metadata.get("deletionGracePeriodSeconds")


def ensure_namespace(new: Object, namespace: str) -> None:
    """Refuse an object of another namespace than the path's.

    Raises:
        Refusal: 400.
    """
    own = (new.get("metadata") or {}).get("namespace", "")
    if own and namespace and own != namespace:
        raise bad_request(_OTHER_NAMESPACE)


def _nameless(kind: Kind) -> Exception:
    causes = [required("metadata.name", "name or generateName is required")]
    return invalid(kind.kind, "", causes, group=kind.group)


def _check_version(kind: Kind, old: Object, metadata: dict[str, Any]) -> None:
    version = metadata.get("resourceVersion") or "0"
    if version == old["metadata"]["resourceVersion"]:
        return
    if not re.fullmatch("[0-9]+", version, re.ASCII):
        raise refusal(500, "", f"strconv.ParseUint: parsing {quoted(version)}: invalid syntax")
    if int(version) == 0 and not kind.needs_version:
        return
    name = old["metadata"]["name"]
    if int(version) == 0:
        causes: list[Cause] = [
            invalid_cause("metadata.resourceVersion", 0, "must be specified for an update")
        ]
        raise invalid(kind.plural, name, causes, group=kind.group)
    raise conflict(kind.plural, name, CHANGED_MEANWHILE, group=kind.group)


_KEPT: Final = ("creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation")
_NOT_TAKEN: Final = frozenset({*_KEPT, "managedFields"})


def _merged(kind: Kind, old: Object, new: Object, subresource: str) -> Object:
    """The new object with what a change of it cannot change."""
    before = old["metadata"]
    metadata = _without(new.get("metadata") or {}, _NOT_TAKEN)
    for key in _KEPT:
        if key in before:
            metadata[key] = before[key]
    metadata["uid"] = metadata.get("uid") or before["uid"]
    metadata["resourceVersion"] = before["resourceVersion"]
    if kind.namespaced:
        metadata["namespace"] = before["namespace"]
    new = {**new, "kind": kind.kind, "apiVersion": kind.api_version, "metadata": metadata}
    for part in _foreign_parts(kind, subresource):
        new.pop(part, None)
        if part in old:
            new[part] = old[part]
    return new


def _foreign_parts(kind: Kind, subresource: str) -> tuple[str, ...]:
    """The parts of an object that this path does not change."""
    if subresource == "status":
        return ("spec",)
    if kind is NAMESPACE and subresource != "finalize":
        return ("spec", "status")
    return ("status",) if kind.has_status else ()


def _with_generation(kind: Kind, old: Object, new: Object) -> Object:
    before, after = old.get("spec"), new.get("spec")
    if not kind.has_generation or after is before or after == before:
        return new
    if kind is POD and _is_bound(before, after):
        return new
    generation = old["metadata"].get("generation", 0) + 1
    return {**new, "metadata": {**new["metadata"], "generation": generation}}


def _is_bound(before: Any, after: Any) -> bool:
    """Whether all that has changed is that a pod was given its node: nobody asked for that."""
    return "nodeName" not in before and {**before, "nodeName": after.get("nodeName")} == after
