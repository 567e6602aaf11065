from __future__ import annotations

from typing import Any

import attrs
import pytest

from launcher_k8s.decisions import Trail
from launcher_k8s.job import Container, EnvVar, Job
from launcher_k8s.rules.validity import check_job
from launcher_k8s.settings import ClusterSettings


def check(settings: ClusterSettings | None = None, *, owner: str = "jane", **fields: Any) -> Trail:
    trail = Trail()
    job = attrs.evolve(Job(name="hello", command="echo hi"), **fields)
    check_job(job, settings or ClusterSettings(), user=owner, trail=trail)
    return trail


def test_a_name_and_a_command_suffice() -> None:
    trail = check()
    assert (trail.refusals, trail.decisions) == ([], [])


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"name": ""}, "name"),
        ({"name": " \n"}, "name"),
        ({"command": ""}, "command"),
        ({"exe": "/bin/true"}, "command"),
        ({"working_directory": "home"}, "workingDirectory"),
        ({"user": "john"}, "user"),
        ({"cluster": "Other"}, "cluster"),
        ({"instance_id": "x"}, "instanceId"),
        ({"command": "a\0b"}, "command"),
        ({"environment": (EnvVar("", "x"),)}, "environment"),
        ({"environment": (EnvVar("A=B", "x"),)}, "environment"),
        ({"environment": (EnvVar("A\n", "x"),)}, "environment"),
        ({"environment": (EnvVar("Ä", "x"),)}, "environment"),
        ({"container": Container(run_as_user_id=-1)}, "runAsUserId"),
        ({"container": Container(run_as_group_id=2**31)}, "runAsGroupId"),
        ({"container": Container(supplemental_group_ids=(5, -5))}, "supplementalGroupIds"),
    ],
)
def test_what_no_job_can_have_is_refused(fields: dict[str, Any], what: str) -> None:
    (refusal,) = check(**fields).refusals
    assert refusal.what == what
    assert "user 'jane'" in refusal.message


def test_an_owner_and_a_cluster_that_are_the_callers_are_allowed() -> None:
    cluster = ClusterSettings(name="K1", instance_id="blue")
    assert check(cluster, user="jane", cluster="K1", instance_id="blue").refusals == []


def test_another_instance_id_is_refused() -> None:
    cluster = ClusterSettings(instance_id="blue")
    (refusal,) = check(cluster, instance_id="green").refusals
    assert refusal.message == "the job of user 'jane' has the instanceId 'green', not 'blue' (code)"


def test_a_user_is_needed() -> None:
    assert [refusal.what for refusal in check(owner="").refusals] == ["user"]


def test_an_exe_without_a_command_is_a_job() -> None:
    assert check(command="", exe="/bin/true").refusals == []


def test_all_that_is_wrong_is_told_at_once() -> None:
    trail = check(name="", command="", user="jane", cluster="x", working_directory="y")
    assert [refusal.what for refusal in trail.refusals] == ["name", "command", "workingDirectory", "cluster"]


@pytest.mark.parametrize("name", ["BASH_FUNC_x%%", "1A", "a b"])
def test_names_that_older_clusters_refuse_are_warned_of(name: str) -> None:
    trail = check(environment=(EnvVar(name, "1"),))
    assert trail.refusals == []
    assert trail.decisions[0].reason == f"Kubernetes before 1.34 refuses the environment variable {name!r}"


def test_a_variable_set_twice_is_warned_of() -> None:
    trail = check(environment=(EnvVar("A", "1"), EnvVar("B", "1"), EnvVar("A", "2")))
    assert [decision.reason for decision in trail.decisions] == [
        "A is set more than once: the last value holds"
    ]


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [("queues", ("q",), "queues"), ("stdout_file", "o", "stdoutFile"), ("stderr_file", "e", "stderrFile")],
)
def test_fields_without_effect_are_warned_of(field: str, value: Any, what: str) -> None:
    trail = check(**{field: value})
    assert [(d.subject, d.reason) for d in trail.decisions] == [(what, f"{what} has no effect on Kubernetes")]


@pytest.mark.parametrize("owner", ["", " ", "*", "a\nb", "a\0", "a\x7f", "a\x9b", "\ud800"])
def test_a_user_has_a_name_of_their_own(owner: str) -> None:
    (refusal,) = check(owner=owner).refusals
    assert refusal.what == "user"
    assert refusal.message.isprintable()


@pytest.mark.parametrize(
    "owner", ["jane", "J\u00fcrgen M\u00fcller", "jane@example.com", "DOMAIN\\jane", "a*"]
)
def test_a_user_may_have_any_printable_name(owner: str) -> None:
    assert check(owner=owner).refusals == []


def test_a_misspelt_program_is_told_with_what_was_meant() -> None:
    job = attrs.evolve(Job(name="a"), extra={"comand": "true"})
    trail = Trail()
    check_job(job, ClusterSettings(), user="jane", trail=trail)
    (refusal,) = [each for each in trail.refusals if each.what == "command"]
    assert refusal.hint == "'comand' is not known: did you mean command?"
