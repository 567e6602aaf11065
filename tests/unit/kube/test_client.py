from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import attrs
import pytest
from aiohttp import ClientPayloadError, web

from launcher_k8s.connection import JOBS, MERGE_PATCH, PODS, YAML_MEDIA_TYPE, Cluster, LogOptions
from launcher_k8s.errors import (
    ClusterError,
    ClusterTimeoutError,
    ConfigurationError,
    ConflictError,
    ExpiredError,
    ForbiddenError,
    InvalidObjectError,
    UnauthorizedError,
    UnavailableError,
)
from launcher_k8s.kube import sockets as making
from launcher_k8s.kube.client import KubernetesCluster
from launcher_k8s.kube.timeouts import Timeouts
from launcher_k8s.settings import ClusterSettings
from tests.unit.kube.servers import Certificates, Handler, Serve, answer, event, refusal

LAB_JOBS = JOBS.within("lab")
POD = PODS.within("lab").named("one")


def streaming(
    *pieces: bytes, content_type: str = "application/json", hold: asyncio.Event | None = None
) -> Handler:
    """A handler that sends each piece as a chunk of its own, then ends (after ``hold``)."""

    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": content_type})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
        if hold is not None:
            await hold.wait()
        return response

    return handle


def test_is_a_cluster() -> None:
    cluster: Cluster = KubernetesCluster.from_settings(ClusterSettings())
    assert cluster is not None


async def test_the_version_is_the_servers(serve: Serve) -> None:
    server = await serve(answer({"major": "1", "gitVersion": "v1.36.3"}))
    async with server.cluster() as cluster:
        assert await cluster.version() == "v1.36.3"
    assert server.requests[0].path == "/version"


async def test_what_is_no_version_is_our_error(serve: Serve) -> None:
    server = await serve(answer({"hello": "world"}))
    async with server.cluster() as cluster:
        with pytest.raises(UnavailableError, match="cannot get version: what came is no version"):
            await cluster.version()


async def test_create_posts_the_body_with_its_type_and_parameters(serve: Serve) -> None:
    server = await serve(answer({"kind": "Job"}, 201))
    async with server.cluster() as cluster:
        reply = await cluster.create(
            LAB_JOBS, b"kind: Job", params={"fieldValidation": "Warn"}, content_type=YAML_MEDIA_TYPE
        )
    request = server.requests[0]
    assert json.loads(reply.body) == {"kind": "Job"}
    assert (request.method, request.path_qs) == (
        "POST",
        "/apis/batch/v1/namespaces/lab/jobs?fieldValidation=Warn",
    )
    assert request.headers["Content-Type"] == YAML_MEDIA_TYPE
    assert server.bodies == [b"kind: Job"]


async def test_every_request_says_who_asks(serve: Serve) -> None:
    server = await serve(answer())
    async with server.cluster() as cluster:
        await cluster.get(POD)
    headers = server.requests[0].headers
    assert headers["Authorization"] == "Bearer secret"
    assert headers["User-Agent"].startswith("launcher-k8s/")
    assert headers["Accept"] == "application/json"


async def test_warning_headers_reach_the_reply(serve: Serve) -> None:
    server = await serve(answer(Warning=r'299 - "unknown field \"spec.foo\"", 299 - "two"'))
    async with server.cluster() as cluster:
        reply = await cluster.create(LAB_JOBS, b"{}")
    assert reply.warnings == ('unknown field "spec.foo"', "two")


async def test_list_page_asks_for_a_page(serve: Serve) -> None:
    server = await serve(answer())
    async with server.cluster() as cluster:
        await cluster.list_page(
            PODS.within("lab"), label_selector="job-name,a in (b, c)", limit=500, continue_token="x+/="
        )
    query = server.requests[0].query
    assert dict(query) == {"labelSelector": "job-name,a in (b, c)", "limit": "500", "continue": "x+/="}


async def test_list_page_without_limits_asks_for_everything(serve: Serve) -> None:
    server = await serve(answer())
    async with server.cluster() as cluster:
        await cluster.list_page(PODS.within("lab"))
    assert server.requests[0].path_qs == "/api/v1/namespaces/lab/pods"


async def test_patch_says_which_kind_of_patch(serve: Serve) -> None:
    server = await serve(answer())
    async with server.cluster() as cluster:
        await cluster.patch(LAB_JOBS.named("a"), b"{}")
    assert server.requests[0].method == "PATCH"
    assert server.requests[0].headers["Content-Type"] == MERGE_PATCH


