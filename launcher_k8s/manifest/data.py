"""A job as templates see it: the value ``.Job``, to the letter of the data contract (domain, section 4).

Lists are always present, absent strings are ``""``, unset integers (and 0: the vendor's templates cannot
tell them apart) and absent objects are left out, never null. Limits and requests are handed over as they
were computed, and both ratios as ``1.0``, so that nothing is ever applied twice. Free JSON of the job is
copied, so that nobody else changes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from launcher_k8s.job import (
    SERVICE_ACCOUNT_CONFIG,
    ConfigItem,
    Container,
    EnvVar,
    ExposedPort,
    Job,
    Json,
    PlacementConstraint,
)
from launcher_k8s.naming import generate_name
from launcher_k8s.wire import to_wire

_JSON = json.JSONEncoder(separators=(",", ":"))


def job_data(
    job: Job,
    *,
    volumes: Sequence[Mapping[str, Json]] = (),
    volume_mounts: Sequence[Mapping[str, Json]] = (),
    share_process_namespace: bool = True,
) -> dict[str, Any]:
    """The ``.Job`` of a job.

    Args:
        job: The job as it will run: id, owner, image, constraints and computed limits (in
            ``resource_limits``) filled in.
        volumes: Volumes of the pod, as Kubernetes writes them.
        volume_mounts: Where the container mounts them.
        share_process_namespace: Whether the pod's containers see each other's processes.
    """
    ports = [_port(port) for port in job.exposed_ports] if job.exposed_ports else []
    return {
        "id": job.id,
        "cluster": job.cluster,
        "generateName": generate_name(job.name),
        "name": job.name,
        "user": job.user,
        "group": job.group,
        "workingDirectory": job.working_directory,
        "container": _container(job.container),
        "initContainers": _items(job.init_containers),
        "host": job.host,
        "command": job.command,
        "exe": job.exe,
        "stdin": job.stdin,
        "args": list(job.args),
        "environment": _pairs(job.environment),
        "placementConstraints": _pairs(job.placement_constraints),
        "exposedPorts": ports,
        "metadata": _metadata(job),
        "mounts": _items(job.mounts),
        "config": _pairs(job.config),
        "resourceLimits": [{"type": limit.type, "value": limit.value} for limit in job.resource_limits],
        "volumes": _items(volumes),
        "volumeMounts": _items(volume_mounts),
        "tags": list(job.tags),
        "servicePortsJson": _ports_json(ports),
        "serviceName": job.id,
        "shareProcessNamespace": share_process_namespace,
        "memoryRequestRatio": 1.0,
        "cpuRequestRatio": 1.0,
        "serviceAccountName": _service_account(job),
        "instanceId": job.instance_id,
        "resourceProfile": job.resource_profile,
    }


def _items(values: Sequence[Any]) -> list[Any]:
    return [to_wire(value) for value in values] if values else []


def _pairs(values: Sequence[EnvVar | PlacementConstraint | ConfigItem]) -> list[dict[str, str]]:
    return [{"name": item.name, "value": item.value} for item in values] if values else []


def _metadata(job: Job) -> dict[str, Any]:
    """The free metadata without conventional parts that are null: templates look into what is there."""
    if not job.metadata:
        return {}
    return {
        key: value
        for key, value in to_wire(job.metadata).items()
        if value is not None or key not in ("job", "pod", "service")
    }


def _container(container: Container) -> dict[str, Any]:
    data: dict[str, Any] = {
        "image": container.image,
        "runAsUser": container.run_as_user,
        "runAsGroup": container.run_as_group,
        "supplementalGroupIds": list(container.supplemental_group_ids),
        "capabilitiesAdd": list(container.capabilities_add),
        "capabilitiesDrop": list(container.capabilities_drop),
    }
    if container.run_as_user_id:
        data["runAsUserId"] = container.run_as_user_id
    if container.run_as_group_id:
        data["runAsGroupId"] = container.run_as_group_id
    return data


def _port(port: ExposedPort) -> dict[str, Any]:
    data: dict[str, Any] = {"protocol": port.protocol, "targetPort": port.target_port}
    return data | {"publishedPort": port.published_port} if port.published_port else data


def _ports_json(ports: Sequence[Mapping[str, Any]]) -> str:
    if not ports:
        return "[]"
    return _JSON.encode([port for port in ports if "publishedPort" not in port])


def _service_account(job: Job) -> str:
    account = ""
    for item in job.config:
        if item.name == SERVICE_ACCOUNT_CONFIG:
            account = item.value
    return account
