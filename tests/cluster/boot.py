"""Brings a cluster up: what is started in which order, and what each step waits for.

Whatever fails, what was started is taken down again before the error goes on: a half-booted cluster helps
nobody and is in the way of the next.
"""

from __future__ import annotations

import base64
import json
import subprocess
import time

from tests.cluster import host, images, network, pki, teardown
from tests.cluster.api import Api
from tests.cluster.binaries import Say, build, cached
from tests.cluster.forward import Forwarder
from tests.cluster.node import NODE_NAME, PORT, Node, write_kubeconfig
from tests.cluster.places import Place
from tests.cluster.processes import Processes
from tests.cluster.waiting import ClusterError, until

READY_S = 90


class Daemons:
    """The running programs of one cluster, to be started and ended one by one."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.node = Node(place, cached(place.version))
        self.processes = Processes(place.pids, place.logs)

    def start(self, name: str) -> None:
        """Start one program and return at once."""
        commands = {
            "etcd": self.node.etcd,
            "kube-apiserver": self.node.api_server,
            "kube-controller-manager": self.node.controller_manager,
            "kube-scheduler": self.node.scheduler,
            "containerd": self.node.containerd,
            "kubelet": self.node.kubelet,
        }
        self.processes.start(name, commands[name](), netns=self.place.netns)

    def start_forwarder(self) -> Forwarder:
        target = (network.NODE_ADDRESS, PORT)
        control = self.place.root / "forwarder.sock"
        return Forwarder.start_daemon(self.processes, control, target, netns=self.place.netns)

    def import_image(self, archive: str) -> None:
        """Give containerd an image; while it is starting it is asked again."""

        def imported() -> bool:
            socket, flags = str(self.place.containerd_socket), ("--snapshotter", "native")
            command = ["ctr", "--address", socket, "-n", "k8s.io", "images", "import", *flags, archive]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise ClusterError(done.stderr.strip())
            return True

        until(
            imported, f"import of {archive}", within_s=30, evidence=lambda: self.processes.tail("containerd")
        )


def boot(place: Place, say: Say, *, kept: bool) -> None:
    """Boot the cluster at `place`; the caller has its boot lock and a machine without obstacles.

    Args:
        place: an unused place.
        say: told of each step.
        kept: whether it stays when the test session that uses it ends.

    Raises:
        UnavailableError: the binaries cannot be built.
        ClusterError: it did not come up; the message has the logs' tails.
    """
    build(place.version, say)
    began = time.monotonic()
    daemons = Daemons(place)
    try:
        _prepare(daemons)
        api = _control_plane(daemons)
        _worker(daemons, api)
    except BaseException:
        teardown.remove(place)
        raise
    took = time.monotonic() - began
    place.record.write_text(json.dumps({"version": place.version, "kept": kept, "boot_s": round(took, 1)}))
    say(f"Kubernetes {place.version} is up after {took:.1f} s")


def _prepare(daemons: Daemons) -> None:
    place = daemons.place
    place.root.mkdir(parents=True, mode=0o711)
    host.remember(place.root / "machine.json")
    host.create_cgroup(place.slug)
    network.create(place.netns)
    daemons.node.write_files()


def _control_plane(daemons: Daemons) -> Api:
    place = daemons.place
    for name in ("etcd", "kube-apiserver", "containerd"):
        daemons.start(name)
    forwarder = daemons.start_forwarder()
    url = f"https://127.0.0.1:{forwarder.port}"
    admin = pki.token(place.pki, "admin")
    write_kubeconfig(place, place.kubeconfig, url, {"token": admin})
    pair = {"client-certificate-data": "admin.crt", "client-key-data": "admin.key"}
    certificate = {
        key: base64.b64encode((place.pki / file).read_bytes()).decode() for key, file in pair.items()
    }
    write_kubeconfig(place, place.certificate_kubeconfig, url, certificate)
    for archive in images.make_all(place.root / "images"):
        daemons.import_image(str(archive))
    api = Api(url, admin, (place.pki / "ca.crt").read_text())
    daemons.processes.wait(api.ready, "the API server", within_s=READY_S)
    return api


def _worker(daemons: Daemons, api: Api) -> None:
    for name in ("kube-controller-manager", "kube-scheduler", "kubelet"):
        daemons.start(name)
    daemons.processes.wait(lambda: node_ready(api), "the node", within_s=READY_S)
    account = "/api/v1/namespaces/default/serviceaccounts/default"
    daemons.processes.wait(lambda: api.exists(account), "the controllers", within_s=READY_S)


def node_ready(api: Api) -> bool:
    node = api.request("GET", f"/api/v1/nodes/{NODE_NAME}")
    conditions = {one["type"]: one["status"] for one in node["status"].get("conditions", [])}
    return conditions.get("Ready") == "True"
