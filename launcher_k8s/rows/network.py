"""What Pods and Services say of where a job is reached."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from launcher_k8s.rows.decoding import Lean, decode

_TCP = "TCP"


class _HostAddress(Lean):
    ip: str = ""


class _ContainerPort(Lean):
    container_port: int = 0
    host_port: int = 0
    protocol: str = _TCP


class _Container(Lean):
    ports: list[_ContainerPort] | None = None


class _PodSpec(Lean):
    node_name: str = ""
    containers: list[_Container] | None = None


class _PodStatus(Lean):
    host_ip: str = msgspec.field(default="", name="hostIP")
    host_ips: list[_HostAddress] | None = msgspec.field(default=None, name="hostIPs")


class _Pod(Lean):
    spec: _PodSpec = msgspec.field(default_factory=_PodSpec)
    status: _PodStatus = msgspec.field(default_factory=_PodStatus)


class _ServicePort(Lean):
    port: int = 0
    target_port: int | str = 0
    node_port: int = 0
    protocol: str = _TCP


class _ServiceSpec(Lean):
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    ports: list[_ServicePort] | None = None


class _Ingress(Lean):
    ip: str = ""
    hostname: str = ""


class _LoadBalancer(Lean):
    ingress: list[_Ingress] | None = None


class _ServiceStatus(Lean):
    load_balancer: _LoadBalancer = msgspec.field(default_factory=_LoadBalancer)


class _Service(Lean):
    spec: _ServiceSpec = msgspec.field(default_factory=_ServiceSpec)
    status: _ServiceStatus = msgspec.field(default_factory=_ServiceStatus)


class PortRow(msgspec.Struct, frozen=True, gc=False):
    """A port of a container and where it is open.

    Args:
        target: The container's port.
        port: The Service's port, or the node's where the container's is published there.
        node_port: The port that every node opens for the Service; 0 where none.
        protocol: ``TCP``, ``UDP`` or ``SCTP``.
    """

    target: int
    port: int
    node_port: int = 0
    protocol: str = _TCP


class PlaceRow(msgspec.Struct, frozen=True, gc=False):
    """Where a Pod runs: the name and addresses of its node, and the ports that it publishes there."""

    host: str
    addresses: tuple[str, ...]
    ports: tuple[PortRow, ...]


class ServiceRow(msgspec.Struct, frozen=True, gc=False):
    """Where a Service is reached: its address in the cluster, those of its load balancer, its ports."""

    cluster_ip: str
    balancers: tuple[str, ...]
    ports: tuple[PortRow, ...]


_POD = msgspec.json.Decoder(_Pod)
_SERVICE = msgspec.json.Decoder(_Service)
_HEADLESS = "None"


def decode_place(body: bytes) -> PlaceRow:
    """Read from a Pod where it runs.

    Raises:
        ClusterError: The bytes are no such object.
    """
    pod = decode(_POD, body, "a Pod")
    told = [pod.status.host_ip, *(each.ip for each in pod.status.host_ips or ())]
    return PlaceRow(pod.spec.node_name, tuple(dict.fromkeys(filter(None, told))), tuple(_published(pod)))


def _published(pod: _Pod) -> Iterator[PortRow]:
    for container in pod.spec.containers or ():
        for port in container.ports or ():
            if port.host_port:
                yield PortRow(port.container_port, port.host_port, protocol=port.protocol)


def decode_service(body: bytes) -> ServiceRow:
    """Read a Service.

    Raises:
        ClusterError: The bytes are no such object.
    """
    service = decode(_SERVICE, body, "a Service")
    ingress = service.status.load_balancer.ingress or ()
    return ServiceRow(
        "" if service.spec.cluster_ip == _HEADLESS else service.spec.cluster_ip,
        tuple(each.hostname or each.ip for each in ingress),
        tuple(
            PortRow(
                port.target_port if isinstance(port.target_port, int) else port.port,
                port.port,
                port.node_port,
                port.protocol,
            )
            for port in service.spec.ports or ()
        ),
    )
