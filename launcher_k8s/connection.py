"""The seam between this library and a Kubernetes API server.

:class:`Cluster` is the protocol: a handful of verbs over a :class:`Resource`. Bodies go in and come
out as bytes, a watch yields one event's bytes at a time, failures are only
:class:`~launcher_k8s.errors.ClusterError`. ``kube.KubernetesCluster`` speaks HTTP; the clusters of
:mod:`launcher_k8s.testing` answer from memory.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from enum import IntEnum
from types import TracebackType
from typing import Protocol, Self

import attrs
import msgspec

from launcher_k8s.brevity import brief

JSON_MEDIA_TYPE = "application/json"
YAML_MEDIA_TYPE = "application/yaml"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"


class Resource(msgspec.Struct, frozen=True, gc=False):
    """An API resource: a collection, or one object of it when ``name`` is set."""

    plural: str
    group: str = ""
    version: str = "v1"
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    def __repr__(self) -> str:
        return brief(self)

    def within(self, namespace: str) -> Resource:
        """The collection in a namespace."""
        return Resource(self.plural, self.group, self.version, namespace, self.name, self.subresource)

    def named(self, name: str, subresource: str = "") -> Resource:
        """One object of the collection, or a subresource of it."""
        return Resource(self.plural, self.group, self.version, self.namespace, name, subresource)

    @property
    def kind(self) -> str:
        """The collection as refusals name it: ``jobs.batch``, ``pods/log``."""
        group = f".{self.group}" if self.group else ""
        subresource = f"/{self.subresource}" if self.subresource else ""
        return f"{self.plural}{group}{subresource}"

    @property
    def path(self) -> str:
        """The URL path, from ``/api``."""
        parts = ["/apis", self.group, self.version] if self.group else ["/api", self.version]
        if self.namespace:
            parts += ["namespaces", self.namespace]
        parts += [part for part in (self.plural, self.name, self.subresource) if part]
        return "/".join(parts)


JOBS = Resource("jobs", group="batch")
PODS = Resource("pods")
SERVICES = Resource("services")
EVENTS = Resource("events")
SERVICE_ACCOUNTS = Resource("serviceaccounts")
NODES = Resource("nodes")
POD_METRICS = Resource("pods", group="metrics.k8s.io", version="v1beta1")
ACCESS_REVIEWS = Resource("selfsubjectaccessreviews", group="authorization.k8s.io")


class Reply(msgspec.Struct, frozen=True, gc=False):
    """The answer to a unary request: the body, and what the server said in ``Warning`` headers."""

    body: bytes
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({f'warnings={self.warnings!r}' if self.warnings else ''})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("warnings", self.warnings)]  # not the body, which may be a Secret


@attrs.frozen
class LogOptions:
    """How to read a container's log.

    Args:
        container: The container's name.
        follow: Keep the stream open until the container ends.
        timestamps: Put an RFC 3339 time before each line.
        since_time: Only lines at or after this aware time (the server cuts it to whole seconds).
        limit_bytes: Stop after so many bytes.
    """

    __repr__ = brief

    container: str
    follow: bool = False
    timestamps: bool = False
    since_time: datetime | None = None
    limit_bytes: int | None = None


class OutputChannel(IntEnum):
    """What a container writes to."""

    STDOUT = 1
    STDERR = 2


@attrs.frozen
class ConnectOptions:
    """How to be connected with a container.

    Args:
        container: The container's name.
        command: What to execute, word by word; for an attach nothing.
        stdin: Whether something will be sent.
        stdout: Whether standard output is wanted.
        stderr: Whether standard errors are wanted.
    """

    container: str
    command: tuple[str, ...] = ()
    stdin: bool = False
    stdout: bool = True
    stderr: bool = True


class Session(Protocol):
    """A connection with a container: one task may read it while another one sends.

    What comes is iterated over, until the command or the container has ended. Whoever sends much to a program
    that answers must read meanwhile: when neither side takes anything any more, both wait.
    """

    async def send(self, data: bytes) -> None:
        """Write to standard input; waits while the other side does not take it.

        What is sent after the other side has ended, or the connection has broken, is dropped:
        :meth:`outcome` tells which it was.
        """

    async def close_stdin(self) -> None:
        """Nothing more will be sent; a program that reads meets its end of input.

        A server before Kubernetes 1.30 may not know how to be told: then the session itself is ended.
        """

    def __aiter__(self) -> AsyncIterator[tuple[OutputChannel, bytes]]:
        """What the other side writes, in order, as chunks that end anywhere.

        Raises:
            ClusterError: By the iterator: the connection broke, or fell silent.
        """

    async def outcome(self) -> int:
        """Read to the end, passing over what comes, and tell the exit code; of an attach it is 0.

        Leaving a session before may lose what was sent last.

        Raises:
            CommandError: The command could not be started, or the container not be reached.
            ClusterError: The connection broke before its end, or fell silent.
        """


class Cluster(Protocol):
    """What the library needs of a Kubernetes API server.

    Every verb raises :class:`~launcher_k8s.errors.ClusterError` and nothing else. An implementation
    waits a bounded time for every answer, and ends a stream that has gone silent with
    :class:`~launcher_k8s.errors.ClusterTimeoutError`. It does not retry: callers do, who know whether
    a request may be repeated.
    """

    async def __aenter__(self) -> Self:
        """Open connections; reads credentials, contacts nothing."""

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None, /
    ) -> None:
        """Close everything: connections, streams, tasks."""

    async def version(self) -> str:
        """Which Kubernetes answers, such as ``v1.36.3``; takes no permission."""

    async def create(
        self,
        resource: Resource,
        body: bytes,
        *,
        params: Mapping[str, str] | None = None,
        content_type: str = JSON_MEDIA_TYPE,
    ) -> Reply:
        """POST an object into a collection (or to a subresource)."""

    async def get(self, resource: Resource) -> Reply:
        """GET one object."""

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

    async def patch(self, resource: Resource, body: bytes, *, content_type: str = MERGE_PATCH) -> Reply:
        """PATCH one object."""

    async def delete(self, resource: Resource, *, uid: str = "") -> Reply:
        """DELETE one object and, in the background, what it owns; with ``uid`` only that very object."""

    def watch(
        self,
        resource: Resource,
        *,
        resource_version: str,
        label_selector: str = "",
        field_selector: str = "",
        timeout_s: int = 0,
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Follow a collection from a version, bookmarks included: one event's JSON at a time.

        ``timeout_s`` is asked of the server, 0 asks for none. The iterator ends when the server ends the
        stream. An ``ERROR`` event is raised, not yielded (410 as
        :class:`~launcher_k8s.errors.ExpiredError`).
        """

    def log(self, pod: Resource, options: LogOptions) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Read a container's log, as chunks that end anywhere.

        Raises:
            InvalidObjectError: There is none yet: the pod has no node, or the container has not started.
        """

    def connect(self, pod: Resource, options: ConnectOptions) -> AbstractAsyncContextManager[Session]:
        """Execute a command in a container, or attach to its program; leaving ends the connection.

        ``pod`` is one Pod's subresource ``exec`` or ``attach``. A command goes on without its reader where
        nothing ends it.
        """
