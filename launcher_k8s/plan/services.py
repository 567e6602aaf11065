"""The Service of a job that is in the cluster already, made again from what its Kubernetes Job tells.

Everything that a Service is made of stands on the Job: its ports, and the labels and annotations that the
job has brought for it (domain, section 5, "Services"). It is made as the settings say now; a template that
has changed since may so make another one than the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from launcher_k8s.concealing import concealing
from launcher_k8s.job import Job
from launcher_k8s.manifest import build_service, job_data
from launcher_k8s.plan.templating import render_service
from launcher_k8s.rules.profiles import profile_for
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.shape.service import service_ports
from launcher_k8s.templates.effects import Effects


def plan_service(
    job: Job,
    cluster: ClusterSettings,
    *,
    groups: Iterable[str] = (),
    effects: Effects | None = None,
) -> Mapping[str, Any] | None:
    """The Service of a job; None where it needs none.

    Args:
        job: The job, as :func:`~launcher_k8s.manifest.read.read_job` recovers it.
        cluster: The cluster's settings.
        groups: All groups of the job's user.
        effects: What templates may reach beyond the job; nothing, if None.

    Raises:
        TemplateError: The cluster uses templates, and that of the Service is not right or fails.
    """
    data = job_data(job, share_process_namespace=cluster.shared_process_namespace)
    if not service_ports(data):
        return None
    if not cluster.use_templating:
        return build_service(data)
    profile = profile_for(cluster, job.user, groups=groups)
    with concealing(job):
        return render_service(data, cluster, profile, groups=tuple(groups), effects=effects)
