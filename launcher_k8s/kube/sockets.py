"""Connections as the operating system and the HTTP library have them: kept alive, and let go of at once."""

from __future__ import annotations

import asyncio
import platform
import socket
from typing import Any

import aiohttp
from aiohttp.connector import Connection

from launcher_k8s._version import __version__
from launcher_k8s.kube.endpoint import Endpoint

USER_AGENT = f"launcher-k8s/{__version__} ({platform.system().lower()}/{platform.machine()})"
_KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 60_000}


def open_session(endpoint: Endpoint, *, repeats: bool = True, **options: Any) -> aiohttp.ClientSession:
    """A session of the HTTP library, with connections of its own.

    Args:
        endpoint: Where they lead.
        repeats: Whether the library may repeat a GET by itself when a connection breaks before its answer.
        **options: The library's.
    """
    connector = aiohttp.TCPConnector(
        limit=0,
        ssl=endpoint.tls if endpoint.tls is not None else True,
        socket_factory=_make_socket,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": USER_AGENT},
        response_class=_Answer,
        **options,
    )
    session._retry_connection = repeats  # noqa: SLF001 -- there is no public way
    return session


def _make_socket(address: tuple[Any, ...]) -> socket.socket:
    """A socket that notices a dead peer within a minute, in the middle of a silent stream too."""
    family, kind, protocol, _, _ = address
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):  # not every system has all of them
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return made


class _Answer(aiohttp.ClientResponse):
    """An answer whose connection is dropped when whoever waits for its headers gives up."""

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        transport = connection.transport
        try:
            return await super().start(connection)
        except BaseException:
            _drop(transport)
            raise


def drop(answer: aiohttp.ClientResponse) -> None:
    """Drop the connection of a stream that was left before its end."""
    if (connection := answer.connection) is not None:
        _drop(connection.transport)


def _drop(transport: asyncio.Transport | None) -> None:
    """Let go of a connection at once.

    aiohttp would begin a TLS farewell that nobody waits for, and a loop that ends first leaks the socket.
    """
    if transport is not None:
        transport.abort()
