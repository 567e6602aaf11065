from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import attrs
import pytest

from launcher_k8s.backend import JobBackend
from launcher_k8s.backend.reloading import TO_FOLLOW, TO_REACH, SettingChange, read_again, reconcile
from launcher_k8s.diagnostics import Diagnostic
from launcher_k8s.errors import BackendClosedError, ConfigurationError, InvalidJobError
from launcher_k8s.files import load_settings
from launcher_k8s.job import Job, Mount, MountSource
from launcher_k8s.output import OutputChunk
from launcher_k8s.settings import ClusterSettings, ProfileSection, Settings
from launcher_k8s.settings.cluster import SettingsReader, amend
from launcher_k8s.status import JobState
from launcher_k8s.testing import ScriptedCluster

MAIN = "launcher.kubernetes.conf"
PROFILES = "launcher.kubernetes.profiles.conf"
REACHED = "api-url=https://10.0.0.1:6443\nauth-token=opaque\n"
JOB = Job.shell("true", name="a", image="r:4", cpus=3)

Write = Callable[[Mapping[str, str]], None]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_files(files: Mapping[str, str]) -> None:
        for name, text in files.items():
            (tmp_path / name).write_text(text)

    write_files({MAIN: REACHED, PROFILES: "[*]\nmax-cpus=2\n"})
    return write_files


@pytest.fixture
def loaded(tmp_path: Path, write: Write) -> ClusterSettings:
    return attrs.evolve(load_settings(tmp_path, environ={}).cluster(), instance_id="one")


@pytest.fixture
def cluster() -> ScriptedCluster:
    return ScriptedCluster()


@pytest.fixture
async def backend(loaded: ClusterSettings, cluster: ScriptedCluster) -> AsyncIterator[JobBackend]:
    async with on(cluster, loaded) as backend:
        yield backend


def on(cluster: ScriptedCluster, settings: ClusterSettings) -> JobBackend:
    return JobBackend(settings, cluster=cluster, clock=cluster.clock, groups=lambda _: ())


# --- reading again


def test_settings_built_in_code_cannot_be_read_again() -> None:
    with pytest.raises(ConfigurationError, match=r"'K' were built in code.*load_settings"):
        read_again(ClusterSettings(name="K"))


def test_a_cluster_that_is_gone_is_told_with_those_that_are_there(
    loaded: ClusterSettings, write: Write
) -> None:
    write({"launcher.conf": "[cluster]\nname=West\ntype=Kubernetes\n"})
    with pytest.raises(ConfigurationError, match=r"no cluster is named 'Kubernetes' any more; .*force.*West"):
        read_again(loaded)


def test_files_with_errors_are_told_with_all_of_them(loaded: ClusterSettings, write: Write) -> None:
    write({MAIN: "nothing\n", PROFILES: "[*]\nmax-cpu=2\n"})
    with pytest.raises(ConfigurationError, match="has 2 errors; the settings read before stay in force") as e:
        read_again(loaded)
    assert {"missing-equals", "unknown-key"} <= {diagnostic.code for diagnostic in e.value.diagnostics}


# --- what is in force


def test_nothing_has_changed_where_the_files_say_the_same(loaded: ClusterSettings) -> None:
    reloaded = reconcile(loaded, read_again(loaded))
    assert (reloaded.changes, reloaded.settings) == ((), loaded)


def test_a_change_says_where_it_stands(loaded: ClusterSettings, write: Write, tmp_path: Path) -> None:
    write({MAIN: f"{REACHED}job-expiry-hours=1\n", PROFILES: "\n[*]\nmax-cpus=4\n"})
    changes = reconcile(loaded, read_again(loaded)).changes
    assert [str(change) for change in changes] == [
        f"job-expiry-hours ({tmp_path / MAIN}:3 job-expiry-hours) is in force",
        f"profiles ({tmp_path / PROFILES}:2 [*]) is in force",
    ]


