# ruff: noqa: RUF009 -- option() makes an attrs field, not a default value
"""User profiles: the sections of the profiles file, and what they make of one user (domain, section 1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.errors import ConfigurationError
from launcher_k8s.job import Json, PlacementConstraint
from launcher_k8s.misfits import find_misfit
from launcher_k8s.options import ValueKind, option
from launcher_k8s.origin import CODE, DEFAULT, Origin, Sourced


@attrs.frozen
class Override:
    """A JSON value to set at a pointer of every Job's manifest (``job-json-overrides``).

    Args:
        pointer: Where, as a JSON pointer (RFC 6901).
        value: What to set, as JSON types.
        file: The file that it was read from; empty when it was built in code.
        origin: Where the override was stated.
    """

    __repr__ = brief

    pointer: str
    value: Json = attrs.field(repr=False)  # may be a secret, as it goes into the manifest whole
    file: str = ""
    origin: Origin = CODE


class SubjectKind(Enum):
    """Whom a profiles section is for."""

    EVERYONE = "*"
    GROUP = "@"
    USER = ""


@attrs.frozen
class ProfileSection:
    """One section of the profiles file: whom it is for, and the values it sets, by field name.

    Built in code by :meth:`everyone`, :meth:`group` and :meth:`user`, which take plain values (numbers in the
    units of :class:`UserProfile`; lists also as strings, split at commas as in the files) and raise
    :class:`~launcher_k8s.errors.ConfigurationError` for a name that is no setting or a value that it
    cannot have.
    """

    __repr__ = brief

    kind: SubjectKind
    name: str
    values: Mapping[str, Sourced[Any]]
    origin: Origin = CODE

    @classmethod
    def everyone(cls, **values: Any) -> ProfileSection:
        """A section ``[*]`` built in code; ``values`` are fields of :class:`UserProfile`."""
        return cls(SubjectKind.EVERYONE, "", _in_code(values))

    @classmethod
    def group(cls, name: str, /, **values: Any) -> ProfileSection:
        """A section ``[@name]`` built in code; ``values`` are fields of :class:`UserProfile`."""
        return cls(SubjectKind.GROUP, name, _in_code(values))

    @classmethod
    def user(cls, name: str, /, **values: Any) -> ProfileSection:
        """A section ``[name]`` built in code; ``values`` are fields of :class:`UserProfile`."""
        return cls(SubjectKind.USER, name, _in_code(values))

    @property
    def title(self) -> str:
        """The section's title as in the file, without brackets."""
        return "*" if self.kind is SubjectKind.EVERYONE else f"{self.kind.value}{self.name}"


def _in_code(values: Mapping[str, Any]) -> Mapping[str, Sourced[Any]]:
    fields = attrs.fields_dict(UserProfile)
    unknown = [name for name in values if name not in fields]
    if unknown:
        raise ConfigurationError(
            f"no such profile setting: {', '.join(unknown)}", hint=f"the settings are {', '.join(fields)}"
        )
    coerced = {name: fields[name].metadata["option"].coerce(value) for name, value in values.items()}
    if (misfit := find_misfit(coerced.get("job_json_overrides", ()), tuple[Override, ...])) is not None:
        raise ConfigurationError(
            f"job_json_overrides{misfit.path}: {misfit.message}", hint="give Override(pointer, value)"
        )
    return {name: Sourced(value, CODE) for name, value in coerced.items()}


def _profile(key: str, kind: ValueKind, default: Any, doc: str, *, unit: str = "") -> Any:
    source = "Kubernetes plugin guide, user profiles"
    return option(key, kind, default=Sourced(default, DEFAULT), doc=doc, unit=unit, source=source)


