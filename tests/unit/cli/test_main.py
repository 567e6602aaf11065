from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from launcher_k8s._version import __version__
from tests.cli_runs import PROFILES, RESOURCES, Cli, write_directory
from tests.examples import example_directory

MAIN = "launcher.kubernetes.conf"
EXAMPLE = str(example_directory("profiles"))
WHO = ("--config", EXAMPLE, "--user", "jane", "--group", "g")
MISTAKES = {
    MAIN: (
        "api-url=ftp://x\n"
        "auth-token=opaque\n"
        "fetch-limit=none\n"
        "nothing\n"
        "verify-ssl-certs=maybe\n"
        "max-cpu=3\n"
        "watch-timeout-seconds=-1\n"
    ),
    PROFILES: "[*]\nmax-cpus=two\ncpu-request-ratio=2\nallow-unknown-images=perhaps\n[jsmith\n",
    RESOURCES: "[large]\ncpus=x\nmem-mb=1\nnvidia-gpus=1.5\n",
}
MISTAKEN_LINES = {
    *((MAIN, line) for line in (1, 3, 4, 5, 6, 7)),
    *((PROFILES, line) for line in (2, 3, 4, 5)),
    *((RESOURCES, line) for line in (2, 4)),
}


def python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", ["explain", "plan", "run"])
def test_twelve_mistakes_are_told_each_at_its_line(cli: Cli, tmp_path: Path, command: str) -> None:
    directory = write_directory(tmp_path, MISTAKES)
    done = cli(command, "--config", directory, "--user", "jane", *([] if command == "explain" else ["x"]))
    assert len(MISTAKEN_LINES) == 12
    assert done.code == (125 if command == "run" else 1)
    for file, line in MISTAKEN_LINES:
        key, _, _ = MISTAKES[file].splitlines()[line - 1].partition("=")  # an unknown key's value is hidden
        assert f"{directory}/{file}:{line}" in done.err
        assert f"{line:>5} | {key}" in done.err
    assert f"the configuration in {directory} has 12 errors" in done.err


def test_mistakes_as_json(cli: Cli, tmp_path: Path) -> None:
    directory = write_directory(tmp_path, MISTAKES)
    error = cli("explain", "--json", "--config", directory, "--user", "jane").json["error"]
    found = {
        (Path(diagnostic["location"]["file"]).name, diagnostic["location"]["line"])
        for diagnostic in error["diagnostics"]
        if diagnostic["severity"] == "error"
    }
    assert error["kind"] == "ConfigurationError"
    assert found == MISTAKEN_LINES


def test_a_directory_that_is_not_there(cli: Cli, tmp_path: Path) -> None:
    done = cli("explain", "--config", str(tmp_path / "none"), "--user", "jane")
    assert done.code == 1
    assert f"{tmp_path}/none: error: there is no such directory" in done.err


def test_a_file_in_place_of_the_directory_is_one_error(cli: Cli, tmp_path: Path) -> None:
    file = Path(write_directory(tmp_path, {MAIN: ""})) / MAIN
    done = cli("explain", "--config", str(file), "--user", "jane")
    assert done.code == 1
    assert done.err.splitlines()[0] == f"{file}: error: this is a file  [unreadable-file]"
    assert done.err.splitlines()[-1] == f"launcher-k8s: the configuration in {file} has 1 error"


def test_of_several_clusters_one_is_to_be_named_by_its_flag(cli: Cli, tmp_path: Path) -> None:
    clusters = "".join(f"[cluster]\nname={name}\ntype=Kubernetes\n" for name in ("East", "West"))
    directory = write_directory(tmp_path, {"launcher.conf": clusters, MAIN: ""})
    done = cli("explain", "--config", directory, "--user", "jane", "--group", "g")
    told = "launcher-k8s: several clusters are configured: East, West (name one by --cluster)"
    assert (done.code, done.err.splitlines()[-1]) == (2, told)


