"""Clusters whose profiles override something, for the tests of what schemas say of it."""

from __future__ import annotations

from typing import Any, Final

from launcher_k8s.origin import Origin
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection

POD: Final = "/spec/template/spec"
MAIN: Final = f"{POD}/containers/0"


def origin_of(number: int) -> Origin:
    """Where the override of this number is stated."""
    return Origin.in_file("profiles.conf", 2 + number, "*", "job-json-overrides")


def overrides_of(*pairs: tuple[str, Any]) -> tuple[Override, ...]:
    """Overrides from files, each at a line of its own."""
    return tuple(
        Override(pointer, value, f"/etc/o/{number}.json", origin_of(number))
        for number, (pointer, value) in enumerate(pairs)
    )


def overriding(*pairs: tuple[str, Any]) -> ClusterSettings:
    """A cluster that overrides these for everybody."""
    return ClusterSettings(profiles=(ProfileSection.everyone(job_json_overrides=overrides_of(*pairs)),))
