"""A real Kubernetes as tests see it: how to reach it, and what may be done to it.

`RealCluster` is any cluster a kubeconfig names. `OwnCluster` is one that this harness booted, whose parts can
be killed and started again. A test asks for `RealCluster`; a verb that the cluster at hand does not have
raises `NotOurs`, which pytest reports as a skip with that reason.
"""

from __future__ import annotations

import functools
import json
import secrets
import subprocess
import unittest
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tests.cluster import fakes, images, metrics, network, pki
from tests.cluster.api import Api, ApiError
from tests.cluster.binaries import Say
from tests.cluster.boot import READY_S, Daemons, node_ready
from tests.cluster.fakes import FakeNodes
from tests.cluster.forward import Forwarder
from tests.cluster.node import PORT
from tests.cluster.places import Place
from tests.cluster.waiting import ClusterError, until

if TYPE_CHECKING:  # the only part that needs more than the standard library
    from tests.cluster.proxy import HttpTap


class NotOurs(unittest.SkipTest):
    """Only a cluster that this harness booted can do that."""


class RealCluster:
    """Access to a running cluster, and the common verbs of tests. None is async; each returns when done."""

    api_url: str
    token: str
    ca_pem: str
    ca_file: Path | None
    kubeconfig: Path
    image: str
    """An image with a shell and the usual small programs."""

    _kubectl: str
    _folder: Path

    @functools.cached_property
    def api(self) -> Api:
        return Api(self.api_url, self.token, self.ca_pem)

    @functools.cached_property
    def node_name(self) -> str:
        """The (first) node."""
        return str(self.request("GET", "/api/v1/nodes")["items"][0]["metadata"]["name"])

    @functools.cached_property
    def version(self) -> str:
        """The API server's, such as v1.36.3."""
        return str(self.request("GET", "/version")["gitVersion"])

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """One plain request as administrator: a PATCH is a merge patch, the answer is decoded."""
        return self.api.request(method, path, body)

    def kubectl(self, *arguments: str, input: str | None = None) -> str:  # noqa: A002 (subprocess's own name)
        """Run kubectl as administrator and return its standard output.

        Raises:
            ClusterError: it failed; the message is its standard error.
        """
        command = [self._kubectl, f"--kubeconfig={self.kubeconfig}", f"--cache-dir={self._folder}/kubectl"]
        done = subprocess.run(
            [*command, *arguments], input=input, capture_output=True, text=True, check=False, timeout=300
        )
        if done.returncode:
            raise ClusterError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def kubectl_json(self, *arguments: str, input: str | None = None) -> Any:  # noqa: A002
        return json.loads(self.kubectl(*arguments, "-o", "json", input=input))

    def create_namespace(self, prefix: str = "test") -> str:
        """A fresh namespace in which pods can start: its service account and CA bundle are there."""
        name = f"{prefix}-{secrets.token_hex(4)}"
        self.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        for needed in ("serviceaccounts/default", "configmaps/kube-root-ca.crt"):
            path = f"/api/v1/namespaces/{name}/{needed}"
            until(functools.partial(self.api.exists, path), f"{needed} of {name}", within_s=READY_S)
        return name

    def delete_namespace(self, name: str) -> None:
        """Start deleting a namespace and all in it; its pods get one second. Does not wait for the end."""
        path = f"/api/v1/namespaces/{name}"
        try:
            self.request("DELETE", path)
            self.request("DELETE", f"{path}/pods?gracePeriodSeconds=1")
        except ApiError as error:
            if error.status != 404:
                raise

    def service_account_token(self, namespace: str, name: str = "default", duration_s: int = 3600) -> str:
        """A real bound token, by TokenRequest. The shortest duration that Kubernetes grants is 600 s."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
        return str(self.request("POST", path, {"spec": {"expirationSeconds": duration_s}})["status"]["token"])

    def label_node(self, labels: dict[str, str | None]) -> None:
        """Set labels of the node; None removes one."""
        self.request("PATCH", f"/api/v1/nodes/{self.node_name}", {"metadata": {"labels": labels}})

    @property
    def noshell_image(self) -> str:
        """An image that holds one program and no shell: see images/noshell.c."""
        self._not_ours("the image without a shell")

    @property
    def certificate_kubeconfig(self) -> Path:
        """A kubeconfig that authenticates by a client certificate."""
        self._not_ours("a client certificate")

    @property
    def forwarder(self) -> Forwarder:
        """The one behind `api_url`: cutting it cuts everybody who uses the cluster."""
        self._not_ours("cutting connections")

    def new_forwarder(self) -> Forwarder:
        """A breakable path of one's own to the API server, at https://127.0.0.1:PORT; close it."""
        self._not_ours("cutting connections")

    @property
    def serving_pair(self) -> tuple[Path, Path]:
        """Certificate and key for 127.0.0.1, signed by the cluster's authority: for proxies before it."""
        self._not_ours("a serving certificate")

    def tap(self, *, tls: bool = True) -> HttpTap:
        """An HTTP proxy of one's own before the API server, to lose answers; a context manager."""
        from tests.cluster.proxy import HttpTap

        return HttpTap(self.api_url, self.ca_pem, self.serving_pair if tls else None)

    def kill_api_server(self) -> None:
        self._not_ours("killing the API server")

    def start_api_server(self) -> None:
        self._not_ours("starting the API server")

    def restart_api_server(self) -> None:
        self.kill_api_server()
        self.start_api_server()

    def stop_kubelet(self) -> None:
        self._not_ours("stopping the kubelet")

    def start_kubelet(self) -> None:
        self._not_ours("starting the kubelet")

    def start_metrics(self, say: Say) -> None:
        """Start metrics-server unless it runs, for as long as the cluster; `wait_for_metrics` then."""
        if not self.api.exists(metrics.NODES):
            self._not_ours("starting metrics-server")

    def wait_for_metrics(self) -> None:
        """Return when the metrics API has figures."""
        until(lambda: metrics.serving(self.api), "the metrics API", within_s=READY_S)

    def add_fake_nodes(self, count: int, say: Say) -> FakeNodes:
        """Nodes that kwok plays, which is started if need be; returns when they are ready."""
        self._not_ours("fake nodes")

    def remove_fake_nodes(self, nodes: FakeNodes) -> None:
        self._not_ours("fake nodes")

    @property
    def daemon_pids(self) -> frozenset[int]:
        """The processes of a cluster of the harness's; one that a test started is that test's child."""
        return frozenset()

    def log_tail(self, daemon: str) -> str:
        """The last lines of a daemon's log, such as "kubelet"."""
        self._not_ours(f"the log of {daemon}")

    def _not_ours(self, what: str) -> NoReturn:
        raise NotOurs(f"{what}: only with a cluster that the harness boots (KUBECONFIG names another)")


