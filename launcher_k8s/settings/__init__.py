"""Settings of one cluster, and what a user's profile can hold, as frozen values.

Each field that a configuration file can set carries an :class:`~launcher_k8s.options.Option` in its attrs
metadata: its key, how it is read, its bounds and documentation. The readers, ``explain`` and the reference
pages loop over these. Source of keys and defaults: the Kubernetes plugin guide (domain, section 1).
"""

from launcher_k8s.settings.cluster import DEFAULT_DIRECTORY, ClusterSettings, Settings
from launcher_k8s.settings.connect import (
    ClusterDefinition,
    ConnectLauncher,
    ConnectServer,
    DefinedImage,
    Installation,
)
from launcher_k8s.settings.launcher import LauncherCluster, LauncherServer
from launcher_k8s.settings.profiles import Override, ProfileSection, SubjectKind, UserProfile
from launcher_k8s.settings.resources import CUSTOM_RESOURCES, ResourceProfile

__all__ = [
    "CUSTOM_RESOURCES",
    "DEFAULT_DIRECTORY",
    "ClusterDefinition",
    "ClusterSettings",
    "ConnectLauncher",
    "ConnectServer",
    "DefinedImage",
    "Installation",
    "LauncherCluster",
    "LauncherServer",
    "Override",
    "ProfileSection",
    "ResourceProfile",
    "Settings",
    "SubjectKind",
    "UserProfile",
]
