"""``plan --dry-run`` over a scripted cluster; on a real one: tests/integration/test_dry_run.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from launcher_k8s.cli import reaching
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.testing import ScriptedCluster
from tests.cli_runs import PROFILES, Cli, write_directory

JOB = {"name": "web", "command": "true", "container": {"image": "i"}, "exposedPorts": [{"targetPort": 80}]}
POD = "/spec/template/spec"


class Ways:
    """The ways to one scripted cluster, and which was taken."""

    def __init__(self) -> None:
        self.cluster = ScriptedCluster()
        self.taken: list[object] = []

    def from_settings(self, settings: ClusterSettings) -> ScriptedCluster:
        self.taken.append(settings.api_url)
        return self.cluster

    def from_kubeconfig(self, path: str) -> ScriptedCluster:
        self.taken.append(path)
        return self.cluster


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Ways:
    ways = Ways()
    monkeypatch.setattr(reaching, "KubernetesCluster", ways)
    return ways


def words(directory: Path, override: tuple[str, Any] | None = None, *flags: str) -> list[str]:
    """A command line that plans the job, with an override for everybody."""
    text = ""
    if override is not None:
        (directory / "value.json").write_text(json.dumps(override[1]))
        text = f'[*]\njob-json-overrides="{override[0]}":"value.json"\n'
    main = "api-url=https://10.0.0.1\nauth-token=t\n"
    where = write_directory(directory, {"launcher.kubernetes.conf": main, PROFILES: text})
    (directory / "job.json").write_text(json.dumps(JOB))
    who = ["--config", where, "--user", "jane", "--group", "g"]
    return ["plan", "--dry-run", *who, *flags, f"{where}/job.json"]


def test_what_the_server_takes_is_clean(cli: Cli, ways: Ways, tmp_path: Path) -> None:
    done = cli(*words(tmp_path))
    assert done.code == 0
    assert [each["kind"] for each in yaml.safe_load_all(done.out)] == ["Job", "Service"]
    assert "Findings" not in done.err
    assert ways.taken == ["https://10.0.0.1"]
    assert ways.cluster.requests() == ["create jobs", "create services"]


def test_a_kubeconfig_says_where(cli: Cli, ways: Ways, tmp_path: Path) -> None:
    assert cli(*words(tmp_path, None, "--kubeconfig", "kube.conf")).code == 0
    assert ways.taken == ["kube.conf"]


def test_a_kubeconfig_says_what_the_settings_lack(cli: Cli, ways: Ways, tmp_path: Path) -> None:
    line = words(tmp_path, None, "--kubeconfig", "kube.conf")
    (tmp_path / "launcher.kubernetes.conf").write_text("")
    done = cli(*line)
    assert done.code == 0
    assert "not set: planning works" not in done.err
    assert "nor auth-token-path is set" not in done.err


def test_plan_is_lenient_where_it_is_told_to_be(cli: Cli, ways: Ways, tmp_path: Path) -> None:
    line = words(tmp_path, None, "--kubeconfig", "kube.conf")
    (tmp_path / "launcher.kubernetes.conf").write_text("verify-ssl-cert=1\n")
    assert cli(*line).code == 1
    assert cli(*line, "--lenient", "--elsewhere").code == 0


def test_a_version_without_schemas_is_wrong_usage(cli: Cli, ways: Ways, tmp_path: Path) -> None:
    done = cli(*words(tmp_path, None, "--kubernetes", "9.99"))
    assert done.code == 2
    assert "there are no schemas of Kubernetes '9.99'" in done.err


def test_an_unknown_field_is_told_once_by_schema_and_server(cli: Cli, ways: Ways, tmp_path: Path) -> None:
    done = cli(*words(tmp_path, (f"{POD}/hostAlias", []), "--json"))
    (finding,) = done.json["findings"]
    assert done.code == 1
    assert (finding["code"], finding["object"], finding["pointer"]) == (
        "unknown-field",
        "Job",
        f"{POD}/hostAlias",
    )
    assert finding["hint"] == "did you mean hostAliases?"
    assert finding["origin"] == f"{tmp_path}/{PROFILES}:2 [*] job-json-overrides"
    assert len(ways.cluster.requests()) == 2


def test_what_only_the_server_refuses_is_told_at_its_place(cli: Cli, ways: Ways, tmp_path: Path) -> None:
    done = cli(*words(tmp_path, (f"{POD}/dnsPolicy", "Somtimes")))
    assert (done.code, len(ways.taken)) == (1, 1)
    last = done.err.splitlines()[-1]
    assert last.startswith(f"- Job {POD}/dnsPolicy is refused: Unsupported value")
    assert last.endswith(f"{tmp_path}/{PROFILES}:2 [*] job-json-overrides")


def test_a_missing_permission_is_a_finding_with_what_to_grant(cli: Cli, ways: Ways, tmp_path: Path) -> None:
    ways.cluster.faults.deny("create services")
    done = cli(*words(tmp_path))
    assert done.code == 1
    assert [each["kind"] for each in yaml.safe_load_all(done.out)] == ["Job", "Service"]
    assert done.err.splitlines()[-1].startswith("- Service would not be accepted: cannot create services")
    assert "grant 'create' on 'services'" in done.err


def test_what_the_server_warns_of_is_a_decision(cli: Cli, ways: Ways, tmp_path: Path) -> None:
    ways.cluster.warnings = ("watch out",)
    done = cli(*words(tmp_path, None, "--json"))
    assert (done.code, done.json["findings"]) == (0, [])
    assert [each["reason"] for each in done.json["decisions"]].count("watch out") == 2


def test_a_server_that_gives_no_answer_is_an_error(cli: Cli, ways: Ways, tmp_path: Path) -> None:
    ways.cluster.faults.fail("create jobs", code=503, message="starting")
    done = cli(*words(tmp_path))
    assert (done.code, done.out) == (1, "")
    assert "starting" in done.err


def test_a_cluster_that_nothing_says_how_to_reach_is_an_error(cli: Cli, tmp_path: Path) -> None:
    line = words(tmp_path)
    (tmp_path / "launcher.kubernetes.conf").write_text("")
    done = cli(*line)
    assert (done.code, done.out) == (1, "")
    assert "api-url" in done.err


def test_a_kubeconfig_without_a_dry_run_is_wrong_usage(cli: Cli, tmp_path: Path) -> None:
    line = [word for word in words(tmp_path, None, "--kubeconfig", "k") if word != "--dry-run"]
    done = cli(*line)
    assert done.code == 2
    assert "--kubeconfig is for --dry-run" in done.err
