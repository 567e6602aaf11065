"""The effective profile of one user: sections top to bottom, for each key the last that matches wins.

Values are replaced key by key, never merged; an empty list clears what an earlier section set. Source:
the Kubernetes plugin guide, "User Profiles" (domain, section 1, "profiles file").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any

import attrs

from launcher_k8s.origin import Sourced
from launcher_k8s.settings import ClusterSettings, ProfileSection, SubjectKind, UserProfile

_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {field.name: field.default for field in attrs.fields(UserProfile)}
)


def profile_for(cluster: ClusterSettings, user: str, *, groups: Iterable[str] = ()) -> UserProfile:
    """What a user effectively gets, each value with its origin and what it shadowed.

    ``shadowed`` holds the values of earlier matching sections, nearest first, and last the built-in default.

    Args:
        cluster: The cluster's settings, with the sections in the order of the file.
        user: The user's name.
        groups: All groups of the user, primary and supplementary, in any order.
    """
    memberships = frozenset(groups)
    stated: dict[str, list[Sourced[Any]]] = {}
    for section in cluster.profiles:
        if _concerns(section, user, memberships):
            for name, value in section.values.items():
                stated.setdefault(name, []).append(value)
    return UserProfile(**{name: _last(values, _DEFAULTS[name]) for name, values in stated.items()})


def _concerns(section: ProfileSection, user: str, groups: AbstractSet[str]) -> bool:
    if section.kind is SubjectKind.EVERYONE:
        return True
    return section.name in groups if section.kind is SubjectKind.GROUP else section.name == user


def _last(values: list[Sourced[Any]], default: Sourced[Any]) -> Sourced[Any]:
    winner = values[-1]
    return Sourced(winner.value, winner.origin, (*values[-2::-1], default))
