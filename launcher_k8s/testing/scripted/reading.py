"""Finding the log that somebody asks for, with the API server's and the kubelet's complaints.

Texts: ``pkg/registry/core/pod/strategy.go`` (``LogLocation``) of Kubernetes 1.36.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from launcher_k8s.connection import LogOptions
from launcher_k8s.testing.cluster import metrics, refusals
from launcher_k8s.testing.cluster.kinds import POD, POD_METRICS
from launcher_k8s.testing.cluster.log_access import check_log
from launcher_k8s.testing.cluster.requests import Answer, Request
from launcher_k8s.testing.cluster.writing import stamp
from launcher_k8s.testing.scripted.logs import LogReader
from launcher_k8s.testing.scripted.pod import ScriptedPod
from launcher_k8s.testing.scripted.site import ScriptedSite

_PORT: Final = 10250


def open_log(
    site: ScriptedSite, request: Request, options: LogOptions, wake: Callable[[], None]
) -> LogReader:
    """Begin to read a container's log.

    Raises:
        Refusal: Not permitted; no such pod or container; it has not started; or its node does not answer.
    """
    living = find_container(site, request, options.container, path="containerLogs")
    check_log(living.object, options.container)
    return living.log(options.container).reader(options, wake)


def find_container(site: ScriptedSite, request: Request, container: str, *, path: str) -> ScriptedPod:
    """The pod that a request is about, which has a container of that name and a node that answers.

    Raises:
        Refusal: Not permitted, or it is not so.
    """
    site.api.authorize(request)
    pod = request.resource
    content = site.api.find(POD, pod.name, pod.namespace)
    if content is None:
        raise refusals.not_found(POD.plural, pod.name)
    spec = content["spec"]
    names = [each["name"] for each in (*spec.get("initContainers", ()), *spec["containers"])]
    if container not in names:
        raise refusals.bad_request(f"container {container} is not valid for pod {pod.name}")
    if not spec.get("nodeName"):
        raise refusals.bad_request(f"pod {pod.name} does not have a host assigned")
    if site.is_lost:
        address = f"{site.node_address}:{_PORT}"
        place = f"{pod.namespace}/{pod.name}/{container}"
        raise refusals.internal(
            f'Get "https://{address}/{path}/{place}": dial tcp {address}: connect: no route to host'
        )
    return site.pod_named(pod.name, pod.namespace)


def answer_metrics(site: ScriptedSite, request: Request) -> Answer:
    """Answer a request to the metrics API: what the pods are said to use, measured now.

    Raises:
        Refusal: It is not permitted, or nothing is known of the pod.
    """
    kind = site.api.authorize(request)
    now = stamp(site.now())
    items = [
        metrics.pod_metrics(pod.object, told, timestamp=now) for pod in site.pods() if (told := pod.measured)
    ]
    return metrics.answer(kind, request, items if kind is POD_METRICS else [])


class LogFeed:
    """A log's pieces for a stream."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self._reader.is_over

    def take(self) -> list[bytes]:
        """What has come since the last call."""
        data = self._reader.take()
        return [data] if data else []

    def close(self) -> None:
        """Read no more."""
        self._reader.close()
