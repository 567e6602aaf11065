"""The verbs of a connection, straight on the objects of a scripted cluster.

Each request is noted, meets the faults that are meant for it, and is answered; then the controllers do what
follows from it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from types import TracebackType
from typing import Final, Self, TypeVar

from launcher_k8s.connection import (
    JSON_MEDIA_TYPE,
    MERGE_PATCH,
    ConnectOptions,
    LogOptions,
    Reply,
    Resource,
    Session,
)
from launcher_k8s.kube.deadline import DeadlineError, deadline
from launcher_k8s.kube.events import error_in
from launcher_k8s.kube.problems import Attempt, closed_error
from launcher_k8s.kube.queries import delete_options, list_query, log_query, watch_query
from launcher_k8s.kube.sessions import ChannelSession, attempt_of, session_query
from launcher_k8s.kube.timeouts import Timeouts
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.kinds import NAMESPACE, POD_METRICS
from launcher_k8s.testing.cluster.refusals import Refusal, path_not_found, unauthorized
from launcher_k8s.testing.cluster.requests import Answer, Request
from launcher_k8s.testing.cluster.watching import Watch
from launcher_k8s.testing.fault import Encounter
from launcher_k8s.testing.faults import Faults
from launcher_k8s.testing.scripted.asking import Asked, error_of
from launcher_k8s.testing.scripted.breaking import disconnected, timed_out
from launcher_k8s.testing.scripted.clock import ScriptedClock
from launcher_k8s.testing.scripted.commands import Command, Commands, Ran, answer_signal, answer_usage
from launcher_k8s.testing.scripted.reading import LogFeed, answer_metrics, open_log
from launcher_k8s.testing.scripted.sessions import ScriptedWire, open_program
from launcher_k8s.testing.scripted.site import ScriptedSite
from launcher_k8s.testing.scripted.streams import LogStream, ScriptedStream

T = TypeVar("T")

USER: Final = "system:serviceaccount:default:launcher"
BOOKMARK_S: Final = 60.0


class ScriptedConnection:
    """A :class:`~launcher_k8s.connection.Cluster` over an API in this process.

    It can be entered again after it was left.

    Args:
        api: The API.
        site: What is behind it.
        faults: What meets the requests.
        clock: The time.
        timeouts: How long the client waits for what a fault holds up.
        makes_namespaces: Whether a namespace is made when it is first asked for.

    Attributes:
        asked: Every request, in order.
        warnings: What the API server warns of with each answer to a create.
        commands: Answers commands that are executed in containers; by default no image has any program.
        has_metrics: Whether the metrics API is there, which pods' ``uses()`` fills.
    """

    def __init__(
        self,
        api: Api,
        site: ScriptedSite,
        faults: Faults,
        clock: ScriptedClock,
        *,
        timeouts: Timeouts,
        makes_namespaces: bool,
    ) -> None:
        self.api = api
        self.faults = faults
        self.clock = clock
        self.asked: list[Asked] = []
        self.warnings: tuple[str, ...] = ()
        self.commands: Commands = lambda _command: None
        self.has_metrics = True
        self._site = site
        self._timeouts = timeouts
        self._makes_namespaces = makes_namespaces
        self._token = ""
        self._is_open = False
        self._streams: set[ScriptedStream] = set()

    def add_namespace(self, name: str) -> None:
        """Make a namespace, unless it is there."""
        if self.api.find(NAMESPACE, name) is None:
            self.api.add(NAMESPACE, {"metadata": {"name": name}})

    async def __aenter__(self) -> Self:
        """Open it."""
        self._is_open = True
        self._token = self.faults.token
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None, /
    ) -> None:
        """Close it, and end every stream; what went wrong in a life is raised then."""
        self._is_open = False
        for stream in list(self._streams):
            stream.fail(closed_error(stream.attempt))
        self._site.raise_trouble()

    async def version(self) -> str:
        """Which Kubernetes it says it is."""
        resource = Resource("version")
        await self._meet(Attempt("get", resource), self._request("get", resource))
        return self.api.version

    async def create(
        self,
        resource: Resource,
        body: bytes,
        *,
        params: Mapping[str, str] | None = None,
        content_type: str = JSON_MEDIA_TYPE,
    ) -> Reply:
        """POST an object into a collection (or to a subresource)."""
        reply = await self._ask("create", resource, params, body, content_type)
        return Reply(reply.body, reply.warnings + self.warnings) if self.warnings else reply

    async def get(self, resource: Resource) -> Reply:
        """GET one object."""
        return await self._ask("get", resource)

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
        params = list_query(label_selector, field_selector, limit=limit, continue_token=continue_token)
        return await self._ask("list", resource, params)

    async def patch(self, resource: Resource, body: bytes, *, content_type: str = MERGE_PATCH) -> Reply:
        """PATCH one object."""
        return await self._ask("patch", resource, None, body, content_type)

    async def delete(self, resource: Resource, *, uid: str = "") -> Reply:
        """DELETE one object and, in the background, what it owns; with ``uid`` only that very object."""
        return await self._ask("delete", resource, None, delete_options(uid))

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
        params = watch_query(
            label_selector, field_selector, resource_version=resource_version, timeout_s=timeout_s
        )
        return self._watch(self._request("watch", resource, params), timeout_s)

    @asynccontextmanager
    async def _watch(self, request: Request, timeout_s: int) -> AsyncIterator[AsyncIterator[bytes]]:
        attempt = Attempt("watch", request.resource)
        encounter = await self._meet(attempt, request, is_stream=True)
        stream = ScriptedStream(
            attempt,
            encounter,
            clock=self.clock,
            silence_s=self._timeouts.watch_silence_s(timeout_s),
            read=partial(error_in, attempt),
        )
        watch = self._do(attempt, lambda: self.api.watch(request, stream.wake))
        stream.feed = watch
        alarms = [self.clock.call_later(timeout_s, watch.close, is_awaited=False)] if timeout_s else []
        self._bookmark_later(watch)
        try:
            async with self._reading(request, stream) as lines:
                yield lines
        finally:
            watch.close()
            for alarm in alarms:
                alarm.cancel()

    def _bookmark_later(self, watch: Watch) -> None:
        """Tell a quiet watch now and then which version it has reached, as the server does."""

        def bookmark() -> None:
            if not watch.is_over:
                watch.bookmark()
                self._bookmark_later(watch)

        self.clock.call_later(BOOKMARK_S, bookmark, is_awaited=False)

    @asynccontextmanager
    async def log(self, pod: Resource, options: LogOptions) -> AsyncIterator[AsyncIterator[bytes]]:
        """Read a container's log, as chunks that end anywhere."""
        request = self._request("get", pod.named(pod.name, "log"), log_query(options))
        attempt = Attempt("get", request.resource)
        encounter = await self._meet(attempt, request, is_stream=True)
        stream = LogStream(attempt, encounter, clock=self.clock, silence_s=self._timeouts.log_idle_s)
        reader = self._do(attempt, lambda: open_log(self._site, request, options, stream.wake))
        stream.feed = LogFeed(reader)
        async with self._reading(request, stream) as chunks:
            yield chunks

    @asynccontextmanager
    async def connect(self, pod: Resource, options: ConnectOptions) -> AsyncIterator[Session]:
        """Execute a command in a container, or attach to its program; leaving ends the connection."""
        attempt = attempt_of(pod)
        request = self._request("get", pod, dict(session_query(options)))
        encounter = await self._meet(attempt, request, is_stream=True)
        silence_s = self._timeouts.ping_s + self._timeouts.pong_s
        stream = ScriptedStream(attempt, encounter, clock=self.clock, silence_s=silence_s)
        program = self._do(
            attempt, lambda: open_program(self._site, request, options, self._answer_command, stream.wake)
        )
        stream.feed = program
        async with self._reading(request, stream):
            yield ChannelSession(ScriptedWire(stream, program), attempt, closes_stdin=True)

    def _answer_command(self, command: Command) -> Ran | None:
        return answer_signal(command) or answer_usage(command) or self.commands(command)

    @asynccontextmanager
    async def _reading(self, request: Request, stream: ScriptedStream) -> AsyncIterator[AsyncIterator[bytes]]:
        self._streams.add(stream)
        try:
            with self.faults.noting(request, stream):
                yield stream
        finally:
            self._streams.discard(stream)
            stream.feed.close()

    # --- every request

    def _request(
        self,
        verb: str,
        resource: Resource,
        params: Mapping[str, str] | None = None,
        body: bytes = b"",
        content_type: str = JSON_MEDIA_TYPE,
    ) -> Request:
        self.asked.append(Asked(verb, resource, params or {}, body))
        return Request(verb, resource, params or {}, body, content_type, USER)

    async def _ask(
        self,
        verb: str,
        resource: Resource,
        params: Mapping[str, str] | None = None,
        body: bytes = b"",
        content_type: str = JSON_MEDIA_TYPE,
    ) -> Reply:
        attempt, request = Attempt(verb, resource), self._request(verb, resource, params, body, content_type)
        encounter = await self._meet(attempt, request)
        answer = self._do(attempt, lambda: self._answer(request))
        if encounter.drops_answer:
            raise disconnected(attempt)
        return Reply(answer.body, answer.warnings)

    def _answer(self, request: Request) -> Answer:
        if request.resource.group != POD_METRICS.group:
            return self.api.answer(request)
        if not self.has_metrics:
            raise path_not_found()
        return answer_metrics(self._site, request)

    async def _meet(self, attempt: Attempt, request: Request, *, is_stream: bool = False) -> Encounter:
        """Send a request as far as the API server, through whatever meets it."""
        self._check_open(attempt)
        self.clock.note_work()
        encounter = self.faults.meet(request)
        await asyncio.sleep(0)  # as any request, it lets others run
        if encounter.delay_s or (encounter.stall is not None and not is_stream):
            await self._hold_up(attempt, encounter, is_stream=is_stream)
        self._check_open(attempt)
        if encounter.drops_request:
            raise disconnected(attempt)
        if self._token != self.faults.token:
            self._renew_token(attempt)
        if encounter.refusal is not None:
            raise error_of(attempt, encounter.refusal)
        return encounter

    async def _hold_up(self, attempt: Attempt, encounter: Encounter, *, is_stream: bool) -> None:
        try:
            async with deadline(self.clock, self._timeouts.answer_s):
                await self.clock.sleep(encounter.delay_s)
                if encounter.stall is not None and not is_stream:
                    released = asyncio.Event()
                    encounter.stall.on_end(released.set)
                    await released.wait()
        except DeadlineError:
            raise timed_out(attempt) from None

    def _do(self, attempt: Attempt, work: Callable[[], T]) -> T:
        """Let the API server do something, and the controllers what follows from it."""
        if self._makes_namespaces and attempt.resource.namespace:
            self.add_namespace(attempt.resource.namespace)
        try:
            return self._site.answer(work)
        except Refusal as refusal:
            raise error_of(attempt, refusal) from refusal

    def _check_open(self, attempt: Attempt) -> None:
        if not self._is_open:
            raise closed_error(attempt)

    def _renew_token(self, attempt: Attempt) -> None:
        """As the client over HTTP does after a 401: read the token file again, and repeat the request."""
        if not self.faults.token_is_renewed:
            raise error_of(attempt, unauthorized())
        self._token = self.faults.token
