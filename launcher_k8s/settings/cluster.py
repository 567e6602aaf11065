# ruff: noqa: RUF009 -- option() makes an attrs field, not a default value
"""One cluster's settings, and those of a whole configuration directory (domain, section 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from decimal import Decimal
from functools import cache, partial
from typing import Any, TypeAlias

import attrs

from launcher_k8s.brevity import brief, brief_words
from launcher_k8s.diagnostics import Diagnostic
from launcher_k8s.errors import ConfigurationError
from launcher_k8s.job import Mount
from launcher_k8s.misfits import find_misfit
from launcher_k8s.options import ValueKind, option
from launcher_k8s.origin import CODE, DEFAULT, Origin
from launcher_k8s.settings.connect import ClusterDefinition
from launcher_k8s.settings.profiles import ProfileSection
from launcher_k8s.settings.resources import ResourceProfile

DEFAULT_DIRECTORY = "/etc/rstudio"
"""Where the Launcher's configuration stands."""

_guide = partial(option, source="Kubernetes plugin guide, configuration options")
_sdk = partial(option, source="plugin SDK, options of every plugin")


SettingsReader: TypeAlias = Callable[[], "tuple[Settings | None, tuple[Diagnostic, ...]]"]


def _part(name: str, kind: Any, default: Any, hint: str = "") -> Any:
    """A field that no key sets, and that refuses values of another kind; a list does for a tuple."""

    def convert(value: Any) -> Any:
        if (misfit := find_misfit(value, kind)) is not None:
            raise ConfigurationError(f"{name}{misfit.path}: {misfit.message}", hint=misfit.hint or hint)
        return tuple(value) if isinstance(value, list) else value

    return attrs.field(default=default, converter=convert)


