"""The CPU and memory limit of a job.

The named resource profile's, else the job's own, else the user's default, else the user's maximum (a job
is never unbounded under a maximum), else none. What is stated over a maximum is refused, a default over
it is cut; less than Kubernetes can give is refused. Source: domain, section 2.
"""

from __future__ import annotations

from decimal import Decimal

from launcher_k8s.decisions import DecisionKind
from launcher_k8s.origin import Origin, Sourced
from launcher_k8s.rules.case import Case
from launcher_k8s.rules.kinds import Divisible, key_of


def choose_limit(kind: Divisible, case: Case) -> Sourced[Decimal | None]:
    """The limit of CPU or memory with its origin; None means no limit."""
    explicit = case.explicit(kind.limit)
    limit = _default(kind, case) if explicit is None else _explicit(kind, explicit, case)
    if limit.value is not None:
        case.refuse_under(kind.limit, kind, limit.value, limit.origin)
    return limit


def _explicit(
    kind: Divisible, explicit: tuple[Decimal, DecisionKind, Origin], case: Case
) -> Sourced[Decimal | None]:
    amount, how, origin = explicit
    case.refuse_excess(kind.limit, kind, amount)
    case.trail.decide(kind.limit.subject, kind.show(amount), how, origin)
    return Sourced(amount or None, origin)


def _default(kind: Divisible, case: Case) -> Sourced[Decimal | None]:
    bound = kind.limit
    default, maximum = case.setting(bound.default), case.setting(bound.maximum)
    if not maximum.value or 0 < default.value <= maximum.value:
        case.trail.decide(bound.subject, kind.show(default.value), DecisionKind.DEFAULTED, default.origin)
        return Sourced(default.value or None, default.origin)
    if default.value:
        how = DecisionKind.CLAMPED
        words = f"{key_of(bound.default)} is {kind.words(default.value)} ({default.origin})"
        reason = f"{words}, above {key_of(bound.maximum)}"
    else:
        how = DecisionKind.DEFAULTED
        reason = f"no {key_of(bound.default)} is set, so {key_of(bound.maximum)} is the limit"
    case.trail.decide(bound.subject, kind.show(maximum.value), how, maximum.origin, reason)
    return Sourced(maximum.value, maximum.origin)
