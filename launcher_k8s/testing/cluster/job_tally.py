"""A Job's status while it is looked at: conditions, numbers, and the pods that are noted but not yet counted.

A pod that has ended is first noted by its uid, then set free by taking the Job's finalizer off it, then added
to the numbers: whatever is interrupted between, none is lost or counted twice
(``pkg/controller/job/job_controller.go``, Kubernetes 1.36).
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from launcher_k8s.testing.cluster import job_conditions as conditions
from launcher_k8s.testing.cluster.job_conditions import Condition, Ending
from launcher_k8s.testing.cluster.kinds import Object


class Tally:
    """A status that is being changed.

    Args:
        status: As it is stored.
        stamp: The time as objects carry it.

    Attributes:
        status: As it is to be stored.
        is_changed: Whether it has to be.
    """

    def __init__(self, status: Object, *, stamp: str) -> None:
        self.status: dict[str, Any] = dict(status)
        self.is_changed = False
        self._stamp = stamp
        noted = status.get("uncountedTerminatedPods", {})
        self._noted = {"succeeded": [*noted.get("succeeded", ())], "failed": [*noted.get("failed", ())]}

    @property
    def conditions(self) -> list[Condition]:
        """The conditions."""
        found: list[Condition] = self.status.get("conditions", [])
        return found

    @property
    def announced(self) -> Ending | None:
        """The end that is announced."""
        known = self.status.get("conditions")
        return conditions.announced(known) if known else None

    @property
    def has_noted(self) -> bool:
        """Whether pods are noted that are not in the numbers."""
        return bool(self._noted["succeeded"] or self._noted["failed"])

    def total(self, outcome: str) -> int:
        """How many pods have ``succeeded`` or ``failed``, those that are only noted included."""
        counted: int = self.status.get(outcome, 0)
        return counted + len(self._noted[outcome])

    def is_noted(self, uid: str) -> bool:
        """Whether a pod is noted."""
        return uid in self._noted["succeeded"] or uid in self._noted["failed"]

    def note(self, uid: str, outcome: str) -> None:
        """Note that a pod has ended, and how."""
        self._noted[outcome].append(uid)
        self.is_changed = True

    def count(self, held: Container[str]) -> None:
        """Move the noted pods that the Job does not hold any more into the numbers."""
        for outcome, uids in self._noted.items():
            if uids and len(left := [uid for uid in uids if uid in held]) < len(uids):
                self._put(outcome, self.status.get(outcome, 0) + len(uids) - len(left))
                self._noted[outcome], self.is_changed = left, True

    def set_living(self, *, active: int, ready: int, terminating: int) -> None:
        """Tell how many pods are at work, ready, and on their way out."""
        status = self.status
        known = status.get("ready"), status.get("terminating"), status.get("active", 0)
        if known != (ready, terminating, active):
            status["ready"], status["terminating"] = ready, terminating
            self._put("active", active)
            self.is_changed = True

    def ensure(self, type_: str, status: str, reason: str, message: str) -> bool:
        """Have a condition; returns whether that is a change."""
        known = self.conditions
        if not known and status == "False":
            return False
        condition = conditions.new(type_, status, reason, message, at=self._stamp)
        ensured = conditions.ensured(known, condition)
        if ensured is None:
            return False
        self.status["conditions"], self.is_changed = ensured, True
        return True

    def finished(self) -> Object:
        """The status to be stored; from here on changes are counted anew."""
        self.is_changed = False
        noted = {outcome: list(uids) for outcome, uids in self._noted.items() if uids}
        self.status["uncountedTerminatedPods"] = noted
        return dict(self.status)

    def _put(self, key: str, value: int) -> None:
        """Set a number; zero is not written, as Go leaves it out."""
        if value:
            self.status[key] = value
        else:
            self.status.pop(key, None)
