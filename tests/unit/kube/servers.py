"""A server of one handler on 127.0.0.1, and a cluster that talks to it."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
from aiohttp import web

from launcher_k8s.kube.client import KubernetesCluster
from launcher_k8s.kube.timeouts import DEFAULT_TIMEOUTS, Timeouts
from launcher_k8s.settings import ClusterSettings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@attrs.define
class Server:
    """What a server was asked: each request with its body, in order."""

    url: str
    requests: list[web.Request] = attrs.field(factory=list)
    bodies: list[bytes] = attrs.field(factory=list)

    def settings(self, **changes: Any) -> ClusterSettings:
        return attrs.evolve(ClusterSettings(api_url=self.url, auth_token="secret"), **changes)

    def cluster(self, *, timeouts: Timeouts = DEFAULT_TIMEOUTS, **changes: Any) -> KubernetesCluster:
        return KubernetesCluster.from_settings(self.settings(**changes), timeouts=timeouts)


@asynccontextmanager
async def serving(handler: Handler, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    async def record(request: web.Request) -> web.StreamResponse:
        server.requests.append(request)
        server.bodies.append(await request.read())
        return await handler(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", record)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    port = runner.addresses[0][1]
    server = Server(f"{'https' if tls else 'http'}://127.0.0.1:{port}")
    try:
        yield server
    finally:
        await runner.cleanup()


Serve = Callable[..., Awaitable[Server]]


def answer(body: Any = None, status: int = 200, **headers: str) -> Handler:
    """A handler that always answers this JSON; header names with ``_`` for ``-``."""

    async def handle(request: web.Request) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response({} if body is None else body, status=status, headers=named)

    return handle


def refusal(code: int, reason: str, message: str, **details: Any) -> dict[str, Any]:
    """A ``Status`` body as the API server writes it."""
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure"}
    return {**status, "message": message, "reason": reason, "details": details, "code": code}


def event(kind: str, version: int | str, **metadata: Any) -> bytes:
    obj = {"metadata": {"resourceVersion": str(version), **metadata}}
    return json.dumps({"type": kind, "object": obj}, separators=(",", ":")).encode() + b"\n"


@attrs.frozen
class Certificates:
    """A server's self-signed certificate and a client's, with their keys."""

    server: Path
    server_key: Path
    client: Path
    client_key: Path

    def context(self, *, ask_client: bool = False) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.server, self.server_key)
        if ask_client:
            context.load_verify_locations(self.client)
            context.verify_mode = ssl.CERT_REQUIRED
        return context
