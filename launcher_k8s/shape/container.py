"""Facts of the container that runs the job: command, environment, ports, resources (domain, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from launcher_k8s.job import (
    AMD_GPUS,
    CPU_COUNT,
    CPU_REQUEST,
    MEMORY,
    MEMORY_REQUEST,
    NVIDIA_GPUS,
    SECRET_CONFIG,
    ConfigItem,
    EnvVar,
    ExposedPort,
    ResourceLimit,
)
from launcher_k8s.quantity import MEGABYTE, format_decimal, parse_quantity
from launcher_k8s.shape import names
from launcher_k8s.shape.agreement import (
    includes_items,
    includes_lists,
    includes_named,
    same_flag,
    same_quantities,
)
from launcher_k8s.shape.fact import ABSENT, CONTAINER, Data, Fact, Object, constant, given, look_for, only
from launcher_k8s.shape.volumes import read_mounts

SHELL: Final = "/bin/sh"
_SHELL_FLAG: Final = "-c"
_TCP: Final = "TCP"

# Limit type of the job: where it stands in `resources`, and in what unit.
_RESOURCES: Final[Mapping[str, tuple[str, str]]] = {
    CPU_COUNT: ("limits", names.CPU),
    CPU_REQUEST: ("requests", names.CPU),
    MEMORY: ("limits", names.MEMORY),
    MEMORY_REQUEST: ("requests", names.MEMORY),
    NVIDIA_GPUS: ("limits", names.NVIDIA_GPU),
    AMD_GPUS: ("limits", names.AMD_GPU),
}


def _write_command(data: Data) -> Any:
    return [SHELL] if data["command"] else [data["exe"]]


def _write_args(data: Data) -> Any:
    if not data["command"]:
        return list(data["args"]) or ABSENT
    return [
        _SHELL_FLAG,
        " ".join((data["command"], " ".join(data["args"]))) if data["args"] else data["command"],
    ]


def _read_command(command: Any, whole: Object) -> Mapping[str, Any]:
    argv = [*command, *look_for(whole, (*CONTAINER, "args"), list)]
    if len(argv) == 3 and argv[:2] == [SHELL, _SHELL_FLAG]:
        return {"command": argv[2]}
    return {"exe": argv[0], "args": tuple(argv[1:])} if argv else {}


def _write_environment(data: Data) -> Any:
    written = [{"name": item["name"], "value": item["value"]} for item in data["environment"]]
    if config := data["config"]:
        written += [_secret_variable(item["value"]) for item in config if item["name"] == SECRET_CONFIG]
    return written or ABSENT


def _secret_variable(packed: str) -> dict[str, Any]:
    secret, key, name = [*packed.split(":", 2), "", ""][:3]
    return {"name": name or key, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def _read_environment(variables: Any, _whole: Object) -> Mapping[str, Any]:
    plain = [item for item in variables if "valueFrom" not in item]
    secrets = [
        f"{reference.get('name', '')}:{reference.get('key', '')}:{item.get('name', '')}"
        for item in variables
        if (reference := look_for(item, ("valueFrom", "secretKeyRef"), dict))
    ]
    return {
        "environment": tuple(EnvVar(item.get("name", ""), item.get("value", "")) for item in plain),
        "config": tuple(ConfigItem(SECRET_CONFIG, packed, "string") for packed in secrets),
    }


def _write_ports(data: Data) -> Any:
    ports = data["exposedPorts"]
    if not ports:
        return ABSENT
    return [_container_port(port) for port in ports if port.get("publishedPort")] or ABSENT


def _container_port(port: Mapping[str, Any]) -> dict[str, Any]:
    written = {"containerPort": port["targetPort"], "hostPort": port["publishedPort"]}
    # The vendor's template leaves the protocol out, so that Kubernetes would publish a UDP port as TCP.
    return written if port["protocol"] == _TCP else written | {"protocol": port["protocol"]}


def _read_ports(ports: Any, _whole: Object) -> Mapping[str, Any]:
    return {
        "exposed_ports": tuple(
            ExposedPort(port["containerPort"], port.get("protocol", _TCP), port["hostPort"])
            for port in ports
            if port.get("hostPort")
        )
    }


def _write_resources(data: Data) -> Any:
    resources: dict[str, dict[str, Any]] = {}
    for limit in data["resourceLimits"]:
        kind, name = _RESOURCES.get(limit["type"], ("", ""))
        amount = _amount(name, limit["value"])
        if kind and amount:
            resources.setdefault(kind, {})[name] = amount
    return resources or ABSENT


def _amount(name: str, value: str) -> str | int:
    """An amount as the vendor's templates print it: memory in ``M``, a number of GPUs as a number."""
    if name == names.MEMORY:
        return f"{value}M"
    return value if name == names.CPU else int(Decimal(value or 0))


