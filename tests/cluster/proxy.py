"""A reverse proxy before the real API server that misbehaves when told to.

A forwarder cuts bytes without knowing what they mean. Whether a submit is idempotent is decided by one answer
that is lost after the request took effect, so this proxy speaks HTTP: it lets everything through (streams and
websockets too) except what a rule catches. It runs in a thread of its own, so that tests that are async and
tests that are not tell it the same way:

    with real_cluster.tap() as tap:
        lost = tap.drop_answers("POST", r"/jobs$")     # the next one, after the server has applied it
        ...  # a client of tap.url with the cluster's CA
        assert lost.hits == 1
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

HOP_BY_HOP = {"connection", "keep-alive", "host", "te", "trailer", "transfer-encoding", "upgrade"}
WEBSOCKET = {
    "sec-websocket-key",
    "sec-websocket-version",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
}
FAREWELL_S = 0.25  # aiohttp's manual, "Graceful shutdown": TLS connections close after their session has
NOT_TO_BE_SENT = (None, 1005, 1006, 1015)  # RFC 6455: these tell how a connection ended without a code
Fault = Literal["drop answer", "drop request", "answer", "cut", "delay"]


@dataclass
class Rule:
    """What to do to the next `times` requests of `method` whose path and query match theirs."""

    fault: Fault
    method: str
    path: re.Pattern[str]
    times: int
    query: re.Pattern[str] = re.compile("")
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    after_bytes: int = 0
    delay_s: float = 0
    hits: int = 0

    def matches(self, request: web.BaseRequest) -> bool:
        return (
            self.hits < self.times
            and self.method == request.method
            and self.path.search(request.path) is not None
            and self.query.search(request.query_string) is not None
        )

    def end(self) -> None:
        """Let everything through from now on."""
        self.times = self.hits


@dataclass(frozen=True)
class Seen:
    """A request that came; `status` is the server's, None if it was not asked or did not answer."""

    method: str
    path: str
    status: int | None
    fault: Fault | None


