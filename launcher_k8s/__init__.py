"""Run jobs on Kubernetes as the Posit Job Launcher is configured to.

Everything a user needs is here, and nothing is loaded before it is used: importing this package loads
no HTTP or Kubernetes library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from launcher_k8s._version import __version__

if TYPE_CHECKING:
    from launcher_k8s.backend import JobBackend, Stream, Submitted
    from launcher_k8s.cluster_info import ClusterInfo
    from launcher_k8s.connection import Cluster, LogOptions, Reply, Resource
    from launcher_k8s.decisions import Decision, DecisionKind, Refusal
    from launcher_k8s.diagnostics import Diagnostic, Location, Severity
    from launcher_k8s.errors import (
        AlreadyExistsError,
        BackendClosedError,
        ClusterError,
        ClusterTimeoutError,
        ConfigurationError,
        ConflictError,
        ErrorCode,
        ExpiredError,
        ForbiddenError,
        InvalidJobError,
        InvalidJobStateError,
        InvalidObjectError,
        JobNotFoundError,
        JobNotRunningError,
        JobStateError,
        LauncherError,
        NotSupportedError,
        ObjectNotFoundError,
        OperationTimeoutError,
        OutputNotFoundError,
        OverrideError,
        QuotaError,
        UnauthorizedError,
        UnavailableError,
    )
    from launcher_k8s.files import load_settings, read_settings
    from launcher_k8s.job import (
        ConfigItem,
        Container,
        EnvVar,
        ExposedPort,
        Job,
        JobOptions,
        Mount,
        MountSource,
        PlacementConstraint,
        ResourceLimit,
    )
    from launcher_k8s.kube import KubernetesCluster
    from launcher_k8s.origin import Origin, OriginKind, Sourced
    from launcher_k8s.output import GapReason, OutputChunk, OutputGap
    from launcher_k8s.plan import JobPlan, plan_job
    from launcher_k8s.rules.profiles import profile_for
    from launcher_k8s.settings import (
        ClusterSettings,
        Override,
        ProfileSection,
        ResourceProfile,
        Settings,
        UserProfile,
    )
    from launcher_k8s.status import FINAL, JobFilter, JobState, JobStatus
    from launcher_k8s.wire import from_wire, to_wire

_HOMES = {
    "backend": ("JobBackend", "Stream", "Submitted"),
    "cluster_info": ("ClusterInfo",),
    "connection": ("Cluster", "LogOptions", "Reply", "Resource"),
    "decisions": ("Decision", "DecisionKind", "Refusal"),
    "diagnostics": ("Diagnostic", "Location", "Severity"),
    "errors": (
        "AlreadyExistsError",
        "BackendClosedError",
        "ClusterError",
        "ClusterTimeoutError",
        "ConfigurationError",
        "ConflictError",
        "ErrorCode",
        "ExpiredError",
        "ForbiddenError",
        "InvalidJobError",
        "InvalidJobStateError",
        "InvalidObjectError",
        "JobNotFoundError",
        "JobNotRunningError",
        "JobStateError",
        "LauncherError",
        "NotSupportedError",
        "ObjectNotFoundError",
        "OperationTimeoutError",
        "OutputNotFoundError",
        "OverrideError",
        "QuotaError",
        "UnauthorizedError",
        "UnavailableError",
    ),
    "files": ("load_settings", "read_settings"),
    "job": (
        "ConfigItem",
        "Container",
        "EnvVar",
        "ExposedPort",
        "Job",
        "JobOptions",
        "Mount",
        "MountSource",
        "PlacementConstraint",
        "ResourceLimit",
    ),
    "kube": ("KubernetesCluster",),
    "origin": ("Origin", "OriginKind", "Sourced"),
    "output": ("GapReason", "OutputChunk", "OutputGap"),
    "plan": ("JobPlan", "plan_job"),
    "rules.profiles": ("profile_for",),
    "settings": ("ClusterSettings", "Override", "ProfileSection", "ResourceProfile", "Settings", "UserProfile"),
    "status": ("FINAL", "JobFilter", "JobState", "JobStatus"),
    "wire": ("from_wire", "to_wire"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = ["__version__", *sorted(_HOME_OF)]  # noqa: PLE0604 -- the strings stand in the table above


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