@attrs.frozen
class UserProfile:
    """The effective values of one user, each with its origin and what it shadowed.

    Numbers are exact: cores, MB (10^6 bytes), whole GPUs; 0 means "no limit" or "none" as each says.
    """

    __repr__ = brief

    container_images: Sourced[tuple[str, ...]] = _profile(
        "container-images", ValueKind.LIST, (), "Images offered to users, in order."
    )
    default_container_image: Sourced[str] = _profile(
        "default-container-image", ValueKind.TEXT, "", "Image of jobs that name none."
    )
    allow_unknown_images: Sourced[bool] = _profile(
        "allow-unknown-images", ValueKind.BOOLEAN, True, "Whether images that are not offered may be used."
    )
    placement_constraints: Sourced[tuple[PlacementConstraint, ...]] = _profile(
        "placement-constraints",
        ValueKind.CONSTRAINTS,
        (),
        "Node labels users may ask for; a bare key takes any value.",
    )
    default_cpus: Sourced[Decimal] = _profile(
        "default-cpus",
        ValueKind.NUMBER,
        Decimal(0),
        "CPU limit of jobs that state none; 0 = no limit.",
        unit="cores",
    )
    max_cpus: Sourced[Decimal] = _profile(
        "max-cpus", ValueKind.NUMBER, Decimal(0), "Largest CPU limit; 0 = no maximum.", unit="cores"
    )
    default_mem_mb: Sourced[Decimal] = _profile(
        "default-mem-mb",
        ValueKind.NUMBER,
        Decimal(0),
        "Memory limit of jobs that state none; 0 = no limit.",
        unit="MB",
    )
    max_mem_mb: Sourced[Decimal] = _profile(
        "max-mem-mb", ValueKind.NUMBER, Decimal(0), "Largest memory limit; 0 = no maximum.", unit="MB"
    )
    default_cpus_request: Sourced[Decimal] = _profile(
        "default-cpus-request",
        ValueKind.NUMBER,
        Decimal(0),
        "CPU request of jobs that state none; 0 = none.",
        unit="cores",
    )
    max_cpus_request: Sourced[Decimal] = _profile(
        "max-cpus-request", ValueKind.NUMBER, Decimal(0), "Largest CPU request; 0 = no maximum.", unit="cores"
    )
    default_mem_mb_request: Sourced[Decimal] = _profile(
        "default-mem-mb-request",
        ValueKind.NUMBER,
        Decimal(0),
        "Memory request of jobs that state none; 0 = none.",
        unit="MB",
    )
    max_mem_mb_request: Sourced[Decimal] = _profile(
        "max-mem-mb-request",
        ValueKind.NUMBER,
        Decimal(0),
        "Largest memory request; 0 = no maximum.",
        unit="MB",
    )
    cpu_request_ratio: Sourced[Decimal] = _profile(
        "cpu-request-ratio",
        ValueKind.RATIO,
        Decimal(1),
        "CPU request as a share of the limit, in (0, 1]; 1 = none.",
        unit="of the limit",
    )
    memory_request_ratio: Sourced[Decimal] = _profile(
        "memory-request-ratio",
        ValueKind.RATIO,
        Decimal(1),
        "Memory request as a share of the limit; 1 = none.",
        unit="of the limit",
    )
    default_nvidia_gpus: Sourced[int] = _profile(
        "default-nvidia-gpus", ValueKind.COUNT, 0, "NVIDIA GPUs of jobs that state none.", unit="GPUs"
    )
    max_nvidia_gpus: Sourced[int] = _profile(
        "max-nvidia-gpus", ValueKind.COUNT, 0, "Most NVIDIA GPUs a job may ask for; 0 = none.", unit="GPUs"
    )
    default_amd_gpus: Sourced[int] = _profile(
        "default-amd-gpus", ValueKind.COUNT, 0, "AMD GPUs of jobs that state none.", unit="GPUs"
    )
    max_amd_gpus: Sourced[int] = _profile(
        "max-amd-gpus", ValueKind.COUNT, 0, "Most AMD GPUs a job may ask for; 0 = none.", unit="GPUs"
    )
    job_json_overrides: Sourced[tuple[Override, ...]] = _profile(
        "job-json-overrides",
        ValueKind.OVERRIDES,
        (),
        "JSON values set at pointers of every Job; deprecated upstream.",
    )
    resource_profiles: Sourced[tuple[str, ...]] = _profile(
        "resource-profiles",
        ValueKind.LIST,
        (),
        "Sections of the resources file offered to users; empty = all.",
    )
    allow_custom_resources: Sourced[bool] = _profile(
        "allow-custom-resources", ValueKind.BOOLEAN, True, "Whether jobs may state limits of their own."
    )

    def items(self) -> Iterator[tuple[str, Sourced[Any]]]:
        """Every setting by its key, in the order of the guide."""
        for field in attrs.fields(UserProfile):
            yield field.metadata["option"].key, getattr(self, field.name)

    def _repr_html_(self) -> str:
        from launcher_k8s.present import profile_table

        return profile_table(self).html()
