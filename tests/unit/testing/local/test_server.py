"""The API over HTTP: who is let in, what is answered in which form, what faults do to it."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from launcher_k8s.testing.cluster.kinds import CONFIG_MAP, EVENT
from launcher_k8s.testing.local.cluster import LocalCluster

MAPS = "/api/v1/namespaces/default/configmaps"
TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}


@pytest.fixture
async def cluster() -> AsyncIterator[LocalCluster]:
    async with LocalCluster(modes=("none",)) as cluster:
        yield cluster


@pytest.fixture
async def session(cluster: LocalCluster) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {cluster.token}", "User-Agent": "test"}
    async with aiohttp.ClientSession(cluster.api_url, headers=headers) as session:
        yield session


async def _ask(session: aiohttp.ClientSession, method: str, path: str, **more: Any) -> tuple[int, Any]:
    async with session.request(method, path, **more) as answer:
        text = await answer.text()
        return answer.status, json.loads(text) if text.startswith("{") else text


def _map(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1"}}


@pytest.mark.parametrize(
    "ask",
    [
        lambda cluster: cluster.settings(),
        lambda cluster: cluster.kubeconfig("never-written"),
        lambda cluster: cluster.faults,
        lambda cluster: cluster.api,
        lambda cluster: cluster.api_url,
        lambda cluster: cluster.token,
    ],
)
def test_a_cluster_that_was_not_entered_says_so(ask: Callable[[LocalCluster], object]) -> None:
    with pytest.raises(RuntimeError, match=r"enter it first: async with LocalCluster\(\) as cluster"):
        ask(LocalCluster())


async def test_an_unknown_token_is_refused_and_none_is_nobody(cluster: LocalCluster) -> None:
    async with aiohttp.ClientSession(cluster.api_url) as session:
        code, status = await _ask(session, "GET", "/api", headers={"Authorization": "Bearer wrong"})
        assert (code, status["message"]) == (401, "Unauthorized")
        code, status = await _ask(session, "GET", "/api")
        assert (code, status["message"]) == (
            403,
            'forbidden: User "system:anonymous" cannot get path "/api"',
        )
        assert await _ask(session, "GET", "/healthz") == (200, "ok")
        code, status = await _ask(session, "GET", MAPS)
        assert (code, status["details"]) == (403, {"kind": "configmaps"})


async def test_a_rotated_token_is_refused(cluster: LocalCluster, session: aiohttp.ClientSession) -> None:
    assert (await _ask(session, "GET", MAPS))[0] == 200
    cluster.faults.rotate_token()
    assert (await _ask(session, "GET", MAPS))[0] == 401


async def test_the_path_may_carry_the_token(cluster: LocalCluster) -> None:
    async with aiohttp.ClientSession(cluster.api_url) as session:
        code, index = await _ask(session, "GET", f"/token/{cluster.token}/openapi/v3")
        assert code == 200
        url = index["paths"]["apis/batch/v1"]["serverRelativeURL"]
        assert url.startswith(f"/token/{cluster.token}/openapi/v3/apis/batch/v1?hash=")
        code, schema = await _ask(session, "GET", url)
        assert code == 200
        assert "io.k8s.api.batch.v1.Job" in schema["components"]["schemas"]


@pytest.mark.parametrize(
    ("method", "path", "code", "reason"),
    [
        ("GET", "/nope", 404, None),
        ("GET", "//api/v1/pods", 404, None),
        ("GET", "/apis/foo/v1", 404, None),
        ("GET", "/api/v2", 404, "NotFound"),
        ("GET", "/apis/batch/v3", 404, "NotFound"),
        ("GET", f"{MAPS}/x", 404, "NotFound"),
        ("PUT", MAPS, 405, "MethodNotAllowed"),
        ("POST", "/version", 405, "MethodNotAllowed"),
    ],
)
async def test_what_leads_nowhere_is_told_as_the_server_does(
    session: aiohttp.ClientSession, method: str, path: str, code: int, reason: str | None
) -> None:
    answered, body = await _ask(session, method, f"{session._base_url}".rstrip("/") + path)
    assert answered == code
    if reason is None:
        assert body.strip() == "404 page not found"
    else:
        assert (body["kind"], body["reason"], body["code"]) == ("Status", reason, code)


async def test_objects_go_in_and_come_out(session: aiohttp.ClientSession) -> None:
    assert (await _ask(session, "POST", MAPS, json=_map("one")))[0] == 201
    code, found = await _ask(session, "GET", f"{MAPS}/one")
    assert (code, found["data"]) == (200, {"a": "1"})
    code, listed = await _ask(session, "GET", MAPS)
    assert "one" in [each["metadata"]["name"] for each in listed["items"]]


async def test_a_table_has_columns_and_rows(session: aiohttp.ClientSession) -> None:
    await _ask(session, "POST", MAPS, json=_map("one"))
    _, table = await _ask(session, "GET", f"{MAPS}/one", headers=TABLE)
    assert table["kind"] == "Table"
    assert [each["name"] for each in table["columnDefinitions"]] == ["Name", "Data", "Age"]
    assert table["rows"][0]["cells"][:2] == ["one", 1]
    assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"


async def test_answers_may_be_yaml_or_indented(session: aiohttp.ClientSession) -> None:
    async with session.get("/version", headers={"User-Agent": "curl/8"}) as answer:
        assert '\n  "gitVersion": "v1' in await answer.text()
    await _ask(session, "POST", MAPS, json=_map("one"))
    async with session.get(f"{MAPS}/one", headers={"Accept": "application/yaml"}) as answer:
        assert answer.content_type == "application/yaml"
        assert "kind: ConfigMap\n" in await answer.text()


async def test_a_warning_is_a_header(session: aiohttp.ClientSession) -> None:
    params = {"fieldValidation": "Warn"}
    async with session.post(MAPS, params=params, json=_map("one") | {"nonsense": 1}) as answer:
        assert answer.status == 201
        assert answer.headers["Warning"] == '299 - "unknown field \\"nonsense\\""'


async def test_a_refusal_warns_too(session: aiohttp.ClientSession) -> None:
    async with session.delete("/apis/batch/v1/namespaces/default/jobs/nope") as answer:
        assert answer.status == 404
        assert "child pods are preserved" in answer.headers["Warning"]


async def test_too_large_a_body_is_refused(session: aiohttp.ClientSession) -> None:
    code, status = await _ask(session, "POST", MAPS, data=io.BytesIO(b"x" * (3 * 1024 * 1024 + 1)))
    assert (code, status["reason"]) == (413, "RequestEntityTooLarge")


async def test_a_watch_tells_what_happens(cluster: LocalCluster, session: aiohttp.ClientSession) -> None:
    version = cluster.api.resource_version
    params = {"watch": "1", "resourceVersion": str(version), "timeoutSeconds": "30"}
    async with session.get(MAPS, params=params) as answer:
        cluster.api.add(CONFIG_MAP, _map("one"), namespace="default")
        event = json.loads(await answer.content.readline())
    assert (event["type"], event["object"]["metadata"]["name"]) == ("ADDED", "one")


async def test_a_watch_ends_in_time(session: aiohttp.ClientSession) -> None:
    params = {"watch": "1", "timeoutSeconds": "1", "resourceVersion": ""}
    async with asyncio.timeout(10), session.get(MAPS, params=params) as answer:
        lines = (await answer.text()).splitlines()
    assert all(json.loads(line)["type"] == "ADDED" for line in lines)


async def test_a_watched_table_names_its_columns_once(
    cluster: LocalCluster, session: aiohttp.ClientSession
) -> None:
    params = {"watch": "1", "resourceVersion": str(cluster.api.resource_version)}
    async with session.get(MAPS, params=params, headers=TABLE) as answer:
        for name in ("one", "two"):
            cluster.api.add(CONFIG_MAP, _map(name), namespace="default")
        events = [json.loads(await answer.content.readline()) for _ in range(2)]
    assert [bool(each["object"]["columnDefinitions"]) for each in events] == [True, False]
    assert [each["object"]["rows"][0]["cells"][0] for each in events] == ["one", "two"]


async def test_an_expired_version_is_an_error_event(
    cluster: LocalCluster, session: aiohttp.ClientSession
) -> None:
    cluster.api.add(CONFIG_MAP, _map("one"), namespace="default")
    cluster.faults.expire_versions()
    async with session.get(MAPS, params={"watch": "1", "resourceVersion": "1"}) as answer:
        event = json.loads(await answer.content.readline())
    assert (event["type"], event["object"]["code"]) == ("ERROR", 410)


async def test_a_fault_answers_with_a_time_to_wait(
    cluster: LocalCluster, session: aiohttp.ClientSession
) -> None:
    cluster.faults.fail("list configmaps", code=429, retry_after_s=7)
    async with session.get(MAPS) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
    assert (await _ask(session, "GET", MAPS))[0] == 200


async def test_a_lost_answer_was_applied(cluster: LocalCluster, session: aiohttp.ClientSession) -> None:
    cluster.faults.drop_answer("create configmaps")
    with pytest.raises(aiohttp.ClientConnectionError):
        await _ask(session, "POST", MAPS, json=_map("one"))
    assert cluster.api.find(CONFIG_MAP, "one", "default") is not None


async def test_a_lost_request_was_not(cluster: LocalCluster, session: aiohttp.ClientSession) -> None:
    cluster.faults.drop_request("create configmaps")
    with pytest.raises(aiohttp.ClientConnectionError):
        await _ask(session, "POST", MAPS, json=_map("one"))
    assert cluster.api.find(CONFIG_MAP, "one", "default") is None


async def test_a_stream_is_cut_in_the_middle_of_a_line(
    cluster: LocalCluster, session: aiohttp.ClientSession
) -> None:
    cluster.faults.cut("watch configmaps", after_bytes=20)
    with pytest.raises(aiohttp.ClientPayloadError):
        async with session.get(MAPS, params={"watch": "1"}) as answer:
            await answer.read()
    assert cluster.faults.open_streams == 0


async def test_a_stalled_watch_goes_on_afterwards(
    cluster: LocalCluster, session: aiohttp.ClientSession
) -> None:
    params = {"watch": "1", "resourceVersion": str(cluster.api.resource_version)}
    async with session.get(MAPS, params=params) as answer:
        stall = cluster.faults.stall("watch")
        cluster.api.add(CONFIG_MAP, _map("one"), namespace="default")
        reading = asyncio.create_task(answer.content.readline())
        await asyncio.wait({reading}, timeout=0.2)
        assert not reading.done()
        stall.end()
        assert json.loads(await reading)["type"] == "ADDED"


async def test_a_client_that_left_is_forgotten(cluster: LocalCluster, session: aiohttp.ClientSession) -> None:
    async with session.get(MAPS, params={"watch": "1"}) as answer:
        await answer.content.readline()
        assert cluster.faults.open_streams == 1
    async with asyncio.timeout(5):
        while cluster.faults.open_streams:  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.01)


async def test_a_pods_account_may_ask(cluster: LocalCluster) -> None:
    cluster.add_account("secret", "jo", "people")
    async with aiohttp.ClientSession(cluster.api_url, headers={"Authorization": "Bearer secret"}) as session:
        assert (await _ask(session, "GET", MAPS))[0] == 200


async def test_somebody_else_can_be_played(cluster: LocalCluster, session: aiohttp.ClientSession) -> None:
    fault = cluster.faults.deny("list configmaps")
    code, status = await _ask(session, "GET", MAPS, headers={"Impersonate-User": "jo"})
    fault.end()
    assert (code, 'User "jo" cannot list' in status["message"]) == (403, True)


async def test_closing_ends_open_watches(cluster: LocalCluster, session: aiohttp.ClientSession) -> None:
    async with session.get(MAPS, params={"watch": "1"}) as answer:
        await answer.content.readline()
        async with asyncio.timeout(5):
            await cluster.close()
        with pytest.raises(aiohttp.ClientError):
            await answer.content.read()
    assert cluster.api.objects(EVENT) == []
