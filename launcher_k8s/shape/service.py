"""Facts of a job's Service, and whether it gets one (domain, sections 4 and 5)."""

from __future__ import annotations

from typing import Any, Final

from launcher_k8s.shape.agreement import includes
from launcher_k8s.shape.fact import METADATA, SPEC, Data, Fact, constant
from launcher_k8s.shape.identity import own_mapping
from launcher_k8s.shape.names import JOB_NAME_LABEL, SERVICE_API_VERSION, SERVICE_KIND
from launcher_k8s.wording import kind_of

SERVICE_TYPES: Final = ("ClusterIP", "NodePort", "LoadBalancer")


def service_ports(data: Data) -> list[dict[str, Any]]:
    """The ports of the job's Service: those that are not published on the node. None: no Service."""
    ports = [port for port in data["exposedPorts"] if not port.get("publishedPort")]
    return [
        {
            "name": f"port{index}",
            "protocol": port["protocol"],
            "port": port["targetPort"],
            "targetPort": port["targetPort"],
        }
        for index, port in enumerate(ports)
    ]


def _includes_ports(expected: Any, found: Any) -> str:
    if not isinstance(found, list):
        return "is missing" if found is None else f"is {kind_of(found)}, expected a list"
    served = {_port_key(port) for port in found if isinstance(port, dict)}
    missing = [f"{port['port']}/{port['protocol']}" for port in expected if _port_key(port) not in served]
    return f"missing: {', '.join(missing)}" if missing else ""


def _port_key(port: dict[str, Any]) -> tuple[Any, Any]:
    return port.get("targetPort", port.get("port")), port.get("protocol", "TCP")


def _one_of_the_types(_expected: Any, found: Any) -> str:
    if found in SERVICE_TYPES:
        return ""
    return "is missing" if found is None else f"is not one of {', '.join(SERVICE_TYPES)}"


FACTS: Final[tuple[Fact, ...]] = (
    Fact(
        "service-api-version",
        ("apiVersion",),
        constant(SERVICE_API_VERSION),
        why="a Service is v1",
    ),
    Fact(
        "service-kind",
        ("kind",),
        constant(SERVICE_KIND),
        why="this template makes the Service; job.tpl makes the Job",
    ),
    Fact(
        "service-name",
        (*METADATA, "name"),
        lambda data: data["serviceName"],
        why="the Service is found, and made again where it is missing, by this name",
    ),
    Fact(
        "service-annotations",
        (*METADATA, "annotations"),
        own_mapping("service", "annotations"),
        since=(2, 1, 0),
        agree=includes,
        why="the job asks for these annotations in metadata.service.annotations",
    ),
    Fact(
        "service-labels",
        (*METADATA, "labels"),
        own_mapping("service", "labels"),
        since=(2, 1, 0),
        agree=includes,
        why="the job asks for these labels in metadata.service.labels",
    ),
    Fact(
        "service-job-name",
        (*METADATA, "labels", JOB_NAME_LABEL),
        lambda data: data["id"],
        why="it says which job the Service belongs to",
    ),
    Fact(
        "service-port-list",
        (*SPEC, "ports"),
        service_ports,
        agree=_includes_ports,
        why="every exposed port without publishedPort is reached through the Service",
    ),
    Fact(
        "service-selector",
        (*SPEC, "selector"),
        lambda data: {JOB_NAME_LABEL: data["id"]},
        agree=includes,
        why="the Service finds the job's pod by it",
    ),
    Fact(
        "service-cluster-ip",
        (*SPEC, "clusterIP"),
        constant(""),
        agree=lambda _expected, _found: "",
        why="free",
    ),
    Fact(
        "service-type",
        (*SPEC, "type"),
        constant("NodePort"),
        agree=_one_of_the_types,
        why="the Launcher knows these types",
    ),
)