class HttpTap:
    """The proxy; use it as a context manager.

    Args:
        upstream: the API server's URL.
        ca_pem: the authority that signed its certificate.
        serve_with: certificate and key for 127.0.0.1; without them it speaks plain http.
    """

    def __init__(self, upstream: str, ca_pem: str, serve_with: tuple[Path, Path] | None = None) -> None:
        self._upstream, self._ca_pem, self._serve_with = upstream.rstrip("/"), ca_pem, serve_with
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        self._port = 0
        self._started = threading.Event()
        self._failed: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._session: aiohttp.ClientSession | None = None
        self._thread = threading.Thread(target=self._run, name="http-tap", daemon=True)
        self.requests: list[Seen] = []
        """All requests so far, in the order in which their answers began."""

    @property
    def url(self) -> str:
        return f"{'https' if self._serve_with else 'http'}://127.0.0.1:{self._port}"

    def drop_answers(self, method: str = "POST", path: str = "", *, times: int = 1, query: str = "") -> Rule:
        """Forward the request, wait for the whole answer, then close the connection without a byte of it."""
        return self._add(Rule("drop answer", method, re.compile(path), times, re.compile(query)))

    def drop_requests(self, method: str = "POST", path: str = "", *, times: int = 1, query: str = "") -> Rule:
        """Close the connection without asking the server."""
        return self._add(Rule("drop request", method, re.compile(path), times, re.compile(query)))

    def answer(
        self,
        status: int,
        method: str = "POST",
        path: str = "",
        *,
        times: int = 1,
        retry_after_s: int | None = None,
        reason: str = "",
        message: str = "said by the tap",
        query: str = "",
    ) -> Rule:
        """Answer with a Kubernetes Status in the server's place, `Retry-After` and its detail if given."""
        details = {} if retry_after_s is None else {"retryAfterSeconds": retry_after_s}
        body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": status,
                "reason": reason, "message": message, "details": details}  # fmt: skip
        headers = {"Content-Type": "application/json"}
        if retry_after_s is not None:
            headers["Retry-After"] = str(retry_after_s)
        encoded = json.dumps(body).encode()
        rule = Rule(
            "answer",
            method,
            re.compile(path),
            times,
            re.compile(query),
            status=status,
            headers=headers,
            body=encoded,
        )
        return self._add(rule)

    def cut_streams(
        self, after_bytes: int, method: str = "GET", path: str = "", *, times: int = 1, query: str = ""
    ) -> Rule:
        """Pass the answer's first `after_bytes` bytes of body, then reset the connection."""
        rule = Rule("cut", method, re.compile(path), times, re.compile(query), after_bytes=after_bytes)
        return self._add(rule)

    def delay(
        self, seconds: float, method: str = "GET", path: str = "", *, times: int = 1, query: str = ""
    ) -> Rule:
        """Forward the request at once, and hold the answer back for so many seconds."""
        return self._add(Rule("delay", method, re.compile(path), times, re.compile(query), delay_s=seconds))

    def forget(self) -> None:
        """Drop every rule and every request seen, for the next test."""
        with self._lock:
            self._rules.clear()
            self.requests.clear()

    def _add(self, rule: Rule) -> Rule:
        with self._lock:
            self._rules.append(rule)
        return rule

    def _matching(self, request: web.BaseRequest) -> Rule | None:
        with self._lock:
            for rule in self._rules:
                if rule.matches(request):
                    rule.hits += 1
                    return rule
        return None

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        if self._failed is not None:
            raise self._failed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 (told to the thread that waits)
            self._failed = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        tls = ssl.create_default_context(cadata=self._ca_pem) if self._ca_pem else True
        connector = aiohttp.TCPConnector(ssl=tls, limit=0)
        timeout = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(
            connector=connector, auto_decompress=False, timeout=timeout, raise_for_status=_check_upgrade
        ) as self._session:
            # A watch whose client has gone is left at once. A timeout of 0 would be none.
            server = web.Server(self._handle, handler_cancellation=True)
            runner = web.ServerRunner(server, shutdown_timeout=0.1)
            await runner.setup()
            try:
                await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self._serving_tls()).start()
                self._port = runner.addresses[0][1]
                self._started.set()
                await self._stop.wait()
            finally:
                await runner.cleanup()
        await asyncio.sleep(FAREWELL_S)

    def _serving_tls(self) -> ssl.SSLContext | None:
        if self._serve_with is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self._serve_with)
        return context

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        rule = self._matching(request)
        if rule is not None and rule.fault in ("drop request", "answer"):
            self._note(request, None, rule)
            if rule.fault == "drop request":
                return _dropped(request)
            return web.Response(status=rule.status, headers=rule.headers, body=rule.body)
        try:
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await self._websocket(request)
            return await self._forward(request, rule)
        except (aiohttp.ClientError, ConnectionError):  # the server is away, or either side broke off
            return _dropped(request)

    async def _forward(self, request: web.BaseRequest, rule: Rule | None) -> web.StreamResponse:
        body = await request.content.read()
        assert self._session is not None
        async with self._session.request(
            request.method, self._target(request), data=body or None, headers=_kept(request.headers)
        ) as answer:
            self._note(request, answer.status, rule)
            if rule is not None and rule.fault == "drop answer":
                await answer.read()
                return _dropped(request)
            if rule is not None and rule.fault == "delay":
                await asyncio.sleep(rule.delay_s)
            response = web.StreamResponse(
                status=answer.status, reason=answer.reason, headers=_kept(answer.headers)
            )
            writer = await response.prepare(request)
            assert writer is not None
            writer.send_headers()  # else they wait for the first bytes, which on a watch may take a minute
            cut_after = rule.after_bytes if rule is not None and rule.fault == "cut" else None
            passed = 0
            async for chunk in answer.content.iter_any():
                await response.write(chunk if cut_after is None else chunk[: cut_after - passed])
                passed += len(chunk)
                if cut_after is not None and passed >= cut_after:
                    return _dropped(request)
            await response.write_eof()
            return response

    async def _websocket(self, request: web.BaseRequest) -> web.StreamResponse:
        asked = request.headers.getall("Sec-WebSocket-Protocol", [])
        protocols = [each.strip() for line in asked for each in line.split(",")]
        headers = _kept(request.headers, WEBSOCKET)
        assert self._session is not None
        try:
            inner = await self._session.ws_connect(
                self._target(request), protocols=protocols, headers=headers, max_msg_size=0
            )
        except UpgradeRefusedError as refused:
            self._note(request, refused.status, None)
            return web.Response(status=refused.status, headers=refused.headers, body=refused.body)
        self._note(request, 101, None)
        outer = web.WebSocketResponse(protocols=[inner.protocol] if inner.protocol else [], max_msg_size=0)
        await outer.prepare(request)
        await asyncio.gather(_pump(outer, inner), _pump(inner, outer))
        return outer

    def _target(self, request: web.BaseRequest) -> URL:
        return URL(self._upstream + request.raw_path, encoded=True)

    def _note(self, request: web.BaseRequest, status: int | None, rule: Rule | None) -> None:
        self.requests.append(Seen(request.method, request.path_qs, status, rule.fault if rule else None))


class UpgradeRefusedError(Exception):
    """The server answered a request for a websocket otherwise."""

    def __init__(self, status: int, headers: CIMultiDict[str], body: bytes) -> None:
        super().__init__(status)
        self.status, self.headers, self.body = status, headers, body


async def _check_upgrade(answer: aiohttp.ClientResponse) -> None:
    if "Upgrade" in answer.request_info.headers and answer.status != 101:
        raise UpgradeRefusedError(answer.status, _kept(answer.headers), await answer.read())


async def _pump(source: Any, target: Any) -> None:
    """Pass messages of either kind until `source` closes, then close `target`."""
    send: dict[aiohttp.WSMsgType, Callable[[Any], Any]] = {
        aiohttp.WSMsgType.TEXT: target.send_str,
        aiohttp.WSMsgType.BINARY: target.send_bytes,
    }
    async for message in source:
        if message.type in send and not target.closed:
            await send[message.type](message.data)
    code = source.close_code
    await target.close(code=1000 if code in NOT_TO_BE_SENT else code)


def _kept(headers: CIMultiDictProxy[str], more: set[str] = frozenset()) -> CIMultiDict[str]:  # type: ignore[assignment]
    dropped = HOP_BY_HOP | more
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in dropped)


def _dropped(request: web.BaseRequest) -> web.StreamResponse:
    """Close the client's connection; what is returned then reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
