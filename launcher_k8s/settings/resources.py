# ruff: noqa: RUF009 -- option() makes an attrs field, not a default value
"""Named sets of resources: the sections of the resources file (domain, section 1)."""

from __future__ import annotations

from decimal import Decimal

import attrs

from launcher_k8s.job import PlacementConstraint
from launcher_k8s.options import ValueKind, option
from launcher_k8s.origin import CODE, Origin

CUSTOM_RESOURCES = "custom"
"""The name by which a job asks for limits of its own."""


@attrs.frozen
class ResourceProfile:
    """A named set of resources that jobs may ask for; ``section`` is the name jobs use.

    ``cpus`` are cores, ``mem_mb`` MB (10^6 bytes); None means not set.
    """

    section: str
    cpus: Decimal = option("cpus", ValueKind.NUMBER, default=attrs.NOTHING, doc="CPU limit, in cores.")
    mem_mb: Decimal = option("mem-mb", ValueKind.NUMBER, default=attrs.NOTHING, doc="Memory limit, in MB.")
    name: str = option(
        "name", ValueKind.TEXT, default="", doc="Name shown to users; the section's title if unset."
    )
    cpus_request: Decimal | None = option(
        "cpus-request", ValueKind.NUMBER, default=None, doc="CPU request, in cores."
    )
    mem_mb_request: Decimal | None = option(
        "mem-mb-request", ValueKind.NUMBER, default=None, doc="Memory request, in MB."
    )
    nvidia_gpus: int = option("nvidia-gpus", ValueKind.COUNT, default=0, doc="Number of NVIDIA GPUs.")
    amd_gpus: int = option("amd-gpus", ValueKind.COUNT, default=0, doc="Number of AMD GPUs.")
    placement_constraints: tuple[PlacementConstraint, ...] = option(
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
