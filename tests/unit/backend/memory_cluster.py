"""A small cluster in memory, for the real backend to run on; a test makes it fail or stand still."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import reduce
from operator import getitem
from types import TracebackType
from typing import Self

from launcher_k8s.connection import JSON_MEDIA_TYPE, MERGE_PATCH, LogOptions, Reply, Resource
from launcher_k8s.errors import (
    AlreadyExistsError,
    ClusterError,
    ConflictError,
    InvalidObjectError,
    ObjectNotFoundError,
)
from tests.unit.backend.memory_store import MemoryStore, Object


class MemoryCluster(MemoryStore):
    """Implements :class:`~launcher_k8s.connection.Cluster`.

    ``failures`` are raised, first to last, by the next requests of a kind (``"create jobs"``); ``gates``
    hold requests of a kind up until they are set; ``asked`` lists the requests, ``params`` and ``bodies``
    those of the creates.
    """

    def __init__(self) -> None:
        super().__init__()
        self.failures: dict[str, list[ClusterError]] = defaultdict(list)
        self.gates: dict[str, asyncio.Event] = {}
        self.asked: list[str] = []
        self.params: list[Mapping[str, str]] = []
        self.warnings: tuple[str, ...] = ()
        self.is_open = False
        self.open_streams = 0

    # --- the verbs

    async def __aenter__(self) -> Self:
        self.is_open = True
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None, /
    ) -> None:
        self.is_open = False

    async def create(
        self,
        resource: Resource,
        body: bytes,
        *,
        params: Mapping[str, str] | None = None,
        content_type: str = JSON_MEDIA_TYPE,
    ) -> Reply:
        self.params.append(params or {})
        await self._arrive("create", resource)
        obj = json.loads(body)
        if (resource.plural, obj["metadata"]["name"]) in self.objects:
            raise AlreadyExistsError("already exists", status=409, reason="AlreadyExists")
        if "dryRun" in (params or {}):
            return Reply(json.dumps({**obj, "metadata": {**obj["metadata"], "uid": "dry"}}).encode())
        return Reply(json.dumps(self.put(resource.plural, obj)).encode(), self.warnings)

    async def get(self, resource: Resource) -> Reply:
        await self._arrive("get", resource)
        return Reply(json.dumps(self._find(resource)).encode())

    async def list_page(
        self,
        resource: Resource,
        *,
        label_selector: str = "",
        field_selector: str = "",
        limit: int = 0,
        continue_token: str = "",
    ) -> Reply:
        await self._arrive("list", resource)
        found = [obj for (plural, _), obj in self.objects.items() if plural == resource.plural]
        items = [obj for obj in found if _is_selected(obj, label_selector, field_selector)]
        first = int(continue_token or 0)
        end = first + limit if limit else len(items)
        metadata = {"resourceVersion": str(self.version), "continue": str(end) if end < len(items) else ""}
        return Reply(json.dumps({"metadata": metadata, "items": items[first:end]}).encode())

    async def patch(self, resource: Resource, body: bytes, *, content_type: str = MERGE_PATCH) -> Reply:
        await self._arrive("patch", resource)
        known, patch = self._find(resource), json.loads(body)
        if patch["metadata"].get("resourceVersion") not in (None, known["metadata"]["resourceVersion"]):
            raise ConflictError("the object has been modified", status=409, reason="Conflict", transient=True)
        return Reply(json.dumps(self.put(resource.plural, _merged(known, patch))).encode())

    async def delete(self, resource: Resource, *, uid: str = "") -> Reply:
        await self._arrive("delete", resource)
        if uid not in ("", self._find(resource)["metadata"]["uid"]):
            raise ConflictError("the uid in the precondition is another", status=409, reason="Conflict")
        self.drop(resource.plural, resource.name)
        for plural, name in list(self.owned_by(resource.name)):
            self.drop(plural, name)
        return Reply(b"{}")

    @asynccontextmanager
    async def watch(
        self,
        resource: Resource,
        *,
        resource_version: str,
        label_selector: str = "",
        field_selector: str = "",
        timeout_s: int = 0,
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        await self._arrive("watch", resource)
        events = self._events(resource, int(resource_version or 0), label_selector, field_selector)
        async with self._stream(events) as lines:
            yield lines

    @asynccontextmanager
    async def log(self, pod: Resource, options: LogOptions) -> AsyncIterator[AsyncIterator[bytes]]:
        await self._arrive("log", pod)
        if "status" not in self._find(pod):
            raise InvalidObjectError("the container is waiting to start", status=400)
        async with self._stream(self._lines(pod, options)) as lines:
            yield lines

    # --- behind the verbs

    async def _arrive(self, verb: str, resource: Resource) -> None:
        request = f"{verb} {resource.plural}"
        self.asked.append(request)
        if request in self.gates:
            await self.gates[request].wait()
        if self.failures[request]:
            raise self.failures[request].pop(0)

    def _find(self, resource: Resource) -> Object:
        if (resource.plural, resource.name) not in self.objects:
            raise ObjectNotFoundError(f"{resource.plural} {resource.name!r} not found", status=404)
        return self.objects[resource.plural, resource.name]

    @asynccontextmanager
    async def _stream(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[AsyncIterator[bytes]]:
        self.open_streams += 1
        try:
            yield pieces
        finally:
            self.open_streams -= 1

    async def _events(self, resource: Resource, after: int, labels: str, fields: str) -> AsyncIterator[bytes]:
        hangups, seen = self.hangups, 0
        while True:
            news = self.news
            while seen < len(self.history):
                version, plural, kind, obj = self.history[seen]
                seen += 1
                if version > after and plural == resource.plural and _is_selected(obj, labels, fields):
                    yield json.dumps({"type": kind, "object": obj}).encode()
            if self.hangups > hangups:
                return
            await news.wait()

    async def _lines(self, pod: Resource, options: LogOptions) -> AsyncIterator[bytes]:
        printed, at = self.printed[pod.name], 0
        while True:
            news = self.news
            while at < len(printed):
                time, line = printed[at]
                at += 1
                if options.since_time is None or time >= options.since_time:
                    yield f"{time:%Y-%m-%dT%H:%M:%S}.000000000Z ".encode() + line
            known = self.objects.get(("pods", pod.name))
            if not options.follow or known is None or known["status"]["phase"] != "Running":
                return
            await news.wait()


def _is_selected(obj: Object, labels: str, fields: str) -> bool:
    key, _, value = labels.partition("=")
    carried = obj["metadata"].get("labels", {})
    if key and (key not in carried or value not in ("", carried[key])):
        return False
    wanted = [field.split("=") for field in fields.split(",") if field]
    return all(str(reduce(getitem, path.split("."), obj)) == value for path, value in wanted)


def _merged(known: Object, patch: Object) -> Object:
    """A JSON merge patch (RFC 7386), applied."""
    merged = dict(known)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            merged[key] = _merged(merged.get(key) or {}, value)
        else:
            merged[key] = value
    return merged


async def until(condition: Callable[[], object]) -> None:
    """Let other tasks run until something is so; the test's time limit ends a vain wait."""
    while not condition():  # noqa: ASYNC110 -- what a test waits for sets no event
        await asyncio.sleep(0)
