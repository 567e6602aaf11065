"""A Kubernetes API server over HTTP: the default :class:`~launcher_k8s.connection.Cluster`.

Here each verb becomes a request; :mod:`launcher_k8s.kube.transport` sends. Of kubernetes_asyncio only the
reading of kubeconfigs is used: its generated models cost hundreds of microseconds an object, and its raw mode
checks neither status nor content type (kubernetes facts, "The client library").
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import msgspec

from launcher_k8s.brevity import brief_words
from launcher_k8s.connection import (
    JSON_MEDIA_TYPE,
    MERGE_PATCH,
    ConnectOptions,
    LogOptions,
    Reply,
    Resource,
    Session,
)
from launcher_k8s.errors import InvalidObjectError, UnavailableError
from launcher_k8s.kube.endpoint import EndpointSource, endpoint_from_settings
from launcher_k8s.kube.events import WatchEvents
from launcher_k8s.kube.kubeconfig import kubeconfig_source
from launcher_k8s.kube.problems import Attempt, closed_error
from launcher_k8s.kube.queries import delete_options, list_query, log_query, watch_query
from launcher_k8s.kube.sessions import PROTOCOLS, ChannelSession, attempt_of, session_query
from launcher_k8s.kube.socket_wire import SocketWire
from launcher_k8s.kube.timeouts import DEFAULT_TIMEOUTS, Timeouts
from launcher_k8s.kube.transport import Request, Traffic, Transport
from launcher_k8s.settings import ClusterSettings

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")
_LOG_MEDIA_TYPE = "text/plain"


class KubernetesCluster:
    """A cluster reached over HTTP; an async context manager, safe to share between tasks.

    Args:
        source: Finds the endpoint when the cluster is entered.
        thread_pool_size: How many unary requests may be under way at once; twice the number of CPUs if
            None. Streams are not counted.
        timeouts: Time limits.
    """

    def __init__(
        self,
        source: EndpointSource,
        *,
        thread_pool_size: int | None = None,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
    ) -> None:
        self._source = source
        self._concurrency = thread_pool_size or 2 * (os.cpu_count() or 1)
        self._timeouts = timeouts
        self._transport: Transport | None = None
        self._host: str | None = None  # without what else a URL may hold, such as a password

    def __repr__(self) -> str:
        return brief_words(self, f"at {self._host}" if self._host else "not entered")

    @classmethod
    def from_settings(
        cls, settings: ClusterSettings, *, timeouts: Timeouts = DEFAULT_TIMEOUTS
    ) -> KubernetesCluster:
        """The cluster that the Launcher's settings describe (api-url, token, certificates, pool size)."""
        source = partial(endpoint_from_settings, settings)
        return cls(source, thread_pool_size=settings.thread_pool_size, timeouts=timeouts)

    @classmethod
    def from_kubeconfig(
        cls,
        path: str | None = None,
        context: str | None = None,
        *,
        thread_pool_size: int | None = None,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
    ) -> KubernetesCluster:
        """The cluster of a kubeconfig, with its client certificates or token, kept fresh.

        Args:
            path: The file, or several parted by colons; ``KUBECONFIG``, else ``~/.kube/config``, if None.
            context: The context's name; the file's current one if None.
            thread_pool_size: As for the class.
            timeouts: Time limits.
        """
        source = kubeconfig_source(path, context, clock=time.monotonic)
        return cls(source, thread_pool_size=thread_pool_size, timeouts=timeouts)

    async def __aenter__(self) -> Self:
        """Find the endpoint and its credentials; contacts nothing.

        Raises:
            ConfigurationError: The settings or the kubeconfig do not say enough, or nothing usable.
            UnauthorizedError: The token file cannot be read.
        """
        endpoint = await self._source()
        await endpoint.credentials.authorization()
        self._host = urlsplit(endpoint.url).hostname
        self._transport = Transport(endpoint, concurrency=self._concurrency, timeouts=self._timeouts)
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None, /
    ) -> None:
        """Close every connection."""
        if self._transport is not None:
            await self._transport.close()

    async def version(self) -> str:
        """Which Kubernetes answers, such as ``v1.36.3``."""
        attempt = Attempt("get", Resource("version"))
        request = Request("GET", "/version", attempt, headers={"Accept": JSON_MEDIA_TYPE})
        reply = await self._open(attempt).send(request)
        try:
            return msgspec.json.decode(reply.body, type=_Version).git_version
        except msgspec.DecodeError as error:
            raise UnavailableError(f"cannot {attempt}: what came is no version: {error}") from error

    async def create(
        self,
        resource: Resource,
        body: bytes,
        *,
        params: Mapping[str, str] | None = None,
        content_type: str = JSON_MEDIA_TYPE,
    ) -> Reply:
        """POST an object into a collection (or to a subresource)."""
        return await self._send(
            "POST", "create", resource, query=params, body=body, content_type=content_type
        )

    async def get(self, resource: Resource) -> Reply:
        """GET one object."""
        return await self._send("GET", "get", resource)

    async def list_page(
        self,
        resource: Resource,
        *,
        label_selector: str = "",
        field_selector: str = "",
        limit: int = 0,
        continue_token: str = "",
    ) -> Reply:
        """GET one page of a collection; ``limit`` 0 asks for all of it."""
        query = list_query(label_selector, field_selector, limit=limit, continue_token=continue_token)
        return await self._send("GET", "list", resource, query=query)

    async def patch(self, resource: Resource, body: bytes, *, content_type: str = MERGE_PATCH) -> Reply:
        """PATCH one object."""
        return await self._send("PATCH", "patch", resource, body=body, content_type=content_type)

    async def delete(self, resource: Resource, *, uid: str = "") -> Reply:
        """DELETE one object and, in the background, what it owns; with ``uid`` only that very object."""
        return await self._send("DELETE", "delete", resource, body=delete_options(uid))

    def watch(
        self,
        resource: Resource,
        *,
        resource_version: str,
        label_selector: str = "",
        field_selector: str = "",
        timeout_s: int = 0,
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Follow a collection from a version, bookmarks included: one event's JSON at a time."""
        query = watch_query(
            label_selector, field_selector, resource_version=resource_version, timeout_s=timeout_s
        )
        return self._watch(resource, query, self._timeouts.watch_silence_s(timeout_s))

    @asynccontextmanager
    async def _watch(
        self, resource: Resource, query: Mapping[str, str], silence_s: float
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        attempt = Attempt("watch", resource)
        headers = {"Accept": JSON_MEDIA_TYPE, "Accept-Encoding": "identity"}
        request = Request("GET", _path(attempt), attempt, query, headers=headers)
        opening = self._open(attempt).stream(
            Traffic.WATCH, request, media_type=JSON_MEDIA_TYPE, silence_s=silence_s
        )
        async with opening as chunks:
            yield WatchEvents(chunks, attempt)

    @asynccontextmanager
    async def log(self, pod: Resource, options: LogOptions) -> AsyncIterator[AsyncIterator[bytes]]:
        """Read a container's log, as chunks that end anywhere."""
        attempt = Attempt("get", pod.named(pod.name, "log"))
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        request = Request("GET", _path(attempt), attempt, log_query(options), headers=headers)
        opening = self._open(attempt).stream(
            Traffic.LOG, request, media_type=_LOG_MEDIA_TYPE, silence_s=self._timeouts.log_idle_s
        )
        async with opening as chunks:
            yield chunks

    @asynccontextmanager
    async def connect(self, pod: Resource, options: ConnectOptions) -> AsyncIterator[Session]:
        """Execute a command in a container, or attach to its program; leaving ends the connection."""
        attempt = attempt_of(pod)
        request = Request("GET", _path(attempt), attempt, session_query(options))
        transport = self._open(attempt)
        async with transport.connect(request, PROTOCOLS) as socket:
            wire = SocketWire(socket, transport, request)
            session = ChannelSession(wire, attempt, closes_stdin=wire.closes_stdin)
            yield session
            if not session.is_over:
                await wire.close()

    async def _send(
        self,
        method: str,
        verb: str,
        resource: Resource,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = JSON_MEDIA_TYPE,
    ) -> Reply:
        attempt = Attempt(verb, resource)
        headers = {"Accept": JSON_MEDIA_TYPE}
        if body is not None:
            headers["Content-Type"] = content_type
        request = Request(method, _path(attempt), attempt, query or {}, body, headers)
        return await self._open(attempt).send(request)

    def _open(self, attempt: Attempt) -> Transport:
        if self._transport is None:
            raise closed_error(attempt)
        return self._transport


class _Version(msgspec.Struct, rename="camel"):
    git_version: str


def _path(attempt: Attempt) -> str:
    """The URL path; a name that would lead elsewhere in it (``../secrets``) is refused."""
    resource = attempt.resource
    for part in (resource.namespace, resource.name):
        if part and not _SEGMENT.fullmatch(part):
            raise InvalidObjectError(f"cannot {attempt}: Kubernetes allows no name {part!r}", status=400)
    return resource.path