@attrs.frozen
class ClusterSettings:
    """Everything that is set for one Kubernetes cluster. Buildable in code; every field has a default.

    ``api_url`` and a token are needed only to reach the cluster: without them planning works. Each key of the
    files is documented where it is listed; these fields have none:

    Args:
        name: The cluster's name in the Launcher's own configuration.
        instance_id: Tells the jobs of Launchers that share a namespace apart; empty for none.
        stdin_annotation: Whether a job's object keeps a copy of its standard input, for a Launcher that
            restarts before the job starts.
        profiles: The sections of the profiles file, in its order: the last that matches wins.
        resources: The resource profiles, in the order of their file.
        mounts: What every job has mounted, before its own mounts.
        templates: The texts of the files in the directory of templates, by name, where ``use_templating`` is
            on; the library's own stand for what is absent.
        definitions: Connect's cluster definitions, with the languages of their images.
        directory: Where the files were read; None for settings built in code.
        read_again: Reads the same files once more, in the same way; None for settings built in code.
        origins: Where each field was stated, by its name; see :meth:`origin`.
        diagnostics: Every warning and info about the cluster's files.

    Raises:
        ConfigurationError: A value of another kind than the setting's, or out of its range.
    """

    __repr__ = brief

    name: str = _part("name", str, "Kubernetes")
    server_user: str = _guide(
        "server-user", ValueKind.TEXT, default="rstudio-server", doc="User that the Launcher runs as."
    )
    thread_pool_size: int | None = _guide(
        "thread-pool-size",
        ValueKind.COUNT,
        default=None,
        doc="API requests at a time, other than streams.",
        unset="twice the number of CPUs",
        unit="requests",
        minimum=1,
    )
    enable_debug_logging: bool = _guide(
        "enable-debug-logging", ValueKind.BOOLEAN, default=False, doc="Whether to log at debug level."
    )
    scratch_path: str | None = _guide(
        "scratch-path",
        ValueKind.TEXT,
        default=None,
        doc="Directory of templates.",
        unset="/var/lib/rstudio-launcher/{name}",
    )
    logging_dir: str = _guide(
        "logging-dir", ValueKind.TEXT, default="/var/log/rstudio/launcher", doc="Directory of log files."
    )
    job_expiry_hours: Decimal = _guide(
        "job-expiry-hours",
        ValueKind.NUMBER,
        default=Decimal(24),
        doc="How long ended jobs are kept; 0 = removed as soon as finished.",
        unit="hours",
    )
    profile_config: str | None = _guide(
        "profile-config",
        ValueKind.TEXT,
        default=None,
        doc="Path of the profiles file.",
        unset="launcher.kubernetes.profiles.conf beside this file, or in the default directory the one there",
    )
    api_url: str | None = _guide(
        "api-url", ValueKind.URL, default=None, doc="URL of the API server, up to, not including, /api."
    )
    auth_token: str | None = _guide(
        "auth-token",
        ValueKind.TEXT,
        default=None,
        doc="Bearer token; a base64-encoded JWT is decoded.",
        secret=True,
    )
    auth_token_path: str | None = _guide(
        "auth-token-path",
        ValueKind.TEXT,
        default=None,
        doc="File with the bearer token, read again when it changes.",
    )
    namespace: str = _guide(
        "kubernetes-namespace", ValueKind.TEXT, default="rstudio", doc="Namespace that jobs run in."
    )
    shared_process_namespace: bool = _guide(
        "shared-process-namespace",
        ValueKind.BOOLEAN,
        default=True,
        doc="Whether the containers of a pod see each other's processes.",
    )
    verify_ssl_certs: bool = _guide(
        "verify-ssl-certs",
        ValueKind.BOOLEAN,
        default=True,
        doc="Whether to verify the API server's certificate.",
    )
    certificate_authority: str | None = _guide(
        "certificate-authority",
        ValueKind.CERTIFICATE,
        default=None,
        doc="Certificates that sign the API server's; empty for the system's also inside a pod.",
        unset="the system's",
    )
    watch_timeout_s: int = _guide(
        "watch-timeout-seconds",
        ValueKind.COUNT,
        default=180,
        doc="When the server ends a watch; 0 = as late as it likes.",
        unit="seconds",
    )
    fetch_limit: int = _guide(
        "fetch-limit",
        ValueKind.COUNT,
        default=500,
        doc="Page size of every collection.",
        minimum=1,
        unit="objects",
    )
    use_templating: bool = _guide(
        "use-templating",
        ValueKind.BOOLEAN,
        default=False,
        doc="Whether job.tpl and service.tpl make the objects.",
    )
    # Also accepted, as the vendor's plugin SDK does; only the plugin, which the Launcher starts, uses them.
    heartbeat_interval_s: int = _sdk(
        "heartbeat-interval-seconds",
        ValueKind.COUNT,
        default=5,
        doc="Time between the plugin's heartbeats; 0 = none.",
        unit="seconds",
    )
    launcher_config_file: str | None = _sdk(
        "launcher-config-file", ValueKind.TEXT, default=None, doc="Path of launcher.conf."
    )
    log_level: str | None = _sdk("log-level", ValueKind.TEXT, default=None, doc="Least severe level logged.")
    max_message_size: int = _sdk(
        "max-message-size",
        ValueKind.COUNT,
        default=5242880,
        doc="Largest message between Launcher and plugin.",
        unit="bytes",
        minimum=1,
    )
    plugin_name: str | None = _sdk(
        "plugin-name", ValueKind.TEXT, default=None, doc="Name of the plugin.", unset="the cluster's name"
    )
    rsandbox_path: str | None = _sdk(
        "rsandbox-path", ValueKind.TEXT, default=None, doc="Path of the Launcher's rsandbox program."
    )
    unprivileged: bool = _sdk(
        "unprivileged", ValueKind.BOOLEAN, default=False, doc="Whether the plugin never changes its user."
    )
    plugin_metrics_interval_s: int = _sdk(
        "plugin-metrics-interval-seconds",
        ValueKind.COUNT,
        default=60,
        doc="Time between the plugin's metrics; 0 = none.",
        unit="seconds",
    )
    config_file: str | None = _sdk(
        "config-file", ValueKind.TEXT, default=None, doc="Path of this file, as the Launcher passes it on."
    )
    instance_id: str = _part("instance_id", str, "")
    stdin_annotation: bool = True
    profiles: tuple[ProfileSection, ...] = _part(
        "profiles",
        tuple[ProfileSection, ...],
        (),
        "give ProfileSection.everyone(...), .group(...), .user(...)",
    )
    resources: tuple[ResourceProfile, ...] = _part(
        "resources", tuple[ResourceProfile, ...], (), "give ResourceProfile(section, cpus, mem_mb)"
    )
    mounts: tuple[Mount, ...] = _part(
        "mounts", tuple[Mount, ...], (), "give Mount(mount_path, MountSource(type, source))"
    )
    definitions: tuple[ClusterDefinition, ...] = _part(
        "definitions", tuple[ClusterDefinition, ...], (), "give ClusterDefinition(name, images)"
    )
    templates: Mapping[str, str] | None = _part(
        "templates", Mapping[str, str] | None, None, "give the texts of templates by their file names"
    )
    directory: str | None = None
    read_again: SettingsReader | None = attrs.field(
        default=None,
        eq=False,
        repr=False,
        metadata={"local": True},  # no part of the value: never on the wire
    )
    origins: Mapping[str, Origin] = attrs.field(factory=dict, repr=False)
    diagnostics: tuple[Diagnostic, ...] = attrs.field(default=(), repr=False)

    @property
    def scratch_directory(self) -> str:
        """The directory of templates: ``scratch-path``, or the Launcher's default for this plugin."""
        return self.scratch_path or f"/var/lib/rstudio-launcher/{self.plugin_name or self.name}"

    def origin(self, field: str) -> Origin:
        """Where a field's value was stated; for settings built in code, default or code.

        Args:
            field: The field's name, such as ``fetch_limit``.

        Raises:
            KeyError: There is no such field.
        """
        if field in self.origins:
            return self.origins[field]
        default = _defaults()[field]
        return DEFAULT if getattr(self, field) == default else CODE

    def _repr_html_(self) -> str:
        from launcher_k8s.present import cluster_table

        return cluster_table(self, title=f"Cluster {self.name}").html()


