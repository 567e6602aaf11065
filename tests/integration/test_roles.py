"""What ``launcher-k8s rbac`` prints, applied to a real cluster as it stands; and what ``check`` says then."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.cli_runs import Cli, Done
from tests.cluster.api import ApiError
from tests.cluster.real import RealCluster
from tests.cluster.waiting import until
from tests.integration.directories import configuration
from tests.integration.roles import create_guide_account

ACCOUNT = "launcher"


def check(
    capsys: pytest.CaptureFixture[str], cluster: RealCluster, namespace: str, folder: Path, token: str
) -> Done:
    directory = configuration(folder / "conf", cluster, namespace, token=token)
    return Cli(capsys)("check", "--config", str(directory), "--json")


def told(done: Done) -> set[str]:
    return {each["code"] for each in done.json["findings"] if each["severity"] != "info"}


def test_what_is_printed_makes_the_check_clean(
    capsys: pytest.CaptureFixture[str], metrics: RealCluster, namespace: str, tmp_path: Path
) -> None:
    printed = Cli(capsys)("rbac", "--namespace", namespace, "--service-account", ACCOUNT).out
    metrics.kubectl("apply", "-f", "-", input=printed)
    token = token_of(metrics, namespace)

    done = check(capsys, metrics, namespace, tmp_path, token)
    assert [each["code"] for each in done.json["findings"]] == ["reachable"]


def test_the_guides_role_lacks_nothing_that_is_needed(
    capsys: pytest.CaptureFixture[str], metrics: RealCluster, namespace: str, tmp_path: Path
) -> None:
    create_guide_account(metrics, namespace, ACCOUNT)
    token = metrics.service_account_token(namespace, ACCOUNT)
    assert told(check(capsys, metrics, namespace, tmp_path, token)) == set()


def test_an_account_without_a_role_is_told_everything_that_it_lacks(
    capsys: pytest.CaptureFixture[str], real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> None:
    done = check(capsys, real_cluster, namespace, tmp_path, real_cluster.service_account_token(namespace))
    lacking = {each["about"] for each in done.json["findings"] if each["code"] == "not-allowed"}
    assert {"jobs.batch", "pods", "pods/log", "pods/exec", "services", "events", "nodes"} <= lacking
    assert done.code == 1


def test_a_namespace_that_is_not_there_is_told(
    capsys: pytest.CaptureFixture[str], real_cluster: RealCluster, tmp_path: Path
) -> None:
    done = check(capsys, real_cluster, "no-such-namespace", tmp_path, real_cluster.token)
    assert "no-namespace" in told(done)


def token_of(cluster: RealCluster, namespace: str) -> str:
    """The token that the controllers put into the printed Secret."""
    path = f"/api/v1/namespaces/{namespace}/secrets/{ACCOUNT}-token"

    def data() -> dict[str, str]:
        try:
            return cluster.request("GET", path).get("data") or {}
        except ApiError:
            return {}

    until(lambda: "token" in data(), "the account's token", within_s=30)
    return base64.b64decode(data()["token"]).decode()
