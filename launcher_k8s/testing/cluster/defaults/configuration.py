"""The kinds that hold configuration: secrets, namespaces, quotas, roles, claims, nodes, events."""

from __future__ import annotations

import base64
from typing import Final

from launcher_k8s.testing.cluster.defaults.filling import Part, each, filled
from launcher_k8s.testing.cluster.kinds import Object

_RBAC: Final = "rbac.authorization.k8s.io"
_NODE_INFO: Final = (
    "machineID",
    "systemUUID",
    "bootID",
    "kernelVersion",
    "osImage",
    "containerRuntimeVersion",
    "kubeletVersion",
    "kubeProxyVersion",
    "operatingSystem",
    "architecture",
)
_NOT_READY: Final[Part] = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}


def fill_secret(new: Object, _old: Object | None) -> Object:
    """A secret: its type, and texts turned into bytes."""
    texts = new.get("stringData")
    if texts:
        encoded = {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
        new = {name: value for name, value in new.items() if name != "stringData"}
        new["data"] = {**(new.get("data") or {}), **encoded}
    return filled(new, {"type": "Opaque"})


def fill_event(new: Object, _old: Object | None) -> Object:
    """An event: the fields that are always written."""
    always: Part = {
        "involvedObject": {},
        "source": {},
        "firstTimestamp": None,
        "lastTimestamp": None,
        "eventTime": None,
        "reportingComponent": "",
        "reportingInstance": "",
    }
    return filled(new, always)


def fill_namespace(new: Object, old: Object | None) -> Object:
    """A namespace: its name as label, its finalizer, its phase."""
    metadata = new["metadata"]
    labels = {**(metadata.get("labels") or {}), "kubernetes.io/metadata.name": metadata["name"]}
    new = {**new, "metadata": {**metadata, "labels": labels}}
    if old is not None:
        return new
    return {**new, "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}


def fill_node(new: Object, old: Object | None) -> Object:
    """A node: not ready at first (``NodeTaint``), and what its status always shows."""
    spec = new.get("spec") or {}
    if old is None and not any(taint["key"] == _NOT_READY["key"] for taint in spec.get("taints", ())):
        spec = {**spec, "taints": [*spec.get("taints", ()), _NOT_READY]}
    status = dict(new.get("status") or {})
    if "capacity" in status:
        status.setdefault("allocatable", status["capacity"])
    status.setdefault("daemonEndpoints", {"kubeletEndpoint": {"Port": 0}})
    status["nodeInfo"] = filled(status.get("nodeInfo") or {}, dict.fromkeys(_NODE_INFO, ""))
    return {**new, "spec": spec, "status": status}


def fill_claim(new: Object, old: Object | None) -> Object:
    """A claim on a volume: the file system mode, and the finalizer that protects it."""
    spec = filled(new.get("spec") or {}, {"volumeMode": "Filesystem", "resources": {}})
    new = {**new, "spec": spec, "status": filled(new.get("status") or {}, {"phase": "Pending"})}
    if old is None:
        finalizers = new["metadata"].get("finalizers") or []
        if "kubernetes.io/pvc-protection" not in finalizers:
            finalizers = [*finalizers, "kubernetes.io/pvc-protection"]
        new["metadata"] = {**new["metadata"], "finalizers": finalizers}
    return new


def fill_quota(new: Object, _old: Object | None) -> Object:
    """A quota."""
    return filled(new, {"spec": {}, "status": {}})


def fill_limit_range(new: Object, _old: Object | None) -> Object:
    """A limit range: what containers get follows from what they may have."""
    spec = new.get("spec") or {}
    return {**new, "spec": {**spec, "limits": each(spec.get("limits") or [], _with_limits)}}


def fill_role(new: Object, _old: Object | None) -> Object:
    """A role: rules are always written."""
    return filled(new, {"rules": None})


def fill_binding(new: Object, _old: Object | None) -> Object:
    """A binding: the groups of what it binds."""
    reference = new.get("roleRef") or {}
    if not reference.get("apiGroup"):
        reference = {**reference, "apiGroup": _RBAC}
    new = {**new, "roleRef": reference}
    if "subjects" in new:
        new["subjects"] = each(new["subjects"], _with_group)
    return new


def fill_priority_class(new: Object, _old: Object | None) -> Object:
    """A priority class."""
    return filled(new, {"preemptionPolicy": "PreemptLowerPriority", "value": 0})


def fill_endpoints(new: Object, _old: Object | None) -> Object:
    """Endpoints: TCP unless said."""
    if "subsets" not in new:
        return new
    subsets = [
        {**subset, "ports": [filled(port, {"protocol": "TCP"}) for port in subset["ports"]]}
        if subset.get("ports")
        else subset
        for subset in new["subsets"]
    ]
    return {**new, "subsets": subsets}


def _with_group(subject: Part) -> Part:
    if subject.get("kind") in ("User", "Group"):
        return filled(subject, {"apiGroup": _RBAC})
    return subject


def _with_limits(item: Part) -> Part:
    if item.get("type") != "Container":
        return item
    default = filled(item.get("default") or {}, item.get("max") or {})
    request = filled(item.get("defaultRequest") or {}, default)
    request = filled(request, item.get("min") or {})
    found = {"default": default, "defaultRequest": request}
    return {**item, **{name: value for name, value in found.items() if value}}
