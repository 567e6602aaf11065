"""Inside a pod: an address in the environment and a service account's files are all that is needed.

The process under test runs in a mount namespace of its own, in which the real directory of a service account
holds a token and a certificate and nothing else; the account may do what the guide's role grants.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from launcher_k8s.config.in_pod import SERVICE_ACCOUNT_DIRECTORY
from tests.cluster.api import Api, ApiError
from tests.cluster.real import RealCluster
from tests.cluster.waiting import until
from tests.integration.roles import create_guide_account

NAMESPACE = "rstudio"  # the default of kubernetes-namespace
ACCOUNT = "launcher"
SHORTEST_TOKEN_S = 600
REVOKED_WITHIN_S = 40  # the API server remembers for some seconds that a token was good

INSIDE = """
import asyncio, json, sys
from launcher_k8s import Job, JobBackend, JobState, Mount, MountSource, OutputChunk, load_settings

def tell(**what):
    print(json.dumps(what), flush=True)

async def read(output):
    return b"".join([chunk.data async for chunk in output]).decode()

async def main(directory, image, data):
    async with JobBackend(load_settings(directory).cluster()) as backend:
        mount = Mount("/data", MountSource("host", {"path": data}))
        waits = Job.shell(
            "echo before; until [ -e /data/rotated ]; do sleep 0.2; done; echo after; exit 3",
            name="waits", image=image, mounts=[mount], ports=[8080],
        )
        first = (await backend.submit(waits, user="jsmith")).id
        await backend.wait(first, until=[JobState.RUNNING], timeout_s=60)
        tell(running=first)
        final = await backend.wait(first, timeout_s=90)
        second = (await backend.submit(Job.shell("exit 4", name="later", image=image), user="jsmith")).id
        later = await backend.wait(second, timeout_s=60)
        tell(
            exit_codes=[final.exit_code, later.exit_code],
            output=await read(backend.output(first)),
            accounts=[offer.values for offer in (await backend.cluster_info("jsmith")).config],
        )
        await backend.remove(first)

asyncio.run(main(*sys.argv[1:]))
"""


class ServiceAccountFiles:
    """The files of a service account, kept as a kubelet keeps them: a rotation swaps a symbolic link."""

    def __init__(self, directory: Path, cluster: RealCluster) -> None:
        self._directory, self._cluster = directory, cluster
        directory.mkdir()
        for name in ("token", "ca.crt"):
            (directory / name).symlink_to(f"..data/{name}")

    def write(self, token: str, version: str) -> None:
        """Put a token in place of the one before."""
        data = self._directory / f"..{version}"
        data.mkdir()
        (data / "token").write_text(token)
        (data / "ca.crt").write_text(self._cluster.ca_pem)
        link = self._directory / "..next"
        link.symlink_to(data.name)
        link.replace(self._directory / "..data")


@pytest.fixture
def default_namespace(real_cluster: RealCluster) -> Iterator[str]:
    """The namespace `rstudio` with the guide's role for a service account; gone afterwards."""
    path = f"/api/v1/namespaces/{NAMESPACE}"
    until(lambda: not real_cluster.api.exists(path), f"an earlier {NAMESPACE} to be gone", within_s=60)
    real_cluster.request("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    until(lambda: real_cluster.api.exists(f"{path}/serviceaccounts/default"), "its account", within_s=30)
    until(lambda: real_cluster.api.exists(f"{path}/configmaps/kube-root-ca.crt"), "its CA", within_s=30)
    create_guide_account(real_cluster, NAMESPACE, ACCOUNT)
    yield NAMESPACE
    real_cluster.delete_namespace(NAMESPACE)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root and unshare")
async def test_a_job_runs_with_a_service_account_whose_token_is_rotated(
    real_cluster: RealCluster, default_namespace: str, tmp_path: Path
) -> None:
    directory = tmp_path / "conf"
    directory.mkdir()
    (directory / "launcher.kubernetes.conf").touch()
    data = tmp_path / "data"
    data.mkdir()
    files = ServiceAccountFiles(tmp_path / "account", real_cluster)
    first, second = (_bound_token(real_cluster, name) for name in ("first", "second"))
    files.write(first, "1")

    async with _in_pod(real_cluster, tmp_path / "account", directory, data) as told:
        running = json.loads(await told.readline())["running"]
        pods = real_cluster.request("GET", f"/api/v1/namespaces/{default_namespace}/pods")["items"]
        assert [pod["metadata"]["labels"]["job-name"] for pod in pods] == [running]

        files.write(second, "2")
        await asyncio.to_thread(_revoke, real_cluster, "first", first)
        (data / "rotated").touch()
        seen = json.loads(await told.readline())
    assert seen["exit_codes"] == [3, 4]
    assert seen["output"] == "before\nafter\n"
    assert {ACCOUNT, "default"} in [set(names) for names in seen["accounts"]]


@asynccontextmanager
async def _in_pod(
    cluster: RealCluster, account: Path, directory: Path, data: Path
) -> AsyncIterator[asyncio.StreamReader]:
    """What a process tells that sees a container's world: the service account's files at their place."""
    mounts = [
        "mount -t tmpfs none /var/run",
        f"mkdir -p {SERVICE_ACCOUNT_DIRECTORY}",
        f"mount --bind {shlex.quote(str(account))} {SERVICE_ACCOUNT_DIRECTORY}",
    ]
    inside = shlex.join([sys.executable, "-c", INSIDE, str(directory), cluster.image, str(data)])
    server = urlsplit(cluster.api_url)
    assert server.hostname is not None
    address = {"KUBERNETES_SERVICE_HOST": server.hostname, "KUBERNETES_SERVICE_PORT": str(server.port or 443)}
    process = await asyncio.create_subprocess_exec(
        "unshare",
        "--mount",
        "sh",
        "-ec",
        "\n".join([*mounts, f"exec {inside}"]),
        env=os.environ | address,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield process.stdout
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _bound_token(cluster: RealCluster, name: str) -> str:
    """A token that is good for as long as a Secret exists, as a pod's is for as long as the pod does."""
    path = f"/api/v1/namespaces/{NAMESPACE}"
    secret = cluster.request("POST", f"{path}/secrets", {"metadata": {"name": name}})
    bound = {"apiVersion": "v1", "kind": "Secret", "name": name, "uid": secret["metadata"]["uid"]}
    spec = {"expirationSeconds": SHORTEST_TOKEN_S, "boundObjectRef": bound}
    answer = cluster.request("POST", f"{path}/serviceaccounts/{ACCOUNT}/token", {"spec": spec})
    return str(answer["status"]["token"])


def _revoke(cluster: RealCluster, name: str, token: str) -> None:
    """Make a token worthless; returns when the API server refuses it."""
    cluster.request("DELETE", f"/api/v1/namespaces/{NAMESPACE}/secrets/{name}")
    account = Api(cluster.api_url, token, cluster.ca_pem)

    def refused() -> bool:
        try:
            account.request("GET", f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs")
        except ApiError as error:
            return error.status == 401
        return False

    until(refused, "the end of the first token", within_s=REVOKED_WITHIN_S)
