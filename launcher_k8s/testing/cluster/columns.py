"""How each kind is shown by ``kubectl get``: its columns, and an object's cells.

Both are those of ``pkg/printers/internalversion/printers.go``; a kind without columns of its own gets a name
and a creation time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.durations import human_duration, parse_stamp, since
from launcher_k8s.testing.cluster.kinds import Kind, Object
from launcher_k8s.testing.cluster.pod_rows import NONE, pod_cells

Cells = Callable[[Object, datetime], list[Any]]


@attrs.frozen
class Columns:
    """How a kind is shown.

    Args:
        names: The columns, those that only ``-o wide`` shows with a question mark: ``Name Age ?Node``.
        cells: Makes one object's cells.
    """

    names: str
    cells: Cells

    def definitions(self) -> list[Object]:
        """The columns as a table declares them."""
        return [
            _definition(name.removeprefix("?"), priority=int(name.startswith("?")))
            for name in self.names.split()
        ]


def columns_of(kind: Kind) -> Columns:
    """How a kind is shown."""
    return _COLUMNS.get(kind, _DEFAULT)


def _definition(name: str, *, priority: int) -> Object:
    title = name.replace("_", " ")
    return {
        "name": title,
        "type": _TYPES.get(title, "string"),
        "format": "name" if title == "Name" else "",
        "description": f"{title} of the object.",
        "priority": priority,
    }


_TYPES: Final = {"Created At": "date", "Value": "integer", "Global-Default": "boolean"}


def _simple(*between: Callable[[Object], Any]) -> Cells:
    """Name, what each function takes out of the object, age."""

    def cells(content: Object, now: datetime) -> list[Any]:
        return [_name(content), *(take(content) for take in between), _age(content, now)]

    return cells


def _name(content: Object) -> str:
    return str(content["metadata"]["name"])


def _age(content: Object, now: datetime) -> str:
    return since(content["metadata"].get("creationTimestamp"), now)


def _default_cells(content: Object, now: datetime) -> list[Any]:
    del now
    return [_name(content), content["metadata"].get("creationTimestamp")]


def _data_size(content: Object) -> int:
    return len(content.get("data") or {}) + len(content.get("binaryData") or {})


def _labels(labels: Mapping[str, str] | None) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items())) or NONE


def _job_cells(job: Object, now: datetime) -> list[Any]:
    spec, status = job["spec"], job.get("status", {})
    containers = spec["template"]["spec"]["containers"]
    return [
        _name(job),
        _job_status(job),
        _job_completions(spec, status),
        _job_duration(status, now),
        _age(job, now),
        ",".join(each["name"] for each in containers),
        ",".join(each.get("image", "") for each in containers),
        _labels((spec.get("selector") or {}).get("matchLabels")),
    ]


def _job_status(job: Object) -> str:
    true = {each["type"] for each in job.get("status", {}).get("conditions", []) if each["status"] == "True"}
    for condition in ("Complete", "Failed"):
        if condition in true:
            return condition
    if "deletionTimestamp" in job["metadata"]:
        return "Terminating"
    unfinished = ("Suspended", "FailureTarget", "SuccessCriteriaMet")
    return next((each for each in unfinished if each in true), "Running")


def _job_completions(spec: Object, status: Object) -> str:
    succeeded, parallelism = status.get("succeeded", 0), spec.get("parallelism") or 0
    if spec.get("completions") is not None:
        return f"{succeeded}/{spec['completions']}"
    return f"{succeeded}/1 of {parallelism}" if parallelism > 1 else f"{succeeded}/1"


def _job_duration(status: Object, now: datetime) -> str:
    if not status.get("startTime"):
        return ""
    end = parse_stamp(status["completionTime"]) if status.get("completionTime") else now
    return human_duration(end - parse_stamp(status["startTime"]))


def _service_cells(service: Object, now: datetime) -> list[Any]:
    spec = service["spec"]
    return [
        _name(service),
        spec.get("type", ""),
        next(iter(spec.get("clusterIPs") or []), NONE),
        _external_address(service),
        ",".join(map(_port, spec.get("ports") or [])) or NONE,
        _age(service, now),
        _labels(spec.get("selector")),
    ]


def _external_address(service: Object) -> str:
    spec = service["spec"]
    if spec.get("type") == "ExternalName":
        return str(spec.get("externalName", ""))
    ingress = service.get("status", {}).get("loadBalancer", {}).get("ingress", [])
    balanced = [each.get("ip") or each.get("hostname", "") for each in ingress]
    found = [*(balanced if spec.get("type") == "LoadBalancer" else []), *spec.get("externalIPs", [])]
    return ",".join(found) or ("<pending>" if spec.get("type") == "LoadBalancer" else NONE)


def _port(port: Object) -> str:
    node_port = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port['port']}{node_port}/{port.get('protocol', 'TCP')}"


def _event_cells(event: Object, now: datetime) -> list[Any]:
    first = since(event.get("firstTimestamp") or event.get("eventTime"), now)
    last = since(event["lastTimestamp"], now) if event.get("lastTimestamp") else first
    series, source = event.get("series") or {}, event.get("source", {})
    about = event["involvedObject"]
    component = source.get("component") or event.get("reportingComponent", "")
    instance = source.get("host") or event.get("reportingInstance", "")
    return [
        since(series["lastObservedTime"], now) if series else last,
        event.get("type", ""),
        event.get("reason", ""),
        "/".join(part for part in (about.get("kind", "").lower(), about.get("name", "")) if part),
        about.get("fieldPath", ""),
        f"{component}, {instance}" if instance else component,
        event.get("message", "").strip(),
        first,
        series.get("count") or event.get("count") or 1,
        _name(event),
    ]


def _node_cells(node: Object, now: datetime) -> list[Any]:
    status = node.get("status", {})
    info = status.get("nodeInfo", {})
    ready = [each["status"] for each in status.get("conditions", []) if each["type"] == "Ready"]
    told = ["Ready" if ready[0] == "True" else "NotReady"] if ready else ["Unknown"]
    if node.get("spec", {}).get("unschedulable"):
        told.append("SchedulingDisabled")
    addresses = {each["type"]: each["address"] for each in reversed(status.get("addresses", []))}
    architecture = f" ({info['architecture']})" if info.get("architecture") else ""
    return [
        _name(node),
        ",".join(told),
        _node_roles(node),
        _age(node, now),
        info.get("kubeletVersion", ""),
        addresses.get("InternalIP", NONE),
        addresses.get("ExternalIP", NONE),
        info.get("osImage") or "<unknown>",
        (info.get("kernelVersion") or "<unknown>") + architecture,
        info.get("containerRuntimeVersion") or "<unknown>",
    ]


def _node_roles(node: Object) -> str:
    labels: Mapping[str, str] = node["metadata"].get("labels", {})
    prefix = "node-role.kubernetes.io/"
    roles = {key.removeprefix(prefix) for key in labels if key.startswith(prefix)}
    return ",".join(sorted(roles - {""})) or NONE


def _quota_cells(quota: Object, now: datetime) -> list[Any]:
    status = quota.get("status", {})
    used = status.get("used", {})
    shown: dict[bool, list[str]] = {False: [], True: []}
    for name, hard in sorted(status.get("hard", {}).items()):
        shown[name.startswith("limits.")].append(f"{name}: {used.get(name, '0')}/{hard}")
    return [_name(quota), ", ".join(shown[False]), ", ".join(shown[True]), _age(quota, now)]


def _claim_cells(claim: Object, now: datetime) -> list[Any]:
    spec, status = claim["spec"], claim.get("status", {})
    bound = bool(spec.get("volumeName"))
    terminating = "deletionTimestamp" in claim["metadata"]
    return [
        _name(claim),
        "Terminating" if terminating else status.get("phase", ""),
        spec.get("volumeName", ""),
        status.get("capacity", {}).get("storage", "") if bound else "",
        ",".join(_ACCESS_MODES.get(each, each) for each in status.get("accessModes", [])) if bound else "",
        spec.get("storageClassName", ""),
        spec.get("volumeAttributesClassName") or "<unset>",
        _age(claim, now),
        spec.get("volumeMode") or "<unset>",
    ]


_ACCESS_MODES: Final = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}


def _binding_cells(binding: Object, now: datetime) -> list[Any]:
    role = binding["roleRef"]
    found: dict[str, list[str]] = {"User": [], "Group": [], "ServiceAccount": []}
    for subject in binding.get("subjects") or []:
        prefix = f"{subject.get('namespace', '')}/" if subject["kind"] == "ServiceAccount" else ""
        found[subject["kind"]].append(prefix + subject["name"])
    return [
        _name(binding),
        f"{role['kind']}/{role['name']}",
        _age(binding, now),
        *(", ".join(names) for names in found.values()),
    ]


def _priority_cells(priority: Object, now: datetime) -> list[Any]:
    return [
        _name(priority),
        priority["value"],
        priority.get("globalDefault", False),
        _age(priority, now),
        priority.get("preemptionPolicy", ""),
    ]


def _endpoints(endpoints: Object) -> str:
    found = [
        f"{address['ip']}:{port['port']}"
        for subset in endpoints.get("subsets") or []
        for address in subset.get("addresses") or []
        for port in subset.get("ports") or []
    ]
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""
    return ",".join(found[:3]) + more or NONE


_DEFAULT: Final = Columns("Name Created_At", _default_cells)
_BINDINGS: Final = Columns("Name Role Age ?Users ?Groups ?ServiceAccounts", _binding_cells)
_COLUMNS: Final = {
    kinds.POD: Columns(
        "Name Ready Status Restarts Age ?IP ?Node ?Nominated_Node ?Readiness_Gates",
        pod_cells,
    ),
    kinds.JOB: Columns("Name Status Completions Duration Age ?Containers ?Images ?Selector", _job_cells),
    kinds.SERVICE: Columns("Name Type Cluster-IP External-IP Port(s) Age ?Selector", _service_cells),
    kinds.EVENT: Columns(
        "Last_Seen Type Reason Object ?Subobject ?Source Message ?First_Seen ?Count ?Name",
        _event_cells,
    ),
    kinds.NODE: Columns(
        "Name Status Roles Age Version ?Internal-IP ?External-IP "
        "?OS-Image ?Kernel-Version ?Container-Runtime",
        _node_cells,
    ),
    kinds.CONFIG_MAP: Columns("Name Data Age", _simple(_data_size)),
    kinds.SECRET: Columns("Name Type Data Age", _simple(lambda each: each.get("type", ""), _data_size)),
    kinds.SERVICE_ACCOUNT: Columns("Name Age", _simple()),
    kinds.NAMESPACE: Columns(
        "Name Status Age", _simple(lambda each: each.get("status", {}).get("phase", ""))
    ),
    kinds.RESOURCE_QUOTA: Columns("Name Request Limit Age", _quota_cells),
    kinds.PERSISTENT_VOLUME_CLAIM: Columns(
        "Name Status Volume Capacity Access_Modes StorageClass VolumeAttributesClass Age ?VolumeMode",
        _claim_cells,
    ),
    kinds.ENDPOINTS: Columns("Name Endpoints Age", _simple(_endpoints)),
    kinds.ROLE_BINDING: _BINDINGS,
    kinds.CLUSTER_ROLE_BINDING: _BINDINGS,
    kinds.LEASE: Columns(
        "Name Holder Age", _simple(lambda each: each.get("spec", {}).get("holderIdentity", ""))
    ),
    kinds.PRIORITY_CLASS: Columns("Name Value Global-Default Age PreemptionPolicy", _priority_cells),
}