async def test_delete_takes_the_pods_along(serve: Serve) -> None:
    server = await serve(answer())
    async with server.cluster() as cluster:
        await cluster.delete(LAB_JOBS.named("a"))
    options = json.loads(server.bodies[0])
    assert options["propagationPolicy"] == "Background"
    assert "preconditions" not in options


async def test_delete_of_one_very_object_names_its_uid(serve: Serve) -> None:
    server = await serve(answer())
    async with server.cluster() as cluster:
        await cluster.delete(LAB_JOBS.named("a"), uid="u-1")
    assert json.loads(server.bodies[0])["preconditions"] == {"uid": "u-1"}


@pytest.mark.parametrize("name", ["../secrets/x", "..", ".", "a/b", "a?b", "a%2e", "ü"])
async def test_a_name_cannot_lead_elsewhere(serve: Serve, name: str) -> None:
    server = await serve(answer())
    async with server.cluster() as cluster:
        with pytest.raises(InvalidObjectError, match="no name"):
            await cluster.get(LAB_JOBS.named(name))
    assert server.requests == []


async def test_a_refusal_is_raised_with_what_was_asked(serve: Serve) -> None:
    server = await serve(answer(refusal(403, "Forbidden", 'User "x" cannot create resource "jobs"'), 403))
    async with server.cluster() as cluster:
        with pytest.raises(ForbiddenError, match=r"cannot create jobs\.batch in namespace 'lab'"):
            await cluster.create(LAB_JOBS, b"{}")


async def test_a_success_that_is_no_json_is_an_error(serve: Serve) -> None:
    async def login_page(request: web.Request) -> web.Response:
        return web.Response(text="<html>sign in</html>", content_type="text/html")

    server = await serve(login_page)
    async with server.cluster() as cluster:
        with pytest.raises(UnavailableError, match="text/html") as caught:
            await cluster.get(POD)
    assert "api-url" in caught.value.hint


async def test_a_redirect_is_not_followed_with_our_token(serve: Serve) -> None:
    elsewhere = await serve(answer())
    server = await serve(answer({}, 302, Location=elsewhere.url))
    async with server.cluster() as cluster:
        with pytest.raises(Exception, match="302"):
            await cluster.get(POD)
    assert elsewhere.requests == []


async def test_no_answer_in_time_is_a_transient_timeout(serve: Serve, silence: Handler) -> None:
    server = await serve(silence)
    async with server.cluster(timeouts=Timeouts(answer_s=0.05)) as cluster:
        with pytest.raises(ClusterTimeoutError) as caught:
            await cluster.get(POD)
    assert caught.value.transient
    assert isinstance(caught.value.__cause__, TimeoutError)


