"""Pods and the templates of pods (``ValidatePodSpec``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from launcher_k8s.testing.cluster.causes import Cause, forbidden, invalid, required
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.validation import (
    checks,
    containers,
    metadata,
    pod_updates,
    scheduling,
    volumes,
)

_RESTART: Final = ("Always", "OnFailure", "Never")
_DNS: Final = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_PREEMPTION: Final = ("PreemptLowerPriority", "Never")
_BOTH_NAMESPACES: Final = "ShareProcessNamespace and HostPID cannot both be enabled"
_NO_DNS: Final = "must provide `dnsConfig` when `dnsPolicy` is None"


def check_pod(new: Object, old: Object | None) -> list[Cause]:
    """A pod; the spec of a stored one may hardly change."""
    spec = new["spec"]
    if old is None:
        found = check_spec("spec", spec)
        if spec.get("ephemeralContainers"):
            found.append(forbidden("spec.ephemeralContainers", "cannot be set on create"))
        return found
    if spec is old["spec"] or spec == old["spec"]:
        return []
    return check_spec("spec", spec) + pod_updates.check_spec_change(spec, old["spec"])


def check_template(where: str, template: Mapping[str, Any]) -> list[Cause]:
    """A pod template (``ValidatePodTemplateSpec``)."""
    given = template.get("metadata") or {}
    found = checks.labels(f"{where}.labels", given.get("labels"))
    found += metadata.check_annotations(f"{where}.annotations", given.get("annotations") or {})
    found += check_spec(f"{where}.spec", template["spec"])
    if template["spec"].get("ephemeralContainers"):
        text = "ephemeral containers not allowed in pod template"
        found.append(forbidden(f"{where}.spec.ephemeralContainers", text))
    return found


def check_spec(where: str, spec: Mapping[str, Any]) -> list[Cause]:
    """The spec of a pod or template."""
    known, found = volumes.check_volumes(f"{where}.volumes", spec.get("volumes") or ())
    found += containers.check_containers(f"{where}.containers", spec.get("containers") or (), known)
    if spec.get("initContainers"):
        found += containers.check_init_containers(
            f"{where}.initContainers", spec["initContainers"], spec.get("containers") or (), known
        )
    if spec["restartPolicy"] not in _RESTART or spec["dnsPolicy"] not in _DNS:
        found += checks.one_of(f"{where}.restartPolicy", spec["restartPolicy"], _RESTART)
        found += checks.one_of(f"{where}.dnsPolicy", spec["dnsPolicy"], _DNS)
    found += checks.labels(f"{where}.nodeSelector", spec.get("nodeSelector"))
    if spec["securityContext"]:
        found += _check_security(f"{where}.securityContext", spec["securityContext"], spec)
    if spec.get("affinity"):
        found += scheduling.check_affinity(f"{where}.affinity", spec["affinity"])
    if spec["dnsPolicy"] == "None" and not (spec.get("dnsConfig") or {}).get("nameservers"):
        found.append(_missing_dns(where, spec))
    if spec.get("topologySpreadConstraints"):
        found += scheduling.check_spread(
            f"{where}.topologySpreadConstraints", spec["topologySpreadConstraints"]
        )
    found += _check_names(where, spec)
    if spec.get("tolerations"):
        found += scheduling.check_tolerations(f"{where}.tolerations", spec["tolerations"])
    if spec.get("hostAliases"):
        found += _check_aliases(f"{where}.hostAliases", spec["hostAliases"])
    if spec.get("priorityClassName"):
        found += checks.named(f"{where}.priorityClassName", spec["priorityClassName"], checks.subdomain)
    return found + checks.supported(f"{where}.preemptionPolicy", spec.get("preemptionPolicy"), _PREEMPTION)


def _missing_dns(where: str, spec: Mapping[str, Any]) -> Cause:
    if "dnsConfig" not in spec:
        return required(f"{where}.dnsConfig", _NO_DNS)
    text = "must provide at least one DNS nameserver when `dnsPolicy` is None"
    return required(f"{where}.dnsConfig.nameservers", text)


def _check_names(where: str, spec: Mapping[str, Any]) -> list[Cause]:
    found = []
    if spec.get("serviceAccountName"):
        found += checks.named(f"{where}.serviceAccountName", spec["serviceAccountName"], checks.subdomain)
    if spec.get("nodeName"):
        found += checks.named(f"{where}.nodeName", spec["nodeName"], checks.subdomain)
    if "activeDeadlineSeconds" in spec:
        place = f"{where}.activeDeadlineSeconds"
        found += checks.between(place, spec["activeDeadlineSeconds"], 1, checks.LARGEST)
    for name in ("hostname", "subdomain"):
        if spec.get(name):
            found += checks.named(f"{where}.{name}", spec[name], checks.label)
    return found


def _check_security(where: str, context: Mapping[str, Any], spec: Mapping[str, Any]) -> list[Cause]:
    found = []
    for name in ("fsGroup", "runAsUser", "runAsGroup"):
        found += checks.between(f"{where}.{name}", context.get(name), 0, checks.LARGEST)
    for index, group in enumerate(context.get("supplementalGroups", ())):
        found += checks.between(f"{where}.supplementalGroups[{index}]", group, 0, checks.LARGEST)
    if spec.get("hostPID") and spec.get("shareProcessNamespace"):
        found.append(invalid(f"{where}.shareProcessNamespace", True, _BOTH_NAMESPACES))
    return found + containers.check_seccomp(f"{where}.seccompProfile", context.get("seccompProfile"))


def _check_aliases(where: str, aliases: Sequence[Mapping[str, Any]]) -> list[Cause]:
    found = []
    for index, alias in enumerate(aliases):
        place = f"{where}[{index}]"
        found += checks.named(f"{place}.ip", alias.get("ip", ""), checks.address_problems)
        for number, name in enumerate(alias.get("hostnames", ())):
            found += checks.named(f"{place}.hostnames[{number}]", name, checks.subdomain)
    return found
