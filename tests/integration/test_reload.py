"""A backend over HTTP whose files change while its jobs run, on local processes and on a real cluster."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from launcher_k8s import (
    ClusterSettings,
    ConfigurationError,
    InvalidJobError,
    Job,
    JobBackend,
    JobState,
    OutputChunk,
    OutputGap,
    load_settings,
)
from launcher_k8s.testing import LocalCluster
from tests.cluster.real import RealCluster
from tests.integration.directories import configuration

PROFILES = "launcher.kubernetes.profiles.conf"
WAITS = 'echo before; while [ ! -e "$GATE" ]; do sleep 0.05; done; echo after'


def directory_for(folder: Path, settings: ClusterSettings) -> None:
    """Write settings that reach a cluster as files."""
    (folder / "token").write_text(f"{settings.auth_token}\n")
    (folder / "token").chmod(0o600)
    (folder / "launcher.kubernetes.conf").write_text(
        f"api-url={settings.api_url}\nauth-token-path=token\nkubernetes-namespace={settings.namespace}\n"
    )


async def test_a_running_job_and_its_output_outlive_every_reload(tmp_path: Path) -> None:
    conf, gate = tmp_path / "conf", tmp_path / "gate"
    conf.mkdir()
    async with LocalCluster() as cluster:
        directory_for(conf, cluster.settings())
        (conf / PROFILES).write_text("[*]\nmax-cpus=1\n")
        async with JobBackend(load_settings(conf, environ={}).cluster()) as backend:
            job = Job.shell(WAITS, name="waits", image="any", env={"GATE": str(gate)})
            job_id = (await backend.submit(job, user="jo")).id
            await backend.wait(job_id, until=JobState.RUNNING, timeout_s=30)
            async with backend.output(job_id) as output:
                first = await anext(output)
                (conf / PROFILES).write_text("[*]\nmax-cpus=none\n")
                with pytest.raises(ConfigurationError, match="stay in force"):
                    await backend.reload()
                with pytest.raises(InvalidJobError):
                    await backend.plan(Job.shell("true", name="a", image="any", cpus=2), user="jo")
                (conf / PROFILES).write_text("[*]\nmax-cpus=4\n")
                reloads = await asyncio.gather(*(backend.reload() for _ in range(5)))
                assert [len(each.changes) for each in reloads] == [1, 0, 0, 0, 0]
                other = Job.shell("true", name="other", image="any", cpus=2)
                submitted = await backend.submit(other, user="jo")
                gate.touch()
                rest = [each async for each in output]
            assert (await backend.wait(submitted.id, timeout_s=30)).exit_code == 0
            assert (await backend.wait(job_id, timeout_s=30)).exit_code == 0
    printed = b"".join(each.data for each in [first, *rest] if isinstance(each, OutputChunk))
    assert printed == b"before\nafter\n"


async def test_another_token_file_counts_from_entering_anew(tmp_path: Path) -> None:
    async with LocalCluster() as cluster:
        directory_for(tmp_path, cluster.settings())
        backend = JobBackend(load_settings(tmp_path, environ={}).cluster())
        async with backend:
            text = (tmp_path / "launcher.kubernetes.conf").read_text()
            (tmp_path / "token").rename(tmp_path / "moved")
            (tmp_path / "launcher.kubernetes.conf").write_text(text.replace("=token", "=moved"))
            (held,) = (await backend.reload()).held_back
            assert held.key == "auth-token-path"
            # The last good token is still used, although its file has gone.
            assert await backend.list() == []
        async with backend:
            assert backend.settings.auth_token_path == str(tmp_path / "moved")
            assert await backend.list() == []


async def test_on_a_real_cluster_the_next_job_is_by_the_new_files_and_a_stream_goes_on(
    real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> None:
    image = f"[*]\ndefault-container-image={real_cluster.image}\n"
    conf = configuration(tmp_path / "conf", real_cluster, namespace, profiles=image)
    aliases = [{"ip": "10.2.141.12", "hostnames": ["db01"]}]
    async with JobBackend(load_settings(conf).cluster()) as backend:
        waits = Job.shell("echo before; sleep 6; cat /etc/hosts", name="waits")
        first = (await backend.submit(waits, user="jo")).id
        async with backend.output(first) as output:
            before = await anext(output)
            (conf / "aliases.json").write_text(json.dumps(aliases))
            pointer = "/spec/template/spec/hostAliases"
            (conf / PROFILES).write_text(f'{image}job-json-overrides="{pointer}":"aliases.json"\n')
            main = (conf / "launcher.kubernetes.conf").read_text()
            (conf / "launcher.kubernetes.conf").write_text(
                main.replace(f"namespace={namespace}", "namespace=elsewhere")
            )
            assert [change.key for change in (await backend.reload()).held_back] == ["kubernetes-namespace"]
            second = (await backend.submit(Job.shell("cat /etc/hosts", name="next"), user="jo")).id
            rest = [each async for each in output]
        assert (await backend.wait(second, timeout_s=60)).exit_code == 0
        async with backend.output(second) as after:
            hosts = _text([each async for each in after])
    assert _text([before, *rest]).startswith("before\n")
    assert "db01" not in _text(rest)
    assert "db01" in hosts


def _text(pieces: Sequence[OutputChunk | OutputGap]) -> str:
    assert all(isinstance(each, OutputChunk) for each in pieces)
    return b"".join(each.data for each in pieces if isinstance(each, OutputChunk)).decode()
