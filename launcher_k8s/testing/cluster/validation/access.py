"""Roles and bindings (``pkg/apis/rbac/validation/validation.go``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from launcher_k8s.testing.cluster.causes import Cause, invalid, not_supported, required
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.names import path_segment_problems, subdomain_problems
from launcher_k8s.testing.cluster.validation import checks

_GROUP: Final = "rbac.authorization.k8s.io"
_SUBJECTS: Final = ("ServiceAccount", "User", "Group")
_NAMESPACED: Final = "namespaced rules cannot apply to non-resource URLs"
_BOTH: Final = "rules cannot apply to both regular resources and non-resource URLs"


def check_role(new: Object, _old: Object | None) -> list[Cause]:
    """A role of a namespace."""
    return _check_rules(new, namespaced=True)


def check_cluster_role(new: Object, _old: Object | None) -> list[Cause]:
    """A role of the cluster."""
    return _check_rules(new, namespaced=False)


def check_binding(new: Object, old: Object | None) -> list[Cause]:
    """A binding of a namespace."""
    return _check_binding(new, old, ("Role", "ClusterRole"))


def check_cluster_binding(new: Object, old: Object | None) -> list[Cause]:
    """A binding of the cluster."""
    return _check_binding(new, old, ("ClusterRole",))


def _check_rules(role: Object, *, namespaced: bool) -> list[Cause]:
    found: list[Cause] = []
    for index, rule in enumerate(role.get("rules") or ()):
        found += _check_rule(f"rules[{index}]", rule, namespaced)
    return found


def _check_rule(where: str, rule: Mapping[str, Any], namespaced: bool) -> list[Cause]:
    found = []
    if not rule.get("verbs"):
        found.append(required(f"{where}.verbs", "verbs must contain at least one value"))
    urls = rule.get("nonResourceURLs")
    if urls:
        if namespaced:
            found.append(invalid(f"{where}.nonResourceURLs", urls, _NAMESPACED))
        if any(rule.get(name) for name in ("apiGroups", "resources", "resourceNames")):
            found.append(invalid(f"{where}.nonResourceURLs", urls, _BOTH))
        return found
    if not rule.get("apiGroups"):
        found.append(required(f"{where}.apiGroups", "resource rules must supply at least one api group"))
    if not rule.get("resources"):
        found.append(required(f"{where}.resources", "resource rules must supply at least one resource"))
    return found


def _check_binding(new: Object, old: Object | None, kinds: tuple[str, ...]) -> list[Cause]:
    reference = new["roleRef"]
    found = checks.supported("roleRef.apiGroup", reference["apiGroup"], (_GROUP,))
    found += checks.supported("roleRef.kind", reference.get("kind", ""), kinds)
    name = reference.get("name", "")
    found += checks.named("roleRef.name", name, path_segment_problems) if name else [required("roleRef.name")]
    for index, subject in enumerate(new.get("subjects") or ()):
        found += _check_subject(f"subjects[{index}]", subject, namespaced="Role" in kinds)
    if old is not None and reference != old["roleRef"]:
        shown = ",".join(
            f'"{shown}":"{reference.get(field, "")}"'
            for shown, field in (("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name"))
        )
        found.append(
            Cause("roleRef", "FieldValueInvalid", f"Invalid value: {{{shown}}}: cannot change roleRef")
        )
    return found


def _check_subject(where: str, subject: Mapping[str, Any], *, namespaced: bool) -> list[Cause]:
    kind, name, group = subject.get("kind", ""), subject.get("name", ""), subject.get("apiGroup", "")
    found = [] if name else [required(f"{where}.name")]
    match kind:
        case "ServiceAccount":
            found += checks.named(f"{where}.name", name, subdomain_problems) if name else []
            if group:
                found.append(not_supported(f"{where}.apiGroup", group, ("",)))
            if not namespaced and not subject.get("namespace"):
                found.append(required(f"{where}.namespace"))
        case "User" | "Group":
            found += checks.supported(f"{where}.apiGroup", group, (_GROUP,))
        case _:
            found.append(not_supported(f"{where}.kind", kind, _SUBJECTS))
    return found
