"""Amounts of CPU and memory below the least that Kubernetes can give.

Jobs that would get one are refused. A ratio that leaves less leaves that least instead, which is more than
was meant (domain, section 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

import attrs

from launcher_k8s.config.checks.subjects import Subject, Subjects, describe, shown
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.sources import Sources
from launcher_k8s.origin import Sourced
from launcher_k8s.quantity import LEAST_CPUS, LEAST_MEM_MB, format_decimal
from launcher_k8s.settings import ResourceProfile

_CODE: Final = "below-least"


@attrs.frozen
class _Kind:
    """CPU or memory: the fields of limits and requests begin with ``field``; ``least`` is in their unit."""

    field: str
    ratio: str
    least: Decimal
    unit: str

    @property
    def words(self) -> str:
        """The least in words."""
        return f"{format_decimal(self.least)}{self.unit}, the least that Kubernetes can give"


_KINDS: Final = (
    _Kind("cpus", "cpu_request_ratio", LEAST_CPUS, ""),
    _Kind("mem_mb", "memory_request_ratio", LEAST_MEM_MB, " MB"),
)


def check_least(
    subjects: Subjects, resources: Sequence[ResourceProfile], sources: Sources, findings: Findings
) -> None:
    """Report amounts, and ratios of limits, that are too small to be given.

    Args:
        subjects: What the profiles file sets.
        resources: The resource profiles that there are.
        sources: The files that were read.
        findings: Told of everything.
    """
    for kind in _KINDS:
        for sourced in _too_small(kind, subjects, resources):
            message = f"{shown(sourced)} is below {kind.words}: jobs that would get it are refused"
            hint = f"set at least {format_decimal(kind.least)}, or 0"
            findings.report(_CODE, sources.at(sourced.origin), message, hint)
        told = set()
        for subject in subjects.concerned((kind.ratio, *_limits(kind), f"default_{kind.field}_request")):
            pair = _small_share(kind, subject, subjects)
            if pair is None or pair in told:
                continue
            told.add(pair)
            _report_share(kind, subject, pair, sources, findings)


def _limits(kind: _Kind) -> tuple[str, str]:
    return f"default_{kind.field}", f"max_{kind.field}"


def _too_small(
    kind: _Kind, subjects: Subjects, resources: Iterable[ResourceProfile]
) -> Iterable[Sourced[Decimal]]:
    for limit in _limits(kind):
        for field in (limit, f"{limit}_request"):
            yield from (each for each in subjects.own(field) if 0 < each.value < kind.least)
    for field in (kind.field, f"{kind.field}_request"):
        for profile in resources:
            amount = getattr(profile, field)
            if amount and 0 < amount < kind.least:
                yield Sourced(amount, attrs.evolve(profile.origin, key=field.replace("_", "-")))


def _small_share(
    kind: _Kind, subject: Subject, subjects: Subjects
) -> tuple[Sourced[Any], Sourced[Any]] | None:
    """The ratio and the limit that somebody gets who states nothing, if their product is too small."""
    ratio = subjects.effective(kind.ratio, subject)
    if ratio is None or ratio.value == 1:
        return None
    request = subjects.effective(f"default_{kind.field}_request", subject)
    limits = [subjects.effective(field, subject) for field in _limits(kind)]
    limit = min((each for each in limits if each and each.value), key=lambda each: each.value, default=None)
    if limit is None or (request and request.value):
        return None
    is_small = limit.value * ratio.value < kind.least <= limit.value
    return (ratio, limit) if is_small else None


def _report_share(
    kind: _Kind,
    subject: Subject,
    pair: tuple[Sourced[Any], Sourced[Any]],
    sources: Sources,
    findings: Findings,
) -> None:
    ratio, limit = pair
    where = f"{shown(limit)} ({limit.origin})"
    message = f"{shown(ratio)} of {where} is below {kind.words}, which {describe(subject)} will request"
    findings.report(_CODE, sources.at(ratio.origin), message, "set a larger ratio")
