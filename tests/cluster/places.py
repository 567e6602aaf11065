"""Where a cluster keeps its things, and what it is called.

Binaries go to the user's cache, because they are large and belong to no cluster. All else of one cluster lies
under one directory outside the work tree, so that "nothing left" is a question about that directory, one
network namespace and one cgroup. A cluster is called after its Kubernetes version; a name of its own
(`LAUNCHER_K8S_CLUSTER`) lets two of the same version run side by side.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
MODULE = HERE / "kubernetes"


def default_version() -> str:
    """The version that the committed `kubernetes/go.mod` pins: the one place where it stands."""
    found = re.search(r"^\s*k8s\.io/kubernetes v(\S+)", (MODULE / "go.mod").read_text(), re.MULTILINE)
    if not found:
        raise AssertionError("kubernetes/go.mod requires no k8s.io/kubernetes")
    return found[1]


def wanted_version() -> str:
    """`KUBE_VERSION` (such as 1.35.4, with or without a leading v), else the default."""
    return os.environ.get("KUBE_VERSION", "").strip().removeprefix("v") or default_version()


def cache_root() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "launcher-k8s"


def state_root() -> Path:
    """Short and on a disk: unix socket names end at 107 characters, and images and volumes live below."""
    return Path(os.environ.get("LAUNCHER_K8S_STATE") or "/var/lib/launcher-k8s")


@dataclass(frozen=True)
class Place:
    """The files of one cluster."""

    version: str
    name: str

    @property
    def root(self) -> Path:
        return state_root() / self.name

    @property
    def slug(self) -> str:
        """The name as a cgroup and a CNI network may have it."""
        return "launcher-k8s-" + re.sub(r"[^A-Za-z0-9]+", "-", self.name)

    @property
    def netns(self) -> Path:
        return self.root / "netns"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def pids(self) -> Path:
        return self.root / "pids"

    @property
    def pki(self) -> Path:
        return self.root / "pki"

    @property
    def kubeconfig(self) -> Path:
        return self.root / "kubeconfig"

    @property
    def certificate_kubeconfig(self) -> Path:
        return self.root / "certificate-kubeconfig"

    @property
    def containerd_socket(self) -> Path:
        return self.root / "containerd.sock"

    @property
    def record(self) -> Path:
        """Written last by a boot and removed first by a teardown: there means complete."""
        return self.root / "cluster.json"

    def lock(self, what: str) -> Path:
        """Lock files lie in the cache: they outlive the cluster on purpose, and a teardown removes `root`."""
        return cache_root() / "locks" / f"{self.name}.{what}"


def place(version: str | None = None, name: str | None = None) -> Place:
    version = version or wanted_version()
    return Place(version, name or os.environ.get("LAUNCHER_K8S_CLUSTER") or version)


def existing() -> list[Place]:
    """The places where a cluster is, was left half done, or is just being made."""
    return [_known(root) for root in sorted(state_root().glob("*")) if root.is_dir()]


def _known(root: Path) -> Place:
    try:
        return Place(json.loads((root / "cluster.json").read_text())["version"], root.name)
    except FileNotFoundError:
        return Place("unknown", root.name)


def named_by(kubeconfig: str) -> Place | None:
    """The place whose kubeconfig this path is, as `export KUBECONFIG` after an `up` has it."""
    complete = (found for found in existing() if found.record.exists())
    return next((found for found in complete if kubeconfig == str(found.kubeconfig)), None)
