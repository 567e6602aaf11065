"""What a job gets of each resource, under one resource profile or as custom resources.

All limits, requests and GPUs of one case; which resource profile applies is decided in
:mod:`launcher_k8s.rules.selection`. Source: domain, section 2.
"""

from __future__ import annotations

from decimal import Decimal

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.quantity import format_decimal
from launcher_k8s.rules.case import Case
from launcher_k8s.rules.gpus import choose_gpus
from launcher_k8s.rules.kinds import AMD, BOUNDS, CPU, MEM, NVIDIA, Bound
from launcher_k8s.rules.limits import choose_limit
from launcher_k8s.rules.requests import choose_request
from launcher_k8s.settings import ResourceProfile
from launcher_k8s.wording import quote


@attrs.frozen
class Allocation:
    """What a job gets: cores, MB (10^6 bytes) and whole GPUs; None means not written.

    ``profile`` is the resource profile that applies; None for custom resources.
    """

    __repr__ = brief

    cpus: Decimal | None = None
    cpus_request: Decimal | None = None
    mem_mb: Decimal | None = None
    mem_mb_request: Decimal | None = None
    nvidia_gpus: int = 0
    amd_gpus: int = 0
    profile: ResourceProfile | None = None


def allocate_case(case: Case) -> Allocation:
    """Decide every amount of a case; what is refused stands in its trail."""
    if case.named is not None:
        _check_stated(case.named, case)
    cpus = choose_limit(CPU, case)
    cpus_request = choose_request(CPU, cpus, case)
    mem_mb = choose_limit(MEM, case)
    return Allocation(
        cpus=cpus.value,
        cpus_request=cpus_request,
        mem_mb=mem_mb.value,
        mem_mb_request=choose_request(MEM, mem_mb, case),
        nvidia_gpus=choose_gpus(NVIDIA, case),
        amd_gpus=choose_gpus(AMD, case),
        profile=case.named,
    )


def _check_stated(named: ResourceProfile, case: Case) -> None:
    """Refuse amounts stated beside a resource profile, unless they are the profile's own."""
    for bound in BOUNDS:
        given, stated = getattr(named, bound.field), case.stated.get(bound.limit_type)
        if given is not None and stated is not None and stated != given:
            _refuse_stated(bound, stated, Decimal(given), named, case)


def _refuse_stated(bound: Bound, stated: Decimal, given: Decimal, named: ResourceProfile, case: Case) -> None:
    case.trail.refuse(
        bound.subject,
        f"user {quote(case.user)} asks for {bound.limit_type} {format_decimal(stated)} beside the "
        f"resource profile {quote(named.section)}, which gives {format_decimal(given)} ({named.origin})",
        value=stated,
        limit=given,
        origin=named.origin,
        hint=f"leave {bound.limit_type} out",
    )
