"""Where a pod may run: tolerations, affinity, spreading (``ValidateTolerations``, ``validateAffinity``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from launcher_k8s.testing.cluster.causes import Cause, forbidden, invalid, not_supported, required
from launcher_k8s.testing.cluster.validation import checks

EFFECTS: Final = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_ALL_KEYS: Final = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
_ONLY_EXECUTE: Final = "effect must be 'NoExecute' when `tolerationSeconds` is set"
_NO_VALUE: Final = "value must be empty when `operator` is 'Exists'"
_REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED: Final = "preferredDuringSchedulingIgnoredDuringExecution"
_WHEN: Final = ("DoNotSchedule", "ScheduleAnyway")

Part = Mapping[str, Any]


def check_tolerations(where: str, tolerations: Sequence[Part]) -> list[Cause]:
    """Tolerations of a pod."""
    found: list[Cause] = []
    for index, toleration in enumerate(tolerations):
        found += _check_toleration(f"{where}[{index}]", toleration)
    return found


def check_affinity(where: str, affinity: Part) -> list[Cause]:
    """Affinity to nodes and to pods."""
    found: list[Cause] = []
    if "nodeAffinity" in affinity:
        found += _check_node_affinity(f"{where}.nodeAffinity", affinity["nodeAffinity"])
    for name in ("podAffinity", "podAntiAffinity"):
        if name in affinity:
            found += _check_pod_affinity(f"{where}.{name}", affinity[name])
    return found


def check_spread(where: str, constraints: Sequence[Part]) -> list[Cause]:
    """Topology spread constraints."""
    found: list[Cause] = []
    for index, constraint in enumerate(constraints):
        place = f"{where}[{index}]"
        skew = constraint.get("maxSkew", 0)
        if skew <= 0:
            found.append(invalid(f"{place}.maxSkew", skew, "must be greater than zero"))
        if not constraint.get("topologyKey"):
            found.append(required(f"{place}.topologyKey", "can not be empty"))
        found += checks.supported(
            f"{place}.whenUnsatisfiable", constraint.get("whenUnsatisfiable", ""), _WHEN
        )
    return found


def _check_toleration(where: str, toleration: Part) -> list[Cause]:
    key, operator = toleration.get("key", ""), toleration.get("operator", "")
    value, effect = toleration.get("value", ""), toleration.get("effect", "")
    found = checks.named(f"{where}.key", key, checks.qualified_name) if key else []
    if not key and operator != "Exists":
        found.append(invalid(f"{where}.operator", operator, _ALL_KEYS))
    if "tolerationSeconds" in toleration and effect != "NoExecute":
        found.append(invalid(f"{where}.effect", effect, _ONLY_EXECUTE))
    if operator in ("", "Equal"):
        problems = checks.label_value(value)
        if problems:
            found.append(invalid(f"{where}.operator", value, ";".join(problems)))
    elif operator != "Exists":
        found.append(not_supported(f"{where}.operator", operator, ("Equal", "Exists")))
    elif value:
        found.append(invalid(f"{where}.operator", value, _NO_VALUE))
    return found + (checks.supported(f"{where}.effect", effect, EFFECTS) if effect else [])


def _check_node_affinity(where: str, affinity: Part) -> list[Cause]:
    found: list[Cause] = []
    if _REQUIRED in affinity:
        place = f"{where}.{_REQUIRED}.nodeSelectorTerms"
        terms = affinity[_REQUIRED].get("nodeSelectorTerms") or ()
        if not terms:
            found.append(required(place, "must have at least one node selector term"))
        for index, term in enumerate(terms):
            found += _check_term(f"{place}[{index}]", term)
    for index, preferred in enumerate(affinity.get(_PREFERRED, ())):
        place = f"{where}.{_PREFERRED}[{index}]"
        found += _check_weight(place, preferred)
        found += _check_term(f"{place}.preference", preferred.get("preference") or {})
    return found


def _check_term(where: str, term: Part) -> list[Cause]:
    found: list[Cause] = []
    for index, requirement in enumerate(term.get("matchExpressions", ())):
        found += _check_requirement(f"{where}.matchExpressions[{index}]", requirement)
    for index, requirement in enumerate(term.get("matchFields", ())):
        if requirement.get("key") != "metadata.name":
            place = f"{where}.matchFields[{index}].key"
            found.append(invalid(place, requirement.get("key", ""), "not a valid field selector key"))
    return found


def _check_requirement(where: str, requirement: Part) -> list[Cause]:
    values = requirement.get("values") or ()
    found: list[Cause] = []
    match requirement.get("operator", ""):
        case "In" | "NotIn":
            if not values:
                text = "must be specified when `operator` is 'In' or 'NotIn'"
                found.append(required(f"{where}.values", text))
        case "Exists" | "DoesNotExist":
            if values:
                text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                found.append(forbidden(f"{where}.values", text))
        case "Gt" | "Lt":
            if len(values) != 1:
                text = "must be specified single value when `operator` is 'Lt' or 'Gt'"
                found.append(required(f"{where}.values", text))
        case other:
            found.append(invalid(f"{where}.operator", other, "not a valid selector operator"))
    found += checks.named(f"{where}.key", requirement.get("key", ""), checks.qualified_name)
    for index, value in enumerate(values):
        found += checks.named(f"{where}.values[{index}]", value, checks.label_value)
    return found


def _check_pod_affinity(where: str, affinity: Part) -> list[Cause]:
    found: list[Cause] = []
    for index, term in enumerate(affinity.get(_REQUIRED, ())):
        found += _check_pod_term(f"{where}.{_REQUIRED}[{index}]", term)
    for index, weighted in enumerate(affinity.get(_PREFERRED, ())):
        place = f"{where}.{_PREFERRED}[{index}]"
        found += _check_weight(place, weighted)
        found += _check_pod_term(f"{place}.podAffinityTerm", weighted.get("podAffinityTerm") or {})
    return found


def _check_pod_term(where: str, term: Part) -> list[Cause]:
    key = term.get("topologyKey", "")
    if not key:
        return [required(f"{where}.topologyKey", "can not be empty")]
    return checks.named(f"{where}.topologyKey", key, checks.qualified_name)


def _check_weight(where: str, weighted: Part) -> list[Cause]:
    weight = weighted.get("weight", 0)
    return [] if 1 <= weight <= 100 else [invalid(f"{where}.weight", weight, "must be in the range 1-100")]
