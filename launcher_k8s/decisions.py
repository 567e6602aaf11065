"""What was decided for a job, and what was refused, each with its reason and origin.

The rules write into a :class:`Trail`; a plan keeps what stands in it. All refusals of a job are
collected, so that its user hears of every problem at once.
"""

from __future__ import annotations

from enum import Enum

import attrs
import msgspec

from launcher_k8s.brevity import brief
from launcher_k8s.errors import InvalidJobError
from launcher_k8s.origin import DEFAULT, Origin


class DecisionKind(Enum):
    """How a value came about."""

    STATED = "stated"
    PROFILE = "resource profile"
    DEFAULTED = "defaulted"
    CLAMPED = "clamped"
    RATIO = "ratio-derived"
    CHOSEN = "chosen"
    OVERRIDDEN = "overridden"
    WARNING = "warning"


class Decision(msgspec.Struct, frozen=True, gc=False):  # every job has a dozen, and none holds another
    """One decision: what it is about, the outcome as text, how, from where and why."""

    subject: str
    value: str
    kind: DecisionKind
    origin: Origin = DEFAULT
    reason: str = ""

    def __repr__(self) -> str:
        return brief(self)

    def __str__(self) -> str:
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.subject} = {self.value} ({self.kind.value}, {self.origin}){reason}"


@attrs.frozen
class Refusal:
    """One reason why a job may not run as asked.

    ``message`` is whole in itself: it names the user, the value, the limit and the origin of the limit.
    """

    __repr__ = brief

    what: str
    message: str
    value: str = ""
    limit: str = ""
    origin: Origin | None = None
    hint: str = ""


class Trail:
    """Collects decisions and refusals while a job is planned."""

    def __init__(self) -> None:
        self.decisions: list[Decision] = []
        self.refusals: list[Refusal] = []

    def decide(
        self, subject: str, value: object, kind: DecisionKind, origin: Origin = DEFAULT, reason: str = ""
    ) -> None:
        """Record an outcome; ``value`` is shown as ``str(value)``."""
        self.decisions.append(Decision(subject, str(value), kind, origin, reason))

    def warn(self, subject: str, reason: str, origin: Origin = DEFAULT) -> None:
        """Record something the user should know that does not stop the job."""
        self.decisions.append(Decision(subject, "", DecisionKind.WARNING, origin, reason))

    def refuse(
        self,
        what: str,
        message: str,
        *,
        value: object = "",
        limit: object = "",
        origin: Origin | None = None,
        hint: str = "",
    ) -> None:
        """Record a refusal and go on, so that the others are found too."""
        self.refusals.append(Refusal(what, message, str(value), str(limit), origin, hint))

    def extend(self, other: Trail) -> None:
        """Record all that stands in another trail."""
        self.decisions.extend(other.decisions)
        self.refusals.extend(other.refusals)

    def raise_refusals(self) -> None:
        """Raise what was refused, all of it at once.

        Raises:
            InvalidJobError: There was at least one refusal.
        """
        if self.refusals:
            raise InvalidJobError(self.refusals)
