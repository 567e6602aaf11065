"""The facade that other programs embed, over the seam to a cluster."""

from launcher_k8s.backend.facade import JobBackend
from launcher_k8s.backend.reloading import Reloaded, SettingChange
from launcher_k8s.backend.streams import Stream
from launcher_k8s.backend.submitting import Submitted

__all__ = ["JobBackend", "Reloaded", "SettingChange", "Stream", "Submitted"]
