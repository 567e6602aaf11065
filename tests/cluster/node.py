"""The programs of a single-node cluster: for each its command line and the files it reads.

Nothing here starts anything. The settings are those that let Kubernetes run as root on a plain machine: the
kubelet accepts cgroup v1 and swap, containerd leaves the OOM score alone, etcd does not wait for the disk.
Limits that would hide what a test measures (client rates, eviction, removal of images and of ended pods) are
wide.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster import images, network, pki
from tests.cluster.binaries import Binaries
from tests.cluster.packages import cni_folder
from tests.cluster.places import Place

NODE_NAME = "launcher-k8s"
PORT = 6443
API_URL = f"https://{network.NODE_ADDRESS}:{PORT}"
ETCD_URL = "http://127.0.0.1:2379"
SERVING_NAMES = ["DNS:localhost", "DNS:kubernetes", "DNS:kubernetes.default", "DNS:kubernetes.default.svc",
                 "IP:127.0.0.1", f"IP:{network.NODE_ADDRESS}", f"IP:{network.FIRST_SERVICE}"]  # fmt: skip
RATES = ("--kube-api-qps=500", "--kube-api-burst=1000")


@dataclass(frozen=True)
class Node:
    """Command lines of one cluster's daemons."""

    place: Place
    binaries: Binaries

    def write_files(self) -> None:
        """Everything the daemons read; to be called once, in an empty directory."""
        pki.make(self.place.pki, node_name=NODE_NAME, names=SERVING_NAMES)
        for component in ("controller-manager", "scheduler", "kubelet"):
            access = {"token": pki.token(self.place.pki, component)}
            write_kubeconfig(self.place, self._kubeconfig(component), API_URL, access)
        network.write_cni(self._in("cni"), name=self.place.slug, data=self._in("cni-data"))
        self._in("containerd.toml").write_text(self._containerd_config())
        self._in("resolv.conf").write_text(f"nameserver {network.DNS_SERVICE}\n")
        self._in("kubelet.json").write_text(json.dumps(self._kubelet_config(), indent=1))

    def etcd(self) -> list[str]:
        return [
            self.binaries.path("etcd"),
            f"--data-dir={self._in('etcd')}",
            "--unsafe-no-fsync",
            f"--listen-client-urls={ETCD_URL}",
            f"--advertise-client-urls={ETCD_URL}",
            "--listen-peer-urls=http://127.0.0.1:2380",
            "--quota-backend-bytes=4294967296",
            "--log-level=warn",
        ]

    def api_server(self) -> list[str]:
        pki_folder = self.place.pki
        return [
            self.binaries.path("kube-apiserver"),
            f"--etcd-servers={ETCD_URL}",
            "--bind-address=0.0.0.0",
            f"--secure-port={PORT}",
            f"--advertise-address={network.NODE_ADDRESS}",
            f"--tls-cert-file={pki_folder}/serving.crt",
            f"--tls-private-key-file={pki_folder}/serving.key",
            f"--client-ca-file={pki_folder}/ca.crt",
            f"--token-auth-file={pki_folder}/tokens.csv",
            "--authorization-mode=Node,RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={pki_folder}/service-account.pub",
            f"--service-account-signing-key-file={pki_folder}/service-account.key",
            f"--service-cluster-ip-range={network.SERVICE_RANGE}",
            f"--kubelet-client-certificate={pki_folder}/kubelet-client.crt",
            f"--kubelet-client-key={pki_folder}/kubelet-client.key",
            "--kubelet-preferred-address-types=InternalIP",
            f"--proxy-client-cert-file={pki_folder}/front-proxy.crt",
            f"--proxy-client-key-file={pki_folder}/front-proxy.key",
            f"--requestheader-client-ca-file={pki_folder}/ca.crt",
            f"--requestheader-allowed-names={pki.FRONT_PROXY}",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            "--allow-privileged=true",
            f"--cert-dir={self._in('apiserver')}",
        ]

    def controller_manager(self) -> list[str]:
        return [
            self.binaries.path("kube-controller-manager"),
            f"--kubeconfig={self._kubeconfig('controller-manager')}",
            "--leader-elect=false",
            "--use-service-account-credentials",
            f"--root-ca-file={self.place.pki}/ca.crt",
            f"--service-account-private-key-file={self.place.pki}/service-account.key",
            f"--cert-dir={self._in('controller-manager')}",
            f"--flex-volume-plugin-dir={self._in('volume-plugins')}",
            "--terminated-pod-gc-threshold=100000",
            *RATES,
        ]

    def scheduler(self) -> list[str]:
        kubeconfig = self._kubeconfig("scheduler")
        return [
            self.binaries.path("kube-scheduler"),
            f"--kubeconfig={kubeconfig}",
            "--leader-elect=false",
            f"--cert-dir={self._in('scheduler')}",
            *RATES,
        ]

    def containerd(self) -> list[str]:
        return ["containerd", f"--config={self._in('containerd.toml')}"]

    def kubelet(self) -> list[str]:
        return [
            self.binaries.path("kubelet"),
            f"--config={self._in('kubelet.json')}",
            f"--kubeconfig={self._kubeconfig('kubelet')}",
            f"--root-dir={self._in('kubelet')}",
            f"--cert-dir={self._in('kubelet')}/pki",
            f"--node-ip={network.NODE_ADDRESS}",
            f"--hostname-override={NODE_NAME}",
        ]

    def _kubelet_config(self) -> dict[str, Any]:
        return {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": network.NODE_ADDRESS,
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": True},
                "x509": {"clientCAFile": f"{self.place.pki}/ca.crt"},
            },
            "authorization": {"mode": "Webhook"},
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{self.place.slug}",
            "clusterDNS": [network.DNS_SERVICE],
            "clusterDomain": "cluster.local",
            "containerRuntimeEndpoint": f"unix://{self.place.containerd_socket}",
            "enforceNodeAllocatable": [],
            "eventRecordQPS": 0,
            "evictionHard": {"memory.available": "100Mi", "nodefs.available": "100Mi"},
            "failCgroupV1": False,
            "failSwapOn": False,
            "imageGCHighThresholdPercent": 100,
            "imageGCLowThresholdPercent": 99,
            "kubeAPIQPS": 500,
            "kubeAPIBurst": 1000,
            "maxPods": 500,
            "podLogsDir": str(self._in("pod-logs")),
            "resolvConf": str(self._in("resolv.conf")),
            "volumePluginDir": str(self._in("volume-plugins")),
            "volumeStatsAggPeriod": "2s",  # of the volumes' sizes, which eviction reads
        }

    def _containerd_config(self) -> str:
        return CONTAINERD.format(
            root=self.place.root,
            socket=self.place.containerd_socket,
            pause=images.PAUSE,
            cni=cni_folder(),
        )

    def _kubeconfig(self, component: str) -> Path:
        return self._in(f"{component}.kubeconfig")

    def _in(self, name: str) -> Path:
        return self.place.root / name


def write_kubeconfig(place: Place, file: Path, url: str, user: dict[str, str]) -> None:
    """A kubeconfig is YAML, and so is JSON."""
    authority = base64.b64encode((place.pki / "ca.crt").read_bytes()).decode()
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": url, "certificate-authority-data": authority}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "default", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "default",
    }
    file.write_text(json.dumps(config, indent=1))
    file.chmod(0o600)


CONTAINERD = """\
version = 2
root = "{root}/containerd"
state = "{root}/containerd-state"

[grpc]
address = "{socket}"

[plugins."io.containerd.internal.v1.opt"]
path = "{root}/containerd-opt"

[plugins."io.containerd.nri.v1.nri"]
disable = true

[plugins."io.containerd.grpc.v1.cri"]
restrict_oom_score_adj = true
sandbox_image = "{pause}"
netns_mounts_under_state_dir = true
stream_server_address = "127.0.0.1"

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "{cni}"
conf_dir = "{root}/cni"

[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
default_runtime_name = "runc"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
Root = "{root}/runc"
"""
