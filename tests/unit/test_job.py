from __future__ import annotations

import time
from typing import Any

import pytest

from launcher_k8s.errors import InvalidJobError
from launcher_k8s.job import ExposedPort, Job, PlacementConstraint, ResourceLimit


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("echo hi", "echo"),
        ("/usr/bin/R --slave", "R"),
        ("'my prog' x", "my prog"),
        ("echo 'unbalanced", "echo"),
        ("'unbalanced quotes", "job"),
        ("", "job"),
        ("FOO=1 ./run.sh", "run.sh"),
        ('A= B=\'x y\' C="$(date) \\"" env', "env"),
        ("A=1;make", "make"),
        ("A=1", "job"),
        ("(cd /x; make)", "cd"),
        ("{ make; }", "make"),
        ("! grep x", "grep"),
        ("make;ls", "make"),
        ("make>log", "make"),
        ("# what it is\n\n  /bin/my\\ prog", "my prog"),
        ("$HOME/bin/tool x", "tool"),
        ("./build/", "job"),
    ],
)
def test_the_name_of_a_shell_job_is_its_programs(command: str, name: str) -> None:
    assert Job.shell(command).name == name


@pytest.mark.parametrize(
    "command",
    [
        "cat <<EOF\n" + "it's \\ a \"line\n" * 200_000 + "EOF",
        "'" * 1_000_001,
        "\\" * 1_000_001,
        "A=1 " * 300_000,
        "A=" * 500_000,
        "#\n" * 500_000,
        '"' + "\\a" * 500_000,
        "'a'" * 300_000 + '"',
    ],
    ids=["script", "quotes", "escapes", "variables", "chained", "comments", "unbalanced", "one word"],
)
def test_the_name_of_a_command_of_megabytes_is_found_at_once(command: str) -> None:
    begun = time.process_time()
    Job.shell(command)
    assert time.process_time() - begun < 1


def test_a_program_keeps_its_arguments_apart() -> None:
    job = Job.exec(["/bin/ls", "-l", "a b"])
    assert (job.name, job.exe, job.args, job.command) == ("ls", "/bin/ls", ("-l", "a b"), "")


def test_a_program_must_be_named() -> None:
    with pytest.raises(ValueError, match="argv is empty"):
        Job.exec([])


def test_amounts_are_plain_exact_strings() -> None:
    job = Job.shell("x", cpus=0.1, mem_mb=512, nvidia_gpus=1)
    assert job.resource_limits == (
        ResourceLimit("cpuCount", "0.1"),
        ResourceLimit("memory", "512"),
        ResourceLimit("NVIDIA GPUs", "1"),
    )


def test_ports_and_constraints_may_be_given_short() -> None:
    job = Job.shell("x", ports=[80, ExposedPort(443)], placement_constraints=["region:us", "node"])
    assert job.exposed_ports == (ExposedPort(80), ExposedPort(443))
    assert job.placement_constraints == (PlacementConstraint("region", "us"), PlacementConstraint("node"))


def test_a_constraint_is_split_at_the_first_colon() -> None:
    assert PlacementConstraint.parse("a/b.c:d:e") == PlacementConstraint("a/b.c", "d:e")


def test_what_may_be_secret_is_not_shown() -> None:
    shown = repr(Job.shell("x", stdin="planted-input", env={"TOKEN": "planted-value"}))
    assert "planted" not in shown


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cpus": [1]}, "cpus: expected a number or a Decimal or a string, not a list"),
        ({"cpus": True}, "cpus: expected a number or a Decimal or a string, not a boolean"),
        ({"nvidia_gpus": 1.5}, "nvidia_gpus: expected a whole number, not a number"),
        ({"env": {"A": 1}}, "env['A']: expected a string, not an integer"),
        ({"env": {1: "a"}}, "env: as a key expected a string, not an integer"),
        ({"env": ["A=1"]}, "env: expected a dict, not a list"),
        ({"tags": "abc"}, "tags: expected a list, not a string (put it into a list: [...])"),
        ({"tags": [None]}, "tags[0]: expected a string, not None"),
        ({"ports": 80}, "ports: expected a list, not an integer (put it into a list: [...])"),
        ({"mounts": [{"mountPath": "/a"}]}, "mounts[0]: expected a Mount, not an object"),
        ({"user": None}, "user: expected a string, not None"),
        ({"imgae": "r:4"}, "a job has no option 'imgae' (did you mean image?)"),
    ],
)
def test_an_option_of_another_kind_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidJobError) as error:
        Job.shell("x", **options)
    assert str(error.value) == message


def test_options_that_can_be_gone_through_once_are_taken() -> None:
    job = Job.shell("x", tags=(tag for tag in "ab"), ports=iter([80]))
    assert (job.tags, job.exposed_ports) == (("a", "b"), (ExposedPort(80),))


def test_a_command_is_a_string_and_a_program_a_list() -> None:
    with pytest.raises(InvalidJobError, match="command: expected a string, not a list"):
        Job.shell(["ls", "-l"])  # type: ignore[arg-type] # the mistake under test
    with pytest.raises(InvalidJobError, match="argv: expected a list, not a string"):
        Job.exec("ls -l")
