"""Deleting objects: at once, after a grace period, or when nothing keeps them any longer.

The rules are those of ``k8s.io/apiserver/pkg/registry/rest/delete.go`` and of ``Delete`` in
``.../registry/generic/registry/store.go``; of all kinds here only pods are given time
(``pkg/registry/core/pod/strategy.go``). What follows for dependents is in ``ownership``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from launcher_k8s.testing.cluster import causes
from launcher_k8s.testing.cluster.bodies import BodyError, parse_json
from launcher_k8s.testing.cluster.kinds import POD, Kind, Object
from launcher_k8s.testing.cluster.refusals import bad_request, conflict, invalid
from launcher_k8s.testing.cluster.requests import META_GROUP, read_flag, read_integer
from launcher_k8s.testing.cluster.store import Store, Stored
from launcher_k8s.testing.cluster.writing import stamp

BACKGROUND: Final = "Background"
FOREGROUND: Final = "Foreground"
ORPHAN: Final = "Orphan"
FOREGROUND_FINALIZER: Final = "foregroundDeletion"
ORPHAN_FINALIZER: Final = "orphan"
_GARBAGE_FINALIZERS: Final = (FOREGROUND_FINALIZER, ORPHAN_FINALIZER)
_DEFAULT_GRACE_S: Final = 30


@attrs.frozen
class DeleteOptions:
    """How an object shall be deleted.

    Args:
        grace_s: Seconds its processes may take to end.
        propagation: What becomes of its dependents; empty: as is usual for its kind.
        uid: Delete only this very object.
        resource_version: Delete only this version of it.
        dry_run: Only say whether it could be.
    """

    grace_s: int | None = None
    propagation: str = ""
    uid: str = ""
    resource_version: str = ""
    dry_run: bool = False


@attrs.frozen
class Removal:
    """What a delete did: the last known version, and whether the object is gone."""

    stored: Stored
    is_gone: bool


def delete_options(params: Mapping[str, str], body: bytes) -> DeleteOptions:
    """Read how to delete, from the body or, without one, from the query.

    Raises:
        Refusal: 400 for what cannot be read, 422 for what does not exist.
    """
    given = _read_body(body) if body else _read_params(params)
    problems = []
    orphan, policy = given.get("orphanDependents"), given.get("propagationPolicy") or ""
    if orphan is not None and policy:
        detail = "orphanDependents and deletionPropagation cannot be both set"
        problems.append(causes.invalid("propagationPolicy", policy, detail))
    if policy not in ("", FOREGROUND, BACKGROUND, ORPHAN):
        supported = (FOREGROUND, BACKGROUND, ORPHAN, "nil")
        problems.append(causes.not_supported("propagationPolicy", policy, supported))
    dry_run = given.get("dryRun") or []
    if any(each != "All" for each in dry_run):
        problems.append(causes.not_supported("dryRun", dry_run, ("All",)))
    if problems:
        raise invalid("DeleteOptions", "", problems, group=META_GROUP)
    preconditions = given.get("preconditions") or {}
    return DeleteOptions(
        grace_s=given.get("gracePeriodSeconds"),
        propagation=policy if orphan is None else (ORPHAN if orphan else BACKGROUND),
        uid=preconditions.get("uid") or "",
        resource_version=preconditions.get("resourceVersion") or "",
        dry_run=bool(dry_run),
    )


class Remover:
    """Deletes objects of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def delete(self, stored: Stored, options: DeleteOptions, *, now: datetime) -> Removal:
        """Delete an object, or begin to.

        Raises:
            Refusal: 409: it is not the one that was meant.
        """
        check_preconditions(stored, options)
        kind, metadata = stored.kind, stored.content["metadata"]
        grace = _grace(stored.content, options, now) if kind is POD else _Grace()
        if grace.is_pending:
            return Removal(stored, is_gone=False)
        finalizers = _finalizers(kind, metadata, options.propagation)
        changed = {**metadata, **grace.marks}
        if finalizers or "finalizers" in metadata:
            changed["finalizers"] = finalizers
        if not grace.marks and finalizers:
            changed |= _marked(metadata, now)
        if grace.marks or finalizers:
            stored = self._rewrite(stored, changed, dry_run=options.dry_run)
        if finalizers or grace.wait_s > 0:
            return Removal(stored, is_gone=False)
        if not options.dry_run:
            stored = self._store.drop(kind, stored.key)
        return Removal(stored, is_gone=True)

    def _rewrite(self, stored: Stored, metadata: dict[str, Any], *, dry_run: bool) -> Stored:
        if not metadata.get("finalizers"):
            metadata = {key: value for key, value in metadata.items() if key != "finalizers"}
        content = {**stored.content, "metadata": metadata}
        if dry_run:
            return Stored(stored.kind, content, stored.number, stored.key)
        return stored if content == stored.content else self._store.put(stored.kind, content)


