"""Which fields Kubernetes knows at the places where templates write most.

The API server drops a field that it does not know, or refuses the object: what stands two blanks too far to
the left is lost. The names are those of Kubernetes 1.36; newer ones may know more, so this is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from launcher_k8s.diagnostics import Severity
from launcher_k8s.finding import Finding
from launcher_k8s.shape.fact import (
    CONTAINER,
    METADATA,
    POD_METADATA,
    POD_SPEC,
    SPEC,
    Object,
    Path,
    format_path,
    look_for,
)
from launcher_k8s.shape.names import JOB_KIND, SERVICE_KIND
from launcher_k8s.wording import did_you_mean


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OBJECT: Final = frozenset({"apiVersion", "kind", "metadata", "spec", "status"})
_META: Final = _names(
    "annotations creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers generateName "
    "generation labels managedFields name namespace ownerReferences resourceVersion selfLink uid"
)
_JOB_SPEC: Final = _names(
    "activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions managedBy "
    "manualSelector maxFailedIndexes parallelism podFailurePolicy podReplacementPolicy selector "
    "successPolicy suspend template ttlSecondsAfterFinished"
)
_POD_TEMPLATE: Final = frozenset({"metadata", "spec"})
_POD: Final = _names(
    "activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy "
    "enableServiceLinks ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname "
    "hostnameOverride imagePullSecrets initContainers nodeName nodeSelector os overhead "
    "preemptionPolicy priority priorityClassName readinessGates resourceClaims resources restartPolicy "
    "runtimeClassName schedulerName schedulingGates schedulingGroup securityContext serviceAccount "
    "serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain terminationGracePeriodSeconds "
    "tolerations topologySpreadConstraints volumes"
)
_MAIN: Final = _names(
    "args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports readinessProbe "
    "resizePolicy resources restartPolicy restartPolicyRules securityContext startupProbe stdin "
    "stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts "
    "workingDir"
)
_SERVICE: Final = _names(
    "allocateLoadBalancerNodePorts clusterIP clusterIPs externalIPs externalName externalTrafficPolicy "
    "healthCheckNodePort internalTrafficPolicy ipFamilies ipFamilyPolicy loadBalancerClass "
    "loadBalancerIP loadBalancerSourceRanges ports publishNotReadyAddresses selector sessionAffinity "
    "sessionAffinityConfig trafficDistribution type"
)
_FIELDS: Final[Mapping[str, Mapping[Path, frozenset[str]]]] = {
    JOB_KIND: {
        (): _OBJECT,
        METADATA: _META,
        SPEC: _JOB_SPEC,
        ("spec", "template"): _POD_TEMPLATE,
        POD_METADATA: _META,
        POD_SPEC: _POD,
        CONTAINER: _MAIN,
    },
    SERVICE_KIND: {(): _OBJECT, METADATA: _META, SPEC: _SERVICE},
}


def unknown_fields(manifest: Object, kind: str) -> Iterator[Finding]:
    """The fields of a Job or Service that Kubernetes does not know where they stand.

    Args:
        manifest: The object, as JSON types.
        kind: What it is to be.
    """
    known = _FIELDS[kind]
    for place, names in known.items():
        for name in look_for(manifest, place, dict):
            if name not in names:
                message = "is no field that Kubernetes knows here"
                hint = _hint(name, known, names)
                yield Finding("unknown-field", (*place, name), message, hint, Severity.WARNING, kind)


def _hint(name: str, known: Mapping[Path, frozenset[str]], here: frozenset[str]) -> str:
    elsewhere = [format_path(place) for place, names in known.items() if place and name in names]
    if elsewhere:
        return f"{name} stands in {' or '.join(elsewhere)}: check how far it is indented"
    return did_you_mean(name, here) or "check its name, and how far it is indented"
