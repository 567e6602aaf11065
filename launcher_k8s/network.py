"""Where a running job is reached: its node, the node's addresses, and its ports.

Values only. Source: domain, sections 5 ("Network") and 6 (response 7).
"""

from __future__ import annotations

from enum import Enum

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.present import Table


class EndpointType(Enum):
    """From where an endpoint is reached."""

    CLUSTER_IP = "ClusterIP"
    """From inside the cluster: the address of the job's Service."""

    NODE_PORT = "NodePort"
    """From wherever the node is: a port of it, which leads to the Service."""

    LOAD_BALANCER = "LoadBalancer"
    """From outside: an address that the cloud gave the Service."""

    HOST_PORT = "HostPort"
    """From wherever the node is: the port that the job asked to be published there."""


@attrs.frozen(kw_only=True)
class Endpoint:
    """One way to one port of a job.

    Args:
        type: From where.
        address: An IP address or a host name.
        port: The port there.
        target_port: The port of the container.
        protocol: ``TCP``, ``UDP`` or ``SCTP``.
    """

    __repr__ = brief

    type: EndpointType
    address: str
    port: int
    target_port: int
    protocol: str = "TCP"


@attrs.frozen(kw_only=True)
class Network:
    """Where a running job is reached.

    Args:
        host: The name of its node.
        ip_addresses: The node's addresses, external ones first; only internal ones where nodes may not be
            read.
        endpoints: Every way to every exposed port; none for a job that exposes none.
    """

    __repr__ = brief

    host: str
    ip_addresses: tuple[str, ...]
    endpoints: tuple[Endpoint, ...] = ()

    def text(self) -> str:
        """The node, and a line for each way to a port, for a terminal."""
        return self._table().text()

    def _repr_html_(self) -> str:
        return self._table().html()

    def _table(self) -> Table:
        return Table(
            f"On {self.host} ({', '.join(self.ip_addresses) or 'no addresses'})",
            ("port", "protocol", "reached at", "from"),
            tuple(
                (str(each.target_port), each.protocol, f"{each.address}:{each.port}", each.type.value)
                for each in self.endpoints
            ),
        )