@attrs.frozen
class _Grace:
    """What a grace period does to an object: the marks to set, and the time somebody waits for."""

    marks: dict[str, Any] = attrs.field(factory=dict)
    wait_s: int = 0
    is_pending: bool = False


def _grace(pod: Object, options: DeleteOptions, now: datetime) -> _Grace:
    metadata = pod["metadata"]
    asked = 1 if options.grace_s is not None and options.grace_s < 0 else options.grace_s
    if metadata.get("deletionTimestamp"):
        return _shortened(metadata, asked, now)
    wait_s = asked
    if wait_s is None:
        wait_s = pod["spec"].get("terminationGracePeriodSeconds", _DEFAULT_GRACE_S)
    ended = (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")
    if ended or not pod["spec"].get("nodeName"):
        wait_s = 0
    marks = {
        "deletionTimestamp": stamp(now + timedelta(seconds=wait_s)),
        "deletionGracePeriodSeconds": wait_s,
        "generation": metadata.get("generation", 0) + 1,
    }
    return _Grace(marks, wait_s)


def _shortened(metadata: dict[str, Any], asked: int | None, now: datetime) -> _Grace:
    """The grace of a pod that is being deleted: it may only become shorter."""
    before = metadata.get("deletionGracePeriodSeconds") or 0
    if before == 0:
        return _Grace()
    if asked is None or asked >= before:
        return _Grace(is_pending=True)
    due = datetime.fromisoformat(metadata["deletionTimestamp"]) + timedelta(seconds=asked - before)
    left = asked
    if due < now:
        due, left = now, min(asked, 1)
    marks = {"deletionTimestamp": stamp(due), "deletionGracePeriodSeconds": left}
    return _Grace(marks, asked)


def _marked(metadata: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The marks of an object that only its finalizers keep."""
    marks: dict[str, Any] = {"deletionGracePeriodSeconds": 0}
    due = metadata.get("deletionTimestamp")
    if not due or datetime.fromisoformat(due) > now.astimezone(UTC):
        marks["deletionTimestamp"] = stamp(now)
    if not due and metadata.get("generation"):
        marks["generation"] = metadata["generation"] + 1
    return marks


def _finalizers(kind: Kind, metadata: dict[str, Any], propagation: str) -> list[str]:
    before = list(metadata.get("finalizers") or ())
    kept = [each for each in before if each not in _GARBAGE_FINALIZERS]
    if propagation:
        wanted = {ORPHAN: ORPHAN_FINALIZER, FOREGROUND: FOREGROUND_FINALIZER}.get(propagation)
    else:
        usual = ORPHAN_FINALIZER if kind.orphans else None
        wanted = next((each for each in before if each in _GARBAGE_FINALIZERS), usual)
    return [*kept, wanted] if wanted else kept


def check_preconditions(stored: Stored, options: DeleteOptions) -> None:
    """Refuse to delete another object, or version, than the one that was meant.

    Raises:
        Refusal: 409.
    """
    metadata = stored.content["metadata"]
    problem = ""
    if options.uid and options.uid != metadata["uid"]:
        problem = (
            f"the UID in the precondition ({options.uid}) does not match the UID in record "
            f"({metadata['uid']}). The object might have been deleted and then recreated"
        )
    elif options.resource_version and options.resource_version != metadata["resourceVersion"]:
        problem = (
            f"the ResourceVersion in the precondition ({options.resource_version}) does not match the "
            f"ResourceVersion in record ({metadata['resourceVersion']}). The object might have been modified"
        )
    if problem:
        raise conflict(stored.kind.kind, metadata["name"], problem, group=stored.kind.group)


def _read_body(body: bytes) -> dict[str, Any]:
    try:
        given = parse_json(body)
    except BodyError as problem:
        raise bad_request(f"couldn't get version/kind; json parse error: {problem}") from None
    if not isinstance(given, dict):
        raise bad_request("decoded object cannot be converted to DeleteOptions")
    kind = given.get("kind") or "DeleteOptions"
    if kind != "DeleteOptions":
        version = causes.quoted(given.get("apiVersion", ""))
        scheme = '"pkg/runtime/scheme.go:111"'
        raise bad_request(
            f"no kind {causes.quoted(kind)} is registered for version {version} in scheme {scheme}"
        )
    return given


def _read_params(params: Mapping[str, str]) -> dict[str, Any]:
    dry_run = params.get("dryRun", "")
    return {
        "gracePeriodSeconds": read_integer(params, "gracePeriodSeconds"),
        "propagationPolicy": params.get("propagationPolicy", ""),
        "orphanDependents": read_flag(params, "orphanDependents"),
        "dryRun": [dry_run] if dry_run else [],
    }
