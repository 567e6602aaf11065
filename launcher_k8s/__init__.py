"""Run jobs on Kubernetes as the Posit Job Launcher is configured to.

Everything a user needs is here, and nothing is loaded before it is used: importing this package loads
no HTTP or Kubernetes library. Type checkers read the same names in ``__init__.pyi``.
"""

from __future__ import annotations

from importlib import import_module

from launcher_k8s._version import __version__

_HOMES = {
    "backend": (
        "BlockingBackend",
        "BlockingStream",
        "JobBackend",
        "Reloaded",
        "SettingChange",
        "Stream",
        "Submitted",
    ),
    "cause": ("Cause", "Diagnosis", "Evidence"),
    "clock": ("Clock",),
    "checkup": ("Checkup", "check_directory"),
    "cluster_check": ("ClusterFinding",),
    "cluster_info": ("ClusterInfo", "ConfigOffer", "ProfileOffer"),
    "connection": ("Cluster", "LogOptions", "Reply", "Resource"),
    "decisions": ("Decision", "DecisionKind", "Refusal"),
    "diagnostics": ("Diagnostic", "Location", "Severity"),
    "errors": (
        "AlreadyExistsError",
        "BackendClosedError",
        "ClusterError",
        "ClusterTimeoutError",
        "CommandError",
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
        "TemplateError",
        "TemplateRenderError",
        "TemplateSyntaxError",
        "UnauthorizedError",
        "UnavailableError",
    ),
    "explanation": ("Explanation", "explain"),
    "files": ("load_settings", "read_settings"),
    "finding": ("Finding",),
    "host.commands": ("CommandLimits",),
    "host.effects": ("HostEffects",),
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
    "host.bar": ("TqdmProgress",),
    "host.terminal": ("TerminalProgress",),
    "progress": ("Progress",),
    "job_views": ("JobList",),
    "kube.client": ("KubernetesCluster",),
    "network": ("Endpoint", "EndpointType", "Network"),
    "origin": ("Origin", "OriginKind", "Sourced"),
    "output": ("GapReason", "OutputChunk", "OutputGap"),
    "plan": ("JobPlan", "plan_job"),
    "rules.allocation": ("Allocation",),
    "rules.profiles": ("profile_for",),
    "rules.selection": ("OfferedProfile",),
    "schemas": ("check_overrides", "check_schema"),
    "rbac": ("rbac_objects",),
    "settings": (
        "ClusterDefinition",
        "ClusterSettings",
        "DefinedImage",
        "Installation",
        "Override",
        "ProfileSection",
        "ResourceProfile",
        "Settings",
        "SubjectKind",
        "UserProfile",
    ),
    "controls": ("ControlResult",),
    "status": ("FINAL", "JobFilter", "JobState", "JobStatus", "Operation"),
    "templates.defaults": ("default_templates",),
    "templates.differences": ("Difference", "Hunk", "diff_templates", "generate_templates"),
    "templates.effects": ("CommandResult", "Effects"),
    "templates.template_set": ("Rendering", "TemplateSet"),
    "templates.upgrading": ("Upgrade", "upgrade_template"),
    "templates.validation": ("Sample", "Validation", "validate_templates"),
    "utilization": ("Utilization",),
    "wire": ("from_wire", "to_wire"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = ["__version__", *sorted(_HOME_OF)]  # noqa: PLE0604 -- the strings stand in the table above


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
