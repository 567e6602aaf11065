"""Facts of a job's pod: where it runs, as whom, and what is mounted (domain, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from launcher_k8s.job import SERVICE_ACCOUNT_CONFIG, ConfigItem, PlacementConstraint
from launcher_k8s.shape.agreement import includes, includes_in_order, includes_items
from launcher_k8s.shape.fact import (
    ABSENT,
    POD_METADATA,
    POD_SPEC,
    Data,
    Fact,
    Object,
    constant,
    given,
    look_for,
)
from launcher_k8s.shape.identity import conventional, read_metadata
from launcher_k8s.shape.names import USER_METADATA_ANNOTATION

_SECURITY = (*POD_SPEC, "securityContext")
_USER_METADATA = (*POD_METADATA, "annotations", USER_METADATA_ANNOTATION)


def _write_node_selector(data: Data) -> Any:
    constraints = data["placementConstraints"]
    return {item["name"]: item["value"] for item in constraints} if constraints else ABSENT


def _read_node_selector(labels: Any, _whole: Object) -> Mapping[str, Any]:
    # Sorted, because the API server sorts them too: their order has no meaning.
    return {"placement_constraints": tuple(PlacementConstraint(*label) for label in sorted(labels.items()))}


def _own_init_containers(metadata: Any) -> list[Any]:
    found = conventional({"metadata": metadata}, "pod", "initContainers")
    return found if isinstance(found, list) else []


def _write_init_containers(data: Data) -> Any:
    stated, metadata = data["initContainers"], data["metadata"]
    return [*stated, *(_own_init_containers(metadata) if metadata else ())] or ABSENT


def _read_init_containers(containers: Any, whole: Object) -> Mapping[str, Any]:
    metadata = read_metadata(look_for(whole, _USER_METADATA, str))
    asked_by_metadata = len(_own_init_containers(metadata))
    return {"init_containers": tuple(containers[: len(containers) - asked_by_metadata])}


def _read_service_account(name: Any, _whole: Object) -> Mapping[str, Any]:
    return {"config": (ConfigItem(SERVICE_ACCOUNT_CONFIG, name, "enum"),)}


def _container(field: str) -> Any:
    return lambda data: data["container"].get(field) or ABSENT


FACTS: Final[tuple[Fact, ...]] = (
    Fact(
        "node-name",
        (*POD_SPEC, "nodeName"),
        given("host"),
        read=lambda name, _whole: {"host": name},
        tells=("host",),
        why="the job asks for this host",
    ),
    Fact(
        "restart-policy",
        (*POD_SPEC, "restartPolicy"),
        constant("Never"),
        why="Kubernetes would start an ended job again",
    ),
    Fact(
        "service-account",
        (*POD_SPEC, "serviceAccountName"),
        given("serviceAccountName"),
        since=(2, 3, 0),
        read=_read_service_account,
        tells=("config",),
        why="the job asks for this account; quote it, a name of digits is a number otherwise",
    ),
    Fact(
        "share-process-namespace",
        (*POD_SPEC, "shareProcessNamespace"),
        lambda data: data["shareProcessNamespace"],
        why="shared-process-namespace sets it; signals are sent to the job by way of it",
    ),
    Fact(
        "volumes",
        (*POD_SPEC, "volumes"),
        given("volumes"),
        agree=includes_items,
        why="the job's mounts need these volumes",
    ),
    Fact(
        "node-selector",
        (*POD_SPEC, "nodeSelector"),
        _write_node_selector,
        read=_read_node_selector,
        tells=("placement_constraints",),
        agree=includes,
        why="the job asks for these nodes by its placement constraints",
    ),
    Fact(
        "run-as-user",
        (*_SECURITY, "runAsUser"),
        _container("runAsUserId"),
        read=lambda number, _whole: {"container.run_as_user_id": number},
        tells=("container.run_as_user_id",),
        why="the job would run as another user",
    ),
    Fact(
        "run-as-group",
        (*_SECURITY, "runAsGroup"),
        _container("runAsGroupId"),
        read=lambda number, _whole: {"container.run_as_group_id": number},
        tells=("container.run_as_group_id",),
        why="the job would run as another group",
    ),
    Fact(
        "supplemental-groups",
        (*_SECURITY, "supplementalGroups"),
        _container("supplementalGroupIds"),
        read=lambda numbers, _whole: {"container.supplemental_group_ids": tuple(numbers)},
        tells=("container.supplemental_group_ids",),
        why="the job would lack groups that its files may need",
    ),
    Fact(
        "init-containers",
        (*POD_SPEC, "initContainers"),
        _write_init_containers,
        since=(2, 5, 0),
        read=_read_init_containers,
        tells=("init_containers",),
        agree=includes_in_order,
        why="the job asks for these init containers, by itself or in metadata.pod.initContainers",
    ),
)
