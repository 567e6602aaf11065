"""Pods and the templates of pods (``SetDefaults_Pod``, ``SetDefaults_PodSpec``, the pod strategy, admission).

What only a pod has, a template does not get: requests from limits, service links, the service account, the
tolerations of ``DefaultTolerationSeconds`` and the priority.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from launcher_k8s.testing.cluster.amounts import amount_value
from launcher_k8s.testing.cluster.defaults.filling import Part, changed, changed_each, filled
from launcher_k8s.testing.cluster.kinds import Object

_CONTAINER: Final[Part] = {
    "resources": {},
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}
_CONTAINER_WITH_PULL: Final = {
    policy: {**_CONTAINER, "imagePullPolicy": policy} for policy in ("Always", "IfNotPresent")
}
_SPEC: Final[Part] = {
    "restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst",
    "schedulerName": "default-scheduler",
    "securityContext": {},
    "terminationGracePeriodSeconds": 30,
}
_POD_SPEC: Final[Part] = {
    "enableServiceLinks": True,
    "serviceAccountName": "default",
    "priority": 0,
    "preemptionPolicy": "PreemptLowerPriority",
}
_PROBE: Final[Part] = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_MODE: Final[Part] = {"defaultMode": 0o644}
_TOLERATION: Final[Part] = {"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
_TOLERATIONS: Final[Mapping[str, Part]] = {
    key: {"key": key, **_TOLERATION}
    for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
}
_COMPUTE: Final = ("cpu", "memory")


def fill_pod(new: Object, old: Object | None) -> Object:
    """A pod; a stored one has most of it already."""
    if old is not None and new.get("spec") is old.get("spec"):
        return new
    new = {**new, "spec": _with_spec(new.get("spec") or {})}
    return fill_templated_pod(new, old)


def fill_templated_pod(new: Object, old: Object | None) -> Object:
    """A pod made from a template that is filled in."""
    spec = changed_each(new["spec"], "containers", _with_requests)
    spec = changed_each(spec, "initContainers", _with_requests)
    spec = filled(spec, _POD_SPEC)
    if "serviceAccount" not in spec:
        spec = {**spec, "serviceAccount": spec["serviceAccountName"]}
    if spec.get("hostNetwork"):
        spec = changed_each(spec, "containers", _with_host_ports)
    spec = _with_tolerations(spec)
    if old is not None:
        return {**new, "spec": spec}
    return {**new, "spec": spec, "status": {"phase": "Pending", "qosClass": qos_class(spec)}}


def fill_pod_status(new: Object, _old: Object | None) -> Object:
    """The status of a pod: its addresses in both fields (``pkg/apis/core/v1/conversion.go``)."""
    status = new.get("status") or {}
    missing = {
        many: [{"ip": status[one]}]
        for one, many in (("podIP", "podIPs"), ("hostIP", "hostIPs"))
        if status.get(one) and not status.get(many)
    }
    return {**new, "status": {**status, **missing}} if missing else new


def fill_template(template: Part) -> Part:
    """A pod template."""
    spec = template.get("spec") or {}
    new = _with_spec(spec)
    if new is spec and "metadata" in template:
        return template
    return {"metadata": {}, **template, "spec": new}


def qos_class(spec: Mapping[str, Any]) -> str:
    """``Guaranteed``, ``Burstable`` or ``BestEffort`` (``ComputePodQOS``)."""
    containers = [*spec.get("containers", ()), *spec.get("initContainers", ())]
    if not [container for container in containers if container.get("resources")]:
        return "BestEffort"
    requests = [_compute(container, "requests") for container in containers]
    limits = [_compute(container, "limits") for container in containers]
    if not any(requests) and not any(limits):
        return "BestEffort"
    guaranteed = all(
        len(limit) == len(_COMPUTE) and limit == request
        for limit, request in zip(limits, requests, strict=True)
    )
    return "Guaranteed" if guaranteed else "Burstable"


def _compute(container: Mapping[str, Any], which: str) -> dict[str, Any]:
    amounts = (container.get("resources") or {}).get(which) or {}
    found = {name: amount_value(amounts[name]) for name in _COMPUTE if name in amounts}
    return {name: value for name, value in found.items() if value > 0}


def _with_spec(spec: Part) -> Part:
    spec = filled(spec, _SPEC)
    spec = changed_each(spec, "containers", _with_container)
    spec = changed_each(spec, "initContainers", _with_container)
    return changed_each(spec, "volumes", _with_volume)


def _with_container(container: Part) -> Part:
    policy = _pull_policy(container.get("image", ""))
    container = filled(container, _CONTAINER_WITH_PULL[policy])
    container = changed_each(container, "ports", _with_protocol)
    container = changed_each(container, "env", _with_source)
    for name in _PROBES:
        if name in container:
            container = changed(container, name, _with_probe)
    return container


@functools.lru_cache(maxsize=1024)
def _pull_policy(image: str) -> str:
    """``Always`` for the tag ``latest``, which is also that of an image without tag and digest."""
    name = image.rpartition("/")[2]
    if "@" in name:
        return "IfNotPresent"
    tag = name.partition(":")[2] or "latest"
    return "Always" if tag == "latest" else "IfNotPresent"


def _with_protocol(port: Part) -> Part:
    return filled(port, _PROTOCOL)


_PROTOCOL: Final[Part] = {"protocol": "TCP"}
_FIELD: Final[Part] = {"apiVersion": "v1"}
_HTTP: Final[Part] = {"path": "/", "scheme": "HTTP"}
_RESOURCE_FIELD: Final[Part] = {"divisor": "0"}


def _with_source(variable: Part) -> Part:
    return changed(variable, "valueFrom", _with_field_references) if "valueFrom" in variable else variable


def _with_field_references(source: Part) -> Part:
    source = changed(source, "fieldRef", lambda reference: filled(reference, _FIELD))
    return changed(source, "resourceFieldRef", lambda reference: filled(reference, _RESOURCE_FIELD))


def _with_probe(probe: Part) -> Part:
    probe = changed(probe, "httpGet", lambda action: filled(action, _HTTP))
    return filled(probe, _PROBE)


def _with_volume(volume: Part) -> Part:
    if len(volume) <= 1:
        return {**volume, "emptyDir": {}}
    for source, fill in _VOLUMES.items():
        if source in volume:
            return changed(volume, source, fill)
    return volume


def _with_mode(source: Part) -> Part:
    return filled(source, _MODE)


def _with_items(source: Part) -> Part:
    return changed_each(_with_mode(source), "items", _with_field_references)


def _with_projection(source: Part) -> Part:
    source = changed(source, "serviceAccountToken", lambda token: filled(token, {"expirationSeconds": 3600}))
    return changed(source, "downwardAPI", lambda files: changed_each(files, "items", _with_field_references))


_VOLUMES: Final = MappingProxyType(
    {
        "configMap": _with_mode,
        "secret": _with_mode,
        "downwardAPI": _with_items,
        "projected": lambda source: changed_each(_with_mode(source), "sources", _with_projection),
        "hostPath": lambda source: filled(source, {"type": ""}),
        "iscsi": lambda source: filled(source, {"iscsiInterface": "default"}),
    }
)


def _with_requests(container: Part) -> Part:
    resources = container.get("resources") or {}
    limits = resources.get("limits")
    if not limits:
        return container
    requests = filled(resources.get("requests") or {}, limits)
    if requests is resources.get("requests"):
        return container
    return {**container, "resources": {**resources, "requests": requests}}


def _with_host_ports(container: Part) -> Part:
    return changed_each(
        container, "ports", lambda port: filled(port, {"hostPort": port.get("containerPort", 0)})
    )


def _with_tolerations(spec: Part) -> Part:
    """``DefaultTolerationSeconds``: five minutes on a node that is not ready or cannot be reached."""
    tolerations = spec.get("tolerations") or []
    added = list(_TOLERATIONS.values())
    if tolerations:
        added = [
            each
            for key, each in _TOLERATIONS.items()
            if not any(_tolerates(given, key) for given in tolerations)
        ]
    return {**spec, "tolerations": [*tolerations, *added]} if added else spec


def _tolerates(toleration: Mapping[str, Any], key: str) -> bool:
    return toleration.get("key", "") in (key, "") and toleration.get("effect", "") in ("NoExecute", "")
