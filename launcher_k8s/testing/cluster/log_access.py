"""Whether a container has a log, in the kubelet's words.

Rule: ``validateContainerLogStatus`` in ``pkg/kubelet/kubelet_pods.go``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from launcher_k8s.testing.cluster.causes import quoted
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.refusals import bad_request

_PULL_PROBLEMS: Final[Mapping[str, str]] = {
    "ErrImagePull": "image can't be pulled",
    "ImagePullBackOff": "trying and failing to pull image",
}


def check_log(pod: Object, name: str, *, previous: bool = False) -> None:
    """See whether a container has a log.

    Raises:
        Refusal: 400: it has none yet, never will, or has no earlier one.
    """
    about = f"container {quoted(name)} in pod {quoted(pod['metadata']['name'])}"
    status = _status(pod, name)
    state = status.get("state", {})
    ended = status.get("lastState", {}).get("terminated")
    if previous:
        if not ended:
            raise bad_request(f"previous terminated {about} not found")
        return
    if "running" in state or ended:
        return
    if "terminated" in state:
        if not state["terminated"].get("containerID"):
            raise bad_request(f"{about} is terminated")
        return
    if "waiting" not in state:
        raise bad_request(f"{about} is not available")
    reason = state["waiting"]["reason"]
    raise bad_request(f"{about} is waiting to start: {_PULL_PROBLEMS.get(reason, reason)}")


def _status(pod: Object, name: str) -> Mapping[str, Any]:
    status = pod.get("status", {})
    every = [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]
    return next((each for each in every if each["name"] == name), {})
