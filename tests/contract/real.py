"""The real world: a namespace of a real Kubernetes, reached through a forwarder and a tap of our own.

Backends come as a service account that may do what the guide's role says and no more, so that whatever
passes here needs no further permission. What is arranged and looked at goes straight to the API server, as
administrator.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import attrs

from launcher_k8s import JobBackend, KubernetesCluster
from launcher_k8s.connection import PODS, Cluster, Resource
from launcher_k8s.host import SystemClock
from launcher_k8s.job import Json
from launcher_k8s.kube.timeouts import DEFAULT_TIMEOUTS
from launcher_k8s.shape.names import MAIN_CONTAINER
from tests.cluster.forward import Forwarder
from tests.cluster.proxy import HttpTap
from tests.cluster.real import RealCluster
from tests.contract import real_node, real_role
from tests.contract.acts import gate_file
from tests.contract.capabilities import Can
from tests.contract.faults import (
    Answers,
    Breach,
    CutsStream,
    Delays,
    Fault,
    LosesAnswer,
    LosesRequest,
    On,
    Verb,
)
from tests.contract.world import IMPATIENT, Object, World

TOO_OLD = "too old resource version: 1 (2)"
TOKEN_TOO_OLD = "The provided continue parameter is too old to display a consistent list result."


@attrs.frozen
class Way:
    """The way to the API server that may be broken: connections at the forwarder, requests at the tap."""

    forwarder: Forwarder
    tap: HttpTap

    @property
    def url(self) -> str:
        """What backends take for the API server."""
        return f"https://127.0.0.1:{self.forwarder.port}"

    def mend(self) -> None:
        """As new, for the next test."""
        self.forwarder.resume()
        self.tap.forget()


@contextmanager
def way_to(cluster: RealCluster, folder: Path) -> Iterator[Way]:
    """A way of one's own."""
    with (
        cluster.tap() as tap,
        Forwarder.start(folder / "way.sock", ("127.0.0.1", int(tap.url.rpartition(":")[2]))) as forwarder,
    ):
        yield Way(forwarder, tap)


