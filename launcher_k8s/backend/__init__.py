"""The facade that other programs embed, over the seam to a cluster."""

from launcher_k8s.backend.blocking import BlockingBackend, BlockingStream
from launcher_k8s.backend.facade import JobBackend
from launcher_k8s.backend.reloading import Reloaded, SettingChange
from launcher_k8s.backend.streams import Stream
from launcher_k8s.backend.submitting import Submitted

__all__ = [
    "BlockingBackend",
    "BlockingStream",
    "JobBackend",
    "Reloaded",
    "SettingChange",
    "Stream",
    "Submitted",
]
