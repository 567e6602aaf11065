"""``run --local``: the command on a cluster of its own, which really runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import pytest

from launcher_k8s import testing
from launcher_k8s.cli import local, sample
from launcher_k8s.files import load_settings
from launcher_k8s.testing.local.container import KeeperLost
from tests.cli_runs import PROFILES, RESOURCES, Cli, write_directory

MAIN = "launcher.kubernetes.conf"
FILES = {
    MAIN: "api-url=https://192.0.2.1\nauth-token=a-secret\nverify-ssl-certs=0\nkubernetes-namespace=mine\n",
    PROFILES: "[*]\ndefault-container-image=own:1\nmax-cpus=2\n",
    RESOURCES: "[small]\ncpus=0.5\nmem-mb=64\n",
}
WHO = ("--user", "zoe", "--group", "g")


@pytest.fixture
def directory(tmp_path: Path) -> str:
    (tmp_path / "conf").mkdir()
    return write_directory(tmp_path / "conf", FILES)


def test_a_command_runs_here_with_its_output_progress_and_exit_code(cli: Cli, directory: str) -> None:
    script = "echo $GREETING; echo aside >&2; exit 3"
    words = ("--local", "--config", directory, *WHO, "--env", "GREETING=hello", "--", "sh", "-c", script)
    done = cli("run", *words)
    states = [line.split(" ", 1)[1] for line in done.err.splitlines() if line.startswith("sh-")]
    assert (done.code, sorted(done.out.splitlines())) == (3, ["aside", "hello"])
    assert states == ["Pending", "Running", "Finished, exit code 3"]


def test_output_is_not_rotated_away_as_early_as_by_a_kubelet(
    cli: Cli, directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    class Noted(testing.LocalCluster):
        def __init__(self, *, log_bytes: int = 0, **more: Any) -> None:
            asked.append(log_bytes)
            super().__init__(log_bytes=log_bytes, **more)

    monkeypatch.setattr(testing, "LocalCluster", Noted)
    assert cli("run", "--local", "--config", directory, *WHO, "--", "true").code == 0
    assert asked == [1024**3]


def test_what_is_without_effect_is_told_and_nothing_secret(cli: Cli, directory: str) -> None:
    done = cli("run", "--local", "--config", directory, *WHO, "--", "true")
    told = [line for line in done.err.splitlines() if "is without effect" in line]
    places = [f"{directory}/{MAIN}:{n}" for n in ("1 api-url", "2 auth-token", "3 verify-ssl-certs")]
    assert [line.removeprefix("launcher-k8s: ").split(" is ")[0] for line in told] == places
    assert "on this machine, as user" in done.err
    assert "a-secret" not in done.err
    assert "unverified" not in done.err


def test_the_configuration_limits_it_as_on_any_cluster(cli: Cli, directory: str) -> None:
    done = cli("run", "--local", "--config", directory, *WHO, "--cpus", "3", "--", "true")
    assert done.code == 125
    assert f"{directory}/{PROFILES}:3 [*] max-cpus" in done.err


def test_as_json(cli: Cli, directory: str) -> None:
    done = cli("run", "--local", "--json", "--config", directory, *WHO, "--", "echo", "grün")
    lines = [json.loads(line) for line in done.out.splitlines()]
    states = [line["status"]["state"] for line in lines if "status" in line]
    assert states == ["Pending", "Running", "Finished"]
    assert "".join(line["output"] for line in lines if "output" in line) == "grün\n"


def test_a_program_that_does_not_exist_is_told(cli: Cli, directory: str) -> None:
    done = cli("run", "--local", "--config", directory, *WHO, "--", "/no/such/program")
    assert done.code == 125
    failed, why, advice = done.err.splitlines()[-3:]
    assert "Failed" in failed
    assert "/no/such/program" in failed
    assert why == "  There is no program /no/such/program in the job's image."
    assert advice.startswith("  what to do: ")


def test_a_job_can_be_removed(cli: Cli, directory: str) -> None:
    assert cli("run", "--local", "--rm", "--config", directory, *WHO, "--", "true").code == 0


def test_without_a_configuration_on_this_host_the_sample_is_taken_and_named(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(local, "DEFAULT_DIRECTORY", str(tmp_path / "none"))
    done = cli("run", "--local", *WHO, "--", "true")
    assert done.code == 0
    assert f"launcher-k8s: the configuration is the one in {sample.DIRECTORY}" in done.err
    assert "no group" not in done.err


def test_the_host_s_configuration_comes_before_the_sample(
    monkeypatch: pytest.MonkeyPatch, directory: str
) -> None:
    monkeypatch.setattr(local, "DEFAULT_DIRECTORY", directory)
    assert local.default_directory() == directory


def test_local_and_a_kubeconfig_exclude_each_other(cli: Cli) -> None:
    done = cli("run", "--local", "--kubeconfig", "k", *WHO, "--", "true")
    assert done.code == 2
    assert "not allowed with argument" in done.err


async def test_only_the_way_to_the_cluster_is_replaced(directory: str) -> None:
    settings = load_settings(directory).cluster()
    async with local.local_cluster(settings) as reached:
        assert (reached.api_url or "").startswith("http://127.0.0.1:")
        assert reached.auth_token not in (None, settings.auth_token)
        assert (reached.profiles, reached.resources) == (settings.profiles, settings.resources)
        assert reached.namespace == "mine"
        assert reached.origin("namespace") == settings.origin("namespace")
        assert list(map(str, [reached.origin("api_url"), reached.origin("auth_token")])) == ["code", "code"]


def test_a_machine_that_cannot_run_a_cluster_is_told(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, directory: str
) -> None:
    class Broken(testing.LocalCluster):
        async def __aenter__(self) -> Self:
            raise KeeperLost("there is no memory left")

    monkeypatch.setattr(testing, "LocalCluster", Broken)
    done = cli("run", "--local", "--config", directory, *WHO, "--", "true")
    assert done.code == 125
    assert done.err.splitlines()[-1].startswith(
        "launcher-k8s: this machine cannot run a cluster: there is no memory left"
    )


@pytest.mark.parametrize(
    "words", [["demo"], ["run", "--local", *WHO, "--", "sh", "-c", "echo round; sleep 600"]]
)
def test_an_interrupt_leaves_no_process_and_no_file(words: list[str], tmp_path: Path) -> None:
    mark = f"interrupted-{uuid4()}"
    environ = {**os.environ, "TMPDIR": str(tmp_path), "PATH": f"{os.environ['PATH']}:/{mark}"}
    with subprocess.Popen(
        [sys.executable, "-m", "launcher_k8s.cli", *words],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        while "round" not in process.stdout.readline():
            assert process.poll() is None
        assert len(marked(mark)) > 1
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in told
    assert marked(mark) == []
    assert list(tmp_path.iterdir()) == []


def marked(mark: str) -> list[Path]:
    """The processes that have something in their environment."""
    found = []
    for each in Path("/proc").glob("[0-9]*/environ"):
        try:
            environ = each.read_bytes()
        except OSError:
            continue
        if mark.encode() in environ:
            found.append(each)
    return found
