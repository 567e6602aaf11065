"""What the metrics API (``metrics.k8s.io/v1beta1``) says of pods: the figures of a job's own container."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from launcher_k8s.errors import ClusterError
from launcher_k8s.quantity import parse_quantity
from launcher_k8s.rows.decoding import Lean, NamedContainer, decode, decode_page
from launcher_k8s.rows.times import Time, seconds
from launcher_k8s.rows.values import Page
from launcher_k8s.shape.names import MAIN_CONTAINER


class _Usage(Lean):
    cpu: str | int | float = "0"
    memory: str | int | float = "0"


class _Container(NamedContainer):
    usage: _Usage = msgspec.field(default_factory=_Usage)


class _Metadata(Lean):
    name: str = ""


class _PodMetrics(Lean):
    metadata: _Metadata
    timestamp: Time
    containers: list[_Container] | None = None


class UsageRow(msgspec.Struct, frozen=True, gc=False):
    """What the job's container of a Pod uses.

    Args:
        pod: The Pod's name.
        time: When it was measured, in seconds since 1970.
        cores: CPU lately, in cores.
        memory: The working set, in bytes.
    """

    pod: str
    time: float
    cores: Decimal
    memory: Decimal


_METRICS = msgspec.json.Decoder(_PodMetrics)
_WHAT = "figures of a Pod"


def decode_usage(body: bytes) -> UsageRow | None:
    """Read one Pod's figures; None if none are of a job's container.

    Raises:
        ClusterError: The bytes are no such object.
    """
    return _row_of(decode(_METRICS, body, _WHAT))


def decode_usage_page(body: bytes) -> Page[UsageRow]:
    """Read many Pods' figures; those of other pods than jobs' are left out.

    Raises:
        ClusterError: The bytes are no such list.
    """
    return decode_page(_METRICS, body, _WHAT, _row_of)


def _row_of(metrics: _PodMetrics) -> UsageRow | None:
    for container in metrics.containers or ():
        if container.name == MAIN_CONTAINER:
            try:
                cores, memory = map(parse_quantity, (container.usage.cpu, container.usage.memory))
            except ValueError as error:
                message = f"The API server sent {_WHAT} that cannot be read: {error}"
                raise ClusterError(message, reason="Malformed", transient=True) from error
            return UsageRow(metrics.metadata.name, seconds(metrics.timestamp), cores, memory)
    return None
