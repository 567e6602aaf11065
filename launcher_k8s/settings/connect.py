"""What Posit Connect's own file says of the cluster that its content runs on (domain, section 1, "Connect").

A field that has the name of one of :class:`~launcher_k8s.settings.ClusterSettings` becomes that; the others
are gates, files to read, and the data directory, which becomes a mount. A cluster definition is kept whole,
with the languages of each image, although only the images' names decide anything here.
"""

from __future__ import annotations

from functools import partial

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.options import ValueKind, option
from launcher_k8s.origin import CODE, Origin

CONNECT_NAMESPACE = "rstudio-connect"
CONNECT_DATA_DIR = "/var/lib/rstudio-connect"


_reference = partial(option, source="Connect's configuration reference")


@attrs.frozen
class ConnectLauncher:
    """The section ``[Launcher]`` of ``rstudio-connect.gcfg``, as far as it is about the cluster."""

    enabled: bool = _reference(
        "Enabled", ValueKind.BOOLEAN, default=False, doc="Whether content runs elsewhere; must be true."
    )
    kubernetes: bool = _reference(
        "Kubernetes", ValueKind.BOOLEAN, default=False, doc="Whether that is Kubernetes; must be true."
    )
    api_url: str | None = _reference(
        "KubernetesAPIURL",
        ValueKind.URL,
        default=None,
        doc="URL of the API server, up to /api; else KUBERNETES_API_URL, else what a pod knows.",
    )
    auth_token: str | None = _reference(
        "KubernetesAuthToken",
        ValueKind.TEXT,
        default=None,
        doc="Bearer token; else KUBERNETES_AUTH_TOKEN, else the service account's of a pod.",
        secret=True,
    )
    namespace: str = _reference(
        "KubernetesNamespace",
        ValueKind.TEXT,
        default=CONNECT_NAMESPACE,
        doc="Namespace that jobs run in; one of Connect's own.",
    )
    data_dir: str | None = _reference(
        "DataDir",
        ValueKind.TEXT,
        default=None,
        doc="NFS export as host:/path, mounted at DataDir of [Server] in every job.",
    )
    data_dir_pvc_name: str | None = _reference(
        "DataDirPVCName",
        ValueKind.TEXT,
        default=None,
        doc="Persistent volume claim, mounted there in place of an NFS export.",
    )
    cluster_definitions: tuple[str, ...] = _reference(
        "ClusterDefinition",
        ValueKind.PATHS,
        default=(),
        doc="Path of a cluster definition (YAML), whose images are offered in order.",
    )
    profile_config: str | None = _reference(
        "KubernetesProfilesConfig", ValueKind.TEXT, default=None, doc="Path of a profiles file."
    )
    use_templating: bool = _reference(
        "KubernetesUseTemplates",
        ValueKind.BOOLEAN,
        default=False,
        doc="Whether job.tpl and service.tpl make the objects.",
    )
    scratch_path: str | None = _reference(
        "ScratchPath",
        ValueKind.TEXT,
        default=None,
        doc="Directory of templates.",
        unset="/var/lib/rstudio-launcher/{name}",
    )


@attrs.frozen
class ConnectServer:
    """The section ``[Server]`` of ``rstudio-connect.gcfg``, as far as jobs see it."""

    data_dir: str = _reference(
        "DataDir",
        ValueKind.TEXT,
        default=CONNECT_DATA_DIR,
        doc="Connect's data directory: where jobs find it too.",
    )


@attrs.frozen
class Installation:
    """A language's interpreter inside an image; the version is a text, so that 3.10 is not 3.1."""

    __repr__ = brief

    path: str
    version: str


@attrs.frozen
class DefinedImage:
    """An image of a cluster definition, and which languages it holds."""

    __repr__ = brief

    name: str
    python: tuple[Installation, ...] = ()
    r: tuple[Installation, ...] = ()
    quarto: tuple[Installation, ...] = ()
    origin: Origin = CODE


@attrs.frozen
class ClusterDefinition:
    """A file that ``ClusterDefinition`` names: what content can run in, in the order of the file."""

    __repr__ = brief

    name: str = ""
    images: tuple[DefinedImage, ...] = ()
    origin: Origin = CODE
