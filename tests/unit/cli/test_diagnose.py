"""``launcher-k8s diagnose``, on a scripted cluster in place of the one that the files name."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from launcher_k8s import ClusterSettings, Job, JobBackend, ProfileSection
from launcher_k8s.testing import ScriptedCluster
from tests.cli_runs import Cli, put_in_place, write_directory

FILES = {"launcher.kubernetes.conf": "api-url=https://192.0.2.1\nauth-token=opaque\n"}
TOO_BIG = "0/1 nodes are available: 1 Insufficient cpu."


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> ScriptedCluster:
    cluster = ScriptedCluster()
    put_in_place(cluster, monkeypatch, clock_of="reaching")
    return cluster


@pytest.fixture
def job_id(cluster: ScriptedCluster) -> str:
    """A job that no node takes."""

    async def submit() -> str:
        settings = ClusterSettings(profiles=(ProfileSection.everyone(default_container_image="r:4"),))
        async with JobBackend(
            settings, cluster=cluster, clock=cluster.clock, groups=lambda _user: ()
        ) as backend:
            return (await backend.submit(Job.shell("true", name="big", cpus=4), user="jane")).id

    job_id = asyncio.run(submit())
    cluster.pod_of(job_id).pending("Unschedulable", TOO_BIG)
    return job_id


@pytest.fixture
def directory(tmp_path: Path) -> str:
    return write_directory(tmp_path, FILES)


def test_what_is_wrong_stands_first_and_below_it_what_to_do(
    cli: Cli, cluster: ScriptedCluster, directory: str, job_id: str
) -> None:
    done = cli("diagnose", "--config", directory, job_id)
    assert (done.code, done.err) == (0, "")
    summary, advice, *known = done.out.splitlines()
    assert summary == "The only node cannot take the job: too little free CPU (the job asks for 4)."
    assert advice.startswith("what to do: ask for less cpu")
    assert "cause: unschedulable" in known
    assert f"detail: Unschedulable: {TOO_BIG}" in known


def test_json_has_the_whole_value(cli: Cli, cluster: ScriptedCluster, directory: str, job_id: str) -> None:
    told = cli("diagnose", "--config", directory, "--json", job_id).json
    assert told["jobId"] == job_id
    assert told["cause"] == "unschedulable"
    assert told["evidence"][0] == {"source": "Pod", "reason": "Unschedulable", "message": TOO_BIG}


def test_another_users_job_is_not_found(
    cli: Cli, cluster: ScriptedCluster, directory: str, job_id: str
) -> None:
    done = cli("diagnose", "--config", directory, "--user", "jim", job_id)
    assert done.code == 1
    assert "not found" in done.err
