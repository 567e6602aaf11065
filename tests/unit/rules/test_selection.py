from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.decisions import DecisionKind
from launcher_k8s.rules.allocation import Allocation
from launcher_k8s.rules.profiles import profile_for
from launcher_k8s.rules.selection import offered_profiles
from launcher_k8s.settings import ClusterSettings
from tests.rules_cases import decide, everyone, example, resource

SMALL = resource("small", cpus=1, mem_mb=512)
BIG = resource("big", cpus=8, mem_mb=8192, name="Huge Memory")
DEFAULT = resource("default", cpus=2, mem_mb=1024)


def test_custom_may_be_named() -> None:
    outcome = decide(everyone(SMALL), resource_profile="custom", cpus=3)
    assert outcome.allocation.profile is None
    assert outcome.allocation.cpus == 3
    assert outcome.decision("resource profile").kind is DecisionKind.STATED


def test_stated_limits_are_custom_resources() -> None:
    outcome = decide(everyone(SMALL), cpus=3)
    assert outcome.decision("resource profile").value == "custom"


def test_a_display_name_gets_the_title_to_write() -> None:
    refusal = decide(example("resources"), resource_profile="Huge Memory").refusal
    assert refusal.hint == "'Huge Memory' is how hugemem is shown: write hugemem"
    assert "'Huge Memory' does not exist" in refusal.message


def test_a_misspelt_name_gets_the_right_one_and_all_that_are_offered() -> None:
    refusal = decide(example("resources"), resource_profile="hugmem").refusal
    assert refusal.hint == "did you mean hugemem?"
    assert refusal.message == (
        "Invalid resource profile for user: 'hugmem' does not exist (user 'jane'); offered: default, small, "
        "default-gpu, hugemem, custom (all that there are: resource-profiles is not set, default)"
    )


def test_a_refused_profile_gives_nothing_and_refuses_nothing_else() -> None:
    outcome = decide(everyone(SMALL, max_cpus=1), resource_profile="absent", cpus=99)
    assert outcome.allocation == Allocation()
    assert len(outcome.refusals) == 1


@pytest.mark.parametrize("options", [{"cpus": 1}, {"nvidia_gpus": 0}, {"resource_profile": "custom"}])
def test_custom_resources_need_permission(options: dict[str, Any]) -> None:
    refusal = decide(everyone(SMALL, allow_custom_resources=False), **options).refusal
    assert refusal.message.startswith(
        "Invalid resource profile for user: user 'jane' asks for custom resources"
    )
    assert "allow-custom-resources is 0 (code); offered: small" in refusal.message


def test_only_listed_profiles_are_offered_in_the_order_of_the_resources_file() -> None:
    cluster = everyone(SMALL, BIG, DEFAULT, resource_profiles=["default", "small", "absent"])
    profile = profile_for(cluster, "jane")
    offered = offered_profiles(cluster, profile, user="jane")
    assert [each.resource for each in offered] == [SMALL, DEFAULT]


def test_an_offered_profile_that_a_maximum_forbids_says_so() -> None:
    cluster = everyone(SMALL, BIG, max_cpus=2, max_mem_mb=1024)
    small, big = offered_profiles(cluster, profile_for(cluster, "jane"), user="jane")
    assert small.is_usable
    assert not big.is_usable
    assert [refusal.what for refusal in big.refusals] == ["cpu limit", "memory limit"]


def test_nothing_stated_gives_default_before_those_above_it() -> None:
    outcome = decide(everyone(SMALL, DEFAULT, allow_custom_resources=False))
    assert outcome.allocation.profile == DEFAULT


def test_nothing_stated_gives_the_first_that_the_maxima_allow() -> None:
    outcome = decide(everyone(BIG, DEFAULT, SMALL, allow_custom_resources=False, max_cpus=1))
    assert outcome.allocation.profile == SMALL
    reason = outcome.decision("resource profile").reason
    assert "'default' gives user 'jane' a cpu limit of 2, and max-cpus allows 1" in reason
    assert "'big' gives user 'jane' a cpu limit of 8, and max-cpus allows 1" in reason


def test_nothing_stated_is_refused_where_no_offered_one_fits() -> None:
    refusal = decide(everyone(BIG, allow_custom_resources=False, max_cpus=1)).refusal
    assert refusal.message.startswith(
        "Invalid resource profile for user: user 'jane' names no resource profile"
    )
    assert "none of those offered fits (the resource profile 'big' gives" in refusal.message


@pytest.mark.parametrize(
    "cluster",
    [
        everyone(allow_custom_resources=False),
        everyone(SMALL, allow_custom_resources=False, resource_profiles=["absent"]),
    ],
)
def test_nothing_stated_is_refused_where_none_is_offered(cluster: ClusterSettings) -> None:
    assert "none is offered" in decide(cluster).refusal.message


def test_a_limit_beside_a_resource_profile_is_refused_unless_equal() -> None:
    refusal = decide(everyone(SMALL), resource_profile="small", cpus=2, mem_mb=512).refusal
    assert refusal.message == (
        "user 'jane' asks for cpuCount 2 beside the resource profile 'small', which gives 1 (code)"
    )
    assert (refusal.what, refusal.value, refusal.limit) == ("cpu limit", "2", "1")


@pytest.mark.parametrize("gpus", [0, 1])
def test_gpus_beside_a_resource_profile_are_refused_unless_equal(gpus: int) -> None:
    outcome = decide(everyone(SMALL), resource_profile="small", nvidia_gpus=gpus)
    assert [refusal.what for refusal in outcome.refusals] == ["NVIDIA GPUs"] * gpus
