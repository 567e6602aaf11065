# ruff: noqa: RUF009 -- option() makes an attrs field, not a default value
"""Settings of one cluster, and what a user's profile can hold, as frozen values.

Each field that a configuration file can set carries an :class:`Option` in its attrs metadata: its key,
how it is read, its bounds and documentation. The readers, ``explain`` and the reference pages loop
over these. Source of keys and defaults: the Kubernetes plugin guide (domain, section 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

import attrs

from launcher_k8s.diagnostics import Diagnostic
from launcher_k8s.errors import ConfigurationError
from launcher_k8s.job import Json, PlacementConstraint
from launcher_k8s.options import ValueKind, option
from launcher_k8s.origin import CODE, DEFAULT, Origin, Sourced

DEFAULT_DIRECTORY = "/etc/rstudio"
CUSTOM_RESOURCES = "custom"


@attrs.frozen
class Override:
    """A JSON value to set at a pointer of every Job's manifest (``job-json-overrides``)."""

    pointer: str
    value: Json
    file: str = ""
    origin: Origin = CODE


@attrs.frozen
class ResourceProfile:
    """A named set of resources that jobs may ask for; ``section`` is the name jobs use.

    ``cpus`` are cores, ``mem_mb`` MB (10^6 bytes); None means not set.
    """

    section: str
    cpus: Decimal = option("cpus", ValueKind.NUMBER, default=attrs.NOTHING, doc="CPU limit, in cores.")
    mem_mb: Decimal = option("mem-mb", ValueKind.NUMBER, default=attrs.NOTHING, doc="Memory limit, in MB.")
    name: str = option(
        "name", ValueKind.TEXT, default="", doc="Name shown to users; the section's title if unset."
    )
    cpus_request: Decimal | None = option(
        "cpus-request", ValueKind.NUMBER, default=None, doc="CPU request, in cores."
    )
    mem_mb_request: Decimal | None = option(
        "mem-mb-request", ValueKind.NUMBER, default=None, doc="Memory request, in MB."
    )
    nvidia_gpus: int = option("nvidia-gpus", ValueKind.COUNT, default=0, doc="Number of NVIDIA GPUs.")
    amd_gpus: int = option("amd-gpus", ValueKind.COUNT, default=0, doc="Number of AMD GPUs.")
    placement_constraints: tuple[PlacementConstraint, ...] = option(
        "placement-constraints",
        ValueKind.CONSTRAINTS,
        default=(),
        doc="Node labels that jobs with this profile get.",
    )
    origin: Origin = CODE

    @property
    def display_name(self) -> str:
        """The name that users see."""
        return self.name or self.section


class SubjectKind(Enum):
    """Whom a profiles section is for."""

    EVERYONE = "*"
    GROUP = "@"
    USER = ""


@attrs.frozen
class ProfileSection:
    """One section of the profiles file: whom it is for, and the values it sets, by field name."""

    kind: SubjectKind
    name: str
    values: Mapping[str, Sourced[Any]]
    origin: Origin = CODE

    @classmethod
    def everyone(cls, **values: Any) -> ProfileSection:
        """A section ``[*]`` built in code; ``values`` are fields of :class:`UserProfile`."""
        return cls(SubjectKind.EVERYONE, "", _in_code(values))

    @classmethod
    def group(cls, name: str, /, **values: Any) -> ProfileSection:
        """A section ``[@name]`` built in code; ``values`` are fields of :class:`UserProfile`."""
        return cls(SubjectKind.GROUP, name, _in_code(values))

    @classmethod
    def user(cls, name: str, /, **values: Any) -> ProfileSection:
        """A section ``[name]`` built in code; ``values`` are fields of :class:`UserProfile`."""
        return cls(SubjectKind.USER, name, _in_code(values))

    @property
    def title(self) -> str:
        """The section's title as in the file, without brackets."""
        return "*" if self.kind is SubjectKind.EVERYONE else f"{self.kind.value}{self.name}"


