"""Jobs put into a scripted cluster as if submitted by others, for tests of the backend's parts."""

from __future__ import annotations

from collections.abc import Mapping

from launcher_k8s.job import Job
from launcher_k8s.plan import JobPlan, plan_job
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.testing import ScriptedCluster
from launcher_k8s.testing.cluster.kinds import JOB, Object

MADE_ELSEWHERE: Object = {
    "metadata": {"name": "foreign"},
    "spec": {
        "template": {
            "spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "busybox"}]},
        }
    },
}
"""A Job that no Launcher made."""


def place(cluster: ScriptedCluster, settings: ClusterSettings, job_id: str, job: Job | None = None) -> Object:
    """Plan a job and make its Job; its pod is there too then."""
    job = job or Job.shell("make", name="build", image="r:4")
    return place_planned(cluster, plan_job(job, settings, user="jsmith", job_id=job_id))


def place_planned(cluster: ScriptedCluster, plan: JobPlan) -> Object:
    """Make the Job of a plan; its pod is there too then."""
    return place_object(cluster, dict(plan.manifest), plan.namespace)


def place_object(cluster: ScriptedCluster, job: Object, namespace: str) -> Object:
    """Make a Job, whatever it is; its pod is there too then."""
    cluster.add_namespace(namespace)
    placed = cluster.api.add(JOB, job, namespace=namespace)
    cluster.run_controllers()
    return placed


def annotate(cluster: ScriptedCluster, namespace: str, job_id: str, annotations: Mapping[str, str]) -> None:
    """Let another process write annotations on a Job."""

    def annotated(job: Object) -> Object:
        metadata = job["metadata"]
        known = metadata.get("annotations", {})
        return {**job, "metadata": {**metadata, "annotations": {**known, **annotations}}}

    cluster.api.change(JOB, job_id, namespace, annotated)
