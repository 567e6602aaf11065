from __future__ import annotations

import base64
import json
import logging
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from launcher_k8s.connection import PODS
from launcher_k8s.errors import ConfigurationError, UnauthorizedError
from launcher_k8s.kube.client import KubernetesCluster
from launcher_k8s.kube.kubeconfig import kubeconfig_source
from tests.unit.kube.servers import Certificates, Serve, answer, refusal

POD = PODS.within("lab").named("one")


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def kubeconfig(folder: Path, url: str, user: dict[str, Any], cluster: dict[str, Any] | None = None) -> str:
    """Writes a kubeconfig of one context, ``work``."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": url, **(cluster or {})}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "work", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "work",
    }
    file = folder / "config"
    file.write_text(json.dumps(config))
    return str(file)


def plugin(folder: Path, *, expires_in: timedelta | None) -> dict[str, Any]:
    """A user whose token an exec plugin gives: ``token-1``, then ``token-2``..."""
    status: dict[str, str] = {}
    if expires_in is not None:
        status["expirationTimestamp"] = f"{datetime.now(UTC) + expires_in:%Y-%m-%dT%H:%M:%SZ}"
    script = folder / "plugin.py"
    script.write_text(
        "import json, pathlib\n"
        f"runs = pathlib.Path({str(folder / 'runs')!r})\n"
        "count = int(runs.read_text()) + 1 if runs.exists() else 1\n"
        "runs.write_text(str(count))\n"
        f"status = {{**{status!r}, 'token': f'token-{{count}}'}}\n"
        "print(json.dumps({'apiVersion': 'client.authentication.k8s.io/v1', 'kind': 'ExecCredential',"
        " 'status': status}))\n"
    )
    api = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": api, "command": sys.executable, "args": [str(script)]}}


async def test_a_token(serve: Serve, tmp_path: Path) -> None:
    server = await serve(answer())
    async with KubernetesCluster.from_kubeconfig(kubeconfig(tmp_path, server.url, {"token": "t"})) as cluster:
        await cluster.get(POD)
    assert server.requests[0].headers["Authorization"] == "Bearer t"


async def test_client_certificates(serve: Serve, tmp_path: Path, certificates: Certificates) -> None:
    async def whoami(request: web.Request) -> web.Response:
        assert request.transport is not None
        return web.json_response({"peer": request.transport.get_extra_info("peercert")["subject"]})

    server = await serve(whoami, tls=certificates.context(ask_client=True))
    user = {
        "client-certificate-data": base64.b64encode(certificates.client.read_bytes()).decode(),
        "client-key": str(certificates.client_key),
    }
    authority = {"certificate-authority-data": base64.b64encode(certificates.server.read_bytes()).decode()}
    path = kubeconfig(tmp_path, server.url, user, authority)
    async with KubernetesCluster.from_kubeconfig(path, "work") as cluster:
        reply = await cluster.get(POD)
    assert json.loads(reply.body)["peer"] == [[["commonName", "client"]]]
    assert "Authorization" not in server.requests[0].headers


async def test_the_servers_certificate_may_be_left_unverified(
    serve: Serve, tmp_path: Path, certificates: Certificates
) -> None:
    server = await serve(answer(), tls=certificates.context())
    path = kubeconfig(tmp_path, server.url, {"token": "t"}, {"insecure-skip-tls-verify": True})
    async with KubernetesCluster.from_kubeconfig(path) as cluster:
        assert (await cluster.get(POD)).body == b"{}"


async def test_a_plugins_token_lasts_until_its_expiry(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, "http://127.0.0.1", plugin(tmp_path, expires_in=timedelta(hours=1)))
    clock = Clock()
    endpoint = await kubeconfig_source(path, None, clock=clock)()
    assert await endpoint.credentials.authorization() == "Bearer token-1"
    clock.now_s = 3000
    assert await endpoint.credentials.authorization() == "Bearer token-1"


async def test_a_plugin_is_run_again_shortly_before_its_token_expires(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, "http://127.0.0.1", plugin(tmp_path, expires_in=timedelta(seconds=30)))
    endpoint = await kubeconfig_source(path, None, clock=Clock())()
    assert await endpoint.credentials.authorization() == "Bearer token-2"


async def test_a_plugin_is_run_again_after_a_401(serve: Serve, tmp_path: Path) -> None:
    async def check(request: web.Request) -> web.Response:
        if request.headers["Authorization"] == "Bearer token-2":
            return web.json_response({})
        return web.json_response(refusal(401, "Unauthorized", "Unauthorized"), status=401)

    server = await serve(check)
    path = kubeconfig(tmp_path, server.url, plugin(tmp_path, expires_in=None))
    async with KubernetesCluster.from_kubeconfig(path) as cluster:
        assert (await cluster.get(POD)).body == b"{}"


async def test_a_token_file_is_read_again_every_minute(tmp_path: Path) -> None:
    token, clock = tmp_path / "token", Clock()
    token.write_text("old")
    path = kubeconfig(tmp_path, "http://127.0.0.1", {"tokenFile": str(token)})
    endpoint = await kubeconfig_source(path, None, clock=clock)()
    token.write_text("new")
    assert await endpoint.credentials.authorization() == "Bearer old"
    clock.now_s = 60
    assert await endpoint.credentials.authorization() == "Bearer new"


async def test_a_token_that_cannot_be_renewed_is_used_until_it_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    token, clock = tmp_path / "token", Clock()
    token.write_text("old")
    path = kubeconfig(tmp_path, "http://127.0.0.1", {"tokenFile": str(token)})
    endpoint = await kubeconfig_source(path, None, clock=clock)()
    token.unlink()
    clock.now_s = 60
    assert await endpoint.credentials.authorization() == "Bearer old"
    assert "old token" in caplog.text
    with pytest.raises(UnauthorizedError):
        await endpoint.credentials.renew("Bearer old")


async def test_an_unknown_context_is_named(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, "http://127.0.0.1", {"token": "t"})
    with pytest.raises(ConfigurationError, match="'play'"):
        async with KubernetesCluster.from_kubeconfig(path, "play"):
            raise AssertionError("entered")


async def test_a_failing_plugin_says_why(tmp_path: Path) -> None:
    api = "client.authentication.k8s.io/v1"
    user = {"exec": {"apiVersion": api, "command": sys.executable, "args": ["-c", "exit('no session')"]}}
    with pytest.raises(ConfigurationError, match="no session"):
        async with KubernetesCluster.from_kubeconfig(kubeconfig(tmp_path, "http://127.0.0.1", user)):
            raise AssertionError("entered")


async def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="absent"):
        async with KubernetesCluster.from_kubeconfig(str(tmp_path / "absent")):
            raise AssertionError("entered")


async def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", kubeconfig(tmp_path, "http://127.0.0.1:1", {"token": "t"}))
    endpoint = await kubeconfig_source(None, None, clock=Clock())()
    assert endpoint.url == "http://127.0.0.1:1"


async def test_the_hosts_loggers_are_left_alone(tmp_path: Path) -> None:
    levels = {name: logging.getLogger(name).level for name in ("urllib3", "client", "")}
    path = kubeconfig(tmp_path, "http://127.0.0.1", {"token": "t"})
    async with KubernetesCluster.from_kubeconfig(path):
        assert {name: logging.getLogger(name).level for name in levels} == levels


@pytest.mark.parametrize("key", ["token", "tokenFile"])
async def test_more_than_a_token_is_refused_by_the_kubeconfigs_name(tmp_path: Path, key: str) -> None:
    (tmp_path / "token").write_text("line1\nline2\n")
    user = {"token": "line1\nline2"} if key == "token" else {"tokenFile": str(tmp_path / "token")}
    path = kubeconfig(tmp_path, "http://127.0.0.1", user)
    with pytest.raises(UnauthorizedError) as caught:
        await kubeconfig_source(path, None, clock=Clock())()
    assert path in caught.value.message
    assert "on one line" in caught.value.hint


async def test_a_token_file_may_end_in_a_line_break(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("old\n")
    path = kubeconfig(tmp_path, "http://127.0.0.1", {"tokenFile": str(tmp_path / "token")})
    endpoint = await kubeconfig_source(path, None, clock=Clock())()
    assert await endpoint.credentials.authorization() == "Bearer old"


async def test_a_token_file_that_breaks_later_is_refused_once_the_old_token_is(tmp_path: Path) -> None:
    token, clock = tmp_path / "token", Clock()
    token.write_text("old")
    path = kubeconfig(tmp_path, "http://127.0.0.1", {"tokenFile": str(token)})
    endpoint = await kubeconfig_source(path, None, clock=clock)()
    token.write_text("line1\nline2")
    clock.now_s = 60
    assert await endpoint.credentials.authorization() == "Bearer old"
    with pytest.raises(UnauthorizedError):
        await endpoint.credentials.renew("Bearer old")
