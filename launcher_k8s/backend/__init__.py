"""The facade that other programs embed, over the seam to a cluster."""

from launcher_k8s.backend.facade import JobBackend, Submitted
from launcher_k8s.backend.streams import Stream

__all__ = ["JobBackend", "Stream", "Submitted"]
