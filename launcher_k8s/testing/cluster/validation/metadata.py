"""The metadata of every object (``k8s.io/apimachinery/pkg/api/validation/objectmeta.go``)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.causes import INVALID, Cause, forbidden, invalid, required
from launcher_k8s.testing.cluster.kinds import Kind, Object
from launcher_k8s.testing.cluster.names import path_segment_problems
from launcher_k8s.testing.cluster.validation import checks

_NAMES: Final[Mapping[Kind, Callable[[str], Sequence[str]]]] = {
    kinds.NAMESPACE: checks.label,
    kinds.SERVICE: checks.label,
    kinds.ROLE: path_segment_problems,
    kinds.CLUSTER_ROLE: path_segment_problems,
    kinds.ROLE_BINDING: path_segment_problems,
    kinds.CLUSTER_ROLE_BINDING: path_segment_problems,
}
_STANDARD_FINALIZERS: Final = ("kubernetes", "orphan", "foregroundDeletion")
_UNQUALIFIED_FINALIZER: Final = "name is neither a standard finalizer name nor is it fully qualified"
_OWNER: Final = ("apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion")
_ANNOTATIONS_LIMIT: Final = 256 * 1024
_FIXED: Final = (
    "name",
    "namespace",
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
)


def check_metadata(kind: Kind, new: Object, old: Object | None) -> list[Cause]:
    """Names, labels, annotations, owners and finalizers; on an update also what may not change."""
    metadata = new["metadata"]
    before = None if old is None else old["metadata"]
    if metadata is before:
        return []
    found = _check_names(kind, metadata) if before is None else _check_changes(metadata, before)
    if not _labels_known(kind, new, before):
        found += checks.labels("metadata.labels", metadata.get("labels"))
    if metadata.get("annotations"):
        found += check_annotations("metadata.annotations", metadata["annotations"])
    if metadata.get("ownerReferences"):
        found += _check_owners(metadata["ownerReferences"])
    if metadata.get("finalizers"):
        found += _check_finalizers(metadata["finalizers"])
    return found


def check_annotations(where: str, given: Mapping[str, str]) -> list[Cause]:
    """Annotations must have good keys and be small together."""
    found: list[Cause] = []
    size = 0
    for key, value in given.items():
        size += len(key) + len(value)
        if problems := checks.annotation_key(key):
            found += [invalid(where, key, problem) for problem in problems]
    if size > _ANNOTATIONS_LIMIT:
        found.append(
            Cause(where, "FieldValueTooLong", f"Too long: may not be more than {_ANNOTATIONS_LIMIT} bytes")
        )
    return found


def _labels_known(kind: Kind, new: Object, before: Mapping[str, Any] | None) -> bool:
    """Whether the labels were checked before, or are those of a job's template and checked there."""
    labels = new["metadata"].get("labels")
    if before is not None and labels == before.get("labels"):
        return True
    if kind is kinds.JOB and "template" in new.get("spec", ()):
        return labels is new["spec"]["template"].get("metadata", {}).get("labels")
    return False


def _check_names(kind: Kind, metadata: Mapping[str, Any]) -> list[Cause]:
    check = _NAMES.get(kind, checks.subdomain)
    found = []
    prefix = metadata.get("generateName", "")
    if prefix:
        found += checks.named(
            "metadata.generateName",
            prefix,
            lambda text: check(text.removesuffix("-") + "a" if text.endswith("-") else text),
        )
    name = metadata.get("name", "")
    if not name:
        return [*found, required("metadata.name", "name or generateName is required")]
    return found + checks.named("metadata.name", name, check)


def _check_changes(new: Mapping[str, Any], old: Mapping[str, Any]) -> list[Cause]:
    found = []
    if old.get("deletionTimestamp"):
        added = [each for each in new.get("finalizers", ()) if each not in old.get("finalizers", ())]
        if added:
            listed = ", ".join(f'"{each}"' for each in sorted(added))
            found.append(
                forbidden(
                    "metadata.finalizers",
                    "no new finalizers can be added if the object is being deleted, "
                    f"found new finalizers []string{{{listed}}}",
                )
            )
    for name in _FIXED:
        found += checks.unchanged(f"metadata.{name}", new.get(name), old.get(name))
    return found


def _check_owners(owners: list[dict[str, Any]]) -> list[Cause]:
    found: list[Cause] = []
    controllers: list[str] = []
    for owner in owners:
        found += _check_owner(owner)
        about = f"{owner.get('kind', '')}/{owner.get('name', '')}"
        if owner.get("controller"):
            if controllers:
                detail = (
                    "Only one reference can have Controller set to true. "
                    f'Found "true" in references for {controllers[0]} and {about}'
                )
                found.append(_shown_owners(owners, detail))
            controllers.append(about)
    return found


def _shown_owners(owners: list[dict[str, Any]], detail: str) -> Cause:
    """All owners, their fields in the order in which Go writes them."""
    ordered = [{name: each[name] for name in _OWNER if name in each} for each in owners]
    shown = json.dumps(ordered, separators=(",", ":"))
    return Cause("metadata.ownerReferences", INVALID, f"Invalid value: {shown}: {detail}")


def _check_owner(owner: Mapping[str, Any]) -> list[Cause]:
    where = "metadata.ownerReferences"
    found = []
    if not owner.get("apiVersion", "").rpartition("/")[2]:
        found.append(invalid(f"{where}.apiVersion", owner.get("apiVersion", ""), "version must not be empty"))
    found += [
        invalid(f"{where}.{name}", "", "must not be empty")
        for name in ("kind", "name", "uid")
        if not owner.get(name)
    ]
    if owner.get("apiVersion") == "v1" and owner.get("kind") == "Event":
        found.append(invalid(where, owner, "is disallowed from being an owner"))
    return found


def _check_finalizers(finalizers: list[str]) -> list[Cause]:
    found = []
    for index, finalizer in enumerate(finalizers):
        where = f"metadata.finalizers[{index}]"
        problems = checks.qualified_name(finalizer)
        found += [invalid(where, finalizer, problem) for problem in problems]
        if not problems and "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS:
            found.append(invalid(where, finalizer, _UNQUALIFIED_FINALIZER))
    if {"orphan", "foregroundDeletion"} <= set(finalizers):
        text = "finalizers orphan and foregroundDeletion cannot be both set"
        found.append(invalid("metadata.finalizers", finalizers, text))
    return found
