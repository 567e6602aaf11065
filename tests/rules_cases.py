"""A job put before the rules one by one, without building anything, for the tests of the rules."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import attrs

from launcher_k8s.decisions import Decision, DecisionKind, Refusal, Trail
from launcher_k8s.files import load_settings
from launcher_k8s.job import Job, PlacementConstraint
from launcher_k8s.rules.images import choose_image
from launcher_k8s.rules.placement import choose_constraints
from launcher_k8s.rules.profiles import profile_for
from launcher_k8s.rules.resources import Allocation, allocate
from launcher_k8s.settings import ClusterSettings, ProfileSection, ResourceProfile
from tests.examples import example_directory

IMAGE = "r-session:3.4.2"


@attrs.frozen
class Outcome:
    """What the rules made of a job."""

    allocation: Allocation
    image: str
    constraints: tuple[PlacementConstraint, ...]
    trail: Trail

    @property
    def refusals(self) -> list[Refusal]:
        return self.trail.refusals

    @property
    def refusal(self) -> Refusal:
        (refusal,) = self.trail.refusals
        return refusal

    def decision(self, subject: str) -> Decision:
        """The one decision about a subject, warnings aside."""
        decided = [d for d in self.trail.decisions if d.kind is not DecisionKind.WARNING]
        (decision,) = [decision for decision in decided if decision.subject == subject]
        return decision

    @property
    def warnings(self) -> list[Decision]:
        return [d for d in self.trail.decisions if d.kind is DecisionKind.WARNING]

    @property
    def amounts(self) -> tuple[str, ...]:
        """CPU limit and request, memory limit and request, as Kubernetes gets them."""
        subjects = ("cpu limit", "cpu request", "memory limit", "memory request")
        return tuple(self.decision(subject).value for subject in subjects)


def decide(
    cluster: ClusterSettings, *, user: str = "jane", groups: Iterable[str] = (), **options: Any
) -> Outcome:
    """Put a job with these options before the rules; its image is one that every example offers."""
    options.setdefault("image", IMAGE)
    job = options.pop("job", None) or Job.shell("true", **options)
    trail = Trail()
    profile = profile_for(cluster, user, groups=groups)
    allocation = allocate(job, profile, cluster, user=user, trail=trail)
    image = choose_image(job, profile, user=user, trail=trail)
    constraints = choose_constraints(job, profile, allocation, user=user, trail=trail)
    return Outcome(allocation, image, constraints, trail)


def everyone(*resources: ResourceProfile, **values: Any) -> ClusterSettings:
    """A cluster with one section ``[*]``."""
    return ClusterSettings(profiles=(ProfileSection.everyone(**values),), resources=resources)


def resource(section: str, **values: Any) -> ResourceProfile:
    """A resource profile with its numbers as they come."""
    return ResourceProfile(section, **values)


@cache
def example(name: str) -> ClusterSettings:
    """A published example, loaded from its files."""
    return load_settings(example_directory(name)).cluster()
