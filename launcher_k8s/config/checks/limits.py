"""Defaults and maxima that come together from different sections and do not fit.

A default over the maximum is cut to it, a default request over the limit too (domain, section 2): legal,
and rarely meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, takewhile
from typing import Any

import attrs

from launcher_k8s.config.checks.subjects import Subjects, describe, is_user, shown, subject_of
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.sources import Sources
from launcher_k8s.origin import Sourced

# Shared out among the bounds of a file: complete for hundreds of sections, and linear for any number.
_MOST_COMPARISONS = 200_000


@attrs.frozen
class _Bound:
    """A field that is not to be over another; ``unless``: a nearer bound, which is compared instead."""

    upper: str
    lower: str
    code: str = "default-over-maximum"
    unless: str = ""


# For these, 0 and an unset maximum mean none; for all others, no maximum.
_GPU_BOUNDS = (
    _Bound("max_nvidia_gpus", "default_nvidia_gpus"),
    _Bound("max_amd_gpus", "default_amd_gpus"),
)
_BOUNDS = (
    _Bound("max_cpus", "default_cpus"),
    _Bound("max_mem_mb", "default_mem_mb"),
    _Bound("max_cpus_request", "default_cpus_request"),
    _Bound("max_mem_mb_request", "default_mem_mb_request"),
    _Bound("default_cpus", "default_cpus_request", "request-over-limit"),
    _Bound("default_mem_mb", "default_mem_mb_request", "request-over-limit"),
    _Bound("max_cpus", "default_cpus_request", "request-over-limit", unless="default_cpus"),
    _Bound("max_mem_mb", "default_mem_mb_request", "request-over-limit", unless="default_mem_mb"),
)


def check_limits(subjects: Subjects, sources: Sources, findings: Findings) -> None:
    """Report each bound that cuts a default for somebody, with the largest such default."""
    for bound in _BOUNDS:
        uppers = [upper for upper in subjects.own(bound.upper) if upper.value > 0]
        _check_bound(bound, uppers, subjects, sources, findings)
    for bound in _GPU_BOUNDS:
        _check_bound(bound, subjects.own(bound.upper), subjects, sources, findings)
        for lower in subjects.own(bound.lower):
            if lower.value > 0 and subjects.effective(bound.upper, subject_of(lower)) is None:
                message = f"{shown(lower)} for {describe(subject_of(lower))}, but nothing allows any"
                findings.report(bound.code, sources.at(lower.origin), message, "set a maximum as well")


def _check_bound(
    bound: _Bound, uppers: Sequence[Sourced[Any]], subjects: Subjects, sources: Sources, findings: Findings
) -> None:
    lowers = _Lowers(subjects.own(bound.lower))
    if not lowers:
        return
    most = max(4, _MOST_COMPARISONS // max(1, len(uppers)))
    for upper in uppers:
        for lower in islice(lowers.over(upper), most):
            if _can_meet(bound, upper, lower, subjects):
                who = describe(subject_of(upper), subject_of(lower))
                message = f"{shown(upper)} cuts {shown(lower)} ({lower.origin}) for {who}"
                hint = "lower the one or raise the other"
                findings.report(bound.code, sources.at(upper.origin), message, hint)
                break


class _Lowers:
    """Values of one field, the largest first, so that those over a bound are found without the others."""

    def __init__(self, lowers: Iterable[Sourced[Any]]) -> None:
        self._all = sorted(lowers, key=lambda lower: lower.value, reverse=True)
        self._for_groups = [lower for lower in self._all if not is_user(subject_of(lower))]
        self._by_subject = {subject_of(lower): lower for lower in self._all}

    def __bool__(self) -> bool:
        return bool(self._all)

    def over(self, upper: Sourced[Any]) -> Iterator[Sourced[Any]]:
        """What is over a bound and set for somebody whom the bound is set for; two users never meet."""
        own = self._by_subject.get(subject_of(upper))
        if own is not None and own.value > upper.value:
            yield own
        others = self._for_groups if is_user(subject_of(upper)) else self._all
        yield from takewhile(lambda lower: lower.value > upper.value, others)


def _can_meet(bound: _Bound, upper: Sourced[Any], lower: Sourced[Any], subjects: Subjects) -> bool:
    """Whether both values are in effect for somebody whom both are set for."""
    who = (subject_of(upper), subject_of(lower))
    if subjects.effective(bound.upper, *who) is not upper:
        return False
    if subjects.effective(bound.lower, *who) is not lower:
        return False
    nearer = subjects.effective(bound.unless, *who) if bound.unless else None
    return nearer is None or nearer.value == 0