def _read_resources(resources: Any, _whole: Object) -> Mapping[str, Any]:
    limits = []
    for limit_type, (kind, name) in _RESOURCES.items():
        try:
            amount = parse_quantity(look_for(resources, (kind,), dict)[name])
        except (KeyError, ValueError):
            continue
        in_unit = amount / MEGABYTE if name == names.MEMORY else amount
        limits.append(ResourceLimit(limit_type, format_decimal(in_unit)))
    return {"resource_limits": tuple(limits)}


def _same_resources(expected: Any, found: Any) -> str:
    problems = (same_quantities(expected[kind], look_for(found, (kind,), dict)) for kind in expected)
    return "; ".join(
        f"{kind}: {problem}" for kind, problem in zip(expected, problems, strict=True) if problem
    )


def _write_volume_mounts(data: Data) -> Any:
    return data["volumeMounts"] if data["volumes"] and data["volumeMounts"] else ABSENT


def _write_capabilities(data: Data) -> Any:
    container = data["container"]
    add, drop = container.get("capabilitiesAdd"), container.get("capabilitiesDrop")
    capabilities = {"add": list(add)} if add else {}
    if drop:
        capabilities["drop"] = list(drop)
    return capabilities or ABSENT


def _read_capabilities(capabilities: Any, _whole: Object) -> Mapping[str, Any]:
    return {
        "container.capabilities_add": tuple(look_for(capabilities, ("add",), list)),
        "container.capabilities_drop": tuple(look_for(capabilities, ("drop",), list)),
    }


FACTS: Final[tuple[Fact, ...]] = (
    Fact(
        "container-name",
        (*CONTAINER, "name"),
        constant(names.MAIN_CONTAINER),
        identifies=only(names.MAIN_CONTAINER),
        why="the job's state, output and signals are those of the first container, which must have this name",
    ),
    Fact(
        "image",
        (*CONTAINER, "image"),
        lambda data: data["container"]["image"],
        read=lambda image, _whole: {"container.image": image},
        tells=("container.image",),
        why="the job asks for this image",
    ),
    Fact(
        "command",
        (*CONTAINER, "command"),
        _write_command,
        read=_read_command,
        tells=("command", "exe", "args"),
        why="shell commands are run by ['/bin/sh'], programs by themselves",
    ),
    Fact("args", (*CONTAINER, "args"), _write_args, why='shell commands are run by -c "command args"'),
    Fact(
        "stdin",
        (*CONTAINER, "stdin"),
        lambda data: bool(data["stdin"]),
        agree=same_flag,
        why="without it a job cannot read its standard input, with it others wait for one",
    ),
    Fact(
        "stdin-once",
        (*CONTAINER, "stdinOnce"),
        constant(True),
        agree=same_flag,
        why="a job that reads its standard input to the end would never see the end",
    ),
    Fact(
        "working-directory",
        (*CONTAINER, "workingDir"),
        given("workingDirectory"),
        read=lambda directory, _whole: {"working_directory": directory},
        tells=("working_directory",),
        why="the job asks for this working directory",
    ),
    Fact(
        "environment",
        (*CONTAINER, "env"),
        _write_environment,
        read=_read_environment,
        tells=("environment", "config"),
        agree=includes_named,
        why="the job asks for these variables, plain ones or from a secret",
    ),
    Fact(
        "container-ports",
        (*CONTAINER, "ports"),
        _write_ports,
        read=_read_ports,
        tells=("exposed_ports",),
        agree=includes_items,
        why="the job publishes these ports on its node",
    ),
    Fact(
        "resources",
        (*CONTAINER, "resources"),
        _write_resources,
        read=_read_resources,
        tells=("resource_limits",),
        agree=_same_resources,
        why="the job was given these limits and requests",
    ),
    Fact(
        "volume-mounts",
        (*CONTAINER, "volumeMounts"),
        _write_volume_mounts,
        read=read_mounts,
        tells=("mounts",),
        agree=includes_items,
        why="the job asks for these mounts",
    ),
    Fact(
        "capabilities",
        (*CONTAINER, "securityContext", "capabilities"),
        _write_capabilities,
        read=_read_capabilities,
        tells=("container.capabilities_add", "container.capabilities_drop"),
        agree=includes_lists,
        why="the job asks for these capabilities; Kubernetes knows them on a container, not on a pod",
    ),
)
