"""Quotas and limit ranges (``ValidateResourceQuota``, ``ValidateLimitRange``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from launcher_k8s.testing.cluster.amounts import amount_value
from launcher_k8s.testing.cluster.causes import Cause, duplicate, forbidden, invalid, required
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.validation import checks
from launcher_k8s.testing.cluster.validation.resources import STANDARD, check_amount

_SCOPES: Final = (
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
)
_APART: Final = ({"BestEffort", "NotBestEffort"}, {"Terminating", "NotTerminating"})
_KINDS: Final = ("Container", "PersistentVolumeClaim", "Pod")


def check_quota(new: Object, old: Object | None) -> list[Cause]:
    """A quota."""
    spec = new["spec"]
    found: list[Cause] = []
    for name, amount in (spec.get("hard") or {}).items():
        where = f"spec.hard[{name}]"
        problems = check_amount(where, name, amount)
        if "/" not in name and name not in STANDARD and not name.startswith("hugepages-"):
            position = sum(name in each.message for each in problems)
            problems.insert(position, invalid(where, name, "must be a standard resource for quota"))
        found += problems
    scopes = spec.get("scopes") or []
    found += [invalid("spec.scopes", scopes, "unsupported scope") for each in scopes if each not in _SCOPES]
    found += [invalid("spec.scopes", scopes, "conflicting scopes") for pair in _APART if pair <= set(scopes)]
    if old is not None and sorted(scopes) != sorted(old["spec"].get("scopes") or []):
        found.append(invalid("spec.scopes", scopes, checks.IMMUTABLE))
    return found


def check_limit_range(new: Object, _old: Object | None) -> list[Cause]:
    """A limit range."""
    found: list[Cause] = []
    kinds: set[str] = set()
    for index, item in enumerate(new["spec"]["limits"]):
        where = f"spec.limits[{index}]"
        kind = item.get("type", "")
        if not kind:
            found.append(required(f"{where}.type"))
        elif kind not in _KINDS and "/" not in kind:
            text = "must be a standard limit type or fully qualified"
            found.append(invalid(f"{where}.type", kind, text))
        if kind in kinds:
            found.append(duplicate(f"{where}.type", kind))
        kinds.add(kind)
        found += _check_item(where, kind, item)
    return found


def _check_item(where: str, kind: str, item: Mapping[str, Any]) -> list[Cause]:
    found: list[Cause] = []
    if kind == "Pod":
        text = "may not be specified when `type` is 'Pod'"
        found += [
            forbidden(f"{where}.{name}", text) for name in ("default", "defaultRequest") if item.get(name)
        ]
    if kind == "PersistentVolumeClaim" and not any(
        "storage" in (item.get(each) or {}) for each in ("min", "max")
    ):
        text = "either minimum or maximum storage value is required, but neither was provided"
        found.append(required(f"{where}.limits", text))
    names = {name for part in ("max", "min", "default", "defaultRequest") for name in item.get(part) or {}}
    for name in sorted(names):
        found += _check_order(where, name, item)
    return found


_ORDER: Final = (
    ("min", "max", "min", "min value {low} is greater than max value {high}"),
    (
        "min",
        "defaultRequest",
        "defaultRequest",
        "min value {low} is greater than default request value {high}",
    ),
    (
        "defaultRequest",
        "max",
        "defaultRequest",
        "default request value {low} is greater than max value {high}",
    ),
    (
        "defaultRequest",
        "default",
        "defaultRequest",
        "default request value {low} is greater than default limit value {high}",
    ),
    ("min", "default", "default", "min value {low} is greater than default value {high}"),
    ("default", "max", "default", "default value {low} is greater than max value {high}"),
)
"""What may not be greater than what, which field is blamed, and the text."""


def _check_order(where: str, name: str, item: Mapping[str, Any]) -> list[Cause]:
    found = []
    for lower, upper, blamed, text in _ORDER:
        low, high = (item.get(lower) or {}).get(name), (item.get(upper) or {}).get(name)
        if low is None or high is None or amount_value(low) <= amount_value(high):
            continue
        shown = high if (lower, upper) == ("default", "max") else low
        shown = high if blamed == upper else shown
        shown = low if (lower, upper) == ("min", "default") else shown
        found.append(invalid(f"{where}.{blamed}[{name}]", shown, text.format(low=low, high=high)))
    return found
