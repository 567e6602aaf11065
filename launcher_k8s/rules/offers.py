"""What a cluster offers to one user: the answer to the Launcher's cluster info request.

Only what the rules would accept is offered: defaults are cut to maxima, resource profiles over them are
left out. Source: domain, section 5, "Cluster info per user".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from launcher_k8s.cluster_info import ClusterInfo, ConfigOffer, ProfileOffer
from launcher_k8s.decisions import Trail
from launcher_k8s.job import SECRET_CONFIG, SERVICE_ACCOUNT_CONFIG, ResourceLimit
from launcher_k8s.rules.allocation import Allocation, allocate_case
from launcher_k8s.rules.case import Case
from launcher_k8s.rules.kinds import AMD, BOUNDS, NVIDIA
from launcher_k8s.rules.selection import offered_profiles
from launcher_k8s.settings import CUSTOM_RESOURCES, ClusterSettings, ResourceProfile, UserProfile

_CUSTOM_NAME = "Custom"


def offer_for(
    cluster: ClusterSettings, profile: UserProfile, *, user: str, service_accounts: Sequence[str] | None
) -> ClusterInfo:
    """What a user may ask of a cluster.

    Args:
        cluster: The cluster's settings.
        profile: The user's effective profile.
        user: The user's name.
        service_accounts: The accounts of the namespace; None where they cannot be listed: then the
            account is free text.
    """
    limits = tuple(_limits(profile, user)) if profile.allow_custom_resources.value else ()
    return ClusterInfo(
        name=cluster.name,
        supports_containers=True,
        images=profile.container_images.value,
        default_image=profile.default_container_image.value,
        allow_unknown_images=profile.allow_unknown_images.value,
        placement_constraints=profile.placement_constraints.value,
        resource_limits=limits,
        resource_profiles=tuple(_profiles(cluster, profile, user, limits)),
        config=(
            ConfigOffer(name=SECRET_CONFIG, value_type="string", values=()),
            ConfigOffer(
                name=SERVICE_ACCOUNT_CONFIG,
                value_type="string" if service_accounts is None else "enum",
                values=tuple(service_accounts or ()),
            ),
        ),
        queues=(),
    )


def _limits(profile: UserProfile, user: str) -> Iterator[ResourceLimit]:
    """Default and maximum of every resource; the defaults are what a job that states nothing gets."""
    default = allocate_case(Case(user, profile, {}, None, Trail()))
    for bound in BOUNDS:
        maximum = getattr(profile, bound.maximum).value
        if maximum or bound not in (NVIDIA, AMD):
            yield ResourceLimit(
                bound.limit_type,
                default_value=_number(getattr(default, bound.field)),
                max_value=_number(maximum),
            )


def _profiles(
    cluster: ClusterSettings, profile: UserProfile, user: str, limits: tuple[ResourceLimit, ...]
) -> Iterator[ProfileOffer]:
    for offered in offered_profiles(cluster, profile, user=user):
        if offered.is_usable:
            yield _profile(offered.resource, profile, user)
    if profile.allow_custom_resources.value:
        yield ProfileOffer(
            name=CUSTOM_RESOURCES, display_name=_CUSTOM_NAME, resource_limits=limits, placement_constraints=()
        )


def _profile(resource: ResourceProfile, profile: UserProfile, user: str) -> ProfileOffer:
    given = allocate_case(Case(user, profile, {}, resource, Trail()))
    return ProfileOffer(
        name=resource.section,
        display_name=resource.display_name,
        resource_limits=tuple(_given(given)),
        placement_constraints=resource.placement_constraints,
    )


def _given(allocation: Allocation) -> Iterator[ResourceLimit]:
    for bound in BOUNDS:
        if amount := getattr(allocation, bound.field):
            yield ResourceLimit(bound.limit_type, value=_number(amount))


def _number(amount: Decimal | int | None) -> str:
    """A number as C's ``%f`` writes it."""
    return f"{Decimal(amount or 0):.6f}"