def _in_code(values: Mapping[str, Any]) -> Mapping[str, Sourced[Any]]:
    fields = attrs.fields_dict(UserProfile)
    unknown = [name for name in values if name not in fields]
    if unknown:
        raise ConfigurationError(
            f"no such profile setting: {', '.join(unknown)}", hint=f"the settings are {', '.join(fields)}"
        )
    return {
        name: Sourced(fields[name].metadata["option"].coerce(value), CODE) for name, value in values.items()
    }


def _profile(key: str, kind: ValueKind, default: Any, doc: str) -> Any:
    return option(key, kind, default=Sourced(default, DEFAULT), doc=doc)


@attrs.frozen
class UserProfile:
    """The effective values of one user, each with its origin and what it shadowed.

    Numbers are exact: cores, MB (10^6 bytes), whole GPUs; 0 means "no limit" or "none" as each says.
    """

    container_images: Sourced[tuple[str, ...]] = _profile(
        "container-images", ValueKind.LIST, (), "Images offered to users, in order."
    )
    default_container_image: Sourced[str] = _profile(
        "default-container-image", ValueKind.TEXT, "", "Image of jobs that name none."
    )
    allow_unknown_images: Sourced[bool] = _profile(
        "allow-unknown-images", ValueKind.BOOLEAN, True, "Whether images that are not offered may be used."
    )
    placement_constraints: Sourced[tuple[PlacementConstraint, ...]] = _profile(
        "placement-constraints",
        ValueKind.CONSTRAINTS,
        (),
        "Node labels users may ask for; a bare key takes any value.",
    )
    default_cpus: Sourced[Decimal] = _profile(
        "default-cpus",
        ValueKind.NUMBER,
        Decimal(0),
        "CPU limit of jobs that state none, in cores; 0 = no limit.",
    )
    max_cpus: Sourced[Decimal] = _profile(
        "max-cpus", ValueKind.NUMBER, Decimal(0), "Largest CPU limit, in cores; 0 = no maximum."
    )
    default_mem_mb: Sourced[Decimal] = _profile(
        "default-mem-mb",
        ValueKind.NUMBER,
        Decimal(0),
        "Memory limit of jobs that state none, in MB; 0 = no limit.",
    )
    max_mem_mb: Sourced[Decimal] = _profile(
        "max-mem-mb", ValueKind.NUMBER, Decimal(0), "Largest memory limit, in MB; 0 = no maximum."
    )
    default_cpus_request: Sourced[Decimal] = _profile(
        "default-cpus-request",
        ValueKind.NUMBER,
        Decimal(0),
        "CPU request of jobs that state none, in cores; 0 = none.",
    )
    max_cpus_request: Sourced[Decimal] = _profile(
        "max-cpus-request", ValueKind.NUMBER, Decimal(0), "Largest CPU request, in cores; 0 = no maximum."
    )
    default_mem_mb_request: Sourced[Decimal] = _profile(
        "default-mem-mb-request",
        ValueKind.NUMBER,
        Decimal(0),
        "Memory request of jobs that state none, in MB; 0 = none.",
    )
    max_mem_mb_request: Sourced[Decimal] = _profile(
        "max-mem-mb-request", ValueKind.NUMBER, Decimal(0), "Largest memory request, in MB; 0 = no maximum."
    )
    cpu_request_ratio: Sourced[Decimal] = _profile(
        "cpu-request-ratio",
        ValueKind.RATIO,
        Decimal(1),
        "CPU request as a share of the limit, in (0, 1]; 1 = none.",
    )
    memory_request_ratio: Sourced[Decimal] = _profile(
        "memory-request-ratio",
        ValueKind.RATIO,
        Decimal(1),
        "Memory request as a share of the limit; 1 = none.",
    )
    default_nvidia_gpus: Sourced[int] = _profile(
        "default-nvidia-gpus", ValueKind.COUNT, 0, "NVIDIA GPUs of jobs that state none."
    )
    max_nvidia_gpus: Sourced[int] = _profile(
        "max-nvidia-gpus", ValueKind.COUNT, 0, "Most NVIDIA GPUs a job may ask for; 0 = none."
    )
    default_amd_gpus: Sourced[int] = _profile(
        "default-amd-gpus", ValueKind.COUNT, 0, "AMD GPUs of jobs that state none."
    )
    max_amd_gpus: Sourced[int] = _profile(
        "max-amd-gpus", ValueKind.COUNT, 0, "Most AMD GPUs a job may ask for; 0 = none."
    )
    job_json_overrides: Sourced[tuple[Override, ...]] = _profile(
        "job-json-overrides",
        ValueKind.OVERRIDES,
        (),
        "JSON values set at pointers of every Job; deprecated upstream.",
    )
    resource_profiles: Sourced[tuple[str, ...]] = _profile(
        "resource-profiles",
        ValueKind.LIST,
        (),
        "Sections of the resources file offered to users; empty = all.",
    )
    allow_custom_resources: Sourced[bool] = _profile(
        "allow-custom-resources", ValueKind.BOOLEAN, True, "Whether jobs may state limits of their own."
    )

    def items(self) -> Iterator[tuple[str, Sourced[Any]]]:
        """Every setting by its key, in the order of the guide."""
        for field in attrs.fields(UserProfile):
            yield field.metadata["option"].key, getattr(self, field.name)

    def _repr_html_(self) -> str:
        from launcher_k8s.present import profile_table

        return profile_table(self).html()


