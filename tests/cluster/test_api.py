from __future__ import annotations

import gc
import select
import socket
import struct
from typing import Any

import pytest

from tests.cluster.api import Api

PATIENCE_MS = 10_000


def test_a_server_that_goes_before_the_handshake_leaves_no_socket_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def connect_and_be_left(*_: Any, **__: Any) -> socket.socket:
        connection = socket.socket()
        connection.connect(server.getsockname())
        accepted, _address = server.accept()
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        accepted.close()  # by a reset, which has come when the poll returns
        poll = select.poll()
        poll.register(connection, select.POLLHUP)
        assert poll.poll(PATIENCE_MS)
        return connection

    monkeypatch.setattr("socket.create_connection", connect_and_be_left)
    with socket.create_server(("127.0.0.1", 0)) as server:
        api = Api(f"https://127.0.0.1:{server.getsockname()[1]}", "token", "")
        with pytest.raises(ConnectionResetError):
            api.request("GET", "/readyz")
    gc.collect()  # a socket that was left open would be told of now
