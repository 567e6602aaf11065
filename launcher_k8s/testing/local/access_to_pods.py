"""Which container of a pod is meant, in the words of the server's refusals.

Rule: ``pkg/registry/core/pod/strategy.go``.
"""

from __future__ import annotations

from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.refusals import bad_request


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
