"""The resources that a job can be given, and where each one's numbers stand.

CPU and memory follow one set of rules, the two makes of GPU another; so each kind is a row of names, and
the rules are written once. Source: domain, section 2.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

import attrs

from launcher_k8s.job import AMD_GPUS, CPU_COUNT, CPU_REQUEST, MEMORY, MEMORY_REQUEST, NVIDIA_GPUS
from launcher_k8s.quantity import LEAST_CPUS, LEAST_MEM_MB, format_decimal, format_megabytes


@attrs.frozen
class Bound:
    """A limit or a request of CPU or memory.

    Args:
        subject: What decisions and refusals call it.
        limit_type: The type of a job's ``ResourceLimit`` that states it.
        field: The field of a resource profile.
        default: The field of a user's profile with the default.
        maximum: The field of a user's profile with the maximum.
    """

    subject: str
    limit_type: str
    field: str
    default: str
    maximum: str


@attrs.frozen
class Divisible:
    """CPU or memory: a limit, and a request that may be derived from it.

    Args:
        limit: The limit's names.
        request: The request's names.
        ratio: The field of a user's profile with the request ratio.
        unit: What follows an amount in a message.
        grain: The smallest amount that Kubernetes tells apart, in the unit of the files.
        least: The least amount that Kubernetes can give, in the unit of the files.
        write: Writes an amount as Kubernetes gets it.
    """

    limit: Bound
    request: Bound
    ratio: str
    unit: str
    grain: Decimal
    least: Decimal
    write: Callable[[Decimal], str]

    def show(self, amount: Decimal) -> str:
        """An amount as it stands in a decision."""
        return self.write(amount) if amount else "none"

    def words(self, amount: Decimal) -> str:
        """An amount as it stands in a message, with its unit."""
        return format_decimal(amount) + self.unit


CPU: Final = Divisible(
    limit=Bound("cpu limit", CPU_COUNT, "cpus", "default_cpus", "max_cpus"),
    request=Bound("cpu request", CPU_REQUEST, "cpus_request", "default_cpus_request", "max_cpus_request"),
    ratio="cpu_request_ratio",
    unit="",
    grain=Decimal("1e-9"),
    least=LEAST_CPUS,
    write=format_decimal,
)
MEM: Final = Divisible(
    limit=Bound("memory limit", MEMORY, "mem_mb", "default_mem_mb", "max_mem_mb"),
    request=Bound(
        "memory request", MEMORY_REQUEST, "mem_mb_request", "default_mem_mb_request", "max_mem_mb_request"
    ),
    ratio="memory_request_ratio",
    unit=" MB",
    grain=Decimal("1e-6"),
    least=LEAST_MEM_MB,
    write=format_megabytes,
)
NVIDIA: Final = Bound(NVIDIA_GPUS, NVIDIA_GPUS, "nvidia_gpus", "default_nvidia_gpus", "max_nvidia_gpus")
AMD: Final = Bound(AMD_GPUS, AMD_GPUS, "amd_gpus", "default_amd_gpus", "max_amd_gpus")

BOUNDS: Final = (CPU.limit, CPU.request, MEM.limit, MEM.request, NVIDIA, AMD)


def key_of(field: str) -> str:
    """The key of the configuration files that sets a field."""
    return field.replace("_", "-")
