"""The CPU and memory request of a job.

The named resource profile's, else the job's own, else the user's default request, else the user's ratio
of the limit where a ratio is set, else none. What is stated over the maximum request or over the limit
is refused; what comes from a default or a ratio is cut. A ratio that leaves less than Kubernetes can give
leaves that least: nobody stated it, and Kubernetes takes no request at all for the whole limit. Source:
domain, section 2.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal, localcontext

from launcher_k8s.decisions import DecisionKind
from launcher_k8s.origin import Origin, Sourced
from launcher_k8s.quantity import format_decimal
from launcher_k8s.rules.case import Case
from launcher_k8s.rules.kinds import Divisible, key_of
from launcher_k8s.wording import quote

_NO_RATIO = Decimal(1)
# More digits than the longest ratio and the longest limit have together: the product is exact.
_DIGITS = 200


def choose_request(kind: Divisible, limit: Sourced[Decimal | None], case: Case) -> Decimal | None:
    """The request of CPU or memory; None means that none is written.

    Args:
        kind: CPU or memory.
        limit: The limit as it was decided.
        case: The job's case.
    """
    explicit = case.explicit(kind.request)
    if explicit is not None:
        return _explicit(kind, limit, explicit, case)
    default = case.setting(kind.request.default)
    if default.value:
        words = f"{key_of(kind.request.default)} is {kind.words(default.value)} ({default.origin})"
        return _cut(kind, limit, Sourced(default.value, default.origin), DecisionKind.DEFAULTED, words, case)
    if limit.value is not None:
        ratio = case.setting(kind.ratio)
        if ratio.value != _NO_RATIO:
            return _derive(kind, limit, ratio, case)
    case.trail.decide(kind.request.subject, "none", DecisionKind.DEFAULTED, default.origin)
    _warn_of_implied(kind, limit, case)
    return None


def _explicit(
    kind: Divisible,
    limit: Sourced[Decimal | None],
    explicit: tuple[Decimal, DecisionKind, Origin],
    case: Case,
) -> Decimal | None:
    amount, how, origin = explicit
    subject = kind.request.subject
    case.refuse_under(kind.request, kind, amount, origin)
    is_refused = case.refuse_excess(kind.request, kind, amount)
    if not is_refused and limit.value is not None and amount > limit.value:
        case.trail.refuse(
            subject,
            f"the {subject} of {kind.words(amount)} ({origin}) of user {quote(case.user)} is above the "
            f"{kind.limit.subject} of {kind.words(limit.value)} ({limit.origin})",
            value=amount,
            limit=limit.value,
            origin=limit.origin,
            hint=f"ask for at most {kind.words(limit.value)}, or for a higher limit",
        )
    case.trail.decide(subject, kind.show(amount), how, origin)
    return amount or None


def _derive(kind: Divisible, limit: Sourced[Decimal | None], ratio: Sourced[Decimal], case: Case) -> Decimal:
    assert limit.value is not None
    with localcontext(prec=_DIGITS, rounding=ROUND_DOWN):
        # Finer than Kubernetes can hold would be rounded up by it, perhaps above the limit.
        share = (limit.value * ratio.value).quantize(kind.grain).normalize()
    words = (
        f"{key_of(kind.ratio)} {format_decimal(ratio.value)} ({ratio.origin}) of the limit "
        f"{kind.words(limit.value)} is {kind.words(share)}"
    )
    return _cut(kind, limit, Sourced(share, ratio.origin), DecisionKind.RATIO, words, case)


def _cut(
    kind: Divisible,
    limit: Sourced[Decimal | None],
    request: Sourced[Decimal],
    how: DecisionKind,
    words: str,
    case: Case,
) -> Decimal:
    """Fit a request that nobody stated between the least, the maximum request and the limit; record it."""
    maximum, derived = case.setting(kind.request.maximum), how is DecisionKind.RATIO
    amount, origin, reason = request.value, request.origin, words if derived else ""
    if derived and amount < kind.least:
        amount = kind.least
        reason = f"{words}, below {kind.words(amount)}, the least that Kubernetes can give"
    if maximum.value and amount > maximum.value:
        amount, origin, reason = (
            maximum.value,
            maximum.origin,
            f"{words}, above {key_of(kind.request.maximum)}",
        )
    if limit.value is not None and amount > limit.value:
        amount, origin, reason = limit.value, limit.origin, f"{words}, above the {kind.limit.subject}"
    how = how if amount == request.value else DecisionKind.CLAMPED
    if amount != limit.value:  # a limit that is too small is refused as such
        case.refuse_under(kind.request, kind, amount, origin)
    case.trail.decide(kind.request.subject, kind.show(amount), how, origin, reason)
    return amount


def _warn_of_implied(kind: Divisible, limit: Sourced[Decimal | None], case: Case) -> None:
    """Kubernetes takes the limit for a request that is not written, whatever the maximum request says."""
    if limit.value is None:
        return
    maximum = case.setting(kind.request.maximum)
    if maximum.value and limit.value > maximum.value:
        reason = (
            f"nobody states one, so Kubernetes takes the limit, {kind.words(limit.value)}, above "
            f"{key_of(kind.request.maximum)} = {kind.words(maximum.value)}: "
            f"set {key_of(kind.request.default)}"
        )
        case.trail.warn(kind.request.subject, reason, maximum.origin)
