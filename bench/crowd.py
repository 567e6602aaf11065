"""Thousands of ended jobs on a real API server that never ran: copies of one that did.

Each copy is written as launcher, controller and kubelet write theirs: the Job with the final state on it, its
Pod, and the status of either by the name of the component whose it is, so that `managedFields` come out as
they do in life. `spec.managedBy` keeps the Job controller away, which would make a Pod of its own. The Pods
are put on a node that nobody plays, and tolerate that.
"""

from __future__ import annotations

import copy
import http.client
import json
import ssl
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from tests.cluster.real import RealCluster

WRITERS = 8
USERS, TAGS = 50, 100
NAMES = ("r session", "python script", "nightly report")
TOLERATION = {"operator": "Exists"}
NODE = "retired"

_LAUNCHER, _CONTROLLER, _KUBELET = "Python", "kube-controller-manager", "kubelet"
_MADE_BY_SERVER = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink")
_TRACKING = (
    "controller-uid",
    "batch.kubernetes.io/controller-uid",
    "job-name",
    "batch.kubernetes.io/job-name",
)


def add_copies(cluster: RealCluster, namespace: str, job_id: str, count: int) -> None:
    """Copy an ended job, with its Pod, under so many other ids, users, names and tags."""
    jobs = f"/apis/batch/v1/namespaces/{namespace}/jobs"
    pods = f"/api/v1/namespaces/{namespace}/pods"
    job = cluster.request("GET", f"{jobs}/{job_id}")
    (pod,) = cluster.request("GET", f"{pods}?labelSelector=job-name={job_id}")["items"]
    if not cluster.api.exists(f"/api/v1/nodes/{NODE}"):
        cluster.request("POST", "/api/v1/nodes", {"metadata": {"name": NODE}})
    with ThreadPoolExecutor(WRITERS) as writers:
        shares = [range(first, count, WRITERS) for first in range(WRITERS)]
        for _ in writers.map(lambda share: _write(cluster, namespace, (job, pod), share), shares):
            pass


def _write(cluster: RealCluster, namespace: str, original: tuple[Any, Any], numbers: Sequence[int]) -> None:
    client = _Client(cluster)
    jobs = f"/apis/batch/v1/namespaces/{namespace}/jobs"
    pods = f"/api/v1/namespaces/{namespace}/pods"
    for number in numbers:
        job, pod = _copied(original, number)
        made = client.send(_LAUNCHER, "POST", jobs, job)
        name = made["metadata"]["name"]
        _own(pod, name, made["metadata"]["uid"])
        bound = client.send(_CONTROLLER, "POST", pods, pod)
        path = f"{pods}/{pod['metadata']['name']}/status"
        client.send(_KUBELET, "PUT", path, {**bound, "status": pod["status"]})
        client.send(_CONTROLLER, "PUT", f"{jobs}/{name}/status", {**made, "status": job["status"]})
    client.close()


def _copied(original: tuple[Any, Any], number: int) -> tuple[Any, Any]:
    job, pod = copy.deepcopy(original)
    job_id = f"{job['metadata']['name'].rpartition('-')[0]}-{number:08x}"
    for each in (job, pod):
        for field in _MADE_BY_SERVER:
            each["metadata"].pop(field, None)
    template = job["spec"]["template"]
    for labels in (job["metadata"]["labels"], template["metadata"]["labels"], pod["metadata"]["labels"]):
        for field in _TRACKING:
            labels.pop(field, None)
    del job["spec"]["selector"]
    job["metadata"]["name"] = job_id
    job["spec"]["managedBy"] = "launcher-k8s.test/bench"
    told = {
        "user": f"user-{number % USERS}",
        "name": NAMES[number % len(NAMES)],
        "USER_TAG_0": f"tag-{number % TAGS}",
    }
    for each in (template, pod):
        each["metadata"]["annotations"].update(told)
    pod["metadata"].pop("generateName", None)
    pod["metadata"]["name"] = f"{job_id}-{number % 100_000:05d}"
    pod["spec"]["nodeName"] = NODE
    pod["spec"]["tolerations"] = [TOLERATION]
    return job, pod


def _own(pod: Any, job_id: str, uid: str) -> None:
    """Tell the Pod whose it is, as the Job controller does."""
    pod["metadata"]["ownerReferences"][0].update(name=job_id, uid=uid)
    pod["metadata"]["labels"].update(zip(_TRACKING, (uid, uid, job_id, job_id), strict=True))


class _Client:
    """One connection, kept open, and requests by the names of several components."""

    def __init__(self, cluster: RealCluster) -> None:
        at = urlsplit(cluster.api_url)
        tls = ssl.create_default_context(cadata=cluster.ca_pem)
        self._connection = http.client.HTTPSConnection(at.hostname or "", at.port, timeout=60, context=tls)
        self._token = cluster.token

    def send(self, component: str, method: str, path: str, body: Mapping[str, Any]) -> Any:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": component,
        }
        self._connection.request(method, path, json.dumps(body), headers)
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status < 300, text[:500]
        return json.loads(text)

    def close(self) -> None:
        self._connection.close()
