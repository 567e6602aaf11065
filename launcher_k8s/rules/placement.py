"""The node labels a job asks for: those offered to the user, and its resource profile's own.

A constraint must match an offered one; an offered bare key accepts any value; the last one wins on a key.
A resource profile's constraints need not be offered, and no other value may be asked for on their keys.
Keys are Kubernetes labels and stay as they are, dots and slashes included. Source: domain, section 2.
"""

from __future__ import annotations

from launcher_k8s.decisions import DecisionKind, Trail
from launcher_k8s.job import Job, PlacementConstraint
from launcher_k8s.origin import JOB
from launcher_k8s.rules.allocation import Allocation
from launcher_k8s.rules.names import LABEL_VALUE_FORM, is_label_value
from launcher_k8s.settings import ResourceProfile, UserProfile
from launcher_k8s.wording import did_you_mean, enumerate_words, quote

SUBJECT = "placement constraint"


def choose_constraints(
    job: Job, profile: UserProfile, allocation: Allocation, *, user: str, trail: Trail
) -> tuple[PlacementConstraint, ...]:
    """The node labels a job gets, one per key, its own first.

    Args:
        job: The job.
        profile: The user's effective profile.
        allocation: What was decided of its resources; its resource profile may add constraints.
        user: The user's name, for messages.
        trail: Told of every constraint, and of those refused.
    """
    if not job.placement_constraints and allocation.profile is None:
        return ()
    chosen: dict[str, PlacementConstraint] = {}
    for constraint in job.placement_constraints:
        if _is_allowed(constraint, profile, user, trail):
            _warn_of_earlier(chosen.pop(constraint.name, None), constraint, trail)
            chosen[constraint.name] = constraint
    for constraint in chosen.values():
        trail.decide(SUBJECT, constraint, DecisionKind.STATED, JOB)
    if allocation.profile is not None:
        _add_own(allocation.profile, chosen, user, trail)
    return tuple(chosen.values())


def _is_allowed(constraint: PlacementConstraint, profile: UserProfile, user: str, trail: Trail) -> bool:
    offered = profile.placement_constraints
    for offer in offered.value:
        if offer.name == constraint.name and offer.value in ("", constraint.value):
            return _has_form(constraint, user, trail)
    listed = [str(offer) for offer in offered.value]
    on_key = [str(offer) for offer in offered.value if offer.name == constraint.name]
    if on_key and not constraint.value:
        why, hint = "has no value", f"write one of {', '.join(on_key)}"
    else:
        why, hint = "is not offered", did_you_mean(str(constraint), listed) or "ask for one that is offered"
    message = (
        f"the placement constraint {quote(str(constraint))} of user {quote(user)} {why}; offered: "
        f"{enumerate_words(on_key or listed, most=20) or 'none'} (placement-constraints, {offered.origin})"
    )
    limit = ", ".join(listed) or "none"
    trail.refuse(SUBJECT, message, value=constraint, limit=limit, origin=offered.origin, hint=hint)
    return False


def _has_form(constraint: PlacementConstraint, user: str, trail: Trail) -> bool:
    if is_label_value(constraint.value):
        return True
    message = (
        f"the placement constraint {quote(str(constraint))} of user {quote(user)} has a value that no node "
        f"label can have: write {LABEL_VALUE_FORM}"
    )
    trail.refuse(SUBJECT, message, value=constraint, limit=LABEL_VALUE_FORM, origin=JOB)
    return False


def _warn_of_earlier(
    earlier: PlacementConstraint | None, constraint: PlacementConstraint, trail: Trail
) -> None:
    if earlier is not None and earlier.value != constraint.value:
        trail.warn(SUBJECT, f"{earlier} is dropped: {constraint} comes later, and a key has one value", JOB)


def _add_own(
    resource: ResourceProfile, chosen: dict[str, PlacementConstraint], user: str, trail: Trail
) -> None:
    own = {constraint.name: constraint for constraint in resource.placement_constraints}
    for name, constraint in own.items():
        stated = chosen.setdefault(name, constraint)
        if stated.value != constraint.value:
            message = (
                f"the placement constraint {quote(str(stated))} of user {quote(user)} contradicts "
                f"{constraint} of the resource profile {quote(resource.section)} ({resource.origin})"
            )
            hint = f"leave {name} out, or choose another resource profile"
            trail.refuse(SUBJECT, message, value=stated, limit=constraint, origin=resource.origin, hint=hint)
        else:
            reason = f"of the resource profile {quote(resource.section)}"
            trail.decide(SUBJECT, constraint, DecisionKind.PROFILE, resource.origin, reason)
