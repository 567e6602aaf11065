"""Services (``SetDefaults_Service`` and ``pkg/registry/core/service/storage/alloc.go``), IPv4 only.

Addresses and node ports come from the service's uid: no state, and two services meet as rarely as their
uids do (one in a million addresses, one in 2768 ports).
"""

from __future__ import annotations

import ipaddress
from typing import Final
from uuid import UUID

from launcher_k8s.testing.cluster.defaults.filling import Part, each, filled
from launcher_k8s.testing.cluster.kinds import Object

ADDRESSES: Final = ipaddress.ip_network("10.96.0.0/12")
NODE_PORTS: Final = range(30000, 32768)
_FAMILIES: Final[Part] = {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"}
_STICKY_S: Final = 10800


def fill_service(new: Object, old: Object | None) -> Object:
    """A service, with its addresses and ports."""
    spec = filled(new.get("spec") or {}, {"sessionAffinity": "None", "type": "ClusterIP"})
    spec = _with_affinity(spec)
    if spec.get("ports"):
        spec = {**spec, "ports": each(spec["ports"], _with_target)}
    spec = _with_traffic(spec)
    if spec["type"] != "ExternalName":
        uid = new["metadata"]["uid"]
        spec = _with_address(spec, (old or {}).get("spec") or {}, uid)
        spec = _with_node_ports(spec, (old or {}).get("spec") or {}, uid)
    return {**new, "spec": spec, "status": {"loadBalancer": {}, **(new.get("status") or {})}}


def _with_affinity(spec: Part) -> Part:
    if spec["sessionAffinity"] == "None" and "sessionAffinityConfig" in spec:
        return {name: value for name, value in spec.items() if name != "sessionAffinityConfig"}
    if spec["sessionAffinity"] != "ClientIP":
        return spec
    given = (spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}
    return {**spec, "sessionAffinityConfig": {"clientIP": filled(given, {"timeoutSeconds": _STICKY_S})}}


def _with_target(port: Part) -> Part:
    port = filled(port, {"protocol": "TCP"})
    return port if port.get("targetPort") else {**port, "targetPort": port.get("port", 0)}


def _with_traffic(spec: Part) -> Part:
    kind = spec["type"]
    defaults: Part = {}
    if kind in ("NodePort", "LoadBalancer"):
        defaults["externalTrafficPolicy"] = "Cluster"
    if kind in ("NodePort", "LoadBalancer", "ClusterIP"):
        defaults["internalTrafficPolicy"] = "Cluster"
    if kind == "LoadBalancer":
        defaults["allocateLoadBalancerNodePorts"] = True
    return filled(spec, defaults)


def _with_address(spec: Part, old: Part, uid: str) -> Part:
    given = spec.get("clusterIP") or next(iter(spec.get("clusterIPs") or ()), "")
    address = (
        given or old.get("clusterIP") or str(ADDRESSES[1 + UUID(uid).int % (ADDRESSES.num_addresses - 2)])
    )
    return filled({**spec, "clusterIP": address}, {"clusterIPs": [address], **_FAMILIES})


def _with_node_ports(spec: Part, old: Part, uid: str) -> Part:
    if spec["type"] not in ("NodePort", "LoadBalancer"):
        return spec
    before = {(port["port"], port["protocol"]): port.get("nodePort") for port in old.get("ports") or ()}
    taken = {port.get("nodePort") for port in spec.get("ports") or ()}
    ports = []
    for port in spec.get("ports") or ():
        if not port.get("nodePort"):
            number = before.get((port.get("port"), port["protocol"])) or _free_port(uid, taken)
            port = {**port, "nodePort": number}
            taken.add(number)
        ports.append(port)
    return {**spec, "ports": ports}


def _free_port(uid: str, taken: set[int | None]) -> int:
    start = UUID(uid).int
    return next(
        port
        for port in (NODE_PORTS[(start + step) % len(NODE_PORTS)] for step in range(len(NODE_PORTS)))
        if port not in taken
    )
