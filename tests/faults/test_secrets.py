"""Secrets that are planted wherever one can come in are heard nowhere: no log, no error, no view.

Each is a text of its own, so that one that is heard tells which it was.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from launcher_k8s import (
    ClusterSettings,
    Job,
    JobBackend,
    KubernetesCluster,
    Operation,
    default_templates,
    load_settings,
    plan_job,
    read_settings,
)
from launcher_k8s.connection import JOBS, Resource
from launcher_k8s.errors import (
    ClusterError,
    ConfigurationError,
    ForbiddenError,
    InvalidJobError,
    InvalidObjectError,
    LauncherError,
    TemplateError,
    UnauthorizedError,
    UnavailableError,
)
from launcher_k8s.kube.timeouts import Timeouts
from launcher_k8s.testing import Faults
from tests.contract.acts import Copies, WaitsFor
from tests.contract.embedded import EmbeddedWorld
from tests.contract.faults import Answers, On
from tests.contract.reading import running
from tests.contract.world import USER
from tests.faults.ears import Ears

SECRETS = {
    what: f"{what.replace(' ', '')}Qz{number}xVt7Lw"
    for number, what in enumerate(
        (
            "token",
            "rotated token",
            "stdin",
            "environment",
            "secret value",
            "inline token",
            "client key",
            "password",
        )
    )
}
HASTY = Timeouts(connect_s=1, answer_s=1)
STDIN = f"first line\n{SECRETS['stdin']}\nlast line"


@pytest.fixture
async def ears() -> AsyncIterator[Ears]:
    async with Ears.open() as ears:
        yield ears
    ears.check(SECRETS)


@pytest.fixture
async def world(ears: Ears, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EmbeddedWorld]:
    """An embedded world whose tokens are the planted ones."""
    tokens = {1: SECRETS["token"], 2: SECRETS["rotated token"]}
    monkeypatch.setattr(Faults, "token", property(lambda faults: tokens[faults._token_number]))
    async with EmbeddedWorld.opened(tmp_path) as world:
        assert isinstance(world, EmbeddedWorld)
        yield world


async def job_with_secrets(world: EmbeddedWorld) -> Job:
    """A job that is given secrets in every way, and a Secret that it names."""
    value = base64.b64encode(SECRETS["secret value"].encode()).decode()
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "data": {"password": value}}
    await world.create(world.within(Resource("secrets")), secret)
    return world.job(
        Copies(),
        WaitsFor("never"),
        stdin=STDIN,
        env={"PASSWORD": SECRETS["environment"]},
        secrets=["db:password:DB_PASSWORD"],
        ports=[8080],
    )


async def test_a_whole_life_gives_no_secret_away(ears: Ears, world: EmbeddedWorld) -> None:
    job = await job_with_secrets(world)
    async with world.backend() as backend:
        submitted = await backend.submit(job, user=USER)
        status = await running(backend, submitted.id)
        await world.rotate_token()
        await world.cut()
        ears.see(
            job, backend, backend.settings, submitted, submitted.plan, status,
            await backend.get(submitted.id), await backend.list(), await backend.diagnose(submitted.id),
            await backend.network(submitted.id), await backend.cluster_info(USER), await backend.check(),
            await backend.control(submitted.id, Operation.KILL), await backend.wait(submitted.id),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "kind"),
    [(401, UnauthorizedError), (403, ForbiddenError), (422, InvalidObjectError)],
)
async def test_a_refusal_that_echoes_the_job_gives_no_secret_away(
    ears: Ears, world: EmbeddedWorld, code: int, kind: type[LauncherError]
) -> None:
    job = await job_with_secrets(world)
    async with world.backend() as backend:
        sent = (await backend.plan(job, user=USER)).job_body().decode()
        go = f'core.PodTemplateSpec{{Annotations:map[string]string{{"stdin":{json.dumps(STDIN)}}}}}'
        echo = f"spec.template: Invalid value: {go}: field is immutable: {sent}: {STDIN}"
        for on in (On("create", "jobs"), On("create", "services")):
            refusing = world.break_(Answers(on, code, message=echo, times=9))
            await ears.refused(backend.submit(job, user=USER), kind)
            await ears.refused(backend.plan(job, user=USER, dry_run=True), kind)
            refusing.end()


@pytest.mark.parametrize("code", [401, 403])
async def test_a_refused_session_gives_no_secret_away(ears: Ears, world: EmbeddedWorld, code: int) -> None:
    async with world.backend() as backend:
        for verb in ("exec", "attach", "log"):
            world.break_(Answers(On(verb, "pods"), code, message="no", times=9))
        job_id = (await backend.submit(await job_with_secrets(world), user=USER)).id
        await running(backend, job_id)
        await ears.refused(anext(backend.output(job_id)), ClusterError)
        await world.until(
            lambda: any("could not be sent" in text for _, text in ears.heard), "the input is given up"
        )
        ears.see(await backend.control(job_id, Operation.KILL))


# --- the way to the cluster


async def test_a_token_that_is_no_longer_good_is_not_told(ears: Ears, world: EmbeddedWorld) -> None:
    async with world.backend() as backend:
        world.faults.rotate_token()  # and no file tells
        await ears.refused(backend.get("nobody-abcdefgh"), UnauthorizedError)
    for token in (f"{SECRETS['inline token']}\nsecond line", f"{SECRETS['inline token']}\N{SNOWMAN}", "good"):
        settings = world.settings_for(None, api_url=world.cluster.api_url, auth_token=token)
        ears.see(settings, KubernetesCluster.from_settings(settings))
        await ears.refused(listed(settings), UnauthorizedError)


async def listed(settings: ClusterSettings) -> object:
    """What a backend of its own lists."""
    async with JobBackend(settings) as backend:
        return await backend.list()


@pytest.mark.parametrize("url", ["https://127.0.0.1:{}", "http://127.0.0.1:{}", "https://127.0.0.1:1"])
async def test_a_server_that_is_none_is_not_told_of_with_a_secret(ears: Ears, url: str) -> None:
    """No TLS where it is meant, no HTTP, and nobody at all."""

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"no such thing\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        settings = ClusterSettings(api_url=url.format(port), auth_token=SECRETS["inline token"])
        async with KubernetesCluster.from_settings(settings, timeouts=HASTY) as cluster:
            await ears.refused(cluster.get(JOBS.within("jobs").named("a")), UnavailableError)


def kubeconfig(folder: Path, user: dict[str, object]) -> str:
    """A kubeconfig with such a user."""
    server = {"server": "https://127.0.0.1:1", "insecure-skip-tls-verify": True}
    file = folder / "kubeconfig"
    file.write_text(
        json.dumps(
            {
                "clusters": [{"name": "c", "cluster": server}],
                "users": [{"name": "u", "user": user}],
                "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                "current-context": "c",
            }
        )
    )
    return str(file)


def printing(text: str, code: int = 0) -> dict[str, object]:
    """An exec plugin that prints a text."""
    script = f"printf %s '{text}'; exit {code}"
    return {"apiVersion": "client.authentication.k8s.io/v1", "command": "/bin/sh", "args": ["-c", script]}


KEY = base64.b64encode(SECRETS["client key"].encode()).decode()
CREDENTIAL = {"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1"}
USERS: dict[str, dict[str, object]] = {
    "token": {"token": SECRETS["inline token"]},
    "token in two lines": {"token": f"{SECRETS['inline token']}\nmore"},
    "token of another kind": {"token": [SECRETS["inline token"]]},
    "password": {"username": "u", "password": SECRETS["password"]},
    "key": {"client-certificate-data": KEY, "client-key-data": KEY},
    "key that is no base64": {"client-certificate-data": "x", "client-key-data": SECRETS["client key"]},
    "plugin": {"exec": printing(json.dumps(CREDENTIAL | {"status": {"token": SECRETS["inline token"]}}))},
    "plugin that fails": {"exec": printing(SECRETS["inline token"], code=1)},
    "plugin that prints something else": {"exec": printing(SECRETS["inline token"])},
    "plugin with another answer": {
        "exec": printing(json.dumps(CREDENTIAL | {"status": SECRETS["password"]}))
    },
}


@pytest.mark.parametrize("user", USERS)
async def test_a_kubeconfig_s_secrets_are_not_told(ears: Ears, tmp_path: Path, user: str) -> None:
    cluster = KubernetesCluster.from_kubeconfig(kubeconfig(tmp_path, USERS[user]))
    ears.see(cluster)

    async def ask() -> None:
        async with cluster:
            ears.see(cluster)
            await cluster.get(JOBS.within("jobs").named("a"))

    await ears.refused(ask(), LauncherError)


# --- configuration


CONFIGURED = {
    "token": "auth-token={}",
    "token of the path's key": "auth-token-path={}",
    "token without a key": "{}",
    "token of a misspelt key": "auth-tokn={}",
    "token in two lines": "auth-token=a\n {}",
    "token twice": "auth-token={}\nauth-token={}",
    "password in the URL": "auth-token=x\napi-url=https://user:{}@127.0.0.1",
}


@pytest.mark.parametrize("lines", CONFIGURED)
async def test_a_configuration_s_secrets_are_not_told(ears: Ears, tmp_path: Path, lines: str) -> None:
    token = SECRETS["inline token"]
    (tmp_path / "launcher.kubernetes.conf").write_text(
        "api-url=http://127.0.0.1:1\n" + CONFIGURED[lines].format(token, token) + "\n"
    )
    settings, diagnostics = read_settings(str(tmp_path))
    ears.see(settings, diagnostics, *diagnostics)
    try:
        cluster = load_settings(str(tmp_path)).cluster()
    except ConfigurationError as error:
        ears.catch(error)
        return
    ears.see(cluster, JobBackend(cluster), plan_job(Job.shell("x", name="a", image="r"), cluster, user=USER))


async def test_connect_s_token_is_not_told(ears: Ears, tmp_path: Path) -> None:
    file = tmp_path / "rstudio-connect.gcfg"
    file.write_text(
        f"[Launcher]\nEnabled = true\nKubernetes = true\nKubernetesAuthToken = {SECRETS['inline token']}\n"
        f"KubernetesAPIURL = http://127.0.0.1:1\nNoSuchKey = {SECRETS['password']}\n"
    )
    settings, diagnostics = read_settings(str(file))
    ears.see(settings, diagnostics, *diagnostics)


# --- planning


async def test_a_refused_job_s_secrets_are_not_told(ears: Ears) -> None:
    hidden = SECRETS["stdin"], SECRETS["environment"]
    for stdin, value in (
        (f"{hidden[0]}\0", hidden[1]),
        (hidden[0], f"{hidden[1]}\0"),
        (f"{hidden[0]}\ud800", ""),
    ):
        job = Job.shell("x", name="a", image="r", stdin=stdin, env={"PASSWORD": value}, cpus=-1)
        ears.see(job, *job.environment)
        with pytest.raises(InvalidJobError) as refused:
            plan_job(job, ClusterSettings(), user=USER)
        ears.catch(refused.value)


TEMPLATES = {
    "a field of it": "{{{{ .Job.stdin.no }}}}",
    "an index": '{{{{ index .Job.stdin "no" }}}}',
    "a number": "{{{{ add1 .Job.stdin | div 1 0 }}}}",
    "a pattern": '{{{{ regexFind (printf "(%s" .Job.stdin) "x" }}}}',
    "a date": '{{{{ mustToDate "2006" .Job.stdin }}}}',
    "a document": "a: b: {{{{ .Job.stdin }}}}",
    "a key": "{{{{ .Job.stdin }}}}",
    "JSON": "{{{{ mustFromJson .Job.stdin }}}}",
    "a template's name": "{{{{ include .Job.stdin . }}}}",
    "a comparison": "{{{{ lt .Job.stdin 1 }}}}",
    "a version": '{{{{ semverCompare .Job.stdin "1.0.0" }}}}',
}


@pytest.mark.parametrize("text", TEMPLATES)
async def test_a_template_s_error_does_not_tell_the_input(ears: Ears, text: str) -> None:
    template = "# Version: 2.5.0\n" + TEMPLATES[text].format() + "\n"
    settings = ClusterSettings(use_templating=True, templates={"job.tpl": template})
    job = Job.shell("x", name="a", image="r", stdin=SECRETS["stdin"])
    with pytest.raises(TemplateError) as failed:
        plan_job(job, settings, user=USER)
    ears.catch(failed.value)


@pytest.mark.parametrize("field", ["backoffLimit", "completionMode", "noSuchField", "parallelism"])
async def test_a_finding_about_a_template_does_not_tell_the_input(ears: Ears, field: str) -> None:
    ours = default_templates()["job.tpl"]
    template = ours.replace("  backoffLimit: 0\n", f"  backoffLimit: 0\n  {field}: {{{{ .Job.stdin }}}}\n")
    assert template != ours
    settings = ClusterSettings(use_templating=True, templates={"job.tpl": template})
    job = Job.shell("x", name="a", image="r", stdin=SECRETS["stdin"])
    try:
        plan = plan_job(job, settings, user=USER)
    except TemplateError as error:
        ears.catch(error)
    else:
        ears.see(plan, *plan.decisions, *plan.findings)
