# ruff: noqa: RUF009 -- option() makes an attrs field, not a default value
"""Named sets of resources: the sections of the resources file (domain, section 1)."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.job import PlacementConstraint
from launcher_k8s.options import ValueKind, option
from launcher_k8s.origin import CODE, Origin

CUSTOM_RESOURCES = "custom"
"""The name by which a job asks for limits of its own."""

_guide = partial(option, source="Kubernetes plugin guide, resource profiles")


@attrs.frozen
class ResourceProfile:
    """A named set of resources that jobs may ask for; ``section`` is the name jobs use.

    ``cpus`` are cores, ``mem_mb`` MB (10^6 bytes); None means not set.
    """

    __repr__ = brief

    section: str
    cpus: Decimal = _guide("cpus", ValueKind.NUMBER, default=attrs.NOTHING, doc="CPU limit.", unit="cores")
    mem_mb: Decimal = _guide(
        "mem-mb", ValueKind.NUMBER, default=attrs.NOTHING, doc="Memory limit.", unit="MB"
    )
    name: str = _guide(
        "name", ValueKind.TEXT, default="", doc="Name shown to users.", unset="the section's title"
    )
    cpus_request: Decimal | None = _guide(
        "cpus-request", ValueKind.NUMBER, default=None, doc="CPU request.", unit="cores"
    )
    mem_mb_request: Decimal | None = _guide(
        "mem-mb-request", ValueKind.NUMBER, default=None, doc="Memory request.", unit="MB"
    )
    nvidia_gpus: int = _guide(
        "nvidia-gpus", ValueKind.COUNT, default=0, doc="Number of NVIDIA GPUs.", unit="GPUs"
    )
    amd_gpus: int = _guide("amd-gpus", ValueKind.COUNT, default=0, doc="Number of AMD GPUs.", unit="GPUs")
    placement_constraints: tuple[PlacementConstraint, ...] = _guide(
        "placement-constraints",
        ValueKind.CONSTRAINTS,
        default=(),
        doc="Node labels that jobs with this profile get.",
    )
    origin: Origin = CODE

    @property
    def display_name(self) -> str:
        """The name that users see."""
        return self.name or self.section
