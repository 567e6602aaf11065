"""Where a running job is reached: asked of its Pod, its Service and, where that is allowed, its node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from launcher_k8s.backend.patience import Patience
from launcher_k8s.connection import NODES, PODS, SERVICES, Cluster
from launcher_k8s.errors import JobNotRunningError, ObjectNotFoundError
from launcher_k8s.network import Endpoint, EndpointType, Network
from launcher_k8s.rows import NodeRow, decode_node
from launcher_k8s.rows.network import PlaceRow, PortRow, ServiceRow, decode_place, decode_service
from launcher_k8s.status import JobState, JobStatus
from launcher_k8s.tracker import Tracker

_ON_A_NODE: Final = (JobState.RUNNING, JobState.SUSPENDED)
_EXTERNAL_FIRST: Final = ("ExternalIP", "InternalIP")


async def network_of(
    cluster: Cluster, namespace: str, tracker: Tracker, status: JobStatus, patience: Patience
) -> Network:
    """Where a job is reached.

    Raises:
        JobNotRunningError: It is not, or not any more.
        ClusterError: The cluster could not be asked.
    """
    pod = tracker.pod(status.id)
    if status.state not in _ON_A_NODE or pod is None:
        raise _not_running(status)
    try:
        reply = await patience.run(lambda: cluster.get(PODS.within(namespace).named(pod.name)))
    except ObjectNotFoundError:
        raise _not_running(status) from None
    place = decode_place(reply.body)
    addresses = await _addresses(cluster, place, patience)
    service = await _service(cluster, namespace, status.id, patience)
    endpoints = [*_published(place, addresses), *(_served(service, addresses) if service else ())]
    return Network(host=place.host, ip_addresses=addresses, endpoints=tuple(endpoints))


def _not_running(status: JobStatus) -> JobNotRunningError:
    return JobNotRunningError(
        f"job {status.id} is {status.state.value}: only a running job is reached on the network",
        hint="wait for it to run" if not status.state.is_final else "",
    )


async def _addresses(cluster: Cluster, place: PlaceRow, patience: Patience) -> tuple[str, ...]:
    """The node's addresses; those that the Pod tells, internal ones, where the node may not be read."""

    async def read() -> NodeRow:
        return decode_node((await cluster.get(NODES.named(place.host))).body)

    node = await patience.run_if_there(read)
    if node is None:
        return place.addresses
    told = [address for kind in _EXTERNAL_FIRST for type_, address in node.addresses if type_ == kind]
    return tuple(dict.fromkeys(told)) or place.addresses


async def _service(cluster: Cluster, namespace: str, job_id: str, patience: Patience) -> ServiceRow | None:
    async def read() -> ServiceRow:
        return decode_service((await cluster.get(SERVICES.within(namespace).named(job_id))).body)

    return await patience.run_if_there(read)


def _published(place: PlaceRow, addresses: Sequence[str]) -> Iterator[Endpoint]:
    for port in place.ports:
        for address in addresses:
            yield _endpoint(EndpointType.HOST_PORT, address, port.port, port)


def _served(service: ServiceRow, addresses: Sequence[str]) -> Iterator[Endpoint]:
    for port in service.ports:
        for balancer in service.balancers:
            yield _endpoint(EndpointType.LOAD_BALANCER, balancer, port.port, port)
        for address in addresses if port.node_port else ():
            yield _endpoint(EndpointType.NODE_PORT, address, port.node_port, port)
        if service.cluster_ip:
            yield _endpoint(EndpointType.CLUSTER_IP, service.cluster_ip, port.port, port)


def _endpoint(kind: EndpointType, address: str, open_port: int, port: PortRow) -> Endpoint:
    return Endpoint(
        type=kind, address=address, port=open_port, target_port=port.target, protocol=port.protocol
    )