class OwnCluster(RealCluster):
    """A cluster booted by this harness, at a place."""

    def __init__(self, place: Place) -> None:
        self._daemons = Daemons(place)
        self._folder = place.root
        self._kubectl = self._daemons.node.binaries.path("kubectl")
        self.kubeconfig = place.kubeconfig
        self.ca_file = place.pki / "ca.crt"
        self.ca_pem = self.ca_file.read_text()
        self.token = pki.token(place.pki, "admin")
        config = json.loads(place.kubeconfig.read_text())
        self.api_url = config["clusters"][0]["cluster"]["server"]
        self.image = images.BUSYBOX

    @property
    def noshell_image(self) -> str:
        return images.NOSHELL

    @property
    def certificate_kubeconfig(self) -> Path:
        return self._daemons.place.certificate_kubeconfig

    @property
    def forwarder(self) -> Forwarder:
        return Forwarder(self._folder / "forwarder.sock")

    def new_forwarder(self) -> Forwarder:
        control = self._folder / f"forwarder-{secrets.token_hex(4)}.sock"
        return Forwarder.start(control, (network.NODE_ADDRESS, PORT), netns=self._daemons.place.netns)

    @property
    def serving_pair(self) -> tuple[Path, Path]:
        folder = self._daemons.place.pki
        return folder / "serving.crt", folder / "serving.key"

    def kill_api_server(self) -> None:
        """SIGKILL; etcd, and so every object, stays. Returns when the process is gone."""
        self._daemons.processes.kill("kube-apiserver")

    def start_api_server(self) -> None:
        """Start it again, and the controllers and kwok anew; returns when it is ready.

        Who met nobody asks again after up to a minute, longer than most tests wait; and a controller that
        was itself just starting has ended.
        """
        controllers = ("kube-controller-manager", "kube-scheduler")
        for name in controllers:
            self._daemons.processes.kill(name)
        self._daemons.start("kube-apiserver")
        self._daemons.processes.wait(self.api.ready, "the API server", within_s=READY_S)
        for name in controllers:
            self._daemons.start(name)
        fakes.start_anew(self._daemons)

    def stop_kubelet(self) -> None:
        """Pods go on running; nobody tells the API server of them."""
        self._daemons.processes.stop("kubelet")

    def start_kubelet(self) -> None:
        """Start it again; returns when the node is ready."""
        self._daemons.start("kubelet")
        self._daemons.processes.wait(lambda: node_ready(self.api), "the node", within_s=READY_S)

    def start_metrics(self, say: Say) -> None:
        metrics.start(self._daemons, self.api, say)

    def wait_for_metrics(self) -> None:
        metrics.wait(self._daemons, self.api)

    def add_fake_nodes(self, count: int, say: Say) -> FakeNodes:
        fakes.start(self._daemons, say)
        return fakes.add(self._daemons, self.api, count)

    def remove_fake_nodes(self, nodes: FakeNodes) -> None:
        fakes.remove(self.api, nodes)

    @property
    def daemon_pids(self) -> frozenset[int]:
        processes = self._daemons.processes
        running = map(processes.get, processes.recorded())
        return frozenset(each.pid for each in running if each is not None)

    def log_tail(self, daemon: str) -> str:
        return self._daemons.processes.tail(daemon)
