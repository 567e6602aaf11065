"""Services (``ValidateServiceCreate``, ``ValidateServiceUpdate``), IPv4 only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from launcher_k8s.testing.cluster.causes import Cause, duplicate, forbidden, invalid, required
from launcher_k8s.testing.cluster.defaults.services import NODE_PORTS
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.validation import checks

Part = Mapping[str, Any]

_AFFINITIES: Final = ("ClientIP", "None")
_TYPES: Final = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_POLICIES: Final = ("Cluster", "Local")
_RANGE: Final = (
    f"provided port is not in the valid range. The range of valid ports is {NODE_PORTS[0]}-{NODE_PORTS[-1]}"
)


def check_service(new: Object, old: Object | None) -> list[Cause]:
    """A service."""
    spec = new["spec"]
    if old is not None and spec is old["spec"]:
        return []
    before = None if old is None else old["spec"]
    found = _check_ports(spec)
    found += checks.labels("spec.selector", spec.get("selector"))
    found += checks.one_of("spec.sessionAffinity", spec["sessionAffinity"], _AFFINITIES)
    found += _check_addresses(spec, before)
    for index, address in enumerate(spec.get("externalIPs", ())):
        found += checks.named(f"spec.externalIPs[{index}]", address, checks.address_problems)
    found += checks.one_of("spec.type", spec["type"], _TYPES)
    found += _check_node_ports(spec)
    found += _check_repeated(spec.get("ports") or ())
    for name in ("externalTrafficPolicy", "internalTrafficPolicy"):
        found += checks.supported(f"spec.{name}", spec.get(name), _POLICIES)
    return found or _check_range(spec)


def _is_headless(spec: Part) -> bool:
    return spec.get("clusterIP") == "None"


def _check_ports(spec: Part) -> list[Cause]:
    ports = spec.get("ports") or ()
    if spec["type"] == "ExternalName":
        name = spec.get("externalName", "").removesuffix(".")
        found = (
            checks.named("spec.externalName", name, checks.subdomain)
            if name
            else [required("spec.externalName")]
        )
    else:
        found = [] if ports or _is_headless(spec) else [required("spec.ports")]
    if spec["type"] == "LoadBalancer" and _is_headless(spec):
        text = "may not be set to 'None' for LoadBalancer services"
        found.append(invalid("spec.clusterIPs[0]", "None", text))
    names: set[str] = set()
    for index, port in enumerate(ports):
        found += _check_port(f"spec.ports[{index}]", port, len(ports) > 1, names)
    return found


def _check_port(where: str, port: Part, needs_name: bool, names: set[str]) -> list[Cause]:
    name = port.get("name", "")
    found: list[Cause] = []
    if name:
        found += checks.named(f"{where}.name", name, checks.label)
        if name in names:
            found.append(duplicate(f"{where}.name", name))
        names.add(name)
    elif needs_name:
        found.append(required(f"{where}.name"))
    found += checks.port_number(f"{where}.port", port.get("port", 0))
    found += checks.one_of(f"{where}.protocol", port.get("protocol", ""), checks.PROTOCOLS)
    found += checks.port_or_name(f"{where}.targetPort", port.get("targetPort", 0))
    if "appProtocol" in port:
        found += checks.named(f"{where}.appProtocol", port["appProtocol"], checks.qualified_name)
    return found


def _check_addresses(spec: Part, old: Part | None) -> list[Cause]:
    if spec["type"] == "ExternalName":
        return []
    addresses = spec.get("clusterIPs") or []
    found: list[Cause] = []
    if old is not None and old.get("clusterIPs") and addresses[:1] != old["clusterIPs"][:1]:
        found.append(invalid("spec.clusterIPs[0]", addresses, "may not change once set"))
    for index, address in enumerate(addresses):
        if address != "None":
            found += checks.named(f"spec.clusterIPs[{index}]", address, checks.address_problems)
    return found


def _check_node_ports(spec: Part) -> list[Cause]:
    if spec["type"] != "ClusterIP":
        return []
    text = "may not be used when `type` is 'ClusterIP'"
    return [
        forbidden(f"spec.ports[{index}].nodePort", text)
        for index, port in enumerate(spec.get("ports") or ())
        if port.get("nodePort")
    ]


def _check_repeated(ports: Sequence[Part]) -> list[Cause]:
    found = []
    seen = set()
    for index, port in enumerate(ports):
        key = (port.get("protocol"), port.get("port"))
        if key in seen:
            shown = {
                "Name": "",
                "Protocol": port.get("protocol"),
                "AppProtocol": None,
                "Port": port.get("port"),
                "TargetPort": 0,
                "NodePort": 0,
            }
            found.append(_repeated(f"spec.ports[{index}]", shown))
        seen.add(key)
    return found


def _repeated(where: str, shown: Mapping[str, Any]) -> Cause:
    """A duplicate shown as Go writes the struct, in the order of its fields."""
    fields = ",".join(f'"{name}":{_json(value)}' for name, value in shown.items())
    return Cause(where, "FieldValueDuplicate", f"Duplicate value: {{{fields}}}")


def _json(value: Any) -> str:
    return "null" if value is None else f'"{value}"' if isinstance(value, str) else str(value)


def _check_range(spec: Part) -> list[Cause]:
    return [
        invalid(f"spec.ports[{index}].nodePort", port["nodePort"], _RANGE)
        for index, port in enumerate(spec.get("ports") or ())
        if port.get("nodePort") and port["nodePort"] not in NODE_PORTS
    ]