async def test_a_connection_cut_before_the_answer_is_transient(serve: Serve) -> None:
    async def cut(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    server = await serve(cut)
    async with server.cluster() as cluster:
        with pytest.raises(UnavailableError) as caught:
            await cluster.create(LAB_JOBS, b"{}")
    assert caught.value.transient
    assert caught.value.__cause__ is not None


async def test_nobody_listening_says_so(unused_tcp_port: int) -> None:
    settings = ClusterSettings(api_url=f"http://127.0.0.1:{unused_tcp_port}", auth_token="t")
    async with KubernetesCluster.from_settings(settings) as cluster:
        with pytest.raises(UnavailableError, match="no connection") as caught:
            await cluster.get(POD)
    assert caught.value.transient
    assert "api-url" in caught.value.hint


async def test_thread_pool_size_bounds_unary_requests(serve: Serve) -> None:
    busy, most, release = 0, 0, asyncio.Event()

    async def count(request: web.Request) -> web.Response:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        if busy == 2:
            release.set()
        await release.wait()
        await asyncio.sleep(0)
        busy -= 1
        return web.json_response({})

    server = await serve(count)
    async with server.cluster(thread_pool_size=2) as cluster:
        await asyncio.gather(*(cluster.get(POD) for _ in range(10)))
    assert most == 2


async def test_waiting_for_a_turn_is_not_counted_against_the_time_limit(serve: Serve) -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(0.05)
        return web.json_response({})

    server = await serve(slow)
    async with server.cluster(thread_pool_size=1, timeouts=Timeouts(answer_s=0.2)) as cluster:
        replies = await asyncio.gather(*(cluster.get(POD) for _ in range(8)))
    assert len(replies) == 8


async def test_streams_never_keep_a_unary_request_waiting(serve: Serve) -> None:
    over, all_open = asyncio.Event(), asyncio.Event()
    opened: list[bytes] = []
    follow = streaming(b"x", content_type="text/plain", hold=over)

    async def handle(request: web.Request) -> web.StreamResponse:
        return await (follow if request.path.endswith("/log") else answer())(request)

    server = await serve(handle)
    async with server.cluster(thread_pool_size=1) as cluster:

        async def read(name: str) -> None:
            async with cluster.log(PODS.within("lab").named(name), LogOptions("c")) as chunks:
                opened.append(await anext(chunks))
                if len(opened) == 150:
                    all_open.set()
                await over.wait()

        readers = [asyncio.create_task(read(f"p{number}")) for number in range(150)]
        await all_open.wait()
        assert (await cluster.get(POD)).body == b"{}"
        over.set()
        await asyncio.gather(*readers)


async def test_watch_asks_for_bookmarks_and_an_end(serve: Serve) -> None:
    server = await serve(streaming(event("ADDED", 5)))
    asked: dict[str, Any] = {"resource_version": "4", "label_selector": "job-name", "timeout_s": 180}
    async with server.cluster() as cluster, cluster.watch(PODS.within("lab"), **asked) as events:
        assert [line async for line in events] == [event("ADDED", 5).rstrip()]
    assert dict(server.requests[0].query) == {
        "watch": "1",
        "allowWatchBookmarks": "true",
        "resourceVersion": "4",
        "labelSelector": "job-name",
        "timeoutSeconds": "180",
    }


async def test_watch_without_a_timeout_asks_the_server_for_none(serve: Serve) -> None:
    server = await serve(streaming())
    async with server.cluster() as cluster, cluster.watch(LAB_JOBS, resource_version="4") as events:
        assert [line async for line in events] == []
    assert "timeoutSeconds" not in server.requests[0].query


async def test_watch_events_are_whole_however_they_were_cut(serve: Serve) -> None:
    stream = event("ADDED", 1) + event("MODIFIED", 2, note="x" * 5_000_000) + event("DELETED", 3)
    server = await serve(streaming(*(stream[at : at + 777_777] for at in range(0, len(stream), 777_777))))
    async with server.cluster() as cluster, cluster.watch(LAB_JOBS, resource_version="0") as events:
        assert b"".join([line + b"\n" async for line in events]) == stream


async def test_an_error_event_is_raised(serve: Serve) -> None:
    expired = {"type": "ERROR", "object": refusal(410, "Expired", "too old resource version: 1 (2)")}
    server = await serve(streaming(event("ADDED", 1), json.dumps(expired).encode() + b"\n"))
    async with server.cluster() as cluster, cluster.watch(LAB_JOBS, resource_version="0") as events:
        await anext(events)
        with pytest.raises(ExpiredError, match="too old"):
            await anext(events)


async def test_an_object_that_speaks_of_errors_is_no_error(serve: Serve) -> None:
    line = event("ADDED", 1, name="ERROR", note='"ERROR"')
    server = await serve(streaming(line))
    async with server.cluster() as cluster, cluster.watch(LAB_JOBS, resource_version="0") as events:
        assert [found async for found in events] == [line.rstrip()]


async def test_a_refused_watch_raises_on_entry_and_tells_when_to_come_back(serve: Serve) -> None:
    server = await serve(answer(refusal(429, "TooManyRequests", "slow down", retryAfterSeconds=7), 429))
    async with server.cluster() as cluster:
        with pytest.raises(UnavailableError) as caught:
            async with cluster.watch(LAB_JOBS, resource_version="0"):
                raise AssertionError("entered")
    assert caught.value.retry_after_s == 7


async def test_what_is_no_json_on_a_watch_is_an_error(serve: Serve) -> None:
    server = await serve(streaming(event("ADDED", 1), b"<html>\n"))
    async with server.cluster() as cluster, cluster.watch(LAB_JOBS, resource_version="0") as events:
        await anext(events)
        with pytest.raises(UnavailableError, match="no event"):
            await anext(events)


async def test_half_an_event_at_the_end_is_an_error(serve: Serve) -> None:
    server = await serve(streaming(event("ADDED", 1), event("ADDED", 2)[:-9]))
    async with server.cluster() as cluster, cluster.watch(LAB_JOBS, resource_version="0") as events:
        await anext(events)
        with pytest.raises(UnavailableError, match="inside an event"):
            await anext(events)


async def test_a_silent_watch_ends_with_a_timeout(serve: Serve) -> None:
    over = asyncio.Event()
    server = await serve(streaming(event("ADDED", 1), hold=over))
    impatient = server.cluster(timeouts=Timeouts(watch_idle_s=0.05))
    async with impatient as cluster, cluster.watch(LAB_JOBS, resource_version="0") as events:
        await anext(events)
        with pytest.raises(ClusterTimeoutError):
            await anext(events)
    over.set()


async def test_a_stream_without_an_answer_ends_with_a_timeout(serve: Serve, silence: Handler) -> None:
    server = await serve(silence)
    async with server.cluster(timeouts=Timeouts(answer_s=0.05)) as cluster:
        with pytest.raises(ClusterTimeoutError):
            async with cluster.watch(LAB_JOBS, resource_version="0"):
                raise AssertionError("entered")


@pytest.mark.parametrize(("asked", "silence_s"), [(0, 200), (180, 200), (60, 80), (3600, 200)])
def test_silence_on_a_watch_may_last_beyond_the_end_that_was_asked(asked: int, silence_s: float) -> None:
    assert Timeouts().watch_silence_s(asked) == silence_s


async def test_a_stream_cut_in_the_middle_is_transient(serve: Serve) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(event("ADDED", 1))
        assert request.transport is not None
        request.transport.close()
        return response

    server = await serve(cut)
    async with server.cluster() as cluster, cluster.watch(LAB_JOBS, resource_version="0") as events:
        await anext(events)
        with pytest.raises(UnavailableError) as caught:
            await anext(events)
    assert caught.value.transient


async def test_log_asks_as_told(serve: Serve) -> None:
    server = await serve(streaming(b"a\n", content_type="text/plain"))
    since = datetime(2026, 11, 21, 6, 30, 5, 999999, tzinfo=timezone(timedelta(hours=2)))
    options = LogOptions("main", follow=True, timestamps=True, since_time=since, limit_bytes=9)
    async with server.cluster() as cluster, cluster.log(POD, options) as chunks:
        assert b"".join([chunk async for chunk in chunks]) == b"a\n"
    assert server.requests[0].path == "/api/v1/namespaces/lab/pods/one/log"
    assert dict(server.requests[0].query) == {
        "container": "main",
        "follow": "true",
        "timestamps": "true",
        "sinceTime": "2026-11-21T04:30:05Z",
        "limitBytes": "9",
    }


async def test_a_log_that_is_refused_is_no_log_line(serve: Serve) -> None:
    message = 'container "main" in pod "one" is waiting to start: ContainerCreating'
    server = await serve(answer(refusal(400, "BadRequest", message), 400))
    async with server.cluster() as cluster:
        with pytest.raises(InvalidObjectError, match="waiting to start"):
            async with cluster.log(POD, LogOptions("main", follow=True)):
                raise AssertionError("entered")


async def test_a_log_that_no_node_has_yet_is_refused(serve: Serve) -> None:
    async def nothing(_: web.Request) -> web.Response:
        return web.Response(status=204)

    server = await serve(nothing)
    async with server.cluster() as cluster:
        with pytest.raises(InvalidObjectError, match=r"pods/log 'one' in .* pod one does not have a host"):
            async with cluster.log(POD, LogOptions("main", follow=True)):
                raise AssertionError("entered")


async def test_leaving_a_stream_early_closes_its_connection(serve: Serve) -> None:
    gone = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 1000)
                await asyncio.sleep(0)
        finally:
            gone.set()

    server = await serve(endless)
    async with server.cluster() as cluster:
        async with cluster.log(POD, LogOptions("main")) as chunks:
            await anext(chunks)
        await asyncio.wait_for(gone.wait(), 5)