def test_what_a_connection_hangs_on_is_kept_with_its_origin(loaded: ClusterSettings, write: Write) -> None:
    write({MAIN: f"kubernetes-namespace=new\nfetch-limit=9\n{REACHED.replace('6443', '443')}"})
    reloaded = reconcile(loaded, read_again(loaded), fixed=TO_REACH | TO_FOLLOW)
    assert [change.key for change in reloaded.held_back] == ["api-url", "kubernetes-namespace", "fetch-limit"]
    settings = reloaded.settings
    for field in ("api_url", "namespace", "fetch_limit"):
        assert getattr(settings, field) == getattr(loaded, field)
        assert settings.origin(field) == loaded.origin(field)
    assert settings.origin("auth_token").line == 4


def test_every_setting_that_stays_is_one() -> None:
    assert {field.name for field in attrs.fields(ClusterSettings)} >= TO_REACH | TO_FOLLOW


@pytest.mark.parametrize(
    ("by_code", "key"),
    [
        ({"job_expiry_hours": 5}, "job-expiry-hours"),
        ({"profiles": (ProfileSection.everyone(max_cpus=1),)}, "profiles"),
        ({"mounts": (Mount("/data", MountSource("nfs", {"host": "h", "path": "/p"})),)}, "mounts"),
    ],
)
def test_what_code_set_wins_over_the_files(
    loaded: ClusterSettings, write: Write, by_code: dict[str, object], key: str
) -> None:
    write({MAIN: f"{REACHED}job-expiry-hours=1\n"})
    mixed = attrs.evolve(loaded, **by_code)  # type: ignore[arg-type]
    reloaded = reconcile(mixed, read_again(mixed))
    (field,) = by_code
    assert getattr(reloaded.settings, field) == getattr(mixed, field)
    assert [(change.key, change.held_back) for change in reloaded.held_back] == [
        (key, "code has set it, and code wins over the files")
    ]


def test_connects_files_are_read_again_and_called_by_their_own_names(tmp_path: Path) -> None:
    text = "[Launcher]\nEnabled\nKubernetes\nKubernetesAPIURL=https://h\nKubernetesAuthToken=x\n"
    (tmp_path / "rstudio-connect.gcfg").write_text(f"{text}DataDir=nfs01:/a\nClusterDefinition=a.yaml\n")
    (tmp_path / "a.yaml").write_text("name: a\nimages: [{name: r:4}]\n")
    connect = load_settings(tmp_path, environ={}).cluster()
    changed = f"{text.replace('https://h', 'https://i')}DataDir=nfs01:/b\nClusterDefinition=a.yaml\n"
    (tmp_path / "rstudio-connect.gcfg").write_text(changed)
    (tmp_path / "a.yaml").write_text("name: a\nimages: [{name: r:5}]\n")
    reloaded = reconcile(connect, read_again(connect), fixed=TO_REACH)
    assert [change.key for change in reloaded.held_back] == ["KubernetesAPIURL"]
    assert [change.key for change in reloaded.changes] == [
        "KubernetesAPIURL",
        "profiles",
        "DataDir",
        "definitions",
    ]


def test_what_no_file_sets_stays_without_a_word(loaded: ClusterSettings) -> None:
    mixed = attrs.evolve(loaded, instance_id="two", stdin_annotation=False)
    reloaded = reconcile(mixed, read_again(mixed))
    assert (reloaded.settings.instance_id, reloaded.settings.stdin_annotation) == ("two", False)
    assert reloaded.changes == ()


def test_no_value_is_shown_since_it_may_be_a_secret(loaded: ClusterSettings, write: Write) -> None:
    write({MAIN: f"{REACHED.replace('opaque', 's3cret')}"})
    reloaded = reconcile(loaded, read_again(loaded))
    assert isinstance(reloaded.changes[0], SettingChange)
    assert "s3cret" not in f"{reloaded} {reloaded.changes[0]}"


# --- the verb


async def test_the_next_call_is_by_the_new_files(backend: JobBackend, write: Write) -> None:
    with pytest.raises(InvalidJobError, match="3"):
        await backend.submit(JOB, user="jo")
    write({PROFILES: "[*]\nmax-cpus=4\ncontainer-images=r:4\n"})
    reloaded = await backend.reload()
    assert backend.settings is reloaded.settings
    assert (await backend.plan(JOB, user="jo")).allocation.cpus == 3
    assert (await backend.submit(JOB, user="jo")).plan.allocation.cpus == 3
    assert (await backend.cluster_info("jo")).images == ("r:4",)


