"""metrics-server in a running cluster: started, registered as an aggregated API, waited for.

It runs as administrator; who may read metrics through it, the API server's RBAC decides. Its own API is
reached as a Service that is only a name for localhost, because in this cluster nothing routes Services.
"""

from __future__ import annotations

from typing import Any

from tests.cluster import pki
from tests.cluster.addons import METRICS_SERVER
from tests.cluster.api import Api, ApiError
from tests.cluster.binaries import Say, build_addon
from tests.cluster.boot import READY_S, Daemons
from tests.cluster.locks import exclusive
from tests.cluster.node import API_URL, write_kubeconfig

NAME = METRICS_SERVER.name
PORT = 4443
RESOLUTION_S = 10
"""How often it asks the kubelet: the shortest that it allows."""
NODES = "/apis/metrics.k8s.io/v1beta1/nodes"
SERVICE: dict[str, Any] = {
    "metadata": {"name": NAME},
    "spec": {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": PORT}]},
}
API_SERVICE: dict[str, Any] = {
    "metadata": {"name": "v1beta1.metrics.k8s.io"},
    "spec": {
        "group": "metrics.k8s.io",
        "version": "v1beta1",
        "service": {"namespace": "kube-system", "name": NAME, "port": PORT},
        "insecureSkipTLSVerify": True,
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
    },
}


def start(daemons: Daemons, api: Api, say: Say) -> None:
    """Start it unless it runs, and return at once: its first figures take some 20 seconds.

    Raises:
        UnavailableError: it cannot be built.
    """
    program = build_addon(METRICS_SERVER, say) / NAME
    place = daemons.place
    with exclusive(place.lock("addons")):
        if daemons.processes.get(NAME) is not None:
            return
        kubeconfig = place.root / f"{NAME}.kubeconfig"
        write_kubeconfig(place, kubeconfig, API_URL, {"token": pki.token(place.pki, "admin")})
        command = [
            str(program),
            *(f"--{whose}kubeconfig={kubeconfig}" for whose in ("", "authentication-", "authorization-")),
            f"--secure-port={PORT}",
            f"--cert-dir={place.root / NAME}",
            "--kubelet-insecure-tls",
            "--kubelet-preferred-address-types=InternalIP",
            "--kubelet-request-timeout=5s",
            f"--metric-resolution={RESOLUTION_S}s",
        ]
        daemons.processes.start(NAME, command, netns=place.netns)
        _make(api, "/api/v1/namespaces/kube-system/services", SERVICE)
        _make(api, "/apis/apiregistration.k8s.io/v1/apiservices", API_SERVICE)


def wait(daemons: Daemons, api: Api) -> None:
    """Return when it has figures of the node."""
    daemons.processes.wait(lambda: serving(api), "metrics-server's first figures", within_s=READY_S)


def serving(api: Api) -> bool:
    """Whether the cluster's metrics API tells of a node."""
    return bool(api.request("GET", NODES)["items"])


def _make(api: Api, path: str, body: dict[str, Any]) -> None:
    try:
        api.request("POST", path, body)
    except ApiError as error:
        if error.status != 409:
            raise
