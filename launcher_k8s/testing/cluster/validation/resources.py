"""Requests and limits (``validateResourceRequirements``)."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final

from launcher_k8s.testing.cluster.amounts import amount_value
from launcher_k8s.testing.cluster.causes import Cause, invalid, required
from launcher_k8s.testing.cluster.validation import checks

CONTAINER: Final = frozenset({"cpu", "memory", "ephemeral-storage"})
STANDARD: Final = CONTAINER | frozenset(
    {
        "requests.cpu",
        "requests.memory",
        "requests.storage",
        "requests.ephemeral-storage",
        "limits.cpu",
        "limits.memory",
        "limits.ephemeral-storage",
        "pods",
        "resourcequotas",
        "services",
        "replicationcontrollers",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "storage",
        "services.nodeports",
        "services.loadbalancers",
    }
)
WHOLE: Final = STANDARD - frozenset(
    {
        name
        for name in STANDARD
        if name.rpartition(".")[2] in ("cpu", "memory", "storage", "ephemeral-storage")
    }
)
_NATIVE_DOMAIN: Final = "kubernetes.io/"


def check_resources(where: str, resources: Mapping[str, Any]) -> list[Cause]:
    """The resources of a container."""
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    found: list[Cause] = []
    for name, amount in limits.items():
        found += check_amount(f"{where}.limits[{name}]", name, amount, container=True)
    for name, amount in requests.items():
        found += check_amount(f"{where}.requests[{name}]", name, amount, container=True)
        found += _compare(where, name, amount, limits.get(name))
    return found


def check_amount(where: str, name: str, amount: str, *, container: bool = False) -> list[Cause]:
    """One resource and its amount."""
    found = [invalid(where, *each) for each in _name_problems(name, container)]
    value = amount_value(amount)
    if value < 0:
        found.append(invalid(where, amount, checks.NOT_NEGATIVE))
    if is_whole(name) and value % 1:
        found.append(invalid(where, amount, "must be an integer"))
    return found


@functools.cache
def is_extended(name: str) -> bool:
    """Whether a resource is a device or the like: whole, and never promised twice."""
    return "/" in name and _NATIVE_DOMAIN not in name and not name.startswith("requests.")


@functools.cache
def is_whole(name: str) -> bool:
    """Whether a resource comes only in whole numbers."""
    return name in WHOLE or is_extended(name.removeprefix("requests."))


def _compare(where: str, name: str, request: str, limit: str | None) -> list[Cause]:
    fixed = is_extended(name) or name.startswith("hugepages-")
    if limit is None:
        text = "Limit must be set for non overcommitable resources"
        return [required(f"{where}.limits", text)] if fixed else []
    if request == limit:
        return []
    asked, most = amount_value(request), amount_value(limit)
    if fixed and asked != most:
        return [invalid(f"{where}.requests", request, f"must be equal to {name} limit of {limit}")]
    if asked > most:
        text = f"must be less than or equal to {name} limit of {limit}"
        return [invalid(f"{where}.requests", request, text)]
    return []


@functools.lru_cache(maxsize=1024)
def _name_problems(name: str, container: bool) -> tuple[tuple[str, str], ...]:
    problems = list(checks.qualified_name(name))
    plain = "/" not in name
    huge = name.startswith("hugepages-")
    if not problems and plain and name not in STANDARD and not huge:
        problems.append("must be a standard resource type or fully qualified")
    if container and plain and name not in CONTAINER and not huge:
        problems.append("must be a standard resource for containers")
    if container and not plain and _NATIVE_DOMAIN not in name and not is_extended(name):
        problems.append("doesn't follow extended resource name standard")
    return tuple((name, problem) for problem in problems)