def amend(
    cluster: ClusterSettings,
    *,
    diagnostics: tuple[Diagnostic, ...] | None = None,
    read_again: SettingsReader | None = None,
) -> ClusterSettings:
    """The same settings with what became known of their files; what None is given for stays.

    What was checked when they were built is not checked once more, as ``attrs.evolve`` would: there may be
    very many sections.
    """
    amended = copy(cluster)
    if diagnostics is not None:
        object.__setattr__(amended, "diagnostics", diagnostics)
    if read_again is not None:
        object.__setattr__(amended, "read_again", read_again)
    return amended


@cache
def _defaults() -> Mapping[str, object]:
    return {field.name: field.default for field in attrs.fields(ClusterSettings)}


@attrs.frozen
class Settings:
    """A whole configuration directory: its clusters, and every warning and info about its files."""

    clusters: tuple[ClusterSettings, ...]
    diagnostics: tuple[Diagnostic, ...] = ()

    def __repr__(self) -> str:
        names = ", ".join(cluster.name for cluster in self.clusters)
        return brief_words(self, f"of {names or 'no cluster'}: {len(self.diagnostics)} diagnostics")

    def cluster(self, name: str | None = None) -> ClusterSettings:
        """The settings of one cluster.

        Args:
            name: The cluster's name; may be left out where there is only one.

        Raises:
            ConfigurationError: No such cluster, or no name given where there is none or several.
        """
        if not self.clusters:
            raise ConfigurationError("no cluster is configured")
        names = ", ".join(cluster.name for cluster in self.clusters)
        if name is None:
            if len(self.clusters) != 1:
                raise ConfigurationError(f"several clusters are configured: {names}", hint="name one")
            return self.clusters[0]
        for cluster in self.clusters:
            if cluster.name == name:
                return cluster
        raise ConfigurationError(f"no cluster is named {name!r}", hint=f"configured: {names}")

    def _repr_html_(self) -> str:
        from launcher_k8s.report import diagnostics_table, summary

        title = f"About these files: {summary(self.diagnostics)}"
        tables = [cluster._repr_html_() for cluster in self.clusters]
        return "".join([*tables, diagnostics_table(self.diagnostics, title=title).html()])
