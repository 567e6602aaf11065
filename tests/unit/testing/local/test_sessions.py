"""Exec and attach over websockets; frames and words compared with a real node's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from launcher_k8s import processes
from launcher_k8s.testing.cluster.kinds import POD
from launcher_k8s.testing.local.cluster import LocalCluster
from launcher_k8s.testing.local.runtime import MODES

V5, V4 = ("v5.channel.k8s.io",), ("v4.channel.k8s.io",)
SPEC = {
    "restartPolicy": "Never",
    "terminationGracePeriodSeconds": 0,
    "containers": [
        {
            "name": "main",
            "image": "any",
            "stdin": True,
            "command": ["sh", "-c", "read line; echo $line; exec cat"],
        }
    ],
}


@pytest.fixture(params=["best", "none"])
async def cluster(request: pytest.FixtureRequest) -> AsyncIterator[LocalCluster]:
    modes = MODES if request.param == "best" else ("none",)
    async with LocalCluster(modes=modes) as cluster:
        cluster.api.add(POD, {"metadata": {"name": "p"}, "spec": SPEC}, namespace="default")
        async with asyncio.timeout(20):
            while _phase(cluster) != "Running":  # noqa: ASYNC110 -- nobody tells
                await asyncio.sleep(0.01)
        yield cluster


def _phase(cluster: LocalCluster) -> str:
    pod = cluster.api.find(POD, "p", "default")
    return str(pod["status"]["phase"]) if pod else ""


async def _session(
    cluster: LocalCluster, query: str, *sent: bytes, protocols: tuple[str, ...] = V5, what: str = "exec"
) -> dict[int, bytes]:
    """What comes on each channel until the server has closed."""
    url = f"{cluster.api_url}/api/v1/namespaces/default/pods/p/{what}?{query}"
    headers = {"Authorization": f"Bearer {cluster.token}"}
    found: dict[int, bytes] = {}
    async with (
        asyncio.timeout(20),
        aiohttp.ClientSession(headers=headers) as session,
        session.ws_connect(url, protocols=protocols) as socket,
    ):
        assert socket.protocol == protocols[0]
        for each in sent:
            await socket.send_bytes(each)
        async for message in socket:
            channel = message.data[0]
            found[channel] = found.get(channel, b"") + message.data[1:]
    return found


def _outcome(found: dict[int, bytes]) -> Any:
    return json.loads(found[3])


@pytest.mark.parametrize("protocols", [V5, V4])
async def test_output_errors_and_exit_code_come_apart(
    cluster: LocalCluster, protocols: tuple[str, ...]
) -> None:
    command = "command=sh&command=-c&command=echo%20out;echo%20err%20%3E%262;exit%203"
    found = await _session(cluster, f"{command}&stdout=1&stderr=1", protocols=protocols)
    assert (found[1], found[2]) == (b"out\n", b"err\n")
    assert _outcome(found)["details"] == {"causes": [{"reason": "ExitCode", "message": "3"}]}
    assert _outcome(found)["reason"] == "NonZeroExitCode"


async def test_input_is_closed_by_channel_255(cluster: LocalCluster) -> None:
    found = await _session(cluster, "command=cat&stdin=1&stdout=1", b"\x00to and fro", b"\xff\x00")
    assert found[1] == b"to and fro"
    assert _outcome(found) == {"metadata": {}, "status": "Success"}


async def test_a_terminal_has_the_size_that_was_told(cluster: LocalCluster) -> None:
    size = json.dumps({"Width": 91, "Height": 23}).encode()
    command = "command=sh&command=-c&command=read%20x;stty%20size"
    found = await _session(cluster, f"{command}&stdin=1&stdout=1&tty=1", b"\x04" + size, b"\x00\n")
    assert b"23 91\r\n" in found[1]


async def test_an_unknown_program_is_told_of(cluster: LocalCluster) -> None:
    outcome = _outcome(await _session(cluster, "command=nope&stdout=1"))
    assert outcome["code"] == 500
    assert 'exec: "nope": executable file not found in $PATH' in outcome["message"]


@pytest.mark.parametrize(
    "command", ["command=kill&command=-9&command=1", "command=sh&command=-c&command=kill%20-9%201"]
)
async def test_without_a_pid_namespace_there_is_nothing_to_signal_with(
    cluster: LocalCluster, command: str
) -> None:
    outcome = _outcome(await _session(cluster, f"{command}&stdout=1"))
    refused = "executable file not found in $PATH" in outcome.get("message", "")
    if not cluster.runtime.capabilities.pid_namespace:
        assert refused
    elif command.startswith("command=sh"):
        assert not refused


async def test_only_a_pid_namespace_has_processes_to_add_up(cluster: LocalCluster) -> None:
    words = "&".join(f"command={quote(word)}" for word in processes.COMMAND)
    outcome = _outcome(await _session(cluster, f"{words}&stdout=1"))
    refused = "executable file not found in $PATH" in outcome.get("message", "")
    assert refused is not cluster.runtime.capabilities.pid_namespace


async def test_attach_speaks_with_the_container_itself(cluster: LocalCluster) -> None:
    attached = asyncio.create_task(
        _session(cluster, "container=main&stdin=1&stdout=1", b"\x00hello\n", b"\xff\x00", what="attach")
    )
    found = await attached
    assert found[1] == b"hello\n"
    assert _outcome(found) == {"metadata": {}, "status": "Success"}


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ("command=ls", 400, "you must specify at least 1 of stdin, stdout, stderr"),
        ("command=ls&stdout=1&container=x", 400, "container x is not valid for pod p"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    cluster: LocalCluster, query: str, code: int, words: str
) -> None:
    url = f"{cluster.api_url}/api/v1/namespaces/default/pods/p/exec?{query}"
    headers = {"Authorization": f"Bearer {cluster.token}", "Connection": "Upgrade", "Upgrade": "websocket"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as answer:
        assert (answer.status, words in await answer.text()) == (code, True)