async def test_a_rotated_token_is_used_after_a_401(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("old\n")

    async def check(request: web.Request) -> web.Response:
        if request.headers["Authorization"] != "Bearer new":
            file.write_text("new\n")
            return web.json_response(refusal(401, "Unauthorized", "Unauthorized"), status=401)
        return web.json_response({"ok": True})

    server = await serve(check)
    async with server.cluster(auth_token=None, auth_token_path=str(file)) as cluster:
        reply = await cluster.create(LAB_JOBS, b"{}")
    assert json.loads(reply.body) == {"ok": True}
    assert len(server.requests) == 2
    assert server.bodies == [b"{}", b"{}"]


async def test_a_401_with_a_fixed_token_is_final(serve: Serve) -> None:
    server = await serve(answer(refusal(401, "Unauthorized", "Unauthorized"), 401))
    async with server.cluster() as cluster:
        with pytest.raises(UnauthorizedError, match="Unauthorized") as caught:
            await cluster.get(POD)
    assert len(server.requests) == 1
    assert "auth-token" in caught.value.hint


async def test_tls_with_the_configured_authority(serve: Serve, certificates: Certificates) -> None:
    server = await serve(streaming(event("ADDED", 1)), tls=certificates.context())
    pem = certificates.server.read_text()
    async with server.cluster(certificate_authority=pem) as cluster:
        assert (await cluster.get(POD)).body == event("ADDED", 1)
        async with cluster.watch(LAB_JOBS, resource_version="0") as events:
            assert await anext(events) == event("ADDED", 1).rstrip()


async def test_an_unknown_authority_says_what_to_set(serve: Serve, certificates: Certificates) -> None:
    server = await serve(answer(), tls=certificates.context())
    async with server.cluster() as cluster:
        with pytest.raises(UnavailableError) as caught:
            await cluster.get(POD)
    assert "certificate-authority" in caught.value.hint
    assert not caught.value.transient


async def test_unverified_tls_works_and_warns(
    serve: Serve, certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    server = await serve(answer(), tls=certificates.context())
    async with server.cluster(verify_ssl_certs=False) as cluster:
        await cluster.get(POD)
    assert "not verified" in caplog.text


async def test_plain_http_to_a_tls_port_is_explained() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        said = b"Client sent an HTTP request to an HTTPS server.\n"
        writer.write(b"HTTP/1.0 400 Bad Request\r\n\r\n" + said)  # all that Go's TLS server answers
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(refuse, "127.0.0.1")
    settings = ClusterSettings(
        api_url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", auth_token="t"
    )
    async with server, KubernetesCluster.from_settings(settings) as cluster:
        with pytest.raises(InvalidObjectError, match="HTTP request to an HTTPS server") as caught:
            await cluster.get(POD)
    assert "https" in caught.value.hint


@pytest.mark.parametrize(
    "verb",
    [lambda cluster: cluster.get(POD), lambda cluster: cluster.list_page(LAB_JOBS)],
    ids=["get", "list"],
)
async def test_an_answer_that_breaks_off_is_told_in_our_words(
    verb: Callable[[KubernetesCluster], Awaitable[object]],
) -> None:
    async with cutting() as cluster:
        with pytest.raises(UnavailableError, match=r"broke off before its end$") as caught:
            await verb(cluster)
    assert caught.value.transient
    assert isinstance(caught.value.__cause__, ClientPayloadError)


async def test_a_watch_that_breaks_off_is_told_in_our_words() -> None:
    async with cutting() as cluster, cluster.watch(LAB_JOBS, resource_version="1") as events:
        assert await anext(events) == b"{}"
        with pytest.raises(UnavailableError, match=r"broke off before its end$") as caught:
            await anext(events)
    assert isinstance(caught.value.__cause__, ClientPayloadError)


@asynccontextmanager
async def cutting() -> AsyncIterator[KubernetesCluster]:
    """A cluster whose server breaks off in the second chunk of its answer."""

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        writer.write(head + b"3\r\n{}\n\r\n10\r\nab")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(cut, "127.0.0.1")
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    settings = ClusterSettings(api_url=url, auth_token="t")
    async with server, KubernetesCluster.from_settings(settings) as cluster:
        yield cluster


async def test_plain_http_to_a_port_that_hangs_up_suggests_https(
    serve: Serve, certificates: Certificates
) -> None:
    server = await serve(answer(), tls=certificates.context())
    async with server.cluster(api_url=server.url.replace("https", "http")) as cluster:
        with pytest.raises(UnavailableError) as caught:
            await cluster.get(POD)
    assert "write https in api-url" in caught.value.hint


async def test_plain_http_to_a_proxys_tls_port_is_explained(serve: Serve) -> None:
    page = "<html><body>400 The plain HTTP request was sent to HTTPS port</body></html>"

    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=400, text=page, content_type="text/html")

    server = await serve(refuse)
    async with server.cluster() as cluster:
        with pytest.raises(InvalidObjectError) as caught:
            await cluster.get(POD)
    assert caught.value.hint == "write https in api-url"


async def test_tls_to_a_plain_port_is_explained(serve: Serve) -> None:
    server = await serve(answer())
    async with server.cluster(api_url=server.url.replace("http", "https")) as cluster:
        with pytest.raises(UnavailableError) as caught:
            await cluster.get(POD)
    assert "TLS" in caught.value.hint
    assert not caught.value.transient


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"api_url": None}, "api-url"),
        ({"api_url": "ftp://x"}, "no http or https URL"),
        ({"auth_token": None}, "no token"),
        ({"certificate_authority": "-----BEGIN"}, "holds no certificate"),
    ],
)
async def test_settings_that_cannot_reach_a_cluster(changes: dict[str, Any], said: str) -> None:
    settings = attrs.evolve(ClusterSettings(api_url="https://127.0.0.1", auth_token="t"), **changes)
    with pytest.raises(ConfigurationError, match=said):
        async with KubernetesCluster.from_settings(settings):
            raise AssertionError("entered")