class RealWorld(World):
    """See the module.

    Args:
        cluster: The cluster.
        namespace: A fresh namespace.
        way: How backends reach it.
        folder: A fresh folder, for the token.
    """

    name = "real"
    cannot: ClassVar[Mapping[Can, str]] = {}

    def __init__(self, cluster: RealCluster, namespace: str, way: Way, folder: Path) -> None:
        self.cluster = cluster
        self.namespace = namespace
        self.image = cluster.image
        self.clock = SystemClock()
        self._way = way
        self._token = real_role.TokenFile(cluster, namespace, folder / "token")
        self._sent_before = way.forwarder.bytes_out
        self._tidying: list[Callable[[], object]] = []

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, cluster: RealCluster, namespace: str, way: Way, folder: Path
    ) -> AsyncGenerator[RealWorld]:
        """A world with its account; what it changed beyond its namespace is put back."""
        world = cls(cluster, namespace, way, folder)
        await asyncio.to_thread(real_role.make_account, cluster, namespace)
        await asyncio.to_thread(world._token.write)
        try:
            yield world
        finally:
            await asyncio.to_thread(way.mend)
            for put_back in reversed(world._tidying):
                await asyncio.to_thread(put_back)

    @property
    def daemons(self) -> frozenset[int]:
        return self.cluster.daemon_pids

    @asynccontextmanager
    async def backend(
        self, *, overrides: Mapping[str, Json] | None = None, impatient: bool = False, **changes: Any
    ) -> AsyncGenerator[JobBackend]:
        settings = self.settings_for(overrides, **{**self.reach, **changes})
        timeouts = IMPATIENT if impatient else DEFAULT_TIMEOUTS
        cluster = KubernetesCluster.from_settings(settings, timeouts=timeouts)
        async with JobBackend(settings, cluster=cluster, groups=lambda _user: ()) as backend:
            yield backend

    @property
    def reach(self) -> dict[str, Any]:
        """The settings by which a process reaches it."""
        return {
            "api_url": self._way.url,
            "auth_token_path": str(self._token.file),
            "certificate_authority": self.cluster.ca_pem or None,
        }

    @asynccontextmanager
    async def reached(self, *, impatient: bool = False) -> AsyncGenerator[Cluster]:
        settings = self.settings_for(None, **self.reach)
        timeouts = IMPATIENT if impatient else DEFAULT_TIMEOUTS
        async with KubernetesCluster.from_settings(settings, timeouts=timeouts) as cluster:
            yield cluster

    async def release(self, job_id: str, gate: str, *, container: str = "") -> None:
        (pod,) = await self.pods_of(job_id)
        file = gate_file(gate, pod["metadata"]["name"])
        await self.run(job_id, "touch", file, container=container or MAIN_CONTAINER)

    async def run(self, job_id: str, *command: str, container: str = MAIN_CONTAINER) -> None:
        """Run a command in a container of a job."""
        (pod,) = await self.pods_of(job_id)
        name = pod["metadata"]["name"]
        words = ("exec", "-n", self.namespace, name, "-c", container, "--", *command)
        await asyncio.to_thread(self.cluster.kubectl, *words)

    # --- the cluster's objects

    async def create(self, resource: Resource, body: Object) -> Object:
        return await self._ask("POST", resource.path, body)

    async def objects(self, resource: Resource, *, label_selector: str = "") -> list[Object]:
        items = (await self._ask("GET", f"{resource.path}?labelSelector={quote(label_selector)}"))["items"]
        return [*items]

    async def patch(self, resource: Resource, patch: Object) -> Object:
        return await self._ask("PATCH", resource.path, patch)

    async def delete(self, resource: Resource, *, grace_s: int | None = None) -> None:
        options: Object = {"propagationPolicy": "Background"}
        if grace_s is not None:
            options["gracePeriodSeconds"] = grace_s
        await self._ask("DELETE", resource.path, options)

    async def _ask(self, method: str, path: str, body: Object | None = None) -> Object:
        answer: Object = await asyncio.to_thread(self.cluster.request, method, path, body)
        return answer

    # --- breaking the way

    def break_(self, fault: Fault) -> Breach:
        tap, method, path, query = self._way.tap, *_pattern(fault.on)
        match fault:
            case Answers():
                return tap.answer(
                    fault.status,
                    method,
                    path,
                    query=query,
                    times=fault.times,
                    reason=fault.reason,
                    message=fault.message,
                    retry_after_s=fault.retry_after_s,
                )
            case CutsStream():
                return tap.cut_streams(fault.after_bytes, method, path, query=query, times=fault.times)
            case Delays():
                return tap.delay(fault.seconds, method, path, query=query, times=fault.times)
            case LosesAnswer():
                return tap.drop_answers(method, path, query=query, times=fault.times)
            case LosesRequest():
                return tap.drop_requests(method, path, query=query, times=fault.times)

    def asked(self, verb: Verb, plural: str) -> int:
        method, path, query = _pattern(On(verb, plural))
        return sum(
            seen.method == method
            and re.search(path, seen.path.partition("?")[0]) is not None
            and re.search(query, seen.path.partition("?")[2]) is not None
            for seen in self._way.tap.requests
        )

    async def cut(self) -> None:
        await asyncio.to_thread(self._way.forwarder.cut)

    @asynccontextmanager
    async def unreachable(self) -> AsyncGenerator[None]:
        await asyncio.to_thread(self._way.forwarder.refuse)
        await self.cut()
        try:
            yield
        finally:
            await asyncio.to_thread(self._way.forwarder.resume)

    @asynccontextmanager
    async def standing_still(self) -> AsyncGenerator[None]:
        await asyncio.to_thread(self._way.forwarder.stall)
        try:
            yield
        finally:
            await asyncio.to_thread(self._way.forwarder.resume)

    async def expire_versions(self) -> None:
        for plural in ("jobs", "pods"):
            self.break_(Answers(On("watch", plural), 410, reason="Expired", message=TOO_OLD))
        await self.cut()

    def expire_pages(self, plural: str, *, times: int = 1) -> Breach:
        method, path, _ = _pattern(On("list", plural))
        return self._way.tap.answer(
            410, method, path, query="continue=", reason="Expired", message=TOKEN_TOO_OLD, times=times
        )

    async def connections(self) -> int:
        return await asyncio.to_thread(lambda: self._way.forwarder.connections)

    def bytes_sent(self) -> int:
        return self._way.forwarder.bytes_out - self._sent_before

    # --- breaking the cluster

    async def rotate_token(self) -> None:
        await asyncio.to_thread(self._token.rotate)

    async def deny(self, verb: str, plural: str) -> None:
        await asyncio.to_thread(real_role.deny, self.cluster, self.namespace, verb, plural)

    async def allow(self) -> None:
        await asyncio.to_thread(real_role.allow, self.cluster, self.namespace)

    async def run_out_of_memory(self, job_id: str) -> None:
        await self.release(job_id, "memory")

    async def rotate_log(self, job_id: str, *, said: bytes) -> None:
        (pod,) = await self.pods_of(job_id)
        path = self.within(PODS).named(pod["metadata"]["name"], "log").path
        path += f"?limitBytes={len(said)}&container={MAIN_CONTAINER}"

        async def begins_anew() -> bool:  # the API server shows the newest file alone
            begin: str = await asyncio.to_thread(self.cluster.request, "GET", path)
            return begin.encode() != said

        await self.until(begins_anew, "the kubelet begins a new file")

    async def evict_by_node(self, job_id: str) -> None:
        await self.run(job_id, "dd", "if=/dev/zero", "of=/scratch/much", "bs=1M", "count=8")

    async def evict_by_api(self, job_id: str) -> None:
        (pod,) = await self.pods_of(job_id)
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod["metadata"]["name"]}}
        await self.create(self.within(PODS).named(pod["metadata"]["name"], "eviction"), body)

    async def contended(self) -> Mapping[str, Json]:
        slot = await asyncio.to_thread(real_node.Slot.added, self.cluster, self.namespace)
        self._tidying.append(slot.remove)
        return slot.overrides

    async def preempt(self, job_id: str) -> None:
        await asyncio.to_thread(real_node.Slot(self.cluster, self.namespace).take)

    async def losable_node(self) -> str:
        self._tidying.append(self._phantom.remove)
        await asyncio.to_thread(self._phantom.add)
        return self._phantom.name

    async def run_on_losable_node(self, job_id: str) -> None:
        await self.until(lambda: self.pods_of(job_id), f"the pod of {job_id}")
        (pod,) = await self.pods_of(job_id)
        await asyncio.to_thread(self._phantom.run, pod)

    async def lose_node(self, job_id: str) -> None:
        await asyncio.to_thread(self._phantom.take_out_of_service)

    @property
    def _phantom(self) -> real_node.Phantom:
        return real_node.Phantom(self.cluster, self.namespace)


def _pattern(on: On) -> tuple[str, str, str]:
    """The HTTP method of requests, and what their path and query match."""
    is_node = on.verb in ("log", "exec", "attach")
    name = r"/[^/]+" if is_node or on.verb in ("get", "patch", "delete") else ""
    path = rf"/{on.plural}{name}{f'/{on.verb}' if is_node else ''}$"
    query = {"watch": "watch=", "list": "^(?!.*watch=)"}.get(on.verb, "")
    method = {"create": "POST", "patch": "PATCH", "delete": "DELETE"}.get(on.verb, "GET")
    return method, path, query
