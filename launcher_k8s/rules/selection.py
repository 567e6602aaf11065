"""Which resource profile a job gets, or whether it states its own limits (custom resources).

A job names the title of a section that is offered to its user. Without a name: custom resources if the
user may have them; else, when nothing is stated, the profile ``default`` if it is offered and within the
user's maxima, else the first offered one that is. Source: domain, section 2, "Named resource profile".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs
import msgspec

from launcher_k8s.brevity import brief
from launcher_k8s.decisions import DecisionKind, Refusal, Trail
from launcher_k8s.job import Job
from launcher_k8s.origin import JOB, Origin
from launcher_k8s.rules.allocation import allocate_case
from launcher_k8s.rules.case import Case
from launcher_k8s.settings import CUSTOM_RESOURCES, ClusterSettings, ResourceProfile, UserProfile
from launcher_k8s.wording import did_you_mean, quote

SUBJECT = "resource profile"
_DEFAULT_PROFILE = "default"
_INVALID = "Invalid resource profile for user"


@attrs.frozen
class OfferedProfile:
    """A resource profile that is offered to a user; ``refusals`` say why it is of no use to them."""

    __repr__ = brief

    resource: ResourceProfile
    refusals: tuple[Refusal, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Whether the user's maxima allow it."""
        return not self.refusals


class Selection(msgspec.Struct, frozen=True):
    """The resource profile that was chosen; None for custom resources."""

    resource: ResourceProfile | None


def offered_profiles(
    cluster: ClusterSettings, profile: UserProfile, *, user: str
) -> tuple[OfferedProfile, ...]:
    """The resource profiles offered to a user, in the order of the file, each with what forbids it.

    Args:
        cluster: The cluster's settings.
        profile: The user's effective profile.
        user: The user's name, for messages.
    """
    return tuple(_examine(resource, profile, user) for resource in _offered(cluster, profile))


def select(
    job: Job,
    stated: Mapping[str, Decimal],
    profile: UserProfile,
    cluster: ClusterSettings,
    *,
    user: str,
    trail: Trail,
) -> Selection | None:
    """Choose the resource profile of a job; None where the job is refused.

    Args:
        job: The job.
        stated: The amounts that it states, :func:`~launcher_k8s.rules.stated.read_stated`.
        profile: The user's effective profile.
        cluster: The cluster's settings, with all resource profiles.
        user: The user's name, for messages.
        trail: Told of the choice, or of the refusal.
    """
    name = job.resource_profile.strip()
    if name and name != CUSTOM_RESOURCES:
        return _named(name, profile, cluster, user, trail)
    allowed = profile.allow_custom_resources
    if allowed.value:
        how, origin = (DecisionKind.STATED, JOB) if name else (DecisionKind.DEFAULTED, allowed.origin)
        trail.decide(SUBJECT, CUSTOM_RESOURCES, how, origin)
        return Selection(None)
    if name or stated:
        _refuse_custom(name, stated, profile, cluster, user, trail)
        return None
    return _first_usable(profile, cluster, user, trail)


def _offered(cluster: ClusterSettings, profile: UserProfile) -> Sequence[ResourceProfile]:
    names = profile.resource_profiles.value
    return (
        [resource for resource in cluster.resources if resource.section in names]
        if names
        else cluster.resources
    )


def _examine(resource: ResourceProfile, profile: UserProfile, user: str) -> OfferedProfile:
    """Try a resource profile on a job that states nothing: what is refused then is refused always."""
    trial = Trail()
    allocate_case(Case(user, profile, {}, resource, trial))
    return OfferedProfile(resource, tuple(trial.refusals))


def _named(
    name: str, profile: UserProfile, cluster: ClusterSettings, user: str, trail: Trail
) -> Selection | None:
    offered = _offered(cluster, profile)
    for resource in offered:
        if resource.section == name:
            trail.decide(SUBJECT, name, DecisionKind.STATED, resource.origin)
            return Selection(resource)
    restriction = profile.resource_profiles.origin
    if any(resource.section == name for resource in cluster.resources):
        why = f"{quote(name)} is not offered to user {quote(user)}"
    else:
        why = f"{quote(name)} does not exist (user {quote(user)})"
    names = _names(offered, profile)
    message = f"{_INVALID}: {why}; offered: {names} ({_by(restriction, profile)})"
    trail.refuse(SUBJECT, message, value=name, limit=names, origin=restriction, hint=_hint(name, offered))
    return None


def _hint(name: str, offered: Sequence[ResourceProfile]) -> str:
    for resource in offered:
        if name in (resource.display_name, resource.name):
            return f"{quote(name)} is how {resource.section} is shown: write {resource.section}"
    near = did_you_mean(name, [resource.section for resource in offered])
    return near or "name one that is offered"


def _names(offered: Sequence[ResourceProfile], profile: UserProfile) -> str:
    names = [resource.section for resource in offered]
    if profile.allow_custom_resources.value:
        names.append(CUSTOM_RESOURCES)
    return ", ".join(names) or "none"


def _by(restriction: Origin, profile: UserProfile) -> str:
    if profile.resource_profiles.value:
        return f"resource-profiles, {restriction}"
    return f"all that there are: resource-profiles is not set, {restriction}"


def _refuse_custom(
    name: str,
    stated: Mapping[str, Decimal],
    profile: UserProfile,
    cluster: ClusterSettings,
    user: str,
    trail: Trail,
) -> None:
    names = _names(_offered(cluster, profile), profile)
    origin = profile.allow_custom_resources.origin
    asked = f" ({', '.join(stated)})" if stated else ""
    message = (
        f"{_INVALID}: user {quote(user)} asks for custom resources{asked}, and allow-custom-resources is 0 "
        f"({origin}); offered: {names}"
    )
    value = name or ", ".join(stated)
    hint = "name a resource profile that is offered, and state no limits"
    trail.refuse(SUBJECT, message, value=value, limit=names, origin=origin, hint=hint)


def _first_usable(
    profile: UserProfile, cluster: ClusterSettings, user: str, trail: Trail
) -> Selection | None:
    offered = sorted(_offered(cluster, profile), key=lambda resource: resource.section != _DEFAULT_PROFILE)
    passed_over: list[str] = []
    for resource in offered:
        candidate = _examine(resource, profile, user)
        if candidate.is_usable:
            reason = "; ".join(["the job names none and may not state its own limits", *passed_over])
            trail.decide(SUBJECT, resource.section, DecisionKind.CHOSEN, resource.origin, reason)
            return Selection(resource)
        passed_over.append(candidate.refusals[0].message)
    _refuse_all(passed_over, profile, user, trail)
    return None


def _refuse_all(passed_over: Sequence[str], profile: UserProfile, user: str, trail: Trail) -> None:
    allowed = profile.allow_custom_resources.origin
    if passed_over:
        why = f"none of those offered fits ({'; '.join(passed_over)})"
    else:
        why = f"none is offered ({_by(profile.resource_profiles.origin, profile)})"
    message = (
        f"{_INVALID}: user {quote(user)} names no resource profile, {why}, and may not state limits: "
        f"allow-custom-resources is 0 ({allowed})"
    )
    hint = "ask your administrator for a resource profile that fits"
    trail.refuse(SUBJECT, message, origin=allowed, hint=hint)
