from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import attrs
import pytest

from launcher_k8s.connection import PODS, Cluster
from launcher_k8s.errors import (
    ClusterTimeoutError,
    ExpiredError,
    ForbiddenError,
    InvalidObjectError,
    UnavailableError,
)
from launcher_k8s.kube.reflector import (
    Changed,
    Disrupted,
    Pace,
    Relisted,
    Restored,
    Source,
    list_all,
    reflect,
)
from launcher_k8s.kube.retry import Backoff
from launcher_k8s.testing import ScriptedClock
from tests.unit.kube.script import PlayedCluster, Script, Step
from tests.unit.kube.servers import Serve, event

EXPIRED = ExpiredError("too old", status=410)
CUT = UnavailableError("cut", transient=True)


@attrs.frozen
class NamesPage:
    rows: list[str]
    resource_version: str
    continue_token: str


@attrs.frozen
class NameEvent:
    kind: str
    resource_version: str

    @property
    def is_bookmark(self) -> bool:
        return self.kind == "BOOKMARK"


def decode_page(body: bytes) -> NamesPage:
    page = json.loads(body)
    return NamesPage(page["names"], page["version"], page.get("continue", ""))


def decode_event(line: bytes) -> NameEvent:
    found = json.loads(line)
    return NameEvent(found["type"], found["object"]["metadata"]["resourceVersion"])


SOURCE = Source(PODS.within("lab"), decode_page, decode_event, label_selector="job-name", fetch_limit=2)


def page(*names: str, version: int = 1, token: str = "") -> bytes:
    return json.dumps({"names": names, "version": str(version), "continue": token}).encode()


def added(version: int) -> Changed[NameEvent]:
    return Changed(NameEvent("ADDED", str(version)))


async def take(cluster: Cluster, count: int, clock: ScriptedClock | None = None, **changes: Any) -> list[Any]:
    """The first items of a reflection."""
    pace = Pace(clock or ScriptedClock(), lambda: 0.0, Backoff(base_s=1, cap_s=8, jitter=0))
    items: list[Any] = []
    async with aclosing(reflect(cluster, attrs.evolve(SOURCE, **changes), pace=pace)) as stream:
        async for item in stream:
            items.append(item)
            if len(items) == count:
                break
    return items


def watches(script: Script) -> list[str]:
    return [asked["version"] for asked in script.asked if "version" in asked]


async def test_pages_are_read_to_the_last() -> None:
    script = Script(pages=[page("a", "b", token="t1"), page("c", version=7)])
    assert await list_all(PlayedCluster(script), SOURCE) == Relisted(("a", "b", "c"), "7")
    assert [(asked["limit"], asked["continue"]) for asked in script.asked] == [(2, ""), (2, "t1")]
    assert {asked["labels"] for asked in script.asked} == {"job-name"}


async def test_pages_that_expire_are_read_anew() -> None:
    script = Script(pages=[page("a", token="t1"), EXPIRED, page("a", token="t2"), page("b", version=9)])
    assert await list_all(PlayedCluster(script), SOURCE) == Relisted(("a", "b"), "9")


async def test_pages_that_always_expire_are_read_in_one_piece() -> None:
    pages: list[Step] = [page("a", token="t"), EXPIRED, page("a", token="t"), EXPIRED, page("a", "b")]
    script = Script(pages=pages)
    assert await list_all(PlayedCluster(script), SOURCE) == Relisted(("a", "b"), "1")
    assert script.asked[-1]["limit"] == 0


async def test_changes_follow_the_listing() -> None:
    script = Script(pages=[page("a", version=4)], watches=[[event("ADDED", 5), event("ADDED", 6)]])
    assert await take(PlayedCluster(script), 3) == [Relisted(("a",), "4"), added(5), added(6)]
    assert script.asked[1] == {"labels": "job-name", "version": "4", "timeout_s": 180}


async def test_a_stream_that_the_server_ended_is_resumed_at_once() -> None:
    clock = ScriptedClock()
    script = Script(pages=[page(version=4)], watches=[[event("ADDED", 5)], [event("ADDED", 6)]])
    assert (await take(PlayedCluster(script), 3, clock))[1:] == [added(5), added(6)]
    assert watches(script) == ["4", "5"]
    assert clock.naps_s == []


async def test_bookmarks_move_the_version_and_are_not_told() -> None:
    script = Script(pages=[page(version=4)], watches=[[event("BOOKMARK", 90)], [event("ADDED", 91)]])
    assert (await take(PlayedCluster(script), 2))[1:] == [added(91)]
    assert watches(script) == ["4", "90"]


async def test_a_broken_stream_is_resumed_from_the_last_version() -> None:
    clock = ScriptedClock()
    script = Script(pages=[page(version=4)], watches=[[event("ADDED", 5), CUT], [event("ADDED", 6)]])
    items = await take(PlayedCluster(script), 5, clock)
    assert items[1:] == [added(5), Disrupted(CUT, 1), Restored(), added(6)]
    assert watches(script) == ["4", "5"]
    assert clock.naps_s == [1]


