"""Containers: names, images, ports, mounts, probes, security (``validateContainerCommon``)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from launcher_k8s.testing.cluster.causes import (
    Cause,
    duplicate,
    forbidden,
    invalid,
    not_found,
    not_supported,
    required,
)
from launcher_k8s.testing.cluster.validation import checks, environment, resources

Container = Mapping[str, Any]

_MESSAGES: Final = ("File", "FallbackToLogsOnError")
_PULL: Final = ("Always", "IfNotPresent", "Never")
_SCHEMES: Final = ("HTTP", "HTTPS")
_PROPAGATION: Final = ("Bidirectional", "HostToContainer", "None")
_SECCOMP: Final = ("Localhost", "RuntimeDefault", "Unconfined")
_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_HANDLERS: Final = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
_ONE_HANDLER: Final = "may not specify more than 1 handler type"
_NOT_IN_INIT: Final = "may not be set for init containers without restartPolicy=Always"
_ESCALATION: Final = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"


def check_containers(where: str, given: Sequence[Container], volumes: Collection[str]) -> list[Cause]:
    """A pod's own containers."""
    if not given:
        return [required(where)]
    found: list[Cause] = []
    names: set[str] = set()
    for index, container in enumerate(given):
        place = f"{where}[{index}]"
        found += _check_common(place, container, volumes)
        if container.get("name", "") in names:
            found.append(duplicate(f"{place}.name", container.get("name", "")))
        names.add(container.get("name", ""))
        found += _check_life(place, container)
        if "restartPolicy" in container:
            found += _check_restarts(place, container)
    return found + _check_host_ports(where, given)


def check_init_containers(
    where: str, given: Sequence[Container], containers: Sequence[Container], volumes: Collection[str]
) -> list[Cause]:
    """A pod's init containers, sidecars among them."""
    found: list[Cause] = []
    names = {container.get("name", "") for container in containers}
    for index, container in enumerate(given):
        place = f"{where}[{index}]"
        name = container.get("name", "")
        found += _check_common(place, container, volumes)
        found += _check_restarts(place, container)
        if name in names:
            found.append(duplicate(f"{place}.name", name))
        names |= {name} if name else set()
        if container.get("restartPolicy") == "Always":
            found += _check_life(place, container)
        else:
            refused = [each for each in ("lifecycle", *_PROBES) if each in container]
            found += [forbidden(f"{place}.{each}", _NOT_IN_INIT) for each in refused]
    return found


def check_seccomp(where: str, profile: Mapping[str, Any] | None) -> list[Cause]:
    """A seccomp profile (``validateSeccompProfileField``)."""
    if profile is None:
        return []
    kind = profile.get("type", "")
    if kind not in _SECCOMP:
        return (
            [not_supported(f"{where}.type", kind, _SECCOMP)]
            if kind
            else [required(f"{where}.type", "type is required when seccompProfile is set")]
        )
    if kind == "Localhost" and not profile.get("localhostProfile"):
        return [required(f"{where}.localhostProfile", "must be set when seccomp type is Localhost")]
    return []


def _check_common(where: str, container: Container, volumes: Collection[str]) -> list[Cause]:
    name = container.get("name", "")
    found = checks.named(f"{where}.name", name, checks.label) if name else [required(f"{where}.name")]
    if not container.get("image"):
        found.append(required(f"{where}.image"))
    if container["terminationMessagePolicy"] not in _MESSAGES:
        found += checks.one_of(
            f"{where}.terminationMessagePolicy", container["terminationMessagePolicy"], _MESSAGES
        )
    if "ports" in container:
        found += _check_ports(f"{where}.ports", container["ports"])
    if "env" in container:
        found += environment.check_variables(f"{where}.env", container["env"])
    if "envFrom" in container:
        found += environment.check_sources(f"{where}.envFrom", container["envFrom"])
    if "volumeMounts" in container:
        found += _check_mounts(f"{where}.volumeMounts", container["volumeMounts"], volumes)
    if container["imagePullPolicy"] not in _PULL:
        found += checks.one_of(f"{where}.imagePullPolicy", container["imagePullPolicy"], _PULL)
    if container["resources"]:
        found += resources.check_resources(f"{where}.resources", container["resources"])
    if "securityContext" in container:
        found += _check_security(f"{where}.securityContext", container["securityContext"])
    return found


def _check_ports(where: str, ports: Sequence[Mapping[str, Any]]) -> list[Cause]:
    found: list[Cause] = []
    names: set[str] = set()
    for index, port in enumerate(ports):
        place = f"{where}[{index}]"
        name, number = port.get("name"), port.get("containerPort", 0)
        if name:
            problems = checks.named(f"{place}.name", name, checks.port_name_problems)
            if not problems and name in names:
                problems = [duplicate(f"{place}.name", name)]
            names |= set() if problems else {name}
            found += problems
        found += (
            checks.port_number(f"{place}.containerPort", number)
            if number
            else [required(f"{place}.containerPort")]
        )
        if port.get("hostPort"):
            found += checks.port_number(f"{place}.hostPort", port["hostPort"])
        found += checks.one_of(f"{place}.protocol", port.get("protocol", ""), checks.PROTOCOLS)
    return found


