"""The amounts that a job states itself: its ``resourceLimits``, checked and as exact numbers.

Cores and MB as plain numbers, GPUs as counts. Types that mean nothing on Kubernetes are passed over with
a warning. Source: domain, section 5, "Job object".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from launcher_k8s.decisions import Trail
from launcher_k8s.job import CPU_COUNT, CPU_REQUEST, MEMORY, MEMORY_REQUEST, Job, ResourceLimit
from launcher_k8s.origin import Origin, OriginKind
from launcher_k8s.quantity import MEGABYTE, format_decimal, parse_quantity
from launcher_k8s.rules.kinds import BOUNDS
from launcher_k8s.wording import did_you_mean, quote

# Beyond these digits Kubernetes could not hold the amount.
_DIGITS: Final = 15
_NUMBER = re.compile(rf"(?:\d{{1,{_DIGITS}}}(?:\.\d{{0,60}})?|\.\d{{1,60}})", re.ASCII)
_LONG_NUMBER = re.compile(r"[\d.]+", re.ASCII)
_TYPES: Final = frozenset(bound.limit_type for bound in BOUNDS)
_UNITS: Final[Mapping[str, tuple[str, Decimal]]] = {
    CPU_COUNT: ("cores", Decimal(1)),
    CPU_REQUEST: ("cores", Decimal(1)),
    MEMORY: ("MB", MEGABYTE),
    MEMORY_REQUEST: ("MB", MEGABYTE),
}


def read_stated(job: Job, *, user: str, trail: Trail) -> Mapping[str, Decimal]:
    """What the job states, by type; a limit without a value states nothing.

    Args:
        job: The job.
        user: The user's name, for messages.
        trail: Told of amounts that are no numbers, of types stated twice and of types without meaning.
    """
    stated: dict[str, Decimal] = {}
    for limit in job.resource_limits:
        if limit.type not in _TYPES:
            _warn_of_type(limit.type, trail)
        elif text := limit.value.strip():
            _read(limit, text, stated, user, trail)
    return stated


def _read(limit: ResourceLimit, text: str, stated: dict[str, Decimal], user: str, trail: Trail) -> None:
    origin = Origin(OriginKind.JOB, key=limit.type)
    if _NUMBER.fullmatch(text) is None:
        message = (
            f"{limit.type} of {quote(limit.value)}, asked for by user {quote(user)} ({origin}), is not a "
            f"plain number of at most {_DIGITS} digits"
        )
        trail.refuse(limit.type, message, value=limit.value, origin=origin, hint=_hint(limit.type, text))
        return
    amount = Decimal(text)
    if stated.setdefault(limit.type, amount) != amount:
        first = format_decimal(stated[limit.type])
        both = f"{first} and {format_decimal(amount)}"
        message = f"user {quote(user)} asks for {limit.type} twice ({origin}): {both}"
        trail.refuse(limit.type, message, value=amount, limit=first, origin=origin, hint="state it once")


def _hint(kind: str, text: str) -> str:
    if _LONG_NUMBER.fullmatch(text):
        return f"write a number of at most {_DIGITS} digits"
    unit, size = _UNITS.get(kind, ("a count", Decimal(1)))
    try:
        amount = format_decimal(parse_quantity(text) / size)
    except (ValueError, ArithmeticError):
        amount = ""
    if _NUMBER.fullmatch(amount):
        return f"the unit is {unit}, without a suffix: write {amount}"
    return f"write a plain number without a suffix or sign ({unit})"


def _warn_of_type(kind: str, trail: Trail) -> None:
    reason = f"the resource type {quote(kind)} has no meaning on Kubernetes and is passed over"
    hint = did_you_mean(kind, _TYPES)
    trail.warn("resource limits", f"{reason}; {hint}" if hint else reason, Origin(OriginKind.JOB, key=kind))
