"""The one front to defaults and validation: what may be stored, and how it looks then."""

from __future__ import annotations

from launcher_k8s.testing.cluster.defaults import fill
from launcher_k8s.testing.cluster.kinds import Kind, Object
from launcher_k8s.testing.cluster.refusals import invalid
from launcher_k8s.testing.cluster.validation import problems


def prepare(
    kind: Kind, new: Object, old: Object | None = None, *, subresource: str = "", is_checked: bool = False
) -> Object:
    """The object as it will be stored.

    ``new`` may share parts with ``old``, so neither is written into. A part of ``new`` that *is* (not
    equals) the same part of ``old`` has been defaulted and checked before.

    Args:
        kind: What it is.
        new: The object, read by :mod:`~launcher_k8s.testing.cluster.schema`; it has its name and uid.
        old: The stored object that it replaces, None if it is made.
        subresource: The part that is written, such as ``status``.
        is_checked: Whether it was checked as part of another object, as a Job's template.

    Raises:
        Refusal: 422 with all causes.
    """
    new = fill(kind, new, old, subresource=subresource, is_templated=is_checked)
    found = () if is_checked else problems(kind, new, old, subresource=subresource)
    if found:
        raise invalid(kind.kind, new["metadata"].get("name", ""), found, group=kind.group)
    if new.get("kind") == kind.kind and new.get("apiVersion") == kind.api_version:
        return new
    return {**new, "apiVersion": kind.api_version, "kind": kind.kind}
