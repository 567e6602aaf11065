"""The pods of a Job: how one is made, and what the Job controller reads off it.

Rules: ``pkg/controller/job/job_controller.go``, ``backoff_utils.go`` and
``pkg/controller/controller_utils.go`` of Kubernetes 1.36.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, TypedDict, cast

import msgspec

from launcher_k8s.testing.cluster.job_conditions import find
from launcher_k8s.testing.cluster.kinds import Object

TRACKING_FINALIZER: Final = "batch.kubernetes.io/job-tracking"
CONTROLLED_BY: Final = "batch/v1"
RUNNING: Final = "Running"
SUCCEEDED: Final = "Succeeded"
FAILED: Final = "Failed"
PENDING: Final = "Pending"
_PHASES: Final = (PENDING, "Unknown", RUNNING)
_LONGEST_PREFIX: Final = 63 - 5  # what is generated after it has five letters


class _Spec(TypedDict, total=False):
    nodeName: Any
    initContainers: Any


class _Pod(TypedDict, total=False):
    metadata: Any
    spec: _Spec
    status: Any


_decode = msgspec.json.Decoder(_Pod).decode


def read(body: bytes) -> Object:
    """What the controller reads off a pod, from its JSON: not most of its spec, which is most of a pod."""
    return cast(Object, _decode(body))


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
    return phase_of(pod) in (SUCCEEDED, FAILED)


def is_deleted(pod: Object) -> bool:
    """Whether its deletion was asked for."""
    return "deletionTimestamp" in pod["metadata"]


def is_active(pod: Object) -> bool:
    """Whether it counts as at work."""
    return not is_ended(pod) and not is_deleted(pod)


def is_terminating(pod: Object) -> bool:
    """Whether it is on its way out and has not ended."""
    return not is_ended(pod) and is_deleted(pod)


def is_ready(pod: Object) -> bool:
    """Whether its condition ``Ready`` holds."""
    ready = _condition(pod, "Ready")
    return ready is not None and ready["status"] == "True"


def is_tracked(pod: Object) -> bool:
    """Whether the Job has yet to count it."""
    return TRACKING_FINALIZER in pod["metadata"].get("finalizers", ())


def counts_as_failed(pod: Object, *, waits_for_end: bool) -> bool:
    """Whether a pod has failed; a deleted one has, unless replacements wait for its end."""
    if phase_of(pod) == FAILED:
        return True
    return not waits_for_end and is_deleted(pod) and phase_of(pod) != SUCCEEDED


def restarts(pods: Iterable[Object]) -> int:
    """How often containers of living pods were started again."""
    living = (pod["status"] for pod in pods if phase_of(pod) in (RUNNING, PENDING))
    return sum(
        each.get("restartCount", 0)
        for status in living
        for each in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ()))
    )


def expendable(pods: Iterable[Object]) -> list[Object]:
    """Pods in the order in which they are given up: those that have come least far first."""
    newest_first = sorted(pods, key=lambda pod: str(pod["metadata"]["creationTimestamp"]), reverse=True)
    return sorted(newest_first, key=_progress)


def finished_at(pod: Object) -> datetime:
    """When a pod ended, as well as that can be told."""
    ends = list(_ends(pod))
    if ends and all(ends):
        return max(parse_time(end) for end in ends if end)
    ready = _condition(pod, "Ready")
    if ready is not None and ready["status"] == "False" and ready.get("lastTransitionTime"):
        return parse_time(ready["lastTransitionTime"])
    metadata = pod["metadata"]
    if is_deleted(pod):
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


def _progress(pod: Object) -> tuple[bool, int, bool]:
    return bool(pod["spec"].get("nodeName")), _PHASES.index(phase_of(pod)), is_ready(pod)


def _condition(pod: Object, type_: str) -> dict[str, Any] | None:
    return find(pod.get("status", {}).get("conditions", ()), type_)


def _ends(pod: Object) -> Iterator[str | None]:
    """When each container ended, sidecars among the init containers included; None for one that has not."""
    status = pod.get("status", {})
    sidecars = {
        each["name"]
        for each in pod["spec"].get("initContainers", ())
        if each.get("restartPolicy") == "Always"
    }
    for each in status.get("containerStatuses", ()):
        yield each["state"].get("terminated", {}).get("finishedAt")
    for each in status.get("initContainerStatuses", ()):
        if each["name"] in sidecars:
            yield each["state"].get("terminated", {}).get("finishedAt")
