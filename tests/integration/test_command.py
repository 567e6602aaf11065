"""The command `launcher-k8s run` on a real cluster, by its words, output and exit code."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli_runs import Cli, Done
from tests.cluster.real import RealCluster
from tests.integration.directories import configuration
from tests.integration.looking import image_profile, names_of

USER = ("--user", "jsmith", "--group", "staff")


@pytest.fixture
def directory(real_cluster: RealCluster, namespace: str, tmp_path: Path) -> Path:
    return configuration(tmp_path / "conf", real_cluster, namespace, profiles=image_profile(real_cluster))


def run(capsys: pytest.CaptureFixture[str], directory: Path, *words: str) -> Done:
    return Cli(capsys)("run", "--config", str(directory), *USER, *words)


def test_a_command_ends_with_its_exit_code_and_whole_output(
    capsys: pytest.CaptureFixture[str], directory: Path, real_cluster: RealCluster, namespace: str
) -> None:
    done = run(capsys, directory, "--env", "A=hello", "--rm", "--", "sh", "-c", "echo $A; sleep 1; exit 3")
    told = [line.split(" ", 1)[1] for line in done.err.splitlines()]
    # A job that waits long may be told with the reason, and what explains it, besides.
    states = [state for state in told if not state.startswith((" ", "Pending: "))]
    assert (done.code, done.out) == (3, "hello\n")
    assert list(dict.fromkeys(states)) == ["Pending", "Running", "Finished, exit code 3"]
    assert names_of(real_cluster, namespace, "jobs") == []


def test_everything_as_json(capsys: pytest.CaptureFixture[str], directory: Path) -> None:
    done = run(capsys, directory, "--json", "--name", "said", "--", "echo", "grün")
    lines = [json.loads(line) for line in done.out.splitlines()]
    states = [line["status"]["state"] for line in lines if "status" in line]
    assert "".join(line["output"] for line in lines if "output" in line) == "grün\n"
    assert list(dict.fromkeys(states)) == ["Pending", "Running", "Finished"]
    assert lines[-1]["status"]["name"] == "said"


def test_a_kubeconfig_reaches_the_cluster_that_no_file_names(
    capsys: pytest.CaptureFixture[str], real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> None:
    (tmp_path / "launcher.kubernetes.conf").write_text(f"kubernetes-namespace={namespace}\n")
    reach = ("--kubeconfig", str(real_cluster.kubeconfig), "--image", real_cluster.image)
    done = run(capsys, tmp_path, *reach, "--", "echo", "reached")
    assert (done.code, done.out) == (0, "reached\n")
    assert "api-url" not in done.err


def test_a_program_that_does_not_exist_is_told_with_its_reason(
    capsys: pytest.CaptureFixture[str], directory: Path
) -> None:
    done = run(capsys, directory, "--", "/no/such/program")
    assert done.code == 125
    failed, why, _ = done.err.splitlines()[-3:]
    assert "Failed" in failed
    assert "/no/such/program" in failed
    assert why == "  There is no program /no/such/program in the job's image."


def test_a_namespace_that_does_not_exist_is_told(
    capsys: pytest.CaptureFixture[str], real_cluster: RealCluster, tmp_path: Path
) -> None:
    profiles = image_profile(real_cluster)
    directory = configuration(tmp_path / "conf", real_cluster, "no-such-namespace", profiles=profiles)
    done = run(capsys, directory, "--", "true")
    assert done.code == 125
    assert "no-such-namespace" in done.err


def test_a_token_that_the_server_does_not_know_is_told(
    capsys: pytest.CaptureFixture[str], directory: Path
) -> None:
    (directory / "token").write_text("unknown\n")
    done = run(capsys, directory, "--", "true")
    assert done.code == 125
    assert done.err.startswith("launcher-k8s: ")


def test_a_termination_removes_the_job_if_asked(
    directory: Path, real_cluster: RealCluster, namespace: str
) -> None:
    words = ["run", "--config", str(directory), *USER, "--rm", "--", "sh", "-c", "echo tick; exec sleep 60"]
    with subprocess.Popen(
        [sys.executable, "-m", "launcher_k8s.cli", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "tick\n"
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 143
    assert told.splitlines()[-1].endswith(" is removed")
    assert names_of(real_cluster, namespace, "jobs") == []


def test_an_interrupt_leaves_the_job_running_and_says_so(
    directory: Path, real_cluster: RealCluster, namespace: str
) -> None:
    script = "while :; do echo tick; sleep 1; done"
    words = ["run", "--config", str(directory), *USER, "--", "sh", "-c", script]
    with subprocess.Popen(
        [sys.executable, "-m", "launcher_k8s.cli", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "tick\n"
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    (job,) = names_of(real_cluster, namespace, "jobs")
    assert process.returncode == 130
    assert told.splitlines()[-1] == f"launcher-k8s: no longer following job {job}; it goes on in the cluster"
