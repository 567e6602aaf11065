"""Getting a container its image: what a kubelet says and does when it is there, and when it is not.

Reasons and texts are those of ``pkg/kubelet/images``, compared with 1.36.
"""

from __future__ import annotations

from typing import Protocol

from launcher_k8s.testing.cluster.causes import quoted
from launcher_k8s.testing.cluster.container_states import Container
from launcher_k8s.testing.local.images import Images, image_id, name_problem, pull_problem


class Record(Protocol):
    """Leaves an event on a container."""

    def __call__(self, reason: str, message: str, *, container: str = "", warning: bool = False) -> None:
        """Leave it."""


def pull(container: Container, images: Images, record: Record) -> bool:
    """See that a container's image is there; False: it waits, and says why.

    Args:
        container: Notes what it waits for.
        images: Those that are to be had.
        record: Leaves events.
    """
    spec = container.spec
    image, policy = spec.get("image", ""), spec.get("imagePullPolicy", "IfNotPresent")
    if problem := name_problem(image):
        parsed = f"couldn't parse image name {quoted(image)}: {problem}"
        told = f"Failed to apply default image tag {quoted(image)}: {parsed}"
        return _wait(container, record, "InvalidImageName", "InspectFailed", told)
    if not images.has(image):
        return _note_missing(container, image, policy, record)
    if policy == "Always":
        record("Pulling", f"Pulling image {quoted(image)}", container=container.name)
        record("Pulled", f"Successfully pulled image {quoted(image)}", container=container.name)
    else:
        told = f"Container image {quoted(image)} already present on machine and can be accessed by the pod"
        record("Pulled", told, container=container.name)
    container.image_id = image_id(image)
    return True


def _note_missing(container: Container, image: str, policy: str, record: Record) -> bool:
    if policy == "Never":
        told = f"Container image {quoted(image)} is not present with pull policy of Never"
        return _wait(container, record, "ErrImageNeverPull", "ErrImageNeverPull", told)
    problem = pull_problem(image)
    if container.waiting is not None and container.waiting[0] in ("ErrImagePull", "ImagePullBackOff"):
        told = f"Back-off pulling image {quoted(image)}"
        message = f"{told}: ErrImagePull: {problem}"
        return _wait(container, record, "ImagePullBackOff", "BackOff", told, message)
    record("Pulling", f"Pulling image {quoted(image)}", container=container.name)
    told = f"Failed to pull image {quoted(image)}: {problem}"
    return _wait(container, record, "ErrImagePull", "Failed", told, problem)


def _wait(
    container: Container, record: Record, reason: str, event: str, told: str, message: str = ""
) -> bool:
    """Let a container wait for a reason, and tell it by two events."""
    record(event, told, container=container.name, warning=event != "BackOff")
    record("Failed", f"Error: {reason}", container=container.name, warning=True)
    container.wait(reason, message or told)
    return False