async def test_silence_is_a_disruption_like_any_other() -> None:
    silence = ClusterTimeoutError("silence", transient=True)
    script = Script(pages=[page(version=4)], watches=[[silence], [event("ADDED", 6)]])
    assert (await take(PlayedCluster(script), 4))[1:] == [Disrupted(silence, 1), Restored(), added(6)]


async def test_waits_grow_while_nothing_is_heard_and_start_anew_after() -> None:
    clock = ScriptedClock()
    script = Script(
        pages=[page(version=4)], watches=[CUT, CUT, CUT, [event("ADDED", 5), CUT], [event("ADDED", 6)]]
    )
    await take(PlayedCluster(script), 9, clock)
    assert clock.naps_s == [1, 2, 4, 1]


async def test_what_the_server_asked_to_wait_is_waited() -> None:
    clock = ScriptedClock()
    busy = UnavailableError("busy", status=429, transient=True, retry_after_s=17)
    script = Script(pages=[busy, page(version=4)], watches=[busy, [event("ADDED", 5)]])
    items = await take(PlayedCluster(script), 5, clock)
    assert items[0] == Disrupted(busy, 17)
    assert clock.naps_s == [17, 17]


@pytest.mark.parametrize("expired", [EXPIRED, [EXPIRED], [event("ADDED", 5), EXPIRED]])
async def test_an_expired_version_is_followed_by_a_new_listing(expired: Any) -> None:
    script = Script(
        pages=[page("a", version=4), page("b", version=8)], watches=[expired, [event("ADDED", 9)]]
    )
    items = await take(PlayedCluster(script), 4 if isinstance(expired, list) and len(expired) > 1 else 3)
    assert items[-2:] == [Relisted(("b",), "8"), added(9)]
    assert watches(script)[-1] == "8"


async def test_versions_that_expire_at_once_do_not_make_a_busy_loop() -> None:
    clock = ScriptedClock()
    script = Script(pages=[page()] * 4, watches=[EXPIRED, EXPIRED, EXPIRED, [event("ADDED", 2)]])
    await take(PlayedCluster(script), 5, clock)
    assert clock.naps_s == [1, 2, 4]


async def test_a_stream_that_ends_at_once_does_not_make_a_busy_loop() -> None:
    clock = ScriptedClock()
    script = Script(pages=[page()], watches=[[], [], [event("ADDED", 2)]])
    await take(PlayedCluster(script), 2, clock)
    assert clock.naps_s == [1, 1]


async def test_a_version_that_is_refused_again_and_again_is_given_up() -> None:
    refusal = InvalidObjectError("Too large resource version", status=400)
    script = Script(pages=[page(version=99), page(version=3)], watches=[*[refusal] * 4, [event("ADDED", 4)]])
    items = await take(PlayedCluster(script), 6)
    assert items[-2:] == [Relisted((), "3"), added(4)]


@pytest.mark.parametrize(
    "outage", [CUT, *[UnavailableError("away", status=code) for code in (429, 503, 504)]]
)
async def test_an_outage_keeps_the_version_however_long_it_lasts(outage: Any) -> None:
    script = Script(pages=[page(version=4)], watches=[*[outage] * 50, [event("ADDED", 5)]])
    items = await take(PlayedCluster(script), 53)
    assert items[-2:] == [Restored(), added(5)]
    assert watches(script) == ["4"] * 51


async def test_a_listing_that_fails_is_told_and_tried_again() -> None:
    clock = ScriptedClock()
    forbidden = ForbiddenError("no", status=403)
    script = Script(pages=[forbidden, forbidden, page("a")])
    items = await take(PlayedCluster(script), 3, clock)
    assert items == [Disrupted(forbidden, 1), Disrupted(forbidden, 2), Relisted(("a",), "1")]
    assert clock.naps_s == [1, 2]


async def test_the_settings_reach_the_requests() -> None:
    script = Script(pages=[page()], watches=[[event("ADDED", 2)]])
    await take(PlayedCluster(script), 2, watch_timeout_s=0, fetch_limit=7, field_selector="a=b")
    assert script.asked[0] == {"labels": "job-name", "fields": "a=b", "limit": 7, "continue": ""}
    assert script.asked[1]["timeout_s"] == 0


async def test_leaving_closes_the_stream() -> None:
    script = Script(pages=[page()], watches=[[event("ADDED", 2), event("ADDED", 3)]])
    await take(PlayedCluster(script), 2)
    assert script.open_streams == 0


async def test_cancelling_closes_the_stream() -> None:
    script = Script(pages=[page()])
    task = asyncio.create_task(take(PlayedCluster(script), 2))
    await script.opened.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert script.open_streams == 0


async def test_over_http_a_server_that_goes_and_comes_back_is_followed(serve: Serve) -> None:
    from aiohttp import web

    watched: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        if "watch" not in request.query:
            return web.Response(body=page("a", version=4), content_type="application/json")
        watched.append(request.query["resourceVersion"])
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(event("ADDED", 4 + len(watched)))
        if len(watched) == 1:
            assert request.transport is not None
            request.transport.abort()
        return response

    server = await serve(handle)
    async with server.cluster() as cluster:
        items = await take(cluster, 5)
    assert [type(item) for item in items] == [Relisted, Changed, Disrupted, Restored, Changed]
    assert watched == ["4", "5"]
