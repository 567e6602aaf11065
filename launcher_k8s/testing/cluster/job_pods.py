"""The pods of a Job: how one is made, and what the Job controller reads off it.

Rules: ``pkg/controller/job/job_controller.go``, ``backoff_utils.go`` and
``pkg/controller/controller_utils.go`` of Kubernetes 1.36.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from launcher_k8s.testing.cluster.job_conditions import find
from launcher_k8s.testing.cluster.kinds import Object

TRACKING_FINALIZER: Final = "batch.kubernetes.io/job-tracking"
CONTROLLED_BY: Final = "batch/v1"
RUNNING: Final = "Running"
SUCCEEDED: Final = "Succeeded"
FAILED: Final = "Failed"
PENDING: Final = "Pending"
_ENDED: Final = (SUCCEEDED, FAILED)
_PHASES: Final = (PENDING, "Unknown", RUNNING)
_LONGEST_PREFIX: Final = 63 - 5  # what is generated after it has five letters


class JobPod(msgspec.Struct, frozen=True, gc=False):  # there is one for each pod, and none holds another
    """What the Job controller has seen of a pod that it was told of, as its informer keeps it.

    Args:
        name: Its name.
        namespace: Its namespace.
        uid: Its uid.
        phase: Its phase.
        created: When it was made, as objects carry it.
        is_deleted: Whether its deletion was asked for.
        is_tracked: Whether the Job has yet to count it.
        is_ready: Whether its condition ``Ready`` holds.
        is_placed: Whether it has a node.
        restarts: How often its containers were started again.
        finished_at: When one that has ended, or is being deleted, did so, as well as that can be told.
    """

    name: str
    namespace: str
    uid: str
    phase: str
    created: str
    is_deleted: bool
    is_tracked: bool
    is_ready: bool
    is_placed: bool
    restarts: int
    finished_at: datetime | None

    @classmethod
    def of(cls, pod: Object) -> JobPod:
        """What is seen of a pod."""
        metadata, status = pod["metadata"], pod.get("status", {})
        is_deleted, phase = "deletionTimestamp" in metadata, phase_of(pod)
        ready = find(status.get("conditions", ()), "Ready")
        restarts = 0
        for kind in ("initContainerStatuses", "containerStatuses"):
            for each in status.get(kind, ()):
                restarts += each.get("restartCount", 0)
        return cls(
            name=metadata["name"],
            namespace=metadata["namespace"],
            uid=metadata["uid"],
            phase=phase,
            created=metadata["creationTimestamp"],
            is_deleted=is_deleted,
            is_tracked=is_tracked(pod),
            is_ready=ready is not None and ready.get("status") == "True",
            is_placed=bool(pod["spec"].get("nodeName")),
            restarts=restarts,
            finished_at=finished_at(pod) if is_deleted or phase in _ENDED else None,
        )

    @property
    def is_ended(self) -> bool:
        """Whether all of its containers have ended for good."""
        return self.phase in _ENDED

    @property
    def is_active(self) -> bool:
        """Whether it counts as at work."""
        return not self.is_deleted and self.phase not in _ENDED

    def counts_as_failed(self, *, waits_for_end: bool) -> bool:
        """Whether it has failed; a deleted one has, unless replacements wait for its end."""
        if self.phase == FAILED:
            return True
        return self.is_deleted and not waits_for_end and self.phase != SUCCEEDED


def new_pod(job: Object) -> Object:
    """The pod that a Job's template describes, as the controller asks for it."""
    template, metadata = job["spec"]["template"], job["metadata"]
    own = template.get("metadata") or {}
    finalizers = [*own.get("finalizers", ()), TRACKING_FINALIZER]
    owner = {
        "apiVersion": CONTROLLED_BY,
        "kind": "Job",
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    made: dict[str, Any] = {
        "generateName": f"{metadata['name'][: _LONGEST_PREFIX - 1]}-",
        "labels": dict(own.get("labels", ())),
    }
    if own.get("annotations"):
        made["annotations"] = dict(own["annotations"])
    made |= {"ownerReferences": [owner], "finalizers": finalizers}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": made, "spec": template["spec"]}


def controller_of(pod: Object) -> tuple[str, str] | None:
    """Name and uid of the Job that a pod belongs to."""
    for owner in pod["metadata"].get("ownerReferences", ()):
        if owner.get("controller") and owner.get("kind") == "Job":
            return owner["name"], owner["uid"]
    return None


def phase_of(pod: Object) -> str:
    """The pod's phase."""
    return str(pod.get("status", {}).get("phase", PENDING))


def is_ended(pod: Object) -> bool:
    """Whether all of its containers have ended for good."""
    return phase_of(pod) in _ENDED


def is_tracked(pod: Object) -> bool:
    """Whether the Job has yet to count it."""
    return TRACKING_FINALIZER in pod["metadata"].get("finalizers", ())


def restarts(pods: Iterable[JobPod]) -> int:
    """How often containers of living pods were started again."""
    return sum(pod.restarts for pod in pods if pod.phase in (RUNNING, PENDING))


def expendable(pods: Iterable[JobPod]) -> list[JobPod]:
    """Pods in the order in which they are given up: those that have come least far first."""
    newest_first = sorted(pods, key=lambda pod: pod.created, reverse=True)
    return sorted(newest_first, key=_progress)


def finished_at(pod: Object) -> datetime:
    """When a pod ended, as well as that can be told."""
    ends = _ends(pod)
    if ends and all(ends):
        return max([parse_time(end) for end in ends if end])
    ready = find(pod.get("status", {}).get("conditions", ()), "Ready")
    if ready is not None and ready.get("status") == "False" and ready.get("lastTransitionTime"):
        return parse_time(ready["lastTransitionTime"])
    metadata = pod["metadata"]
    if "deletionTimestamp" in metadata:
        grace = timedelta(seconds=metadata.get("deletionGracePeriodSeconds") or 0)
        return parse_time(metadata["deletionTimestamp"]) - grace
    return parse_time(metadata["creationTimestamp"])


def untracked(pod: Object) -> Object:
    """The pod without the finalizer by which the Job counts it."""
    metadata = dict(pod["metadata"])
    left = [each for each in metadata.pop("finalizers", ()) if each != TRACKING_FINALIZER]
    if left:
        metadata["finalizers"] = left
    return {**pod, "metadata": metadata}


def parse_time(text: str) -> datetime:
    """A time as objects carry it."""
    return datetime.fromisoformat(text)


def _progress(pod: JobPod) -> tuple[bool, int, bool]:
    return pod.is_placed, _PHASES.index(pod.phase), pod.is_ready


def _ends(pod: Object) -> list[str | None]:
    """When each container ended, sidecars among the init containers included; None for one that has not."""
    status = pod.get("status", {})
    deciding = status.get("containerStatuses", ())
    if init := pod["spec"].get("initContainers"):
        sidecars = {each["name"] for each in init if each.get("restartPolicy") == "Always"}
        ended = status.get("initContainerStatuses", ())
        deciding = [*deciding, *(each for each in ended if each.get("name") in sidecars)]
    return [each.get("state", {}).get("terminated", {}).get("finishedAt") for each in deciding]
