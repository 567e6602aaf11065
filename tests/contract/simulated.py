"""What worlds without Kubernetes share: faults are told to the cluster itself, objects asked of its API."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import attrs
import msgspec

from launcher_k8s.connection import MERGE_PATCH, Resource
from launcher_k8s.job import Json
from launcher_k8s.testing import Fault as Simulated
from launcher_k8s.testing import Faults
from launcher_k8s.testing.cluster import refusals
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.requests import Request
from launcher_k8s.testing.fault import Encounter
from tests.contract.faults import (
    ALWAYS,
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
from tests.contract.world import Object, World

ADMINISTRATOR = "contract"
SUBRESOURCES = {"log": "pods/log", "exec": "pods/exec", "attach": "pods/attach"}


@attrs.frozen
class SimulatedBreach:
    """A fault of the simulated clusters, as the contract's tests see it."""

    fault: Simulated

    @property
    def hits(self) -> int:
        return self.fault.met

    def end(self) -> None:
        self.fault.end()


class Requests:
    """What was asked of a cluster; and pages whose continue tokens expire when they are asked for."""

    def __init__(self, api: Api, faults: Faults) -> None:
        self._api = api
        self._meet = faults.meet
        self._count: Counter[tuple[str, str]] = Counter()
        self._expiring: list[ExpiringPages] = []
        faults.meet = self.meet  # type: ignore[method-assign]

    def meet(self, request: Request) -> Encounter:
        """A request has come."""
        resource = request.resource
        is_node = resource.subresource in SUBRESOURCES
        self._count[request.verb, SUBRESOURCES[resource.subresource] if is_node else resource.plural] += 1
        for pages in self._expiring:
            if "continue" in request.params and pages.plural == resource.plural and pages.left:
                pages.left -= 1
                pages.hits += 1
                self._api.expire()
        return self._meet(request)

    def of(self, on: On) -> int:
        """How many such requests have come."""
        return self._count["get" if on.verb in SUBRESOURCES else on.verb, _plural(on)]

    def expire(self, plural: str, times: int) -> ExpiringPages:
        """Let the next pages of a collection be asked for too late."""
        pages = ExpiringPages(plural, times)
        self._expiring.append(pages)
        return pages


@attrs.define
class ExpiringPages:
    """A fault that only continue tokens meet."""

    plural: str
    left: int
    hits: int = 0

    def end(self) -> None:
        self.left = 0


class SimulatedWorld(World):
    """See the module; ``api`` and ``faults`` are the cluster's, the requests it has seen are ``seen``."""

    api: Api
    faults: Faults
    seen: Requests

    def watch_requests(self) -> None:
        """See every request from now on."""
        self.seen = Requests(self.api, self.faults)
        self._denials: list[Simulated] = []

    # --- the cluster's objects

    async def create(self, resource: Resource, body: Object) -> Object:
        return self._ask("create", resource, body)

    async def objects(self, resource: Resource, *, label_selector: str = "") -> list[Object]:
        params = {"labelSelector": label_selector} if label_selector else {}
        return [*self._ask("list", resource, params=params)["items"]]

    async def patch(self, resource: Resource, patch: Object) -> Object:
        return self._ask("patch", resource, patch, content_type=MERGE_PATCH)

    async def delete(self, resource: Resource, *, grace_s: int | None = None) -> None:
        options: Object = {"propagationPolicy": "Background"}
        if grace_s is not None:
            options["gracePeriodSeconds"] = grace_s
        self._ask("delete", resource, options)

    def _ask(
        self,
        verb: str,
        resource: Resource,
        body: Object | None = None,
        *,
        params: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Object:
        """Ask the API past all faults."""
        encoded = b"" if body is None else msgspec.json.encode(body)
        answer = self.api.answer(Request(verb, resource, params or {}, encoded, content_type, ADMINISTRATOR))
        found: Object = msgspec.json.decode(answer.body)
        return found

    # --- breaking it

    def break_(self, fault: Fault) -> Breach:
        what = f"{'get' if fault.on.verb in SUBRESOURCES else fault.on.verb} {_plural(fault.on)}"
        match fault:
            case Answers():
                refusal = refusals.refusal(
                    fault.status,
                    fault.reason,
                    fault.message,
                    details={"retryAfterSeconds": fault.retry_after_s} if fault.retry_after_s else None,
                )
                return SimulatedBreach(self.faults.refuse(what, refusal, times=fault.times))
            case CutsStream():
                cut = self.faults.cut(what, after_bytes=fault.after_bytes, times=fault.times)
                return SimulatedBreach(cut)
            case Delays():
                return SimulatedBreach(self.faults.delay(what, fault.seconds, times=fault.times))
            case LosesAnswer():
                return SimulatedBreach(self.faults.drop_answer(what, times=fault.times))
            case LosesRequest():
                return SimulatedBreach(self.faults.drop_request(what, times=fault.times))

    async def cut(self) -> None:
        self.faults.cut_now()

    def asked(self, verb: Verb, plural: str) -> int:
        return self.seen.of(On(verb, plural))

    @asynccontextmanager
    async def unreachable(self) -> AsyncGenerator[None]:
        refused = self.faults.drop_request(times=ALWAYS)
        await self.cut()
        try:
            yield
        finally:
            refused.end()

    def expire_pages(self, plural: str, *, times: int = 1) -> Breach:
        return self.seen.expire(plural, times)

    @asynccontextmanager
    async def standing_still(self) -> AsyncGenerator[None]:
        stall = self.faults.stall()
        try:
            yield
        finally:
            stall.end()

    async def expire_versions(self) -> None:
        self.faults.expire_versions()

    async def deny(self, verb: str, plural: str) -> None:
        self._denials.append(self.faults.deny(f"{verb} {plural}"))

    async def allow(self) -> None:
        while self._denials:
            self._denials.pop().end()

    async def evict_by_api(self, job_id: str) -> None:
        name = await self._pod_name(job_id)
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
        await self.create(Resource("pods", namespace=self.namespace, name=name, subresource="eviction"), body)

    async def evict_by_node(self, job_id: str) -> None:
        self.faults.evict(await self._pod_name(job_id), self.namespace)

    async def run_out_of_memory(self, job_id: str) -> None:
        self.faults.kill_for_memory(await self._pod_name(job_id), self.namespace)

    async def losable_node(self) -> str:
        return ""

    async def run_on_losable_node(self, job_id: str) -> None:
        """Its node runs it by itself."""

    async def lose_node(self, job_id: str) -> None:
        self.faults.lose_node()

    async def contended(self) -> Mapping[str, Json]:
        return {}

    async def connections(self) -> int:
        return self.faults.open_streams

    async def _pod_name(self, job_id: str) -> str:
        (pod,) = await self.pods_of(job_id)
        return str(pod["metadata"]["name"])


def _plural(on: On) -> str:
    return SUBRESOURCES.get(on.verb, on.plural)
