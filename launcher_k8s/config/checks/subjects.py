"""What sections set, by whom they are for: who could meet which value.

A key's last matching section wins (domain, section 1, "profiles file"). Which groups a user has is not
known here, so questions are asked for the smallest case: everyone's sections and those of one or two
subjects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from launcher_k8s.origin import Sourced
from launcher_k8s.quantity import format_decimal
from launcher_k8s.settings import ProfileSection

# A section's title: *, @group or user.
Subject: TypeAlias = str

EVERYONE: Subject = "*"


class Subjects:
    """The last value of each key for each subject.

    Args:
        sections: The sections of a cluster, in order; a section without a title is for everyone. Their
            values' origins tell whom they are for.
    """

    def __init__(self, sections: Iterable[ProfileSection]) -> None:
        self._own: dict[Subject, Mapping[str, Sourced[Any]]] = {EVERYONE: {}}
        self._order: dict[Subject, Mapping[str, int]] = {EVERYONE: {}}
        for number, section in enumerate(sections):
            subject = section.origin.section or EVERYONE
            own, order = self._own.get(subject), dict.fromkeys(section.values, number)
            # Most subjects have one section, and there may be very many: theirs are not copied.
            self._own[subject] = {**own, **section.values} if own else section.values
            self._order[subject] = {**self._order[subject], **order} if own else order

    def __iter__(self) -> Iterator[Subject]:
        """Everyone first, then in the order of the file."""
        return iter(self._own)

    def own(self, field: str) -> list[Sourced[Any]]:
        """What each subject's own sections set a field to, in the order of the subjects."""
        return [values[field] for values in self._own.values() if field in values]

    def sets(self, subject: Subject, fields: Iterable[str]) -> bool:
        """Whether a subject's own sections set one of these fields."""
        return not self._own[subject].keys().isdisjoint(fields)

    def concerned(self, fields: Iterable[str]) -> Iterator[Subject]:
        """Everyone, and the subjects for whom one of these fields may differ from everyone's."""
        wanted = frozenset(fields)
        return (
            subject
            for subject, values in self._own.items()
            if subject == EVERYONE or not wanted.isdisjoint(values)
        )

    def effective(self, field: str, *subjects: Subject) -> Sourced[Any] | None:
        """What somebody gets who is matched by everyone's sections and those of these subjects."""
        setters = [subject for subject in (EVERYONE, *subjects) if field in self._own[subject]]
        if not setters:
            return None
        last = max(setters, key=lambda subject: self._order[subject][field])
        return self._own[last][field]


def subject_of(sourced: Sourced[Any]) -> Subject:
    """Whom a value is set for."""
    return sourced.origin.section or EVERYONE


def shown(sourced: Sourced[Any]) -> str:
    """A number as its line in the file sets it."""
    return f"{sourced.origin.key}={format_decimal(Decimal(sourced.value))}"


def is_user(subject: Subject) -> bool:
    """Whether a subject is one user; no two such are ever matched together."""
    return subject != EVERYONE and not subject.startswith("@")


def describe(*subjects: Subject) -> str:
    """Whom sections are for, in words: ``jsmith in posit-power-users``, ``everyone``."""
    users = [subject for subject in subjects if is_user(subject)]
    groups = " and ".join(dict.fromkeys(subject[1:] for subject in subjects if subject.startswith("@")))
    if users:
        return f"{users[0]} in {groups}" if groups else users[0]
    return f"members of {groups}" if groups else "everyone"
