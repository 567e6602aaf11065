"""Jobs and Services as Kubernetes objects: made from a job's data, read back, and checked.

Every function here is a loop over the table of :mod:`launcher_k8s.shape`; none knows a path by itself.
"""

from launcher_k8s.manifest.build import build_job, build_service
from launcher_k8s.manifest.check import check, lost_identification
from launcher_k8s.manifest.data import job_data
from launcher_k8s.manifest.read import RECOVERED_FIELDS, read_job

__all__ = [
    "RECOVERED_FIELDS",
    "build_job",
    "build_service",
    "check",
    "job_data",
    "lost_identification",
    "read_job",
]
