"""A job's objects as values: what was decided, why, and the bodies that are sent for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from launcher_k8s.brevity import brief_words
from launcher_k8s.decisions import Decision, DecisionKind
from launcher_k8s.finding import Finding
from launcher_k8s.job import Job
from launcher_k8s.present import Table, decisions_table
from launcher_k8s.rules.allocation import Allocation
from launcher_k8s.settings import UserProfile
from launcher_k8s.shape.names import JOB_API_VERSION, JOB_KIND

_encode = msgspec.json.Encoder().encode


class JobPlan(msgspec.Struct, frozen=True, eq=False, weakref=True):
    """A job's Kubernetes objects, and why they are as they are.

    Args:
        job_id: The name that the Job will have; ends in ``preview0`` when none was chosen.
        user: The job's owner.
        cluster: The cluster's name.
        namespace: The namespace the objects go to.
        job: The job as it will run: image, limits, constraints and configuration as decided.
        profile: The owner's effective profile.
        allocation: What the job gets of each resource.
        manifest: The Job, as JSON types.
        service: The Service, as JSON types; None where the job needs none.
        decisions: Every decision and warning, in the order they were taken.
        patch: What the overrides did, as one RFC 6902 patch.
        findings: Where overrides depart from what jobs rely on; each is a warning among the decisions too.
        submission: What tells this submission from another's of the same name.
    """

    job_id: str
    user: str
    cluster: str
    namespace: str
    job: Job
    profile: UserProfile
    allocation: Allocation
    manifest: Mapping[str, Any]
    service: Mapping[str, Any] | None
    decisions: tuple[Decision, ...]
    patch: tuple[Mapping[str, Any], ...]
    findings: tuple[Finding, ...]
    submission: str

    @property
    def warnings(self) -> tuple[Decision, ...]:
        """What the user should know and what does not stop the job."""
        return tuple(decision for decision in self.decisions if decision.kind is DecisionKind.WARNING)

    def job_body(self) -> bytes:
        """The Job as it is sent to the API server."""
        return _encode(self.manifest)

    def service_body(self, job_uid: str) -> bytes:
        """The Service as it is sent, owned by the Job.

        Args:
            job_uid: The uid that the API server gave to the Job.

        Raises:
            ValueError: The plan has no Service.
        """
        if self.service is None:
            raise ValueError(f"job {self.job_id} has no Service: none of its ports needs one")
        return encode_owned(self.service, self.job_id, job_uid)

    def text(self) -> str:
        """Every decision with its origin, for a terminal."""
        return self._table().text()

    def __repr__(self) -> str:
        counts = f"{len(self.decisions)} decisions, {len(self.warnings)} warnings"
        return brief_words(self, f"{self.job_id} of {self.user} on {self.cluster}: {counts}")

    def _repr_html_(self) -> str:
        return self._table().html()

    def _table(self) -> Table:
        return decisions_table(self.decisions, title=f"{self.job_id} of {self.user} on {self.cluster}")


def encode_owned(service: Mapping[str, Any], job_id: str, job_uid: str) -> bytes:
    """A Service as it is sent, owned by a Job.

    It does not block the Job's deletion: that would need a permission beyond the guide's role.

    Args:
        service: The Service, as JSON types.
        job_id: The name of the Job.
        job_uid: Its uid.
    """
    owner = {"apiVersion": JOB_API_VERSION, "kind": JOB_KIND, "name": job_id, "uid": job_uid}
    return _encode({**service, "metadata": {**service["metadata"], "ownerReferences": [owner]}})