def test_a_cluster_that_is_not_configured_is_told_with_those_that_are(cli: Cli) -> None:
    done = cli("explain", "--config", EXAMPLE, "--user", "jane", "--cluster", "West")
    assert done.code == 2
    assert done.err.splitlines()[-1] == ("launcher-k8s: no cluster is named 'West' (configured: Kubernetes)")


def test_a_user_whom_the_host_does_not_know_is_told_on_one_line(cli: Cli) -> None:
    done = cli("explain", "--config", EXAMPLE, "--user", "no-such\nuser")
    lines = [line for line in done.err.splitlines() if line.startswith("launcher-k8s:")]
    assert done.code == 0
    assert lines == [r"launcher-k8s: the host does not know user 'no-such\nuser': no groups"]


def test_a_group_given_by_hand_is_not_said_to_be_nobodys(cli: Cli) -> None:
    done = cli("explain", "--config", EXAMPLE, "--user", "jane", "--group", "posit-power-users")
    assert done.code == 0
    assert "this host has no group" not in done.err


def test_the_host_is_asked_for_no_groups_where_some_are_given(cli: Cli) -> None:
    done = cli("explain", "--config", EXAMPLE, "--user", "no-such-user", "--group", "g")
    assert "does not know" not in done.err


def test_no_handler_of_logs_stays_behind(cli: Cli) -> None:
    before = list(logging.getLogger("launcher_k8s").handlers)
    cli("explain", "--config", EXAMPLE, "--user", "jane")
    assert logging.getLogger("launcher_k8s").handlers == before


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ([], "COMMAND"),
        (["dance"], "invalid choice"),
        (["explain"], "--user"),
        (["explain", "--user", "jane", "--cpus", "many"], "'many' is not a plain number"),
        (["explain", "--user", "jane", "--cpus", "1e9"], "'1e9' is not a plain number"),
        (["explain", "--user", "jane", "--cpus", "NaN"], "'NaN' is not a plain number"),
        (["explain", "--user", "jane", "--cpus", "1", "job.json"], "by a file or by flags, not by both"),
        (["plan", "--user", "jane"], "JOB.json"),
        (["run", "--user", "jane"], "COMMAND"),
        (["explain", "--user", ""], "--user: an empty value is not taken"),
        (["explain", "--user", "jane", "--group", ""], "--group: an empty value is not taken"),
        (["explain", "--user", "jane", "--config", ""], "--config: an empty value is not taken"),
        (["run", "--user", "jane", "--name", "", "--", "true"], "--name: an empty value is not taken"),
        (["run", "--user", "jane", "--kubeconfig", "", "true"], "--kubeconfig: an empty value is not taken"),
        (["run", "--user", "jane", "--env", "A", "--", "true"], "'A' is not NAME=VALUE"),
    ],
)
def test_wrong_usage_is_told_with_two(cli: Cli, words: list[str], part: str) -> None:
    done = cli(*words)
    assert done.code == 2
    assert part in done.err


def test_version(cli: Cli) -> None:
    assert (done := cli("--version")).code == 0
    assert done.out == f"launcher-k8s {__version__}\n"


@pytest.mark.parametrize("command", ["explain", "plan"])
def test_what_needs_no_cluster_loads_no_http_library(tmp_path: Path, command: str) -> None:
    job = tmp_path / "job.json"
    job.write_text('{"name": "x", "command": "true", "container": {"image": "r-session:3.4.2"}}')
    words = [command, "--config", EXAMPLE, "--user", "jane", "--group", "g", str(job)]
    done = python(
        "-c",
        "import sys; from launcher_k8s.cli import main; code = main(sys.argv[1:]); "
        "assert code == 0, code; "
        "print('loaded:', [m for m in ('aiohttp', 'kubernetes_asyncio', 'jinja2') if m in sys.modules])",
        *words,
    )
    assert done.stdout.endswith("loaded: []\n"), done.stderr


def test_the_package_of_the_command_can_be_run() -> None:
    done = python("-m", "launcher_k8s.cli", "explain", "--config", EXAMPLE, "--user", "jane", "--group", "g")
    assert done.returncode == 0
    assert "default-cpus" in done.stdout


