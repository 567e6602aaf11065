"""What a job's pod asks of the cluster, read from the Pod or from the template in its Job."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from launcher_k8s.rows.decoding import Lean, decode
from launcher_k8s.rows.times import Time, seconds_or_none
from launcher_k8s.shape.names import MAIN_CONTAINER


class AskedRow(msgspec.Struct, frozen=True, gc=False):
    """What the main container and its pod ask for.

    Args:
        image: The main container's.
        requests: How much of each resource the scheduler looks for, as Kubernetes writes quantities.
        node_selector: The labels that a node must have.
        node: The node whose name it asks for, or that it was put on.
        stdin: Whether its stdin is open.
        scheduled: When it was put on a node, or when that was first found impossible, in seconds since 1970.
    """

    image: str = ""
    requests: Mapping[str, str] = {}
    node_selector: Mapping[str, str] = {}
    node: str = ""
    stdin: bool = False
    scheduled: float | None = None


class _Resources(Lean):
    requests: dict[str, str | int] | None = None
    limits: dict[str, str | int] | None = None


class _Container(Lean):
    name: str = ""
    image: str = ""
    stdin: bool = False
    resources: _Resources = msgspec.field(default_factory=_Resources)


class _PodSpec(Lean):
    node_name: str = ""
    node_selector: dict[str, str] | None = None
    containers: list[_Container] | None = None


class _Condition(Lean):
    type: str = ""
    last_transition_time: Time | None = None


class _PodStatus(Lean):
    conditions: list[_Condition] | None = None


class _Pod(Lean):
    spec: _PodSpec = msgspec.field(default_factory=_PodSpec)
    status: _PodStatus = msgspec.field(default_factory=_PodStatus)


class _JobSpec(Lean):
    template: _Pod = msgspec.field(default_factory=_Pod)


class _Job(Lean):
    spec: _JobSpec = msgspec.field(default_factory=_JobSpec)


_POD = msgspec.json.Decoder(_Pod)
_JOB = msgspec.json.Decoder(_Job)


def decode_asked(body: bytes) -> AskedRow:
    """Read a Pod.

    Raises:
        ClusterError: The bytes are no such object.
    """
    return _row(decode(_POD, body, "a Pod"))


def decode_asked_by_job(body: bytes) -> AskedRow:
    """Read the template of a Job.

    Raises:
        ClusterError: The bytes are no such object.
    """
    return _row(decode(_JOB, body, "a Job").spec.template)


def _row(pod: _Pod) -> AskedRow:
    main = next((each for each in pod.spec.containers or () if each.name == MAIN_CONTAINER), _Container())
    return AskedRow(
        main.image,
        # What is only limited is requested as much.
        {**_amounts(main.resources.limits), **_amounts(main.resources.requests)},
        pod.spec.node_selector or {},
        pod.spec.node_name,
        main.stdin,
        _scheduled(pod.status),
    )


def _amounts(amounts: dict[str, str | int] | None) -> dict[str, str]:
    return {name: str(amount) for name, amount in (amounts or {}).items()}


def _scheduled(status: _PodStatus) -> float | None:
    for condition in status.conditions or ():
        if condition.type == "PodScheduled":
            return seconds_or_none(condition.last_transition_time)
    return None
