"""Which overrides are for whom: of the sections that match a user, the last that sets them gives all of them.

Sections apply from top to bottom, and values are replaced, never merged (domain, section 1, "profiles file").
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from launcher_k8s.origin import Origin
from launcher_k8s.settings import Override, ProfileSection, SubjectKind

_FIELD = "job_json_overrides"


@attrs.frozen
class Choice:
    """What one section of the profiles file makes of those whom it matches, unless a later one does.

    Args:
        number: Its place among the sections that set overrides, from 1.
        kind: Whom it is for.
        name: The user's or group's name.
        overrides: What is set, in order; none where the section clears those of earlier ones.
        origin: Where they are stated.
    """

    number: int
    kind: SubjectKind
    name: str
    overrides: tuple[Override, ...]
    origin: Origin

    @property
    def title(self) -> str:
        """The section's title."""
        return "*" if self.kind is SubjectKind.EVERYONE else f"{self.kind.value}{self.name}"


def choices_of(profiles: Iterable[ProfileSection]) -> tuple[Choice, ...]:
    """The sections that set overrides, in the order in which they apply."""
    stated = [(section, section.values[_FIELD]) for section in profiles if _FIELD in section.values]
    return tuple(
        Choice(number, section.kind, section.name, overrides.value, overrides.origin)
        for number, (section, overrides) in enumerate(stated, start=1)
    )
