"""The server's end of a session, where the client is gone."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from launcher_k8s.testing.local.websockets import PROTOCOLS, Channels


async def test_a_client_that_is_gone_before_the_upgrade_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def prepare(_socket: web.WebSocketResponse, _request: web.Request) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(web.WebSocketResponse, "prepare", prepare)
    asked = {"Upgrade": "websocket", "Sec-WebSocket-Protocol": PROTOCOLS[0]}
    assert await Channels(make_mocked_request("GET", "/", headers=asked)).open() is not None
