"""The answers of the metrics API (``metrics.k8s.io``), from what is known of pods and nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from launcher_k8s.testing.cluster.kinds import NODE_METRICS, POD, POD_METRICS, Kind, Object
from launcher_k8s.testing.cluster.refusals import not_found
from launcher_k8s.testing.cluster.requests import Answer, Request, list_options


def amounts(cores: float, memory_bytes: int) -> Object:
    """An amount used, in the quantities that metrics-server writes."""
    return {"cpu": f"{int(cores * 1e9)}n", "memory": f"{memory_bytes // 1024}Ki"}


def pod_metrics(pod: Object, containers: Iterable[Object], *, timestamp: str) -> Object:
    """A ``PodMetrics`` object."""
    return _head(POD_METRICS, pod, timestamp) | {"containers": list(containers)}


def node_metrics(node: Object, usage: Object, *, timestamp: str) -> Object:
    """A ``NodeMetrics`` object."""
    return _head(NODE_METRICS, node, timestamp) | {"usage": usage}


def answer(kind: Kind, asked: Request, items: Sequence[Object]) -> Answer:
    """Answer a get or a list, of everything that there are figures of.

    Raises:
        Refusal: Nothing is known of the one that is asked for.
    """
    resource = asked.resource
    selection = list_options(POD, asked.params).selection if not resource.name else None
    chosen = [
        each
        for each in items
        if resource.namespace in ("", each["metadata"].get("namespace", ""))
        and resource.name in ("", each["metadata"]["name"])
        and (selection is None or selection.matches(each))
    ]
    if resource.name:
        if not chosen:
            raise not_found(kind.plural, resource.name, group=kind.group)
        return Answer(200, msgspec.json.encode(chosen[0]))
    head = {"kind": f"{kind.kind}List", "apiVersion": kind.api_version, "metadata": {}}
    return Answer(200, msgspec.json.encode(head | {"items": chosen}))


def _head(kind: Kind, about: Object, timestamp: str) -> Object:
    metadata = {
        key: about["metadata"][key] for key in ("name", "namespace", "labels") if key in about["metadata"]
    }
    return {
        "kind": kind.kind,
        "apiVersion": kind.api_version,
        "metadata": metadata | {"creationTimestamp": timestamp},
        "timestamp": timestamp,
        "window": "10s",
    }
