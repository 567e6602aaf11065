"""The resources of a job: which resource profile, and how much of everything.

The front of the rules in :mod:`~launcher_k8s.rules.stated`, :mod:`~launcher_k8s.rules.selection` and
:mod:`~launcher_k8s.rules.allocation`. Source: domain, section 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from launcher_k8s.decisions import Decision, Trail
from launcher_k8s.job import Job
from launcher_k8s.rules.allocation import Allocation, allocate_case
from launcher_k8s.rules.case import Case
from launcher_k8s.rules.selection import select
from launcher_k8s.rules.stated import read_stated
from launcher_k8s.settings import ClusterSettings, UserProfile

__all__ = ["Allocation", "Allocator", "allocate"]

MOST_KNOWN: Final = 32
"""What so many different requests of one user were given is remembered."""


def allocate(
    job: Job, profile: UserProfile, cluster: ClusterSettings, *, user: str, trail: Trail
) -> Allocation:
    """Decide limits, requests and GPUs of a job.

    Args:
        job: The job.
        profile: The user's effective profile.
        cluster: The cluster's settings, with all resource profiles.
        user: The user's name, for messages.
        trail: Told of every decision and refusal; a job whose resource profile is refused gets nothing.
    """
    return Allocator(profile, cluster, user=user).allocate(job, trail)


class Allocator:
    """Decides what the jobs of one user get; who asks for the same gets the same, and it is decided once.

    Args:
        profile: The user's effective profile.
        cluster: The cluster's settings, with all resource profiles.
        user: The user's name, for messages.
    """

    def __init__(self, profile: UserProfile, cluster: ClusterSettings, *, user: str) -> None:
        self._profile = profile
        self._cluster = cluster
        self._user = user
        self._known: dict[tuple[str, ...], tuple[Allocation, tuple[Decision, ...]]] = {}

    def allocate(self, job: Job, trail: Trail) -> Allocation:
        """Decide limits, requests and GPUs of a job, as :func:`allocate` does."""
        stated = read_stated(job, user=self._user, trail=trail)
        # Amounts as they are written: 1 and 1.0 are equal, and shown as they were stated.
        asked = (job.resource_profile.strip(), *[f"{kind} {amount}" for kind, amount in stated.items()])
        known = self._known.get(asked)
        if known is not None:
            allocation, decisions = known
            trail.decisions.extend(decisions)
            return allocation
        own = Trail()
        allocation = self._decide(job, stated, own)
        trail.extend(own)
        if not own.refusals:  # what is refused is worth no memory: its texts may be of any length
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[asked] = allocation, tuple(own.decisions)
        return allocation

    def _decide(self, job: Job, stated: Mapping[str, Decimal], trail: Trail) -> Allocation:
        selection = select(job, stated, self._profile, self._cluster, user=self._user, trail=trail)
        if selection is None:
            return Allocation()
        return allocate_case(Case(self._user, self._profile, stated, selection.resource, trail))
