from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.decisions import DecisionKind
from launcher_k8s.settings import ClusterSettings
from tests.rules_cases import Outcome, decide, everyone, resource

OFFERED = ("node", "region:us", "region:eu", "kubernetes.io/arch:amd64")


def place(*constraints: str, offered: tuple[str, ...] = OFFERED, **options: Any) -> Outcome:
    return decide(everyone(placement_constraints=offered), placement_constraints=constraints, **options)


def chosen(outcome: Outcome) -> list[str]:
    return [str(constraint) for constraint in outcome.constraints]


@pytest.mark.parametrize(
    "constraint", ["region:us", "node:anything", "node", "node:", "kubernetes.io/arch:amd64"]
)
def test_what_matches_an_offered_one_is_taken_unchanged(constraint: str) -> None:
    outcome = place(constraint)
    assert outcome.refusals == []
    assert chosen(outcome) == [constraint.rstrip(":")]
    assert outcome.decision("placement constraint").kind is DecisionKind.STATED


@pytest.mark.parametrize(
    ("constraint", "limit"),
    [
        ("region:ap", "region:us, region:eu"),
        ("zone:1", "node, region:us, region:eu, kubernetes.io/arch:amd64"),
        ("kubernetes.io/arch:arm64", "kubernetes.io/arch:amd64"),
        ("Region:us", "node, region:us, region:eu, kubernetes.io/arch:amd64"),
    ],
)
def test_what_matches_none_is_refused_naming_those_offered(constraint: str, limit: str) -> None:
    refusal = place(constraint).refusal
    assert refusal.message == (
        f"the placement constraint {constraint!r} of user 'jane' is not offered; offered: {limit} "
        "(placement-constraints, code)"
    )


def test_a_bare_key_is_refused_where_only_values_are_offered() -> None:
    refusal = place("region").refusal
    assert "has no value" in refusal.message
    assert refusal.hint == "write one of region:us, region:eu"


def test_nothing_may_be_asked_for_where_nothing_is_offered() -> None:
    assert (
        "offered: none (placement-constraints, default)"
        in decide(ClusterSettings(), placement_constraints=["node:a"]).refusal.message
    )


def test_the_last_one_wins_on_a_key() -> None:
    outcome = place("region:us", "node:a", "region:eu")
    assert chosen(outcome) == ["node:a", "region:eu"]
    (warning,) = outcome.warnings
    assert warning.reason.startswith("region:us is dropped: region:eu comes later")


@pytest.mark.parametrize("value", ["a b", "-a", "x" * 64, "ü", "a/b"])
def test_a_value_that_no_label_can_have_is_refused(value: str) -> None:
    assert "a value that no node label can have" in place(f"node:{value}").refusal.message


GPU = resource("gpu", cpus=1, mem_mb=512, placement_constraints=["pool:gpu", "disk.io/kind:ssd"])


def named(*constraints: str) -> Outcome:
    cluster = everyone(GPU, placement_constraints=["pool", "node"])
    return decide(cluster, resource_profile="gpu", placement_constraints=constraints)


def test_a_resource_profiles_constraints_are_added_though_not_offered() -> None:
    outcome = named("node:a")
    assert outcome.refusals == []
    assert chosen(outcome) == ["node:a", "pool:gpu", "disk.io/kind:ssd"]


def test_the_same_constraint_as_the_resource_profiles_is_allowed() -> None:
    outcome = named("pool:gpu")
    assert outcome.refusals == []
    assert chosen(outcome) == ["pool:gpu", "disk.io/kind:ssd"]


def test_another_value_on_a_key_of_the_resource_profile_is_refused() -> None:
    refusal = named("pool:cpu").refusal
    assert refusal.message == (
        "the placement constraint 'pool:cpu' of user 'jane' contradicts pool:gpu of the resource profile "
        "'gpu' (code)"
    )
    assert (refusal.value, refusal.limit) == ("pool:cpu", "pool:gpu")
