"""Jobs whose objects templates make, on local processes: from the files to the exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher_k8s import (
    ClusterSettings,
    ConfigurationError,
    Job,
    JobBackend,
    OutputChunk,
    default_templates,
    load_settings,
)
from launcher_k8s.testing import LocalCluster

JOB_FILE = "job.tpl"
COST = '        my.org/cost: {{ exec "echo" "4711" | toString | trim | quote }}\n'
STDIN = "        stdin: {{ .Job.stdin | quote }}\n"


def load(folder: Path, settings: ClusterSettings) -> ClusterSettings:
    """The settings of files that reach a cluster, with templates in a folder that is not there yet."""
    (folder / "token").write_text(f"{settings.auth_token}\n")
    (folder / "token").chmod(0o600)
    (folder / "launcher.kubernetes.conf").write_text(
        f"api-url={settings.api_url}\nauth-token-path=token\nkubernetes-namespace={settings.namespace}\n"
        f"use-templating=1\nscratch-path={folder}/scratch\n"
    )
    return load_settings(folder, environ={}).cluster()


async def cost_of(backend: JobBackend) -> object:
    """What the template in force writes as the cost of a job."""
    plan = await backend.plan(Job.shell("true", name="a", image="any"), user="jo")
    return plan.manifest["spec"]["template"]["metadata"]["annotations"].get("my.org/cost")


async def test_a_job_runs_by_templates_that_entering_has_written(tmp_path: Path) -> None:
    async with LocalCluster() as cluster:
        settings = load(tmp_path, cluster.settings())
        assert not (tmp_path / "scratch").exists()
        async with JobBackend(settings) as backend:
            written = {path.name: path.read_text() for path in (tmp_path / "scratch").iterdir()}
            job = Job.shell('echo "hello $WHO"; exit 3', name="hello", image="any", env={"WHO": "you"})
            job_id = (await backend.submit(job, user="jo")).id
            status = await backend.wait(job_id, timeout_s=30)
            async with backend.output(job_id) as output:
                printed = b"".join([each.data async for each in output if isinstance(each, OutputChunk)])
            seen = await backend.get(job_id)
    assert written == default_templates()
    assert (status.exit_code, printed) == (3, b"hello you\n")
    assert (seen.name, seen.user, seen.command) == ("hello", "jo", job.command)


async def test_a_reload_with_broken_templates_keeps_the_last_good_ones(tmp_path: Path) -> None:
    template = tmp_path / "scratch" / JOB_FILE
    async with (
        LocalCluster() as cluster,
        JobBackend(load(tmp_path, cluster.settings())) as backend,
    ):
        ours = template.read_text()
        template.write_text(ours.replace(STDIN, COST + STDIN))
        await backend.reload()
        assert await cost_of(backend) == "4711"
        for broken, code in (("{{ if }}", "template-syntax"), ("# Version: 9\n", "template-version")):
            template.write_text(broken if code == "template-version" else ours + broken)
            with pytest.raises(ConfigurationError, match="stay in force") as error:
                await backend.reload()
            assert [each.code for each in error.value.diagnostics if each.severity.value == "error"] == [code]
            assert await cost_of(backend) == "4711"
        submitted = await backend.submit(Job.shell("exit 4", name="b", image="any"), user="jo")
        assert (await backend.wait(submitted.id, timeout_s=30)).exit_code == 4
        template.write_text(ours)
        await backend.reload()
        assert await cost_of(backend) is None
