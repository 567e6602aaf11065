"""What the generated models do not tell of the API's Go types (``k8s.io/api``, 1.36).

The models know names and JSON types. How wide an integer is, whether an empty value is left out when an
object is written, and the type's name in complaints stand only in ``types.go``. Fields not named here are
``int32``, plain text that is left out when empty, or truths and numbers that are kept whatever they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

WIDE: Final = frozenset(
    {
        "activeDeadlineSeconds",
        "deletionGracePeriodSeconds",
        "expirationSeconds",
        "fsGroup",
        "generation",
        "gid",
        "observedGeneration",
        "runAsGroup",
        "runAsUser",
        "seconds",
        "sizeBytes",
        "supplementalGroups",
        "terminationGracePeriodSeconds",
        "tolerationSeconds",
        "uid",
    }
)
"""Integers of 64 bits."""

ZERO_LEFT_OUT: Final = frozenset(
    {
        "Condition.observedGeneration",
        "Container.stdin",
        "Container.stdinOnce",
        "Container.tty",
        "ContainerImage.sizeBytes",
        "ContainerPort.hostPort",
        "ContainerStateTerminated.signal",
        "EphemeralContainer.stdin",
        "EphemeralContainer.stdinOnce",
        "EphemeralContainer.tty",
        "Event.count",
        "EventSeries.count",
        "JobStatus.active",
        "JobStatus.failed",
        "JobStatus.succeeded",
        "NFSVolumeSource.readOnly",
        "NodeSpec.unschedulable",
        "ObjectMeta.generation",
        "PersistentVolumeClaimVolumeSource.readOnly",
        "PodCondition.observedGeneration",
        "PodSpec.hostIPC",
        "PodSpec.hostNetwork",
        "PodSpec.hostPID",
        "PodStatus.observedGeneration",
        "PriorityClass.globalDefault",
        "Probe.failureThreshold",
        "Probe.initialDelaySeconds",
        "Probe.periodSeconds",
        "Probe.successThreshold",
        "Probe.timeoutSeconds",
        "ServicePort.nodePort",
        "ServiceSpec.healthCheckNodePort",
        "ServiceSpec.publishNotReadyAddresses",
        "SubjectAccessReviewStatus.denied",
        "VolumeMount.readOnly",
        "VolumeMountStatus.readOnly",
    }
)
"""Numbers and truths that are no pointers: zero and false are as good as nothing."""

EMPTY_KEPT: Final = frozenset(
    {
        "AppArmorProfile.localhostProfile",
        "EphemeralContainer.restartPolicy",
        "GRPCAction.service",
        "HostPathVolumeSource.type",
        "JobSpec.managedBy",
        "JobStatus.failedIndexes",
        "LeaseSpec.holderIdentity",
        "PersistentVolumeClaimSpec.storageClassName",
        "PodSpec.hostnameOverride",
        "PodSpec.runtimeClassName",
        "ServicePort.appProtocol",
        "TypedLocalObjectReference.apiGroup",
    }
)
"""Texts that are pointers: empty is another thing than nothing."""

ALWAYS_WRITTEN: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "ContainerStateRunning.startedAt": None,
        "ContainerStateTerminated.finishedAt": None,
        "ContainerStateTerminated.startedAt": None,
        "ContainerStatus.lastState": MappingProxyType({}),
        "ContainerStatus.state": MappingProxyType({}),
        "JobCondition.lastProbeTime": None,
        "JobCondition.lastTransitionTime": None,
        "NodeCondition.lastHeartbeatTime": None,
        "NodeCondition.lastTransitionTime": None,
        "PersistentVolumeClaimCondition.lastProbeTime": None,
        "PersistentVolumeClaimCondition.lastTransitionTime": None,
        "PodCondition.lastProbeTime": None,
        "PodCondition.lastTransitionTime": None,
        "ContainerStatus.image": "",
        "ContainerStatus.imageID": "",
        "ContainerStatus.name": "",
        "ContainerStatus.ready": False,
        "ContainerStatus.restartCount": 0,
        "ContainerStateTerminated.exitCode": 0,
        "Event.reportingComponent": "",
        "Event.reportingInstance": "",
        "OwnerReference.apiVersion": "",
        "OwnerReference.kind": "",
        "OwnerReference.name": "",
        "OwnerReference.uid": "",
        "RoleRef.apiGroup": "",
        "RoleRef.kind": "",
        "RoleRef.name": "",
        "SubjectAccessReviewStatus.allowed": False,
    }
)
"""Fields that are written even if nobody gave them."""

QUANTITIES: Final = frozenset(
    {
        "allocatable",
        "allocatedResources",
        "capacity",
        "default",
        "defaultRequest",
        "hard",
        "limits",
        "max",
        "maxLimitRequestRatio",
        "min",
        "overhead",
        "requests",
        "usage",
        "used",
    }
)
"""Maps whose values are amounts."""

AMOUNTS: Final = frozenset({"EmptyDirVolumeSource.sizeLimit", "ResourceFieldSelector.divisor"})
"""Fields that are one amount."""

BYTES: Final = frozenset({"Secret.data", "ConfigMap.binaryData"})
"""Maps whose values are bytes in base64."""

_NAMED: Final = MappingProxyType(
    {
        "CompletionMode": "JobSpec.completionMode",
        "ConditionStatus": (
            "NodeCondition.status NamespaceCondition.status PodCondition.status JobCondition.status"
        ),
        "ContainerRestartPolicy": "Container.restartPolicy EphemeralContainer.restartPolicy",
        "DNSPolicy": "PodSpec.dnsPolicy",
        "HostPathType": "HostPathVolumeSource.type",
        "JobConditionType": "JobCondition.type",
        "LabelSelectorOperator": "LabelSelectorRequirement.operator",
        "LimitType": "LimitRangeItem.type",
        "MountPropagationMode": "VolumeMount.mountPropagation",
        "NamespacePhase": "NamespaceStatus.phase",
        "NodeConditionType": "NodeCondition.type",
        "NodeSelectorOperator": "NodeSelectorRequirement.operator",
        "PodConditionType": "PodCondition.type PodReadinessGate.conditionType",
        "PodFailurePolicyAction": "PodFailurePolicyRule.action",
        "PodPhase": "PodStatus.phase",
        "PodReplacementPolicy": "JobSpec.podReplacementPolicy",
        "PreemptionPolicy": "PodSpec.preemptionPolicy PriorityClass.preemptionPolicy",
        "Protocol": ("EndpointPort.protocol PortStatus.protocol ServicePort.protocol ContainerPort.protocol"),
        "PullPolicy": (
            "ImageVolumeSource.pullPolicy Container.imagePullPolicy EphemeralContainer.imagePullPolicy"
        ),
        "RestartPolicy": "PodSpec.restartPolicy",
        "SecretType": "Secret.type",
        "ServiceAffinity": "ServiceSpec.sessionAffinity",
        "ServiceType": "ServiceSpec.type",
        "StorageMedium": "EmptyDirVolumeSource.medium",
        "TaintEffect": "Taint.effect Toleration.effect",
        "TerminationMessagePolicy": "Container.terminationMessagePolicy",
        "TolerationOperator": "Toleration.operator",
        "URIScheme": "HTTPGetAction.scheme",
    }
)
NAMED: Final = MappingProxyType(
    {field: f"v1.{name}" for name, fields in _NAMED.items() for field in fields.split()}
    | dict.fromkeys(("ObjectMeta.uid", "OwnerReference.uid", "ObjectReference.uid"), "types.UID")
)
"""Texts with a type of their own, by which complaints call them."""