def test_a_reader_that_leaves_early_is_no_traceback() -> None:
    read, write = os.pipe()
    os.close(read)
    words = ["-m", "launcher_k8s.cli", "explain", "--config", EXAMPLE, "--user", "jane", "--group", "g"]
    with os.fdopen(write, "w") as closed:
        done = subprocess.run(
            [sys.executable, *words], stdout=closed, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert "BrokenPipe" not in done.stderr


def print_to(stdout: str, *words: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[str]:
    with Path(stdout).open("w") as out:
        return subprocess.run(
            [sys.executable, "-m", "launcher_k8s.cli", *words, *WHO],
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": encoding},
        )


FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")


@FULL
@pytest.mark.parametrize("words", [["explain"], ["explain", "--json"], ["plan", "--json", "none.json"]])
def test_output_that_cannot_be_written_is_told_on_one_line(words: list[str]) -> None:
    done = print_to("/dev/full", *words)
    assert done.returncode == 1
    told = [line for line in done.stderr.splitlines() if line.startswith("launcher-k8s:")]
    assert told == ["launcher-k8s: input or output failed: No space left on device"]
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


HELLO = ("run", "--local", *WHO, "--image", "r-session:3.4.2", "--", "echo", "hello")


def run_closed(closing: str, *words: str) -> subprocess.CompletedProcess[str]:
    """The command started by a shell that closes some of its streams."""
    command = ["sh", "-c", f'exec "$@" {closing}', "sh", sys.executable, "-m", "launcher_k8s.cli", *words]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--help"], 1),
        (["explain", *WHO], 1),
        (["plan", "--json", "none.json", *WHO], 1),
        ([*HELLO], 125),
    ],
)
def test_closed_output_is_told_on_one_line(words: list[str], code: int) -> None:
    done = run_closed(">&-", *words)
    assert done.returncode == code
    assert done.stderr.splitlines()[-1] == "launcher-k8s: input or output failed: Bad file descriptor"
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_messages_to_a_closed_stream_go_nowhere_else() -> None:
    done = run_closed("2>&-", *HELLO)
    assert (done.returncode, done.stdout) == (0, "hello\n")


def test_closed_input_is_empty() -> None:
    done = run_closed("<&-", "plan", "-", *WHO)
    assert done.returncode == 1
    assert "not JSON" in done.stderr


def test_a_command_with_all_streams_closed_says_so_by_its_code() -> None:
    done = run_closed("<&- >&- 2>&-", *HELLO)
    assert (done.returncode, done.stdout, done.stderr) == (125, "", "")


def run_full(stream: str, *words: str) -> subprocess.CompletedProcess[str]:
    """What the other stream shows of a command that cannot print on this one."""
    pipe = subprocess.PIPE
    with Path("/dev/full").open("w") as full:
        return subprocess.run(
            [sys.executable, "-m", "launcher_k8s.cli", *words],
            stdout=full if stream == "stdout" else pipe,
            stderr=full if stream == "stderr" else pipe,
            text=True,
            check=False,
        )


@FULL
@pytest.mark.parametrize("words", [["--help"], ["--version"], ["run", "--help"]])
def test_help_that_cannot_be_written_is_told_on_one_line(words: list[str]) -> None:
    done = run_full("stdout", *words)
    assert done.returncode == 1
    assert done.stderr == "launcher-k8s: input or output failed: No space left on device\n"


@FULL
def test_wrong_usage_that_cannot_be_told_is_still_wrong_usage() -> None:
    assert run_full("stderr", "dance").returncode == 2


