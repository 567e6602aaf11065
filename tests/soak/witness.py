"""A witness between backend and cluster: what the API server has shown, read without the library's rows.

Whether a Running was seen or is only inferred depends on what came through and when, which no test can
arrange over a restarting API server. So the witness looks at the raw objects that pass, in the order in which
the backend takes them in: watch events, whole lists, and the answers to its submits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import msgspec

from launcher_k8s.connection import JOBS, JSON_MEDIA_TYPE, PODS, Reply, Resource
from launcher_k8s.kube.client import KubernetesCluster
from launcher_k8s.shape.names import MAIN_CONTAINER


class _Part(msgspec.Struct, rename="camel"):
    """Of an object only what a witness looks at: memory is measured beside it."""


class _Container(_Part):
    name: str
    state: dict[str, msgspec.Raw] = {}


class _Status(_Part):
    container_statuses: list[_Container] = []
    init_container_statuses: list[_Container] = []


class _Metadata(_Part):
    name: str = ""
    labels: dict[str, str] = {}


class _Object(_Part):
    metadata: _Metadata
    status: _Status = msgspec.field(default_factory=_Status)

    @property
    def job_id(self) -> str:
        """Of a Pod."""
        return self.metadata.labels["job-name"]

    @property
    def state(self) -> frozenset[str]:
        """The main container's: ``waiting``, ``running`` or ``terminated``; nothing before it has one."""
        main = (each for each in self.status.container_statuses if each.name == MAIN_CONTAINER)
        return next((frozenset(each.state) for each in main), frozenset())


class _Event(_Part):
    type: str
    object: _Object


class _ListMetadata(_Part):
    continue_: str = msgspec.field(default="", name="continue")


class _List(_Part):
    metadata: _ListMetadata
    items: list[_Object]


_OBJECT, _EVENT, _LIST = map(msgspec.json.Decoder, (_Object, _Event, _List))


class Witness(KubernetesCluster):
    """A cluster that notes what it has shown.

    Attributes:
        ran: Jobs that were shown to run.
        seen_to_run: Of these, those that were known before they were shown so.
        seen_to_wait: Jobs that were known before they had run.
        preparing: Set when the container before a job's own one is shown to run, or, by a node that has much
            to do, to have run; to be cleared.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ran: set[str] = set()
        self.seen_to_run: set[str] = set()
        self.seen_to_wait: set[str] = set()
        self.preparing = asyncio.Event()
        self._known: set[str] = set()
        self._started: set[str] = set()
        self._pages: dict[Resource, list[_Object]] = {}

    async def create(
        self,
        resource: Resource,
        body: bytes,
        *,
        params: Mapping[str, str] | None = None,
        content_type: str = JSON_MEDIA_TYPE,
    ) -> Reply:
        reply = await super().create(resource, body, params=params, content_type=content_type)
        if _is(resource, JOBS):
            self._see_job(_OBJECT.decode(reply.body))
        return reply

    async def list_page(
        self,
        resource: Resource,
        *,
        label_selector: str = "",
        field_selector: str = "",
        limit: int = 0,
        continue_token: str = "",
    ) -> Reply:
        reply = await super().list_page(
            resource,
            label_selector=label_selector,
            field_selector=field_selector,
            limit=limit,
            continue_token=continue_token,
        )
        if not (_is(resource, JOBS) or _is(resource, PODS)):
            return reply
        page = _LIST.decode(reply.body)
        if "=" in label_selector:  # one job is looked at, which is taken in later: it shows no more than this
            self.ran.update(pod.job_id for pod in page.items if "running" in pod.state)
            return reply
        pages = self._pages.setdefault(resource, [])
        if not continue_token:
            pages.clear()
        pages += page.items
        if not page.metadata.continue_:  # it is taken in as a whole
            for each in pages:
                self._see(resource, each)
            pages.clear()
        return reply

    def watch(
        self,
        resource: Resource,
        *,
        resource_version: str,
        label_selector: str = "",
        field_selector: str = "",
        timeout_s: int = 0,
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        opening = super().watch(
            resource,
            resource_version=resource_version,
            label_selector=label_selector,
            field_selector=field_selector,
            timeout_s=timeout_s,
        )
        return self._watched(resource, opening)

    @asynccontextmanager
    async def _watched(
        self, resource: Resource, opening: AbstractAsyncContextManager[AsyncIterator[bytes]]
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        async with opening as lines:
            yield self._noting(resource, lines)

    async def _noting(self, resource: Resource, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for line in lines:
            event = _EVENT.decode(line)
            if event.type in ("ADDED", "MODIFIED", "DELETED"):
                self._see(resource, event.object)
            yield line

    def _see(self, resource: Resource, shown: _Object) -> None:
        if _is(resource, JOBS):
            self._see_job(shown)
        elif _is(resource, PODS):
            self._see_pod(shown)

    def _see_job(self, job: _Object) -> None:
        job_id = job.metadata.name
        if job_id not in self._known and job_id not in self._started:
            self.seen_to_wait.add(job_id)
        self._known.add(job_id)

    def _see_pod(self, pod: _Object) -> None:
        if any("waiting" not in each.state for each in pod.status.init_container_statuses):
            self.preparing.set()
        if "running" in pod.state:
            self.ran.add(pod.job_id)
            if pod.job_id in self._known:
                self.seen_to_run.add(pod.job_id)
        if pod.state & {"running", "terminated"}:
            self._started.add(pod.job_id)


def _is(resource: Resource, kind: Resource) -> bool:
    return (resource.group, resource.plural) == (kind.group, kind.plural)
