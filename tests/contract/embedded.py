"""The embedded world: a LocalCluster on this machine, reached over HTTP; containers are local processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

from launcher_k8s import JobBackend, KubernetesCluster
from launcher_k8s.connection import PODS, Cluster
from launcher_k8s.host import SystemClock
from launcher_k8s.job import Json
from launcher_k8s.kube.timeouts import DEFAULT_TIMEOUTS
from launcher_k8s.testing.local.cluster import LocalCluster
from tests.contract.acts import Act, gate_file, shell_of
from tests.contract.capabilities import Can
from tests.contract.simulated import SimulatedWorld
from tests.contract.world import IMPATIENT, NO_IMAGE, World

NAMESPACE = "contract"
LOG_BYTES = 2**20


class EmbeddedWorld(SimulatedWorld):
    """See the module.

    Args:
        cluster: The cluster, entered.
        folder: A fresh folder, for gates and the token: containers see this machine's files.
    """

    name = "embedded"
    cannot: ClassVar[Mapping[Can, str]] = {
        Can.PREEMPTION: "its scheduler takes nothing away for a pod of higher priority",
        Can.COUNT_BYTES: "its server is in the client's own process, and counts nothing",
    }

    def __init__(self, cluster: LocalCluster, folder: Path) -> None:
        self.image = "embedded:1"
        self.namespace = NAMESPACE
        self.clock = SystemClock()
        self.cluster = cluster
        self.api, self.faults = cluster.api, cluster.faults
        self._gates = folder
        self._token = folder / "token"
        self._write_token(cluster.token)
        self.cluster.images.missing(NO_IMAGE)
        self.watch_requests()

    @classmethod
    @asynccontextmanager
    async def opened(cls, folder: Path) -> AsyncGenerator[World]:
        """A world of one's own."""
        async with LocalCluster(namespace=NAMESPACE, log_bytes=LOG_BYTES) as cluster:
            yield cls(cluster, folder)

    @asynccontextmanager
    async def backend(
        self, *, overrides: Mapping[str, Json] | None = None, impatient: bool = False, **changes: Any
    ) -> AsyncGenerator[JobBackend]:
        settings = self.settings_for(overrides, **{**self._reach, **changes})
        timeouts = IMPATIENT if impatient else DEFAULT_TIMEOUTS
        cluster = KubernetesCluster.from_settings(settings, timeouts=timeouts)
        async with JobBackend(settings, cluster=cluster, groups=lambda _user: ()) as backend:
            yield backend

    @property
    def _reach(self) -> dict[str, Any]:
        return {"api_url": self.cluster.api_url, "auth_token_path": str(self._token)}

    @asynccontextmanager
    async def reached(self, *, impatient: bool = False) -> AsyncGenerator[Cluster]:
        settings = self.settings_for(None, **self._reach)
        timeouts = IMPATIENT if impatient else DEFAULT_TIMEOUTS
        async with KubernetesCluster.from_settings(settings, timeouts=timeouts) as cluster:
            yield cluster

    def script(self, *acts: Act) -> str:
        return shell_of(acts, gates=str(self._gates))

    async def release(self, job_id: str, gate: str, *, container: str = "") -> None:
        (pod,) = await self.pods_of(job_id)
        self._open(gate_file(gate, pod["metadata"]["name"], gates=str(self._gates)))

    async def rotate_token(self) -> None:
        self._write_token(self.faults.rotate_token())

    async def rotate_log(self, job_id: str, *, said: bytes) -> None:
        await self.until(lambda: asyncio.to_thread(self._is_rotated, said), "the log has been rotated")

    def _is_rotated(self, said: bytes) -> bool:
        logs = [file for file in self.cluster.runtime.directory.rglob("pods/*/logs/*.log") if file.is_file()]
        return bool(logs) and not any(said in file.read_bytes() for file in logs)

    async def lose_node(self, job_id: str) -> None:
        """Then do what an operator must: say that the pod is gone with its node."""
        await super().lose_node(job_id)
        await self.delete(self.within(PODS).named(await self._pod_name(job_id)), grace_s=0)

    async def preempt(self, job_id: str) -> None:
        raise AssertionError(self.cannot[Can.PREEMPTION])

    def bytes_sent(self) -> int:
        raise AssertionError(self.cannot[Can.COUNT_BYTES])

    def _open(self, gate: str) -> None:
        Path(gate).touch()

    def _write_token(self, token: str) -> None:
        self._token.write_text(token)
        self._token.chmod(0o600)