@attrs.frozen
class ClusterSettings:
    """Everything that is set for one Kubernetes cluster. Buildable in code; every field has a default.

    ``api_url`` and a token are needed only to reach the cluster: without them planning works.
    """

    name: str = "Kubernetes"
    server_user: str = option(
        "server-user", ValueKind.TEXT, default="rstudio-server", doc="User that the Launcher runs as."
    )
    thread_pool_size: int | None = option(
        "thread-pool-size",
        ValueKind.COUNT,
        default=None,
        doc="Concurrent unary API requests; twice the number of CPUs if unset.",
        minimum=1,
    )
    enable_debug_logging: bool = option(
        "enable-debug-logging", ValueKind.BOOLEAN, default=False, doc="Whether to log at debug level."
    )
    scratch_path: str | None = option(
        "scratch-path",
        ValueKind.TEXT,
        default=None,
        doc="Directory of templates; /var/lib/rstudio-launcher/{name} if unset.",
    )
    logging_dir: str = option(
        "logging-dir", ValueKind.TEXT, default="/var/log/rstudio/launcher", doc="Directory of log files."
    )
    job_expiry_hours: Decimal = option(
        "job-expiry-hours",
        ValueKind.NUMBER,
        default=Decimal(24),
        doc="Hours that ended jobs are kept; 0 = removed as soon as finished.",
    )
    profile_config: str | None = option(
        "profile-config",
        ValueKind.TEXT,
        default=None,
        doc="Path of the profiles file; launcher.kubernetes.profiles.conf beside this file if unset.",
    )
    api_url: str | None = option(
        "api-url", ValueKind.URL, default=None, doc="URL of the API server, up to, not including, /api."
    )
    auth_token: str | None = option(
        "auth-token",
        ValueKind.TEXT,
        default=None,
        doc="Bearer token; a base64-encoded JWT is decoded.",
        secret=True,
    )
    auth_token_path: str | None = option(
        "auth-token-path",
        ValueKind.TEXT,
        default=None,
        doc="File with the bearer token, read again when it changes.",
    )
    namespace: str = option(
        "kubernetes-namespace", ValueKind.TEXT, default="rstudio", doc="Namespace that jobs run in."
    )
    shared_process_namespace: bool = option(
        "shared-process-namespace",
        ValueKind.BOOLEAN,
        default=True,
        doc="Whether the containers of a pod see each other's processes.",
    )
    verify_ssl_certs: bool = option(
        "verify-ssl-certs",
        ValueKind.BOOLEAN,
        default=True,
        doc="Whether to verify the API server's certificate.",
    )
    certificate_authority: str | None = option(
        "certificate-authority",
        ValueKind.CERTIFICATE,
        default=None,
        doc="Certificates that sign the API server's, base64 of the PEM (here decoded); system CAs if unset.",
    )
    watch_timeout_s: int = option(
        "watch-timeout-seconds",
        ValueKind.COUNT,
        default=180,
        doc="Seconds after which the server ends a watch; 0 = as long as the server likes.",
    )
    fetch_limit: int = option(
        "fetch-limit", ValueKind.COUNT, default=500, doc="Page size of every collection.", minimum=1
    )
    use_templating: bool = option(
        "use-templating",
        ValueKind.BOOLEAN,
        default=False,
        doc="Whether job.tpl and service.tpl make the objects.",
    )
    # Also accepted, as the vendor's plugin SDK does; only the plugin, which the Launcher starts, uses them.
    heartbeat_interval_s: int = option(
        "heartbeat-interval-seconds",
        ValueKind.COUNT,
        default=5,
        doc="Seconds between the plugin's heartbeats; 0 = none.",
    )
    launcher_config_file: str | None = option(
        "launcher-config-file", ValueKind.TEXT, default=None, doc="Path of launcher.conf."
    )
    log_level: str | None = option(
        "log-level", ValueKind.TEXT, default=None, doc="Least severe level logged."
    )
    max_message_size: int = option(
        "max-message-size",
        ValueKind.COUNT,
        default=5242880,
        doc="Largest message between Launcher and plugin, in bytes.",
        minimum=1,
    )
    plugin_name: str | None = option(
        "plugin-name", ValueKind.TEXT, default=None, doc="Name of the plugin; the cluster's name if unset."
    )
    rsandbox_path: str | None = option(
        "rsandbox-path", ValueKind.TEXT, default=None, doc="Path of the Launcher's rsandbox program."
    )
    unprivileged: bool = option(
        "unprivileged", ValueKind.BOOLEAN, default=False, doc="Whether the plugin never changes its user."
    )
    plugin_metrics_interval_s: int = option(
        "plugin-metrics-interval-seconds",
        ValueKind.COUNT,
        default=60,
        doc="Seconds between the plugin's metrics; 0 = none.",
    )
    config_file: str | None = option(
        "config-file", ValueKind.TEXT, default=None, doc="Path of this file, as the Launcher passes it on."
    )
    instance_id: str = ""
    stdin_annotation: bool = True
    profiles: tuple[ProfileSection, ...] = ()
    resources: tuple[ResourceProfile, ...] = ()
    directory: str | None = None
    origins: Mapping[str, Origin] = attrs.field(factory=dict, repr=False)
    diagnostics: tuple[Diagnostic, ...] = attrs.field(default=(), repr=False)

    def origin(self, field: str) -> Origin:
        """Where a field's value was stated; for settings built in code, default or code."""
        if field in self.origins:
            return self.origins[field]
        default = attrs.fields_dict(ClusterSettings)[field].default
        return DEFAULT if getattr(self, field) == default else CODE


@attrs.frozen
class Settings:
    """A whole configuration directory: its clusters, and every warning and info about its files."""

    clusters: tuple[ClusterSettings, ...]
    diagnostics: tuple[Diagnostic, ...] = ()

    def cluster(self, name: str | None = None) -> ClusterSettings:
        """The settings of one cluster.

        Args:
            name: The cluster's name; may be left out where there is only one.

        Raises:
            ConfigurationError: No such cluster, or no name given where there are several.
        """
        names = ", ".join(cluster.name for cluster in self.clusters)
        if name is None:
            if len(self.clusters) != 1:
                raise ConfigurationError(f"several clusters are configured: {names}", hint="name one")
            return self.clusters[0]
        for cluster in self.clusters:
            if cluster.name == name:
                return cluster
        raise ConfigurationError(f"no cluster is named {name!r}", hint=f"configured: {names}")