async def test_files_with_errors_leave_the_old_ones_in_force(backend: JobBackend, write: Write) -> None:
    before = backend.settings
    write({PROFILES: "[*]\nmax-cpus=many\n"})
    with pytest.raises(ConfigurationError, match="stay in force"):
        await backend.reload()
    assert backend.settings is before
    write({PROFILES: "[*]\nmax-cpus=4\n"})
    await backend.reload()
    assert (await backend.plan(JOB, user="jo")).allocation.cpus == 3


async def test_what_is_not_in_force_is_logged(
    backend: JobBackend, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    write({MAIN: f"{REACHED}kubernetes-namespace=new\n"})
    with caplog.at_level(logging.WARNING):
        (held,) = (await backend.reload()).held_back
    assert (held.key, backend.settings.namespace) == ("kubernetes-namespace", "rstudio")
    assert str(held) in caplog.text
    assert "left and entered anew" in held.held_back
    assert (await backend.reload()).held_back == (held,)


async def test_entering_anew_takes_what_was_held_back(
    loaded: ClusterSettings, cluster: ScriptedCluster, write: Write
) -> None:
    cluster.add_namespace("new")
    backend = on(cluster, loaded)
    async with backend:
        write({MAIN: f"{REACHED}kubernetes-namespace=new\n", PROFILES: ""})
        await backend.reload()
    assert backend.settings.namespace == "rstudio"
    async with backend:
        assert (backend.settings.namespace, backend.settings.instance_id) == ("new", "one")
        assert (await backend.submit(JOB, user="jo")).plan.namespace == "new"


async def test_what_was_mended_before_entering_anew_is_as_before(
    loaded: ClusterSettings, cluster: ScriptedCluster, write: Write
) -> None:
    backend = on(cluster, loaded)
    async with backend:
        write({MAIN: f"{REACHED}kubernetes-namespace=new\n"})
        await backend.reload()
        write({MAIN: REACHED})
        assert (await backend.reload()).changes == ()
    async with backend:
        assert backend.settings.namespace == "rstudio"


async def test_the_connections_settings_are_none_of_a_given_cluster(
    backend: JobBackend, write: Write
) -> None:
    write({MAIN: "api-url=https://10.0.0.2\nauth-token=other\n"})
    reloaded = await backend.reload()
    assert reloaded.held_back == ()
    assert backend.settings.api_url == "https://10.0.0.2"


async def test_groups_are_asked_for_anew(
    loaded: ClusterSettings, cluster: ScriptedCluster, write: Write
) -> None:
    write({PROFILES: "[*]\nmax-cpus=2\n[@big]\nmax-cpus=4\n"})
    groups: list[str] = []
    settings = reconcile(loaded, read_again(loaded)).settings
    async with JobBackend(settings, cluster=cluster, clock=cluster.clock, groups=lambda _: groups) as backend:
        with pytest.raises(InvalidJobError):
            await backend.plan(JOB, user="jo")
        groups.append("big")
        with pytest.raises(InvalidJobError):
            await backend.plan(JOB, user="jo")
        await backend.reload()
        assert (await backend.plan(JOB, user="jo")).allocation.cpus == 3


async def test_streams_and_jobs_go_on(backend: JobBackend, cluster: ScriptedCluster, write: Write) -> None:
    job = attrs.evolve(JOB, resource_limits=())
    submitted = await backend.submit(job, user="jo")
    async with backend.statuses(submitted.id) as statuses, backend.output(submitted.id) as output:
        assert (await anext(statuses)).state is JobState.PENDING
        write({MAIN: f"{REACHED}kubernetes-namespace=other\n", PROFILES: "[*]\nmax-cpus=1\n"})
        await backend.reload()
        pod = cluster.pod_of(submitted.id)
        pod.running()
        pod.prints(b"hello\n")
        pod.exits(0)
        assert [status.state async for status in statuses] == [JobState.RUNNING, JobState.FINISHED]
        pieces = [piece async for piece in output]
    assert [piece.data for piece in pieces if isinstance(piece, OutputChunk)] == [b"hello\n"]


async def test_outside_its_context_there_is_nothing_to_reload(
    loaded: ClusterSettings, cluster: ScriptedCluster
) -> None:
    with pytest.raises(BackendClosedError):
        await on(cluster, loaded).reload()


# --- several at once


class Gate:
    """Reads a cluster's files when it is let, so that a test sees what happens meanwhile."""

    def __init__(self, read: SettingsReader) -> None:
        self.read = read
        self.asked = threading.Semaphore(0)
        self.let = threading.Semaphore(0)

    def __call__(self) -> tuple[Settings | None, tuple[Diagnostic, ...]]:
        self.asked.release()
        assert self.let.acquire(timeout=10)
        found, diagnostics = self.read()
        if found is None:
            return None, diagnostics
        clusters = tuple(amend(cluster, read_again=self) for cluster in found.clusters)
        return attrs.evolve(found, clusters=clusters), diagnostics


def gated(settings: ClusterSettings) -> tuple[ClusterSettings, Gate]:
    assert settings.read_again is not None
    gate = Gate(settings.read_again)
    return attrs.evolve(settings, read_again=gate), gate


async def test_reading_holds_up_nobody(
    loaded: ClusterSettings, cluster: ScriptedCluster, write: Write
) -> None:
    settings, gate = gated(loaded)
    async with on(cluster, settings) as backend:
        reload = asyncio.create_task(backend.reload())
        await asyncio.to_thread(gate.asked.acquire)
        small = Job.shell("true", name="small", image="r:4", cpus=1)
        assert (await backend.submit(small, user="jo")).plan.allocation.cpus == 1
        write({PROFILES: "[*]\nmax-cpus=4\n"})
        gate.let.release()
        await reload
        assert (await backend.submit(JOB, user="jo")).plan.allocation.cpus == 3


async def test_each_of_several_reloads_reads_after_it_was_asked_for(
    loaded: ClusterSettings, cluster: ScriptedCluster, write: Write
) -> None:
    settings, gate = gated(loaded)
    async with on(cluster, settings) as backend:
        first = asyncio.create_task(backend.reload())
        await asyncio.to_thread(gate.asked.acquire)
        gate.let.release()
        second = asyncio.create_task(backend.reload())
        assert (await first).changes == ()
        write({PROFILES: "[*]\nmax-cpus=4\n"})
        gate.let.release()
        assert [change.key for change in (await second).changes] == ["profiles"]
        assert (await backend.plan(JOB, user="jo")).allocation.cpus == 3


async def test_a_cancelled_reload_changes_nothing_and_hinders_no_other(
    loaded: ClusterSettings, cluster: ScriptedCluster, write: Write
) -> None:
    settings, gate = gated(loaded)
    async with on(cluster, settings) as backend:
        write({PROFILES: "[*]\nmax-cpus=4\n"})
        reload = asyncio.create_task(backend.reload())
        await asyncio.to_thread(gate.asked.acquire)
        reload.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reload
        gate.let.release(2)
        assert backend.settings is settings
        await backend.reload()
        assert (await backend.plan(JOB, user="jo")).allocation.cpus == 3


async def test_a_reload_that_leaving_overtakes_says_so(
    loaded: ClusterSettings, cluster: ScriptedCluster, write: Write
) -> None:
    settings, gate = gated(loaded)
    async with on(cluster, settings) as backend:
        reload = asyncio.create_task(backend.reload())
        await asyncio.to_thread(gate.asked.acquire)
    gate.let.release()
    with pytest.raises(BackendClosedError):
        await reload
    assert backend.settings is settings


def test_what_was_reloaded_is_shown_briefly_and_as_a_table(loaded: ClusterSettings, write: Write) -> None:
    write({MAIN: "api-url=https://10.0.0.2:6443\nauth-token=opaque\nfetch-limit=7\n"})
    reloaded = reconcile(loaded, read_again(loaded), fixed=TO_REACH)
    assert repr(reloaded) == "<Reloaded Kubernetes: 1 changed, 1 held back>"
    shown = reloaded._repr_html_()
    assert "<td>api-url</td>" in shown
    assert "<td>the backend must be left and entered anew for it</td>" in shown
    assert "<td>in force</td>" in shown
    assert "opaque" not in shown


def test_where_nothing_was_changed_it_is_said(loaded: ClusterSettings) -> None:
    reloaded = reconcile(loaded, read_again(loaded))
    assert repr(reloaded) == "<Reloaded Kubernetes: nothing changed>"
    assert "nothing changed" in reloaded._repr_html_()
