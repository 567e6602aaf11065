from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from launcher_k8s.templates.effects import CommandResult
from launcher_k8s.templates.functions.launcher import REGISTRY, ExecResult
from launcher_k8s.templates.functions.marshalling import to_json
from launcher_k8s.templates.govalues.kinds import type_name
from launcher_k8s.templates.govalues.printing import sprint
from launcher_k8s.templates.govalues.values import MISSING, Int64, NoFieldError, StringList

FAILED = CommandResult(2, "exit status 2", "out\n", "err\n")


class Host:
    """Effects that remember what ran."""

    def __init__(self) -> None:
        self.ran: list[list[str]] = []

    def run_command(self, argv: Sequence[str]) -> CommandResult:
        self.ran.append(list(argv))
        return FAILED

    def groups_of(self, user: str) -> Sequence[str]:
        return (f"{user}s", "admins")


class WarnedHost(Host):
    """The same, and they hear warnings."""

    def __init__(self) -> None:
        super().__init__()
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)


def run(host: Host, *arguments: Any) -> ExecResult:
    result = REGISTRY["exec"].call(host, "id", *arguments)
    assert isinstance(result, ExecResult)
    return result


def test_arguments_are_what_go_prints_of_them() -> None:
    host = Host()
    run(host, "-g", 1, Int64(2), 1e6, ["a"])
    assert host.ran == [["id", "-g", "1", "2", "1e+06", "[a]"]]


def test_a_result_has_four_fields_and_prints_as_its_output() -> None:
    result = run(Host())
    assert (result.get("ExitCode"), result.get("Stdout"), result.get("Stderr")) == (2, "out\n", "err\n")
    assert sprint(result.get("Err")) == "exit status 2"
    assert sprint(result) == "out\n"
    assert bool(result)


def test_success_has_no_error() -> None:
    assert ExecResult(CommandResult(0, "", "", "")).go_field("Err") is None


def test_a_misspelt_field_is_an_error_as_in_go() -> None:
    assert run(Host()).go_field("stdOut") is MISSING
    with pytest.raises(NoFieldError):
        run(Host()).get("stdOut")


def test_a_misspelt_field_only_warns_where_warnings_are_heard() -> None:
    host = WarnedHost()
    assert run(host).get("stdOut") == "out\n"
    assert host.warnings == ["write .Stdout, not .stdOut: the vendor's plugin may refuse this"]


def test_groups_are_a_list_of_strings() -> None:
    groups = REGISTRY["groups"].call(Host(), "ann")
    assert type(groups) is StringList
    assert groups == ["anns", "admins"]


def test_a_command_that_is_nowhere_has_gos_own_error() -> None:
    message = 'exec: "no": executable file not found in $PATH'
    error = ExecResult(CommandResult(-1, message, "", ""), command="no").get("Err")
    assert (type_name(error), error.get("Name"), sprint(error)) == ("*exec.Error", "no", message)
    assert to_json(error) == '{"Name":"no","Err":{}}'
