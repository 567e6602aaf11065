"""Clusters for tests, demonstrations and machines without Kubernetes.

:class:`ScriptedCluster` is for unit tests of programs that embed the library: everything is in memory,
and time is the test's. :class:`LocalCluster` is the same behind HTTP, and runs the commands of its pods
on this machine, as this user.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from launcher_k8s.testing.fault import ALWAYS, Fault
    from launcher_k8s.testing.faults import Faults
    from launcher_k8s.testing.local.cluster import LocalCluster
    from launcher_k8s.testing.scripted.clock import ScriptedClock
    from launcher_k8s.testing.scripted.cluster import ScriptedCluster
    from launcher_k8s.testing.scripted.commands import Command, Ran
    from launcher_k8s.testing.scripted.lives import Life, finishes, runs, stays_pending
    from launcher_k8s.testing.scripted.pod import ScriptedPod

_HOMES = {
    "ALWAYS": "fault",
    "Command": "scripted.commands",
    "Fault": "fault",
    "Faults": "faults",
    "Life": "scripted.lives",
    "LocalCluster": "local.cluster",
    "Ran": "scripted.commands",
    "ScriptedClock": "scripted.clock",
    "ScriptedCluster": "scripted.cluster",
    "ScriptedPod": "scripted.pod",
    "finishes": "scripted.lives",
    "runs": "scripted.lives",
    "stays_pending": "scripted.lives",
}

__all__ = [
    "ALWAYS",
    "Command",
    "Fault",
    "Faults",
    "Life",
    "LocalCluster",
    "Ran",
    "ScriptedClock",
    "ScriptedCluster",
    "ScriptedPod",
    "finishes",
    "runs",
    "stays_pending",
]


if not TYPE_CHECKING:  # which would take any name at all for one of ours

    def __getattr__(name: str) -> Any:
        """Load what is asked for: the store and the HTTP client are not for who needs neither."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
