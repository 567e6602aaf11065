from __future__ import annotations

from decimal import Decimal

import pytest

from launcher_k8s.decisions import DecisionKind
from tests.rules_cases import decide, everyone, resource


def test_the_jobs_own_limit_is_taken() -> None:
    outcome = decide(everyone(default_cpus=1, max_cpus=4), cpus="2.5")
    assert outcome.allocation.cpus == Decimal("2.5")
    assert outcome.decision("cpu limit").kind is DecisionKind.STATED
    assert str(outcome.decision("cpu limit").origin) == "job cpuCount"


def test_without_one_the_default_is_taken() -> None:
    outcome = decide(everyone(default_mem_mb=512, max_mem_mb=1024))
    assert outcome.allocation.mem_mb == 512
    assert outcome.decision("memory limit").kind is DecisionKind.DEFAULTED


def test_without_a_default_the_maximum_is_the_limit() -> None:
    outcome = decide(everyone(max_cpus=4))
    assert outcome.allocation.cpus == 4
    assert "no default-cpus is set" in outcome.decision("cpu limit").reason


def test_a_default_above_the_maximum_is_cut() -> None:
    outcome = decide(everyone(default_mem_mb=4096, max_mem_mb=1024))
    assert outcome.allocation.mem_mb == 1024
    decision = outcome.decision("memory limit")
    assert (decision.value, decision.kind) == ("1024M", DecisionKind.CLAMPED)
    assert decision.reason == "default-mem-mb is 4096 MB (code), above max-mem-mb"


def test_without_any_setting_there_is_no_limit() -> None:
    outcome = decide(everyone())
    assert (outcome.allocation.cpus, outcome.allocation.mem_mb) == (None, None)
    assert outcome.decision("cpu limit").value == "none"


def test_a_limit_at_the_maximum_is_allowed() -> None:
    assert decide(everyone(max_cpus=4), cpus=4).refusals == []


def test_a_limit_above_the_maximum_is_refused_by_name_value_and_line() -> None:
    refusal = decide(everyone(max_cpus=4), cpus="4.000001").refusal
    assert refusal.message == "user 'jane' asks for a cpu limit of 4.000001, and max-cpus allows 4 (code)"
    assert (refusal.what, refusal.value, refusal.limit) == ("cpu limit", "4.000001", "4")
    assert refusal.hint == "ask for at most 4"


def test_a_stated_zero_means_no_limit() -> None:
    outcome = decide(everyone(default_cpus=2), cpus=0)
    assert outcome.allocation.cpus is None
    assert outcome.refusals == []


def test_a_stated_zero_is_refused_under_a_maximum() -> None:
    refusal = decide(everyone(max_mem_mb=1024), mem_mb=0).refusal
    assert refusal.message == "user 'jane' asks for no memory limit (0), and max-mem-mb allows 1024 MB (code)"


def test_a_resource_profiles_limit_goes_before_the_defaults() -> None:
    cluster = everyone(resource("small", cpus=1, mem_mb=512), default_cpus=9, default_mem_mb=9)
    outcome = decide(cluster, resource_profile="small")
    assert outcome.amounts == ("1", "none", "512M", "none")
    assert outcome.decision("cpu limit").kind is DecisionKind.PROFILE


@pytest.mark.parametrize("cpus", [8, 0])
def test_a_resource_profile_above_a_maximum_is_refused_never_cut(cpus: int) -> None:
    cluster = everyone(resource("big", cpus=cpus, mem_mb=512), max_cpus=2)
    refusal = decide(cluster, resource_profile="big").refusal
    assert refusal.message.startswith("the resource profile 'big' gives user 'jane' ")
    assert (refusal.value, refusal.limit) == (str(cpus), "2")
    assert refusal.hint == "choose another resource profile"


@pytest.mark.parametrize(
    ("values", "options", "least"),
    [
        ({}, {"mem_mb": "0.0000009"}, "0.000001 MB"),
        ({}, {"cpus": "0.0009"}, "0.001"),
        ({"default_mem_mb": Decimal("1e-7")}, {}, "0.000001 MB"),
        ({"default_cpus": Decimal("1e-4")}, {}, "0.001"),
    ],
)
def test_less_than_kubernetes_can_give_is_refused(
    values: dict[str, Decimal], options: dict[str, str], least: str
) -> None:
    refusal = decide(everyone(**values), **options).refusal
    assert f"user 'jane' is below {least}, the least" in refusal.message
    assert refusal.hint == f"set at least {least}"


def test_the_least_amounts_are_allowed() -> None:
    assert decide(everyone(), cpus="0.001", mem_mb="0.000001").refusals == []
