from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from launcher_k8s.host.commands import CommandLimits, run_command
from launcher_k8s.templates.effects import CommandResult

ENVIRONMENT = {"PATH": os.environ["PATH"]}


def shell(script: str, limits: CommandLimits | None = None) -> CommandResult:
    return run_command(["sh", "-c", script], limits or CommandLimits(), environment=ENVIRONMENT)


def test_success_has_no_error() -> None:
    assert shell("echo out; echo err >&2") == CommandResult(0, "", "out\n", "err\n")


@pytest.mark.parametrize("code", [1, 2, 127])
def test_a_failure_tells_its_exit_status(code: int) -> None:
    assert shell(f"echo x; exit {code}") == CommandResult(code, f"exit status {code}", "x\n", "")


@pytest.mark.parametrize(
    ("signal", "word"),
    [
        ("KILL", "killed"),
        ("TERM", "terminated"),
        ("HUP", "hangup"),
        ("XCPU", "CPU time limit exceeded"),
        ("16", "stack fault"),
        ("40", "signal 40"),
    ],
)
def test_a_signal_is_named_as_go_names_it(signal: str, word: str) -> None:
    assert shell(f"kill -{signal} $$") == CommandResult(-1, f"signal: {word}", "", "")


@pytest.mark.parametrize(
    ("name", "quoted"),
    [("no-such-command", "no-such-command"), ("a\0b", "a\\x00b"), (".", "."), ("..", "..")],
)
def test_a_command_that_is_nowhere_does_not_start(name: str, quoted: str) -> None:
    result = run_command([name], CommandLimits(), environment=ENVIRONMENT)
    assert result == CommandResult(-1, f'exec: "{quoted}": executable file not found in $PATH', "", "")


def test_the_root_is_no_command() -> None:
    result = run_command(["/"], CommandLimits(), environment=ENVIRONMENT)
    assert result == CommandResult(-1, 'exec: "/": is a directory', "", "")


def test_a_path_that_is_not_there_does_not_start() -> None:
    result = run_command(["/no/such/command"], CommandLimits(), environment=ENVIRONMENT)
    assert result == CommandResult(-1, "fork/exec /no/such/command: no such file or directory", "", "")


def test_a_file_that_is_no_program_does_not_start(tmp_path: Path) -> None:
    file = tmp_path / "text"
    file.write_text("x")
    result = run_command([str(file)], CommandLimits(), environment=ENVIRONMENT)
    assert result.error == f"fork/exec {file}: permission denied"


def test_an_argument_with_nul_does_not_start() -> None:
    result = run_command(["sh", "a\0b"], CommandLimits(), environment=ENVIRONMENT)
    assert (result.exit_code, result.error.endswith(": invalid argument")) == (-1, True)


def test_no_name_is_no_command() -> None:
    assert run_command([""], CommandLimits(), environment={}).error == "exec: no command"


def test_a_command_that_takes_too_long_is_killed_with_all_that_it_started() -> None:
    started = time.monotonic()
    result = shell("echo before; sleep 60 & sleep 60", CommandLimits(seconds=0.3))
    assert result == CommandResult(-1, "signal: killed", "before\n", "")
    assert time.monotonic() - started < 20


def test_what_a_command_leaves_behind_holds_nobody_up() -> None:
    result = shell("echo out; sleep 60 & exit 0", CommandLimits(seconds=0.3))
    assert (result.exit_code, result.error, result.stdout) == (-1, "signal: killed", "out\n")


def test_a_command_that_prints_too_much_is_killed() -> None:
    result = shell("while :; do echo 0123456789; done", CommandLimits(output_bytes=1000))
    assert (result.exit_code, result.error, len(result.stdout)) == (-1, "signal: killed", 1000)


def test_both_outputs_may_be_large() -> None:
    script = "import sys; sys.stdout.write('o' * 300000); sys.stderr.write('e' * 300000)"
    result = run_command([sys.executable, "-c", script], CommandLimits(), environment=ENVIRONMENT)
    assert (result.exit_code, len(result.stdout), len(result.stderr)) == (0, 300_000, 300_000)


def test_a_command_gets_the_environment_that_is_given_and_no_input() -> None:
    environment = {**ENVIRONMENT, "GIVEN": "yes"}
    result = run_command(["sh", "-c", "cat; echo $GIVEN $HOME"], CommandLimits(), environment=environment)
    assert result.stdout == "yes\n"


def test_output_that_is_no_utf8_is_kept() -> None:
    assert shell(r"printf '\377'").stdout == "\udcff"
