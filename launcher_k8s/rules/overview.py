"""What the users of each profiles section get, in brief: a row for everyone and each group and user named.

Each row is for somebody whom only ``[*]`` and that section match; members of several groups may get something
else. Source: domain, sections 1 ("profiles file") and 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import attrs

from launcher_k8s.decisions import Trail
from launcher_k8s.job import Job
from launcher_k8s.quantity import format_decimal
from launcher_k8s.rules.allocation import Allocation
from launcher_k8s.rules.profiles import profile_for
from launcher_k8s.rules.resources import allocate
from launcher_k8s.rules.selection import offered_profiles
from launcher_k8s.settings import CUSTOM_RESOURCES, ClusterSettings, ProfileSection, SubjectKind, UserProfile
from launcher_k8s.wording import enumerate_words

_SILENT_JOB = Job.shell("true")
_SOMEBODY = "somebody"


@attrs.frozen
class SectionOverview:
    """What somebody gets whom ``[*]`` and one section match, each as a short text.

    Args:
        section: The section's title in brackets.
        default: What a job gets that states nothing.
        most: The most that a job may state.
        images: Which images it may run.
        resource_profiles: Which resource profiles it may name.
        overrides: How many overrides apply to it.
    """

    section: str
    default: str
    most: str
    images: str
    resource_profiles: str
    overrides: int


def overview_of(cluster: ClusterSettings) -> Iterator[SectionOverview]:
    """A row for everyone, then one for each group and user that a section names, in the order of the file."""
    everyone: list[tuple[int, ProfileSection]] = []
    own: dict[str, list[tuple[int, ProfileSection]]] = {}
    for numbered in enumerate(cluster.profiles):
        section = numbered[1]
        is_everyones = section.kind is SubjectKind.EVERYONE
        (everyone if is_everyones else own.setdefault(section.title, [])).append(numbered)
    for title, sections in {"*": [], **own}.items():
        matching = tuple(section for _, section in sorted([*everyone, *sections], key=lambda pair: pair[0]))
        yield _overview(title, sections[0][1] if sections else None, attrs.evolve(cluster, profiles=matching))


def _overview(title: str, section: ProfileSection | None, cluster: ClusterSettings) -> SectionOverview:
    is_user = section is not None and section.kind is SubjectKind.USER
    user = section.name if section is not None and is_user else _SOMEBODY
    groups = () if section is None or is_user else (section.name,)
    profile = profile_for(cluster, user, groups=groups)
    return SectionOverview(
        f"[{title}]",
        _default(profile, cluster, user),
        _most(profile),
        _images(profile),
        _resource_profiles(profile, cluster, user),
        len(profile.job_json_overrides.value),
    )


def _default(profile: UserProfile, cluster: ClusterSettings, user: str) -> str:
    trail = Trail()
    got = allocate(_SILENT_JOB, profile, cluster, user=user, trail=trail)
    if trail.refusals:
        return "refused: it must name a resource profile"
    named = f" ({got.profile.section})" if got.profile is not None else ""
    return _amounts(got) + named


def _amounts(got: Allocation) -> str:
    amounts = [
        _amount(got.cpus, got.cpus_request, "CPU"),
        _amount(got.mem_mb, got.mem_mb_request, "MB"),
        *_gpus(got.nvidia_gpus, got.amd_gpus),
    ]
    return ", ".join(amounts)


def _amount(limit: Decimal | None, request: Decimal | None, unit: str) -> str:
    shown = f"{format_decimal(limit)} {unit}" if limit else f"{unit} without limit"
    return f"{shown}, requests {format_decimal(request)}" if request else shown


def _most(profile: UserProfile) -> str:
    if not profile.allow_custom_resources.value:
        return "none: only resource profiles"
    cpus, mem_mb = profile.max_cpus.value, profile.max_mem_mb.value
    gpus = _gpus(profile.max_nvidia_gpus.value, profile.max_amd_gpus.value)
    return ", ".join(
        [
            f"{format_decimal(cpus)} CPU" if cpus else "any CPU",
            f"{format_decimal(mem_mb)} MB" if mem_mb else "any MB",
            *(gpus or ["no GPU"]),
        ]
    )


def _gpus(nvidia: int, amd: int) -> list[str]:
    return [f"{count} {brand}" for count, brand in ((nvidia, "NVIDIA"), (amd, "AMD")) if count]


def _images(profile: UserProfile) -> str:
    offered, default = profile.container_images.value, profile.default_container_image.value
    others = "any" if profile.allow_unknown_images.value else "no"
    allowed = f"{len(offered)} offered, {others} other" if offered else others
    return f"{allowed}; {default} by default" if default else f"{allowed}; no default"


def _resource_profiles(profile: UserProfile, cluster: ClusterSettings, user: str) -> str:
    offers = offered_profiles(cluster, profile, user=user)
    usable = [offer.resource.section for offer in offers if offer.is_usable]
    if profile.allow_custom_resources.value:
        usable.append(CUSTOM_RESOURCES)
    return enumerate_words(usable) or "none"
