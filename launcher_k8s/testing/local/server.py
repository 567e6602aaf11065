"""The API server's HTTP: from request lines to the store and the node, and back.

It runs on the event loop of whoever enters the cluster, not in a thread of its own: the store belongs to
one thread, and tests look into it between requests. So code that blocks that loop (a ``subprocess.run`` of
kubectl, say) waits for ever; run such things in a thread or as ``asyncio`` subprocesses.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import unquote

import attrs
import msgspec
from aiohttp import web

from launcher_k8s.connection import JSON_MEDIA_TYPE
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.kinds import Kind
from launcher_k8s.testing.cluster.refusals import Refusal, internal, too_large
from launcher_k8s.testing.cluster.requests import Answer, Request
from launcher_k8s.testing.fault import Encounter
from launcher_k8s.testing.faults import Faults
from launcher_k8s.testing.local import protobuf
from launcher_k8s.testing.local.access_to_pods import PlainRefusal
from launcher_k8s.testing.local.accounts import PREFIX, Account, Accounts, service_account, split_prefix
from launcher_k8s.testing.local.documents import Documents
from launcher_k8s.testing.local.negotiation import Form, Shape, choose_form
from launcher_k8s.testing.local.paths import NoPathError, Target, find_target, without_watch
from launcher_k8s.testing.local.responses import Wish, refuse, respond, text
from launcher_k8s.testing.local.streams import (
    HttpSession,
    HttpStream,
    Send,
    break_connection,
    serve_stream,
    wait_out,
)
from launcher_k8s.testing.local.watches import WatchSender

MOST_BYTES: Final = 3 * 1024 * 1024
_CLOSE_S: Final = 0.05
_SHAPES: Final = (Shape.TABLE, Shape.METADATA, Shape.METADATA_LIST)
_NODE_SUBRESOURCES: Final = ("log", "exec", "attach")
_METRICS: Final = "metrics.k8s.io"
_log = logging.getLogger(__name__)


@attrs.frozen
class Call:
    """One request on its way.

    Args:
        http: As it came.
        target: What it is about.
        asked: The same for the store.
        wish: In which form the answer is wanted.
        encounter: The faults it meets.
    """

    http: web.Request
    target: Target
    asked: Request
    wish: Wish
    encounter: Encounter


class PodServer(Protocol):
    """What answers for the insides of pods: a node."""

    def open_log(self, asked: Request) -> AsyncGenerator[bytes] | None:
        """A container's log; None for a pod that has no node yet.

        Raises:
            Refusal: There is none to be had.
        """

    async def connect(self, http: web.Request, asked: Request) -> web.StreamResponse:
        """Execute a command in a container, or attach to one, over a websocket.

        Raises:
            Refusal: That cannot be done.
        """

    async def metrics(self, kind: Kind, asked: Request) -> Answer:
        """What pods or nodes use.

        Raises:
            Refusal: Nothing is known of the one that is asked for.
        """


class Server:
    """An API server on a loopback port.

    Args:
        api: The store behind it.
        accounts: Who is let in.
        faults: What goes wrong on the way.
        pods: What answers for the insides of pods.
        now: The time, aware.
    """

    def __init__(
        self, api: Api, *, accounts: Accounts, faults: Faults, pods: PodServer, now: Callable[[], datetime]
    ) -> None:
        self._api = api
        self._accounts = accounts
        self._faults = faults
        self._pods = pods
        self._now = now
        self._runner = web.ServerRunner(
            web.Server(self._handle, handler_cancellation=True, access_log=None), shutdown_timeout=_CLOSE_S
        )
        self._documents = Documents(version=api.version, address="")

    async def start(self, *, port: int = 0) -> int:
        """Listen on 127.0.0.1; returns the port."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        port = int(self._runner.addresses[0][1])
        self._documents = Documents(version=self._api.version, address=f"127.0.0.1:{port}")
        return port

    async def close(self) -> None:
        """End every request and close every connection."""
        await self._runner.cleanup()

    async def _handle(self, http: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(http, web.BaseRequest)
        wish = Wish.of(Form(), http.query, http.headers.get("User-Agent", ""))
        try:
            return await self._answer(http, wish)  # type: ignore[arg-type]
        except NoPathError:
            return text(404, "404 page not found\n")
        except Refusal as refusal:
            return refuse(refusal, wish)
        except PlainRefusal as refusal:
            return text(refusal.code, refusal.message)
        except (asyncio.CancelledError, ConnectionError):
            raise
        except Exception as error:  # noqa: BLE001 -- a server answers, whatever happens inside it
            _log.exception("%s %s failed", http.method, http.path)
            return refuse(internal(repr(error)), wish)

    async def _answer(self, http: web.Request, wish: Wish) -> web.StreamResponse:
        prefix, path = split_prefix(unquote(http.rel_url.raw_path))
        authorization = http.headers.get("Authorization", "")
        if prefix:
            authorization = f"Bearer {prefix.removeprefix(PREFIX)}"
        is_document = self._documents.answers(path)
        account = self._accounts.identify(
            path, authorization, _impersonated(http), is_resource=not is_document
        )
        if "//" in path:
            raise NoPathError
        if is_document:
            accept = http.headers.get("Accept", "")
            return self._documents.answer(http.method, path, accept, wish, prefix=prefix)
        call = await self._read(http, path, account, wish)
        if not await self._meet(call):
            return web.Response()
        response = await self._dispatch(call)
        if call.encounter.drops_answer:
            break_connection(http)
        return response

    async def _read(self, http: web.Request, path: str, account: Account, wish: Wish) -> Call:
        path, params = without_watch(path, _first_values(http.query))
        target = find_target(http.method, path, params)
        if target.resource.subresource not in _NODE_SUBRESOURCES:
            form = choose_form(
                http.headers.get("Accept", ""),
                shapes=_SHAPES,
                streams=target.verb == "watch",
                can_stream=target.verb in ("list", "watch"),
            )
            wish = attrs.evolve(wish, form=form)
        body, content_type = await _read_body(http), http.headers.get("Content-Type", "")
        if body and content_type.startswith(protobuf.MEDIA_TYPE):
            body, content_type = msgspec.json.encode(protobuf.read_protobuf(body)), JSON_MEDIA_TYPE
        asked = Request(
            target.verb, target.resource, params, body, content_type, account.user, account.groups
        )
        return Call(http, target, asked, wish, self._faults.meet(asked))

    async def _meet(self, call: Call) -> bool:
        """Let a request's faults happen that come before it is done; False: its connection is broken."""
        encounter = call.encounter
        await asyncio.sleep(encounter.delay_s)
        if encounter.stall is not None and not _is_stream(call):
            await wait_out(encounter.stall)
        if encounter.drops_request:
            break_connection(call.http)
            return False
        if encounter.refusal is not None:
            raise encounter.refusal
        return True

    async def _dispatch(self, call: Call) -> web.StreamResponse:
        target = call.target
        if target.verb == "watch":
            return await self._watch(call)
        if target.resource.subresource == "log":
            self._api.authorize(call.asked)
            return await self._log(call)
        if target.resource.subresource in _NODE_SUBRESOURCES:
            self._api.authorize(call.asked)
            with self._faults.noting(call.asked, HttpSession(call.http)):
                return await self._pods.connect(call.http, call.asked)
        if target.resource.group == _METRICS:
            self._api.authorize(call.asked)
            answer = await self._pods.metrics(target.kind, call.asked)
            return respond(answer, target.kind, call.wish, self._now())
        answer = self._api.answer(call.asked)
        if target.resource.subresource == "token":
            token = msgspec.json.decode(answer.body)["status"]["token"]
            self._accounts.accept(token, service_account(target.resource.namespace, target.resource.name))
        return respond(answer, target.kind, call.wish, self._now())

    async def _watch(self, call: Call) -> web.StreamResponse:
        wake = asyncio.Event()
        watch = self._api.watch(call.asked, wake.set)
        sender = WatchSender(
            watch, wake, request=call.asked, kind=call.target.kind, wish=call.wish, now=self._now
        )
        try:
            return await self._stream(call, call.wish.form.content_type, sender.send)
        finally:
            watch.close()

    async def _log(self, call: Call) -> web.StreamResponse:
        chunks = self._pods.open_log(call.asked)
        if chunks is None:
            return web.Response(status=204)

        async def send(stream: HttpStream) -> None:
            async with aclosing(chunks):
                async for chunk in chunks:
                    await stream.write(chunk)

        return await self._stream(call, "text/plain", send)

    async def _stream(self, call: Call, content_type: str, send: Send) -> web.StreamResponse:
        """Answer with a stream that faults can meet."""
        stream = HttpStream(call.http, content_type, call.encounter)
        with self._faults.noting(call.asked, stream):
            return await serve_stream(stream, send)


def _is_stream(call: Call) -> bool:
    return call.target.verb == "watch" or call.target.resource.subresource in _NODE_SUBRESOURCES


def _impersonated(http: web.BaseRequest) -> Mapping[str, list[str]]:
    return {key: http.headers.getall(f"Impersonate-{key}", []) for key in ("user", "group")}


def _first_values(query: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in query.items():
        found.setdefault(key, value)
    return found


async def _read_body(http: web.BaseRequest) -> bytes:
    """The body.

    Raises:
        Refusal: 413, it is too large.
    """
    body = bytearray()
    async for chunk in http.content.iter_any():
        body += chunk
        if len(body) > MOST_BYTES:
            raise too_large()
    return bytes(body)
