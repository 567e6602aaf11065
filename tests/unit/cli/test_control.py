"""The commands that control a job, on a scripted cluster in place of the one that the files name."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from launcher_k8s import ClusterSettings, Job, JobBackend, JobState, ProfileSection
from launcher_k8s.testing import ScriptedCluster, runs
from tests.cli_runs import Cli, put_in_place, write_directory

FILES = {"launcher.kubernetes.conf": "api-url=https://192.0.2.1\nauth-token=opaque\n"}


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> ScriptedCluster:
    cluster = ScriptedCluster(life=runs())
    put_in_place(cluster, monkeypatch, clock_of="reaching")
    return cluster


@pytest.fixture
def job_id(cluster: ScriptedCluster) -> str:
    """A job that runs."""

    async def submit() -> str:
        settings = ClusterSettings(profiles=(ProfileSection.everyone(default_container_image="r:4"),))
        async with JobBackend(
            settings, cluster=cluster, clock=cluster.clock, groups=lambda _user: ()
        ) as backend:
            submitted = await backend.submit(Job.shell("sleep 9", name="long"), user="jane")
            await backend.wait(submitted.id, until=JobState.RUNNING)
            return submitted.id

    return asyncio.run(submit())


@pytest.fixture
def directory(tmp_path: Path) -> str:
    return write_directory(tmp_path, FILES)


@pytest.mark.parametrize(("command", "signal"), [("stop", "TERM"), ("kill", "KILL"), ("suspend", "STOP")])
def test_a_job_is_signalled(
    cli: Cli, cluster: ScriptedCluster, directory: str, job_id: str, command: str, signal: str
) -> None:
    done = cli(command, "--config", directory, job_id)
    assert (done.code, done.err) == (0, "")
    assert cluster.pod_of(job_id).signals == [signal]


def test_json_has_what_a_plugin_would_send(
    cli: Cli, cluster: ScriptedCluster, directory: str, job_id: str
) -> None:
    told = cli("stop", "--config", directory, "--json", job_id).json
    assert told == {"statusMessage": "SIGTERM was sent to the job's processes", "operationComplete": True}


def test_what_is_not_valid_is_refused(
    cli: Cli, cluster: ScriptedCluster, directory: str, job_id: str
) -> None:
    done = cli("cancel", "--config", directory, job_id)
    assert done.code == 1
    assert f"cannot cancel job {job_id}: it is Running" in done.err


def test_another_users_job_is_not_found(
    cli: Cli, cluster: ScriptedCluster, directory: str, job_id: str
) -> None:
    done = cli("kill", "--config", directory, "--user", "jim", job_id)
    assert done.code == 1
    assert "not found" in done.err
    assert cluster.pod_of(job_id).signals == []
