"""Plans shown to a real API server, strictly and without being made; and whether the schemas say the same."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from launcher_k8s import (
    InvalidObjectError,
    Job,
    JobBackend,
    check_schema,
    load_settings,
    plan_job,
)
from tests.cli_runs import PROFILES, Cli, Done
from tests.cluster.api import ApiError
from tests.cluster.real import RealCluster
from tests.cluster.waiting import until
from tests.integration.directories import configuration
from tests.integration.looking import image_profile, names_of, overriding

POD = "/spec/template/spec"
MAIN = f"{POD}/containers/0"
JOB = {"name": "web", "command": "true", "exposedPorts": [{"targetPort": 80}]}
WEB = Job.shell("true", name="web", ports=[80])


def directory_of(
    cluster: RealCluster, namespace: str, folder: Path, overrides: Mapping[str, object] | None = None
) -> Path:
    profiles = image_profile(cluster) + (overriding(overrides, folder) if overrides else "")
    return configuration(folder / "conf", cluster, namespace, profiles=profiles)


def dry_run(capsys: pytest.CaptureFixture[str], directory: Path, *flags: str) -> Done:
    (directory / "job.json").write_text(json.dumps(JOB))
    who = ("--config", str(directory), "--user", "jsmith", "--group", "staff")
    return Cli(capsys)("plan", "--dry-run", *who, *flags, f"{directory}/job.json")


def test_what_the_server_takes_is_clean_and_not_made(
    capsys: pytest.CaptureFixture[str], real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> None:
    done = dry_run(capsys, directory_of(real_cluster, namespace, tmp_path))
    assert done.code == 0
    assert "Findings" not in done.err
    assert [each["kind"] for each in yaml.safe_load_all(done.out)] == ["Job", "Service"]
    assert names_of(real_cluster, namespace, "jobs") == names_of(real_cluster, namespace, "services") == []


def test_a_kubeconfig_reaches_a_cluster_that_no_file_names(
    capsys: pytest.CaptureFixture[str], real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> None:
    (tmp_path / "launcher.kubernetes.conf").write_text(f"kubernetes-namespace={namespace}\n")
    (tmp_path / PROFILES).write_text(image_profile(real_cluster))
    done = dry_run(capsys, tmp_path, "--kubeconfig", str(real_cluster.kubeconfig), "--json")
    assert (done.code, done.json["findings"]) == (0, [])


def test_a_misspelt_field_is_told_by_the_server_as_by_the_schemas(
    capsys: pytest.CaptureFixture[str],
    real_cluster: RealCluster,
    namespace: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    directory = directory_of(real_cluster, namespace, tmp_path, {f"{POD}/hostAlias": []})
    (with_schemas,) = dry_run(capsys, directory, "--json").json["findings"]
    monkeypatch.setitem(sys.modules, "kubernetes_validate", None)
    done = dry_run(capsys, directory, "--json")
    (by_server,) = done.json["findings"]
    assert done.code == 1
    for key in ("code", "object", "pointer", "origin"):
        assert by_server[key] == with_schemas[key]
    assert by_server["pointer"] == f"{POD}/hostAlias"
    assert by_server["origin"] == f"{directory}/{PROFILES}:3 [*] job-json-overrides"


def test_what_only_the_server_knows_is_told_at_its_place(
    capsys: pytest.CaptureFixture[str], real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> None:
    directory = directory_of(real_cluster, namespace, tmp_path, {f"{POD}/dnsPolicy": "Somtimes"})
    (finding,) = dry_run(capsys, directory, "--json").json["findings"]
    assert (finding["code"], finding["pointer"]) == ("refused-value", f"{POD}/dnsPolicy")
    assert finding["reason"].startswith('is refused: Unsupported value: "Somtimes": supported values: ')
    assert finding["origin"] == f"{directory}/{PROFILES}:3 [*] job-json-overrides"


def test_a_quota_on_jobs_is_told(
    capsys: pytest.CaptureFixture[str], real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> None:
    quotas = f"/api/v1/namespaces/{namespace}/resourcequotas"
    quota = {"metadata": {"name": "team"}, "spec": {"hard": {"count/jobs.batch": "0"}}}
    real_cluster.request("POST", quotas, quota)
    until(lambda: "hard" in real_cluster.request("GET", f"{quotas}/team")["status"], "the quota", within_s=30)
    done = dry_run(capsys, directory_of(real_cluster, namespace, tmp_path))
    assert done.code == 1
    (line,) = [line for line in done.err.splitlines() if line.startswith("- Job would not be accepted")]
    assert "exceeded quota: team, requested: count/jobs.batch=1" in line
    assert "the namespace's quota is used up" in line


def test_limits_on_pods_are_none_on_jobs(
    capsys: pytest.CaptureFixture[str], real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> None:
    """Only the Job controller meets them: the job would be made, and stay pending with the reason."""
    limits = {"limits": [{"type": "Container", "max": {"cpu": "1m"}}]}
    ranges = f"/api/v1/namespaces/{namespace}/limitranges"
    real_cluster.request("POST", ranges, {"metadata": {"name": "small"}, "spec": limits})
    assert dry_run(capsys, directory_of(real_cluster, namespace, tmp_path)).code == 0


def test_missing_permissions_are_told_object_by_object(
    capsys: pytest.CaptureFixture[str], real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> None:
    directory = directory_of(real_cluster, namespace, tmp_path)
    (directory / "token").write_text(real_cluster.service_account_token(namespace))
    done = dry_run(capsys, directory, "--json")
    hints = {each["object"]: each["hint"] for each in done.json["findings"]}
    assert done.code == 1
    assert "grant 'create' on 'jobs.batch'" in hints["Job"]
    assert "grant 'create' on 'services'" in hints["Service"]


async def test_a_backend_raises_what_the_server_says(
    real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> None:
    directory = directory_of(real_cluster, namespace, tmp_path, {f"{POD}/hostAlias": []})
    async with JobBackend(load_settings(directory).cluster()) as backend:
        assert (await backend.plan(WEB, user="jsmith")).manifest
        with pytest.raises(InvalidObjectError, match=r'unknown field "spec\.template\.spec\.hostAlias"'):
            await backend.plan(WEB, user="jsmith", dry_run=True)


# What stands at a pointer, and whether a schema and the server take it.
VALUES = [
    (f"{POD}/hostAliases", [{"ip": "10.2.141.12", "hostnames": ["db01"]}], True),
    (f"{POD}/hostAlias", [], False),
    (f"{POD}/hostAliases", [{"hostnames": ["db01"], "IP": "10.2.141.12"}], False),
    ("/spec/ttlSecondsAfterFinished", "10", False),
    ("/spec/ttlSecondsAfterFinished", 10.0, False),
    ("/spec/ttlSecondsAfterFinished", 2**31, False),
    ("/spec/ttlSecondsAfterFinished", None, True),
    ("/spec/activeDeadlineSeconds", 2**31, True),
    (f"{MAIN}/resources/limits", {"cpu": 2, "memory": "1Gi"}, True),
    (f"{MAIN}/resources/limits", {"cpu": 2.5}, True),
    (f"{MAIN}/resources/limits", {"cpu": True}, False),
    (f"{MAIN}/ports", [{"protocol": "TCP"}], False),
    (f"{MAIN}/livenessProbe", {"httpGet": {"port": "web", "path": "/"}}, True),
    (f"{MAIN}/livenessProbe", {"httpGet": {"port": 80.5, "path": "/"}}, False),
    ("/metadata/labels/team", 1, False),
    (f"{POD}/hostNetwork", "true", False),
    (f"{POD}/tolerations", {"key": "a"}, False),
    (f"{POD}/securityContext", {"privileged": True}, False),
    (f"{MAIN}/securityContext", {"privileged": True}, True),
]


def test_the_schemas_take_what_the_server_takes(
    real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> None:
    version = ".".join(real_cluster.version.removeprefix("v").split(".")[:2])
    said: dict[str, tuple[bool, bool]] = {}
    for number, (pointer, value, _) in enumerate(VALUES):
        folder = tmp_path / str(number)
        folder.mkdir()
        settings = load_settings(directory_of(real_cluster, namespace, folder, {pointer: value})).cluster()
        plan = plan_job(WEB, settings, user="jsmith")
        by_schema = check_schema(plan, kubernetes=version) == ()
        said[f"{pointer} {value}"] = (by_schema, taken(real_cluster, namespace, plan.manifest))
    assert said == {f"{pointer} {value}": (takes, takes) for pointer, value, takes in VALUES}


def taken(cluster: RealCluster, namespace: str, manifest: Mapping[str, Any]) -> bool:
    """Whether the server would make the object, asked without the library under test."""
    path = f"/apis/batch/v1/namespaces/{namespace}/jobs?dryRun=All&fieldValidation=Strict"
    try:
        cluster.request("POST", path, manifest)
    except ApiError as error:
        if error.status not in {400, 422}:
            raise
        return False
    return True
