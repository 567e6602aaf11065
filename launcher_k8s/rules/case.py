"""One job's resources while they are decided: who asks, for what, under which profile."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from launcher_k8s.decisions import DecisionKind, Trail
from launcher_k8s.origin import Origin, OriginKind, Sourced
from launcher_k8s.rules.kinds import Bound, Divisible, key_of
from launcher_k8s.settings import ResourceProfile, UserProfile
from launcher_k8s.wording import quote


class Case(msgspec.Struct, frozen=True):
    """What the rules for limits, requests and GPUs decide about.

    Args:
        user: The user's name, for messages.
        profile: The user's effective profile.
        stated: What the job itself states, by type of ``ResourceLimit``.
        named: The resource profile that the job gets; None for custom resources.
        trail: Where decisions and refusals go.
    """

    user: str
    profile: UserProfile
    stated: Mapping[str, Decimal]
    named: ResourceProfile | None
    trail: Trail

    def setting(self, field: str) -> Sourced[Any]:
        """A setting of the user's profile."""
        setting: Sourced[Any] = getattr(self.profile, field)
        return setting

    def explicit(self, bound: Bound) -> tuple[Decimal, DecisionKind, Origin] | None:
        """What the resource profile or else the job states, how and where; None where neither does."""
        if self.named is not None:
            amount = getattr(self.named, bound.field)
            if amount is not None:
                return amount, DecisionKind.PROFILE, self.named.origin
        stated = self.stated.get(bound.limit_type)
        if stated is None:
            return None
        return stated, DecisionKind.STATED, Origin(OriginKind.JOB, key=bound.limit_type)

    def refuse_excess(self, bound: Bound, kind: Divisible, amount: Decimal) -> bool:
        """Refuse an amount over its maximum, or none under one; whether it was refused."""
        maximum = self.setting(bound.maximum).value
        if not maximum or 0 < amount <= maximum:
            return False
        words = f"a {bound.subject} of {kind.words(amount)}" if amount else f"no {bound.subject} (0)"
        self.refuse_over(bound, amount, words, kind.words(maximum))
        return True

    def refuse_over(self, bound: Bound, value: Decimal, words: str, limit_words: str) -> None:
        """Refuse an amount that is over its maximum, or boundless under one."""
        maximum = self.setting(bound.maximum)
        self.trail.refuse(
            bound.subject,
            f"{self._who(bound)} {words}, and {key_of(bound.maximum)} allows {limit_words} "
            f"({maximum.origin})",
            value=value,
            limit=maximum.value,
            origin=maximum.origin,
            hint=self._remedy(bound, limit_words),
        )

    def refuse_under(self, bound: Bound, kind: Divisible, amount: Decimal, origin: Origin) -> None:
        """Refuse an amount, other than none, that is too small for Kubernetes to give."""
        if not 0 < amount < kind.least:
            return
        least = kind.words(kind.least)
        self.trail.refuse(
            bound.subject,
            f"the {bound.subject} of {kind.words(amount)} ({origin}) of user {quote(self.user)} is below "
            f"{least}, the least that Kubernetes can give",
            value=amount,
            limit=kind.least,
            origin=origin,
            hint=f"set at least {least}",
        )

    def _remedy(self, bound: Bound, most: str) -> str:
        if self._is_named(bound):
            return "choose another resource profile"
        return "ask for none" if most == "none" else f"ask for at most {most}"

    def _is_named(self, bound: Bound) -> bool:
        return self.named is not None and getattr(self.named, bound.field) is not None

    def _who(self, bound: Bound) -> str:
        if self.named is None or not self._is_named(bound):
            return f"user {quote(self.user)} asks for"
        return f"the resource profile {quote(self.named.section)} gives user {quote(self.user)}"
