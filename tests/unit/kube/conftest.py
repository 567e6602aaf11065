"""Servers on 127.0.0.1 that live as long as a test, and certificates for them."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from aiohttp import web

from tests.unit.kube.servers import Certificates, Handler, Serve, Server, serving


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """What starts servers: it takes a handler, and a TLS context for https."""
    async with AsyncExitStack() as stack:

        async def start(handler: Handler, *, tls: ssl.SSLContext | None = None) -> Server:
            return await stack.enter_async_context(serving(handler, tls=tls))

        yield start


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder = tmp_path_factory.mktemp("certificates")
    for name in ("server", "client"):
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        command += ["-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
        command += ["-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.pem")]
        subprocess.run(command, check=True, capture_output=True)
    return Certificates(
        folder / "server.pem", folder / "server.key", folder / "client.pem", folder / "client.key"
    )


@pytest.fixture
async def silence() -> AsyncIterator[Handler]:
    """A handler that never answers; it is let go when the test ends."""
    over = asyncio.Event()

    async def handle(request: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    yield handle
    over.set()
