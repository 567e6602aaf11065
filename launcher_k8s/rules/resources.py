"""The resources of a job: which resource profile, and how much of everything.

The front of the rules in :mod:`~launcher_k8s.rules.stated`, :mod:`~launcher_k8s.rules.selection` and
:mod:`~launcher_k8s.rules.allocation`. Source: domain, section 2.
"""

from __future__ import annotations

from launcher_k8s.decisions import Trail
from launcher_k8s.job import Job
from launcher_k8s.rules.allocation import Allocation, allocate_case
from launcher_k8s.rules.case import Case
from launcher_k8s.rules.selection import select
from launcher_k8s.rules.stated import read_stated
from launcher_k8s.settings import ClusterSettings, UserProfile

__all__ = ["Allocation", "allocate"]


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
    stated = read_stated(job, user=user, trail=trail)
    selection = select(job, stated, profile, cluster, user=user, trail=trail)
    if selection is None:
        return Allocation()
    return allocate_case(Case(user, profile, stated, selection.resource, trail))
