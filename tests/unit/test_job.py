from __future__ import annotations

import pytest

from launcher_k8s.job import ExposedPort, Job, PlacementConstraint, ResourceLimit


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("echo hi", "echo"),
        ("/usr/bin/R --slave", "R"),
        ("'my prog' x", "my prog"),
        ("echo 'unbalanced", "echo"),
        ("", "job"),
    ],
)
def test_the_name_of_a_shell_job_is_its_programs(command: str, name: str) -> None:
    assert Job.shell(command).name == name


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
