"""What of ``launcher.conf`` is ours: its clusters, and the scratch directory (domain, section 1)."""

from __future__ import annotations

from functools import partial

import attrs

from launcher_k8s.options import ValueKind, option
from launcher_k8s.settings.cluster import ClusterSettings

_guide = partial(option, source="Launcher guide, launcher.conf")


@attrs.frozen
class LauncherCluster:
    """A section ``[cluster]``, one for each cluster."""

    name: str = _guide(
        "name", ValueKind.TEXT, default=ClusterSettings().name, doc="Name of the cluster; each has its own."
    )
    type: str = _guide(
        "type",
        ValueKind.TEXT,
        default="",
        doc="Type of its plugin; all but Kubernetes are passed over.",
    )
    config_file: str | None = _guide(
        "config-file",
        ValueKind.TEXT,
        default=None,
        doc="Path of its main file.",
        unset="launcher.kubernetes.conf beside this file",
    )


@attrs.frozen
class LauncherServer:
    """The section ``[server]``."""

    scratch_path: str | None = _guide(
        "scratch-path",
        ValueKind.TEXT,
        default=None,
        doc="Each cluster has the directory of its name below it, unless its own file names another.",
        unset="/var/lib/rstudio-launcher",
    )