def _check_host_ports(where: str, containers: Sequence[Container]) -> list[Cause]:
    found = []
    seen: set[tuple[Any, ...]] = set()
    for index, container in enumerate(containers):
        for number, port in enumerate(container.get("ports", ())):
            if not port.get("hostPort"):
                continue
            taken = (port.get("protocol"), port.get("hostIP", ""), port["hostPort"])
            if taken in seen:
                shown = f"{taken[0]}/{taken[1]}/{taken[2]}"
                found.append(duplicate(f"{where}[{index}].ports[{number}].hostPort", shown))
            seen.add(taken)
    return found


def _check_mounts(where: str, mounts: Sequence[Mapping[str, Any]], volumes: Collection[str]) -> list[Cause]:
    found: list[Cause] = []
    taken: set[str] = set()
    for index, mount in enumerate(mounts):
        place = f"{where}[{index}]"
        name, path = mount.get("name", ""), mount.get("mountPath", "")
        if not name:
            found.append(required(f"{place}.name"))
        if name not in volumes:
            found.append(not_found(f"{place}.name", name))
        if not path:
            found.append(required(f"{place}.mountPath"))
        if path in taken:
            found.append(invalid(f"{place}.mountPath", path, "must be unique"))
        taken.add(path)
        if "subPath" in mount:
            found += checks.named(f"{where}.subPath", mount["subPath"], checks.local_path_problems)
        if "subPathExpr" in mount:
            if "subPath" in mount:
                text = "subPathExpr and subPath are mutually exclusive"
                found.append(invalid(f"{place}.subPathExpr", mount["subPathExpr"], text))
            found += checks.named(f"{where}.subPathExpr", mount["subPathExpr"], checks.local_path_problems)
        found += checks.supported(f"{where}.mountPropagation", mount.get("mountPropagation"), _PROPAGATION)
    return found


def _check_life(where: str, container: Container) -> list[Cause]:
    found: list[Cause] = []
    lifecycle = container.get("lifecycle") or {}
    for hook in ("postStart", "preStop"):
        if lifecycle.get(hook) is not None:
            found += _check_handler(f"{where}.lifecycle.{hook}", lifecycle[hook])
    for name in _PROBES:
        if name in container:
            found += _check_probe(where, name, container[name])
    return found


def _check_probe(parent: str, name: str, probe: Mapping[str, Any]) -> list[Cause]:
    where = f"{parent}.{name}"
    found = _check_handler(where, probe)
    for number in (
        "initialDelaySeconds",
        "timeoutSeconds",
        "periodSeconds",
        "successThreshold",
        "failureThreshold",
    ):
        found += checks.not_negative(f"{where}.{number}", probe.get(number))
    grace = probe.get("terminationGracePeriodSeconds")
    if grace is not None and grace <= 0:
        found.append(invalid(f"{where}.terminationGracePeriodSeconds", grace, "must be greater than 0"))
    if name == "readinessProbe":
        if grace is not None:
            text = "must not be set for readinessProbes"
            found.append(invalid(f"{where}.terminationGracePeriodSeconds", grace, text))
    elif probe.get("successThreshold") != 1:
        found.append(invalid(f"{where}.successThreshold", probe.get("successThreshold", 0), "must be 1"))
    return found


def _check_handler(where: str, handler: Mapping[str, Any]) -> list[Cause]:
    given = [name for name in _HANDLERS if name in handler]
    if not given:
        return [required(where, "must specify a handler type")]
    action = handler[given[0]]
    place = f"{where}.{given[0]}"
    found: list[Cause] = []
    match given[0]:
        case "exec" if not action.get("command"):
            found.append(required(f"{place}.command"))
        case "httpGet":
            found += checks.port_or_name(f"{place}.port", action.get("port", 0))
            found += checks.supported(f"{place}.scheme", action.get("scheme"), _SCHEMES)
        case "tcpSocket" | "grpc":
            found += checks.port_or_name(f"{place}.port", action.get("port", 0))
        case _:
            pass
    return found + checks.only_one(where, given, _ONE_HANDLER)


def _check_restarts(where: str, container: Container) -> list[Cause]:
    policy = container.get("restartPolicy")
    return checks.supported(f"{where}.restartPolicy", policy, ("Always", "Never", "OnFailure"))


def _check_security(where: str, context: Mapping[str, Any]) -> list[Cause]:
    found = []
    for name in ("runAsUser", "runAsGroup"):
        found += checks.between(f"{where}.{name}", context.get(name), 0, checks.LARGEST)
    found += check_seccomp(f"{where}.seccompProfile", context.get("seccompProfile"))
    if context.get("allowPrivilegeEscalation") is False and context.get("privileged"):
        found.append(invalid(where, context, _ESCALATION))
    return found
