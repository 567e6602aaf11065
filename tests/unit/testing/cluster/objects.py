"""Objects to begin with, and a way to change one field of them."""

from __future__ import annotations

import copy
from typing import Any

from launcher_k8s.testing.cluster import admit
from launcher_k8s.testing.cluster.kinds import Kind, Object
from launcher_k8s.testing.cluster.refusals import Refusal

START = "2026-01-02T03:04:05Z"
UID = "0f4804d2-1626-45cb-ab26-62f147ac1779"


def metadata(**more: Any) -> dict[str, Any]:
    return {
        "name": "one",
        "namespace": "here",
        "uid": UID,
        "creationTimestamp": "2026-01-02T03:04:05Z",
    } | more


def pod(**spec: Any) -> Object:
    containers = [{"name": "main", "image": "busybox:1"}]
    return {"metadata": metadata(), "spec": {"containers": containers, "restartPolicy": "Never"} | spec}


def container(**more: Any) -> Object:
    """A pod whose only container has more."""
    return pod(containers=[{"name": "main", "image": "busybox:1"} | more])


def job(**spec: Any) -> Object:
    return {"metadata": metadata(), "spec": {"template": {"spec": pod()["spec"]}} | spec}


def service(**spec: Any) -> Object:
    return {"metadata": metadata(), "spec": {"ports": [{"port": 80}], "selector": {"a": "b"}} | spec}


def stored(kind: Kind, new: Object) -> Object:
    """The object after it was made."""
    return admit.prepare(kind, new)


def complaint(kind: Kind, new: Object, old: Object | None = None, *, subresource: str = "") -> str:
    """What the server says of an object, without its name; empty if it takes it.

    Neither object may be written into by that.
    """
    before = copy.deepcopy((new, old))
    try:
        admit.prepare(kind, new, old, subresource=subresource)
        said = ""
    except Refusal as refusal:
        said = refusal.message.partition(" is invalid: ")[2]
    assert (new, old) == before
    return said


def plain(**parts: Any) -> Object:
    return {"metadata": metadata()} | parts


def changed(kind: Kind, new: Object, **spec: Any) -> str:
    """What is said of a change of a stored object's spec."""
    made = stored(kind, new)
    return complaint(kind, {**made, "spec": {**made["spec"], **spec}}, made)


def with_status(kind: Kind, new: Object, before: Any, after: Any) -> str:
    """What is said of a change of a stored object's status."""
    made = stored(kind, new)
    made = {**made, "status": {**made["status"], **before}}
    return complaint(kind, {**made, "status": {**made["status"], **after}}, made, subresource="status")
