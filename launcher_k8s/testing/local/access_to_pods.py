"""Which container of a pod is meant, and whether it has a log: the server's and the kubelet's refusals.

Rules: ``pkg/registry/core/pod/strategy.go`` and ``validateContainerLogStatus`` in the kubelet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from launcher_k8s.testing.cluster.causes import quoted
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.refusals import bad_request

_PULL_PROBLEMS: Final = ("ErrImagePull", "ImagePullBackOff")


class PlainRefusal(Exception):  # noqa: N818 -- an answer, as Refusal is
    """An answer of the kubelet's that is text, not a Status.

    Args:
        code: The HTTP status.
        message: The text.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def choose_container(pod: Object, name: str) -> str:
    """The container that is meant; without a name the only one.

    Raises:
        Refusal: 400: there is none of that name, or there are several.
    """
    spec, pod_name = pod["spec"], pod["metadata"]["name"]
    every = [each["name"] for key in ("initContainers", "containers") for each in spec.get(key, [])]
    if name:
        if name not in every:
            raise bad_request(f"container {name} is not valid for pod {pod_name}")
        return name
    if len(spec["containers"]) > 1:
        listed = " ".join(every)
        raise bad_request(f"a container name must be specified for pod {pod_name}, choose one of: [{listed}]")
    return str(spec["containers"][0]["name"])


def check_log(pod: Object, name: str, *, previous: bool) -> None:
    """See whether a container has a log.

    Raises:
        Refusal: 400: it has none yet, or no earlier one.
    """
    about = f"container {quoted(name)} in pod {quoted(pod['metadata']['name'])}"
    status = _status(pod, name)
    last = status.get("lastState", {}).get("terminated")
    if previous:
        if not last:
            raise bad_request(f"previous terminated {about} not found")
        return
    waiting = status.get("state", {}).get("waiting")
    if "running" in status.get("state", {}) or "terminated" in status.get("state", {}) or last:
        return
    if waiting is None:
        raise bad_request(f"{about} is not available")
    if waiting["reason"] in _PULL_PROBLEMS:
        raise bad_request(f"{about} is waiting to start: trying and failing to pull image")
    raise bad_request(f"{about} is waiting to start: {waiting['reason']}")


def _status(pod: Object, name: str) -> Mapping[str, Any]:
    status = pod.get("status", {})
    every = [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]
    return next((each for each in every if each["name"] == name), {})
