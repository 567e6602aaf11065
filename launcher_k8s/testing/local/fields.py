"""What a pod can be told of itself: ``fieldRef`` and ``resourceFieldRef`` (the downward API).

Rules: ``pkg/fieldpath/fieldpath.go`` and ``pkg/api/v1/resource/helpers.go``; a limit that is not set is what
the node can give.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from launcher_k8s.quantity import parse_quantity
from launcher_k8s.testing.cluster.causes import quoted
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.local.machine import Capacity

_SUBSCRIPT: Final = re.compile(r"metadata\.(labels|annotations)\['(.*)'\]")


class FieldError(ValueError):
    """A field that does not exist."""


def read_field(pod: Object, path: str) -> str:
    """A field of a pod as text.

    Args:
        pod: The pod, its status up to date.
        path: Such as ``metadata.name`` or ``metadata.labels['app']``.

    Raises:
        FieldError: There is no such field.
    """
    metadata = pod["metadata"]
    if match := _SUBSCRIPT.fullmatch(path):
        return str(metadata.get(match[1], {}).get(match[2], ""))
    read = _FIELDS.get(path)
    if read is None:
        raise FieldError(f"unsupported fieldPath: {path}")
    return read(pod)


def _map(values: Mapping[str, str] | None) -> str:
    return "\n".join(f"{key}={quoted(value)}" for key, value in sorted((values or {}).items()))


def _addresses(pod: Object, field: str) -> str:
    return ",".join(each["ip"] for each in pod.get("status", {}).get(field, []))


_FIELDS: Final[dict[str, Callable[[Object], str]]] = {
    "metadata.name": lambda pod: str(pod["metadata"]["name"]),
    "metadata.namespace": lambda pod: str(pod["metadata"]["namespace"]),
    "metadata.uid": lambda pod: str(pod["metadata"]["uid"]),
    "metadata.labels": lambda pod: _map(pod["metadata"].get("labels")),
    "metadata.annotations": lambda pod: _map(pod["metadata"].get("annotations")),
    "spec.nodeName": lambda pod: str(pod["spec"].get("nodeName", "")),
    "spec.serviceAccountName": lambda pod: str(pod["spec"].get("serviceAccountName", "")),
    "status.hostIP": lambda pod: str(pod.get("status", {}).get("hostIP", "")),
    "status.hostIPs": lambda pod: _addresses(pod, "hostIPs"),
    "status.podIP": lambda pod: str(pod.get("status", {}).get("podIP", "")),
    "status.podIPs": lambda pod: _addresses(pod, "podIPs"),
}


def read_resource(container: Mapping[str, Any], reference: Mapping[str, Any], capacity: Capacity) -> str:
    """A request or limit of a container as a whole number.

    Args:
        container: Its spec.
        reference: ``resource`` (such as ``limits.cpu``) and ``divisor``.
        capacity: What the node has: the limit of a container that has none.

    Raises:
        FieldError: There is no such resource.
    """
    which, _, name = str(reference["resource"]).partition(".")
    if which not in ("limits", "requests"):
        raise FieldError(f"unsupported container resource : {reference['resource']}")
    given = container.get("resources", {}).get(which, {}).get(name)
    value = parse_quantity(given) if given is not None else _unset(which, name, capacity)
    divisor = parse_quantity(reference.get("divisor") or 1) or Decimal(1)
    return str((value / divisor).to_integral_value(ROUND_CEILING))


def _unset(which: str, name: str, capacity: Capacity) -> Decimal:
    if which == "requests":
        return Decimal(0)
    return {"cpu": Decimal(capacity.cpus), "memory": Decimal(capacity.memory_bytes)}.get(name, Decimal(0))
