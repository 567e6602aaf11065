"""The one front to defaults and validation: what may be stored, and how it looks then."""

from __future__ import annotations

from launcher_k8s.testing.cluster.kinds import Kind, Object


def prepare(kind: Kind, new: Object, old: Object | None = None, *, subresource: str = "") -> Object:
    """The object as it will be stored.

    ``new`` may share parts with ``old``, so neither is written into. A part of ``new`` that *is* (not
    equals) the same part of ``old`` has been defaulted and checked before.

    Raises:
        Refusal: It may not be stored.
    """
    del old, subresource
    return {**new, "apiVersion": kind.api_version, "kind": kind.kind}
