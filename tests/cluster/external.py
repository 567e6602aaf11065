"""A cluster that somebody else runs, named by KUBECONFIG: read its access, ask nothing of its machine.

Tests need an API URL, a CA and a bearer token, as the Launcher's configuration has them. A kubeconfig with
other credentials (client certificates, a plugin) is used once to make a service account with such a token,
in a namespace that is deleted at the end.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cluster.binaries import cached
from tests.cluster.places import wanted_version
from tests.cluster.real import NotOurs, RealCluster
from tests.cluster.waiting import UnavailableError


class ExternalCluster(RealCluster):
    """Access read from a kubeconfig; what needs the cluster's machine raises `NotOurs`."""

    def __init__(self, kubectl: str, folder: Path, kubeconfig: Path) -> None:
        self._kubectl, self._folder, self.kubeconfig = kubectl, folder, kubeconfig
        config = json.loads(self.kubectl("config", "view", "--raw", "--minify", "--flatten", "-o", "json"))
        cluster = config["clusters"][0]["cluster"]
        self.api_url = cluster["server"]
        self.ca_pem = base64.b64decode(cluster.get("certificate-authority-data", "")).decode()
        self.ca_file = None
        if self.ca_pem:
            self.ca_file = folder / "ca.crt"
            self.ca_file.write_text(self.ca_pem)
        self.image = os.environ.get("LAUNCHER_K8S_TEST_IMAGE", "busybox:1")
        self.token = config["users"][0]["user"].get("token", "")

    @property
    def noshell_image(self) -> str:
        image = os.environ.get("LAUNCHER_K8S_TEST_NOSHELL_IMAGE")
        if not image:
            raise NotOurs("LAUNCHER_K8S_TEST_NOSHELL_IMAGE names no image without a shell for this cluster")
        return image

    def make_token(self, namespace: str) -> str:
        """A cluster administrator's token, of a service account in `namespace`."""
        account = {"kind": "ServiceAccount", "name": namespace, "namespace": namespace}
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
        objects: list[dict[str, Any]] = [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account_metadata(namespace)},
            {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
             "metadata": {"name": namespace}, "subjects": [account], "roleRef": role},
        ]  # fmt: skip
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        self.kubectl("apply", "-f", "-", input=text)
        return self.kubectl("create", "token", namespace, "-n", namespace, "--duration=12h").strip()

    def remove_token(self, namespace: str) -> None:
        self.kubectl("delete", "--wait=false", "clusterrolebinding,namespace", namespace)


def account_metadata(name: str) -> dict[str, str]:
    return {"name": name, "namespace": name}


@contextmanager
def external(kubeconfig: str) -> Iterator[RealCluster]:
    """The cluster that `kubeconfig` (one path, or several joined as KUBECONFIG has them) names.

    Raises:
        UnavailableError: no kubectl, or the kubeconfig cannot be read.
    """
    ours = cached(wanted_version()).path("kubectl")
    kubectl = shutil.which("kubectl") or (ours if Path(ours).exists() else None)
    if kubectl is None:
        raise UnavailableError("KUBECONFIG is set, but there is no kubectl on PATH to read it with")
    with tempfile.TemporaryDirectory() as folder:
        flat = Path(folder) / "kubeconfig"
        flat.touch(mode=0o600)
        flat.write_text(_flatten(kubectl, kubeconfig))
        cluster = ExternalCluster(kubectl, Path(folder), flat)
        if cluster.token:
            yield cluster
            return
        namespace = f"launcher-k8s-tests-{secrets.token_hex(3)}"
        try:
            cluster.token = cluster.make_token(namespace)
            yield cluster
        finally:
            cluster.remove_token(namespace)


def _flatten(kubectl: str, kubeconfig: str) -> str:
    command = [kubectl, "config", "view", "--raw", "--minify", "--flatten", "-o", "json"]
    environment = {**os.environ, "KUBECONFIG": kubeconfig}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UnavailableError(f"KUBECONFIG={kubeconfig}: {done.stderr.strip()}")
    return done.stdout
