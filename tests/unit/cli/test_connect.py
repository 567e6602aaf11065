"""Connect's configuration, from its files to the objects of a job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from launcher_k8s.files import load_settings, read_settings
from launcher_k8s.job import Job
from launcher_k8s.plan import plan_job
from launcher_k8s.rules.profiles import profile_for
from tests.cli_runs import Cli

GCFG = """\
[Server]
DataDir = /data/rstudio-connect

[Launcher]
Enabled = true
Kubernetes = true
DataDir = nfs.company.com:/mnt/rstudio-connect
ClusterDefinition = second.yaml
ClusterDefinition = first.yaml
"""
ENVIRON = {"KUBERNETES_API_URL": "https://10.0.0.1:6443", "KUBERNETES_AUTH_TOKEN": "opaque"}
JOB: dict[str, Any] = {"name": "render", "command": "quarto render", "container": {"image": "content:2"}}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    place = tmp_path / "connect"
    place.mkdir()
    (place / "rstudio-connect.gcfg").write_text(GCFG)
    (place / "second.yaml").write_text("name: Kubernetes\nimages:\n  - name: content:2\n")
    (place / "first.yaml").write_text("name: Kubernetes\nimages:\n  - name: content:1\n")
    (tmp_path / "job.json").write_text(json.dumps(JOB))
    return place


@pytest.mark.parametrize("job", [Job.shell("a", image="x"), Job.exec(["b"], image="y", cpus=1)])
def test_every_planned_job_has_the_data_directory(directory: Path, job: Job) -> None:
    plan = plan_job(job, load_settings(directory, environ=ENVIRON).cluster(), user="jsmith")
    pod = plan.manifest["spec"]["template"]["spec"]
    export = {"server": "nfs.company.com", "path": "/mnt/rstudio-connect"}
    assert [volume["nfs"] for volume in pod["volumes"]] == [export]
    (mount,) = pod["containers"][0]["volumeMounts"]
    assert (mount["name"], mount["mountPath"]) == (pod["volumes"][0]["name"], "/data/rstudio-connect")


def test_definitions_give_their_images_in_the_order_of_their_lines(directory: Path) -> None:
    cluster = load_settings(directory, environ=ENVIRON).cluster()
    assert profile_for(cluster, "jsmith").container_images.value == ("content:2", "content:1")


def test_the_address_may_come_from_the_environment(directory: Path) -> None:
    cluster = load_settings(directory, environ=ENVIRON).cluster()
    assert cluster.api_url == "https://10.0.0.1:6443"
    assert str(cluster.origin("api_url")) == "environment KUBERNETES_API_URL"


def test_the_file_itself_may_be_named(directory: Path) -> None:
    by_file = load_settings(directory / "rstudio-connect.gcfg", environ=ENVIRON).cluster()
    assert by_file.mounts == load_settings(directory, environ=ENVIRON).cluster().mounts


def test_the_files_are_read_again_as_they_were(directory: Path) -> None:
    cluster = load_settings(directory / "rstudio-connect.gcfg", environ=ENVIRON).cluster()
    (directory / "first.yaml").write_text("images:\n  - name: content:3\n")
    assert cluster.read_again is not None
    settings, _ = cluster.read_again()
    assert settings is not None
    assert profile_for(settings.cluster(), "x").container_images.value == ("content:2", "content:3")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    settings, diagnostics = read_settings(tmp_path / "none.gcfg", environ={})
    assert settings is None
    assert "missing-file" in [found.code for found in diagnostics]


def test_plan_shows_the_mount_and_where_it_comes_from(
    directory: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    words = ("--config", str(directory), "--user", "jsmith", "--group", "g")
    done = cli("plan", *words, str(directory.parent / "job.json"))
    assert done.code == 0
    assert (
        yaml.safe_load(done.out)["spec"]["template"]["spec"]["volumes"][0]["nfs"]["server"]
        == "nfs.company.com"
    )
    assert f"{directory}/rstudio-connect.gcfg:7 [Launcher] DataDir" in done.err


def test_explain_shows_where_the_images_come_from(
    directory: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    done = cli("explain", "--config", str(directory), "--user", "jsmith", "--group", "g")
    assert done.code == 0
    assert f"{directory}/second.yaml:2 images" in done.out


def test_what_is_missing_to_reach_the_cluster_is_told_by_the_keys_of_the_file(
    directory: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ENVIRON:
        monkeypatch.delenv(name, raising=False)
    words = ("--config", str(directory), "--user", "jsmith", "--group", "g", "--image", "content:1")
    done = cli("run", *words, "--", "true")
    assert done.code == 125
    assert f"{directory}/rstudio-connect.gcfg: add KubernetesAPIURL=https://HOST:PORT" in done.err
    assert "add KubernetesAuthToken=TOKEN" in done.err
