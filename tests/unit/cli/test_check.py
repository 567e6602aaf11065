"""``launcher-k8s check`` on a scripted cluster in place of the one that the files name."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher_k8s.testing import ScriptedCluster
from tests.cli_runs import PROFILES, Cli, put_in_place, write_directory

MAIN = "launcher.kubernetes.conf"
FILES = {MAIN: "api-url=https://192.0.2.1\nauth-token=opaque\n", PROFILES: "[*]\nmax-cpus=2\n"}


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> ScriptedCluster:
    cluster = ScriptedCluster(namespaces=("rstudio",))
    put_in_place(cluster, monkeypatch, clock_of="check")
    return cluster


@pytest.fixture
def directory(tmp_path: Path) -> str:
    return write_directory(tmp_path, FILES)


def test_a_cluster_that_is_ready_ends_with_zero(cli: Cli, cluster: ScriptedCluster, directory: str) -> None:
    done = cli("check", "--config", directory)
    assert done.code == 0
    assert done.out.startswith("info: API server: Kubernetes v")


def test_a_warning_ends_with_one_and_says_what_to_do(
    cli: Cli, cluster: ScriptedCluster, directory: str
) -> None:
    cluster.faults.deny("create pods/exec")
    done = cli("check", "--config", directory)
    assert done.code == 1
    assert "warning: pods/exec: create is not allowed in namespace 'rstudio'" in done.out
    assert "`launcher-k8s rbac --namespace rstudio` prints a role" in done.out


def test_json_has_every_part_of_a_finding(cli: Cli, cluster: ScriptedCluster, directory: str) -> None:
    (finding,) = cli("check", "--config", directory, "--json").json["findings"]
    assert set(finding) == {"severity", "code", "about", "what was found", "what to do"}


def test_a_kubeconfig_says_how_to_reach_it(cli: Cli, cluster: ScriptedCluster, tmp_path: Path) -> None:
    directory = write_directory(tmp_path, {MAIN: ""})
    done = cli("check", "--config", directory, "--kubeconfig", "some-file")
    assert (done.code, done.err) == (0, "")


def test_files_that_do_not_validate_are_told_first(cli: Cli, tmp_path: Path) -> None:
    directory = write_directory(tmp_path, {MAIN: "api-url\n"})
    done = cli("check", "--config", directory)
    assert done.code == 1
    assert "missing-equals" in done.err
