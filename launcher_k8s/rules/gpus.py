"""The GPUs of a job: whole numbers, only as limits, left out at 0.

For custom resources an unset maximum means none. For a resource profile that the user may have, an unset
maximum does not forbid (the guide's own GPU example sets none), an explicit one binds. Source: domain,
section 2.
"""

from __future__ import annotations

from launcher_k8s.decisions import DecisionKind
from launcher_k8s.origin import OriginKind, Sourced
from launcher_k8s.rules.case import Case
from launcher_k8s.rules.kinds import Bound, key_of
from launcher_k8s.wording import quote


def choose_gpus(kind: Bound, case: Case) -> int:
    """How many GPUs of one make the job gets."""
    explicit = case.explicit(kind)
    if explicit is None:
        return _default(kind, case)
    amount, how, origin = explicit
    count = int(amount)
    if count != amount:
        case.trail.refuse(
            kind.subject,
            f"user {quote(case.user)} asks for {amount} {kind.subject} ({origin}): GPUs come whole",
            value=amount,
            limit="whole numbers",
            origin=origin,
            hint="write a whole number",
        )
        return 0
    maximum = case.setting(kind.maximum)
    if count > maximum.value and _binds(maximum, case):
        noun = kind.subject if count > 1 else kind.subject.removesuffix("s")
        case.refuse_over(kind, amount, f"{count} {noun}", str(maximum.value or "none"))
    case.trail.decide(kind.subject, count, how, origin)
    return count


def _binds(maximum: Sourced[int], case: Case) -> bool:
    return case.named is None or maximum.origin.kind is not OriginKind.DEFAULT


def _default(kind: Bound, case: Case) -> int:
    default, maximum = case.setting(kind.default), case.setting(kind.maximum)
    if default.value <= maximum.value:
        case.trail.decide(kind.subject, default.value, DecisionKind.DEFAULTED, default.origin)
        return int(default.value)
    reason = f"{key_of(kind.default)} is {default.value} ({default.origin}), above {key_of(kind.maximum)}"
    case.trail.decide(kind.subject, maximum.value, DecisionKind.CLAMPED, maximum.origin, reason)
    return int(maximum.value)
