"""Sessions with containers: what their messages say, and what becomes of websockets that fail."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from launcher_k8s.connection import PODS, ConnectOptions, OutputChannel, Session
from launcher_k8s.errors import ClusterError, ClusterTimeoutError, CommandError, UnavailableError
from launcher_k8s.kube.problems import Attempt
from launcher_k8s.kube.sessions import V4, V5, outcome_of
from launcher_k8s.kube.timeouts import Timeouts
from tests.unit.kube.servers import Handler, Serve, answer, refusal

EXEC = PODS.within("lab").named("one", "exec")
ATTEMPT = Attempt("get", EXEC)
CAT = ConnectOptions("main", ("cat",), stdin=True)
SUCCESS = b'\x03{"metadata":{},"status":"Success"}'


def failure(code: int, reason: str = "InternalError", **details: Any) -> bytes:
    return json.dumps(
        {"status": "Failure", "message": "said", "reason": reason, "code": code, "details": details}
    ).encode()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (SUCCESS[1:], 0),
        (failure(0, "NonZeroExitCode", causes=[{"reason": "ExitCode", "message": "137"}]), 137),
    ],
)
def test_an_outcome_is_an_exit_code(body: bytes, code: int) -> None:
    assert outcome_of(ATTEMPT, body) == code


@pytest.mark.parametrize(
    ("body", "kind", "transient"),
    [
        (failure(500), CommandError, False),
        (failure(0, "NonZeroExitCode", causes=[{"reason": "ExitCode", "message": "?"}]), CommandError, False),
        (b"no json", UnavailableError, True),
    ],
)
def test_an_outcome_without_an_exit_code_is_an_error(
    body: bytes, kind: type[ClusterError], transient: bool
) -> None:
    outcome = outcome_of(ATTEMPT, body)
    assert isinstance(outcome, kind)
    assert outcome.transient is transient


def speaking(*messages: bytes | str, protocol: str = V5, until: asyncio.Event | None = None) -> Handler:
    """A server that says something, waits, and closes; pings are not answered while it waits."""

    async def handle(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=[protocol], autoping=False)
        await socket.prepare(request)
        for message in messages:
            await (socket.send_str(message) if isinstance(message, str) else socket.send_bytes(message))
        if until is not None:
            await until.wait()
        await socket.close()
        return socket

    return handle


async def read(session: Session) -> list[tuple[OutputChannel, bytes]]:
    return [each async for each in session]


async def test_what_is_asked_for_stands_in_the_query(serve: Serve) -> None:
    server = await serve(speaking(SUCCESS))
    options = ConnectOptions("main", ("echo", "a b", "&"), stdin=True, stderr=False)
    async with server.cluster() as cluster, cluster.connect(EXEC, options) as session:
        assert await session.outcome() == 0
    request = server.requests[0]
    assert request.path == "/api/v1/namespaces/lab/pods/one/exec"
    assert request.rel_url.raw_query_string == (
        "container=main&stdin=true&stdout=true&command=echo&command=a%20b&command=%26"
    )
    assert request.headers["Authorization"] == "Bearer secret"
    assert request.headers["Sec-WebSocket-Protocol"] == f"{V5},{V4}"


async def test_empty_messages_and_unknown_channels_are_passed_over(serve: Serve) -> None:
    server = await serve(speaking(b"\x01", b"\x02", b"\x03", b"\x01a", b"\x09?", b"\x02b", SUCCESS))
    async with server.cluster() as cluster, cluster.connect(EXEC, CAT) as session:
        assert await read(session) == [(OutputChannel.STDOUT, b"a"), (OutputChannel.STDERR, b"b")]


async def test_a_session_that_ends_without_an_outcome_has_broken_off(serve: Serve) -> None:
    server = await serve(speaking(b"\x01a"))
    async with server.cluster() as cluster, cluster.connect(EXEC, CAT) as session:
        with pytest.raises(UnavailableError, match="broke off") as told:
            await session.outcome()
    assert told.value.transient


@pytest.mark.parametrize("message", ["text", b"\x01" + bytes(2**20)])
async def test_messages_that_cannot_be_taken_are_an_error(serve: Serve, message: bytes | str) -> None:
    server = await serve(speaking(message))
    async with server.cluster() as cluster, cluster.connect(EXEC, CAT) as session:
        with pytest.raises(UnavailableError):
            await session.outcome()


async def test_a_server_that_gives_no_sign_of_life_is_given_up(serve: Serve) -> None:
    over = asyncio.Event()
    server = await serve(speaking(until=over))
    cluster = server.cluster(timeouts=Timeouts(ping_s=0.05, pong_s=0.05))
    async with cluster, cluster.connect(EXEC, CAT) as session:
        with pytest.raises(ClusterTimeoutError):
            await session.outcome()
    over.set()


async def test_a_server_that_answers_pings_may_be_silent(serve: Serve) -> None:
    pinged = asyncio.Event()

    async def handle(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=[V5], autoping=False)
        await socket.prepare(request)
        for _ in range(3):
            message = await socket.receive()
            assert message.type is WSMsgType.PING
            await socket.pong(message.data)
        pinged.set()
        await socket.send_bytes(SUCCESS)
        return socket

    server = await serve(handle)
    cluster = server.cluster(timeouts=Timeouts(ping_s=0.05, pong_s=5))
    async with cluster, cluster.connect(EXEC, CAT) as session:
        assert await session.outcome() == 0
    assert pinged.is_set()


async def test_where_input_cannot_be_ended_alone_the_session_is(serve: Serve) -> None:
    received: list[bytes] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=[V4])
        await socket.prepare(request)
        received.extend([message.data async for message in socket])
        return socket

    server = await serve(handle)
    async with server.cluster() as cluster, cluster.connect(EXEC, CAT) as session:
        await session.send(b"x" * 40_000)
        await session.close_stdin()
        with pytest.raises(UnavailableError, match="cannot end only the input") as told:
            await session.outcome()
    assert b"".join(each[1:] for each in received) == b"x" * 40_000
    assert not told.value.transient


async def test_a_server_that_speaks_another_protocol_is_told(serve: Serve) -> None:
    server = await serve(speaking(protocol="base64.channel.k8s.io"))
    async with server.cluster() as cluster:
        with pytest.raises(UnavailableError, match="speaks none of"):
            async with cluster.connect(EXEC, CAT):
                raise AssertionError("connected")


async def test_a_refused_upgrade_is_told_in_the_servers_words(serve: Serve) -> None:
    server = await serve(answer(refusal(404, "NotFound", 'pods "one" not found'), 404))
    async with server.cluster() as cluster:
        with pytest.raises(ClusterError, match='pods "one" not found'):
            async with cluster.connect(EXEC, CAT):
                raise AssertionError("connected")


async def test_a_connection_that_breaks_before_the_answer_is_not_asked_twice(serve: Serve) -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    server = await serve(handle)
    async with server.cluster() as cluster:
        with pytest.raises(UnavailableError):
            async with cluster.connect(EXEC, CAT):
                raise AssertionError("connected")
    assert len(server.requests) == 1