async def test_a_closed_cluster_says_so(serve: Serve) -> None:
    server = await serve(answer())
    cluster = server.cluster()
    with pytest.raises(UnavailableError, match="not open"):
        await cluster.get(POD)
    async with cluster:
        pass
    with pytest.raises(UnavailableError, match="not open"):
        await cluster.get(POD)


async def test_a_request_under_way_when_the_cluster_closes_says_so(serve: Serve, silence: Handler) -> None:
    server = await serve(silence)
    async with server.cluster() as cluster:
        waiting = asyncio.create_task(cluster.get(POD))
        while not server.requests:  # noqa: ASYNC110 -- a server sets no event of ours
            await asyncio.sleep(0)
    with pytest.raises(UnavailableError, match="the connection to the cluster is not open"):
        await waiting


@pytest.mark.parametrize("turns", range(8))
async def test_a_request_begun_while_the_cluster_closes_never_fails_otherwise(
    serve: Serve, silence: Handler, turns: int
) -> None:
    server = await serve(silence)
    async with server.cluster() as cluster:
        waiting = asyncio.create_task(cluster.get(POD))
        for _ in range(turns):
            await asyncio.sleep(0)
    with pytest.raises(UnavailableError, match="the connection to the cluster is not open"):
        await waiting


@pytest.mark.parametrize("verb", ["get", "watch"])
async def test_giving_up_before_the_headers_drops_the_connection_at_once(
    serve: Serve,
    silence: Handler,
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
) -> None:
    sockets: list[socket.socket] = []
    make = making._make_socket

    def note(address: tuple[Any, ...]) -> socket.socket:
        sockets.append(make(address))
        return sockets[-1]

    monkeypatch.setattr(making, "_make_socket", note)
    server = await serve(silence, tls=certificates.context())

    async def ask(cluster: KubernetesCluster) -> None:
        if verb == "get":
            await cluster.get(POD)
        else:
            async with cluster.watch(LAB_JOBS, resource_version="1"):
                raise AssertionError("entered")

    async with server.cluster(certificate_authority=certificates.server.read_text()) as cluster:
        waiting = asyncio.create_task(ask(cluster))
        while not server.requests:  # noqa: ASYNC110 -- a server sets no event of ours
            await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.sleep(0)
        assert [each.fileno() for each in sockets] == [-1]


async def test_nothing_secret_is_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = await serve(answer(refusal(409, "Conflict", "busy"), 409))
    async with server.cluster() as cluster:
        with pytest.raises(ConflictError) as caught:
            await cluster.create(LAB_JOBS, b'{"password": "hunter2"}')
    assert "hunter2" not in caplog.text + repr(caught.value)
    assert "secret" not in caplog.text + repr(caught.value)


async def test_what_aiohttp_cannot_send_is_our_error(serve: Serve) -> None:
    server = await serve(answer({}))
    async with server.cluster() as cluster:
        with pytest.raises(ClusterError, match="can be made of it") as caught:
            await cluster.create(LAB_JOBS, b"{}", content_type="application/json\n")
    assert isinstance(caught.value.__cause__, ValueError)
    assert server.requests == []