@FULL
def test_an_error_that_cannot_be_told_is_still_an_exit_code() -> None:
    done = run_full("stderr", "plan", "none.json", *WHO)
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_a_plan_is_printed_in_any_encoding(tmp_path: Path, encoding: str, flags: list[str]) -> None:
    command = "echo é \U0001f600"
    written = {"name": "x", "command": command, "container": {"image": "r-session:3.4.2"}}
    (tmp_path / "job.json").write_text(json.dumps(written))
    done = print_to(str(tmp_path / "out"), "plan", *flags, str(tmp_path / "job.json"), encoding=encoding)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "out").read_text(encoding)
    job = json.loads(text)["job"] if flags else yaml.safe_load(text)
    assert command in job["spec"]["template"]["spec"]["containers"][0]["args"]


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_half_a_character_is_printed_by_its_number(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "job.json").write_text(r'{"name": "x", "command": "c", "container": {"image": "r\ud800"}}')
    words = ["plan", "--json", str(tmp_path / "job.json")]
    done = print_to(str(tmp_path / "out"), *words, encoding=encoding)
    assert done.returncode == 1
    refusals = json.loads((tmp_path / "out").read_text(encoding))["error"]["refusals"]
    assert "r\ud800" in [refusal["value"] for refusal in refusals]


SIGNALLED = """
import importlib.abc, os, runpy, signal, sys

module, number = sys.argv[1:3]


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == module:
            os.kill(os.getpid(), int(number))


sys.meta_path.insert(0, Finder())
sys.argv[1:] = sys.argv[3:]
runpy.run_module("launcher_k8s.cli", run_name="__main__")
"""


def test_an_interrupt_while_modules_are_loaded_is_no_traceback() -> None:
    done = python("-c", SIGNALLED, "launcher_k8s.cli.parser", str(int(signal.SIGINT)))
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_command_that_is_interrupted_says_so_by_its_code(number: signal.Signals, code: int) -> None:
    done = python("-c", SIGNALLED, "launcher_k8s.cli.explain", str(int(number)), "explain", *WHO)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_a_termination_counts_where_interrupts_are_ignored() -> None:
    ignoring = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{SIGNALLED}"
    done = python("-c", ignoring, "launcher_k8s.cli.explain", str(int(signal.SIGTERM)), "explain", *WHO)
    assert (done.returncode, done.stderr) == (143, "")


def test_the_command_loads_nothing_before_it_can_be_interrupted() -> None:
    code = (
        "import sys; import importlib; before = set(sys.modules); import launcher_k8s.cli; "
        "print(sorted(set(sys.modules) - before))"
    )
    done = python("-S", "-c", code)
    assert done.stdout == "['__future__', 'launcher_k8s', 'launcher_k8s._version', 'launcher_k8s.cli']\n"


def _with_groups(directory: Path, count: int) -> str:
    sections = "".join(f"[@no-such-group-{number}]\nmax-cpus=2\n" for number in range(count))
    return write_directory(directory, {MAIN: "api-url=https://h:1\nauth-token=t\n", PROFILES: sections})


def test_of_many_warnings_of_a_code_the_first_are_told_and_the_others_counted(
    cli: Cli, tmp_path: Path
) -> None:
    directory = _with_groups(tmp_path, 10)
    done = cli("explain", "--config", directory, "--user", "jane")
    assert done.err.count("[unknown-group]\n") == 3
    assert f"and 7 more [unknown-group]: launcher-k8s check-config {directory} lists them" in done.err


@pytest.mark.parametrize("flags", [("--group", "g"), ("--elsewhere",)])
def test_where_groups_are_given_or_the_host_is_another_it_is_not_told_of_unknown_groups(
    cli: Cli, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    done = cli("explain", "--config", _with_groups(tmp_path, 2), "--user", "no-such-user", *flags)
    assert (done.code, done.err) == (0, "")


def test_a_lenient_directory_can_be_explained(cli: Cli, tmp_path: Path) -> None:
    directory = write_directory(tmp_path, {MAIN: "api-url=https://h:1\nauth-token=t\nverify-ssl-cert=1\n"})
    words = ("explain", "--config", directory, "--user", "jane", "--elsewhere")
    assert cli(*words).code == 1
    done = cli(*words, "--lenient")
    assert done.code == 0
    assert "[unknown-key]" in done.err
