"""Rules that hold for any settings and any job."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.decisions import DecisionKind
from launcher_k8s.settings import ClusterSettings, ResourceProfile
from tests.rules_cases import Outcome, decide, everyone

amounts = st.sampled_from(["0", "0.1", "0.5", "1", "1.5", "2", "3", "4.25", "1024"]).map(Decimal)
ratios = st.sampled_from(["0.001", "0.3333333333333", "0.5", "0.9", "1"]).map(Decimal)
counts = st.integers(0, 3)
CPU = ("cpus", "cpus_request")
MEMORY = ("mem_mb", "mem_mb_request")


def settings_of(fields: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


profiles = settings_of(
    {f"{edge}_{what}": amounts for edge in ("default", "max") for what in (*CPU, *MEMORY)}
    | {f"{edge}_{make}_gpus": counts for edge in ("default", "max") for make in ("nvidia", "amd")}
    | {"cpu_request_ratio": ratios, "memory_request_ratio": ratios, "allow_custom_resources": st.booleans()}
)
resources = st.lists(
    st.builds(
        ResourceProfile,
        section=st.sampled_from(["default", "small", "big"]),
        cpus=amounts,
        mem_mb=amounts,
        cpus_request=st.none() | amounts,
        mem_mb_request=st.none() | amounts,
        nvidia_gpus=counts,
    ),
    max_size=3,
    unique_by=lambda resource: resource.section,
)
clusters = st.builds(lambda given_, values: everyone(*given_, **values), resources, profiles)
jobs = settings_of(
    dict.fromkeys((*CPU, *MEMORY), amounts)
    | {"nvidia_gpus": counts, "amd_gpus": counts}
    | {"resource_profile": st.sampled_from(["default", "small", "big", "custom"])}
)


def setting(cluster: ClusterSettings, field: str) -> Any:
    sourced = cluster.profiles[0].values.get(field)
    return sourced.value if sourced else None


def accepted(outcome: Outcome) -> bool:
    return not outcome.refusals


@given(clusters, jobs)
def test_no_limit_is_above_its_maximum_and_none_is_boundless_under_one(
    cluster: ClusterSettings, job: dict[str, Any]
) -> None:
    outcome = decide(cluster, **job)
    for field in ("cpus", "mem_mb") if accepted(outcome) else ():
        maximum, limit = setting(cluster, f"max_{field}"), getattr(outcome.allocation, field)
        assert not maximum or (limit is not None and limit <= maximum)


@given(clusters, jobs)
def test_no_request_is_above_its_maximum_or_the_limit(cluster: ClusterSettings, job: dict[str, Any]) -> None:
    outcome = decide(cluster, **job)
    for limit_field, field in (CPU, MEMORY) if accepted(outcome) else ():
        maximum = setting(cluster, f"max_{field}")
        limit, request = getattr(outcome.allocation, limit_field), getattr(outcome.allocation, field)
        assert request is None or limit is None or request <= limit
        assert request is None or not maximum or request <= maximum


@given(clusters, jobs)
def test_gpus_stay_within_maxima(cluster: ClusterSettings, job: dict[str, Any]) -> None:
    outcome = decide(cluster, **job)
    for field in ("nvidia_gpus", "amd_gpus") if accepted(outcome) else ():
        maximum = setting(cluster, f"max_{field}")
        is_free = maximum is None and outcome.allocation.profile is not None
        assert is_free or getattr(outcome.allocation, field) <= (maximum or 0)


@given(clusters, jobs)
def test_a_ratio_is_applied_once_and_only_where_nothing_else_says_a_request(
    cluster: ClusterSettings, job: dict[str, Any]
) -> None:
    outcome = decide(cluster, **job)
    if not accepted(outcome):
        return
    for (limit_field, field), ratio_field, subject in (
        (CPU, "cpu_request_ratio", "cpu request"),
        (MEMORY, "memory_request_ratio", "memory request"),
    ):
        limit, request = getattr(outcome.allocation, limit_field), getattr(outcome.allocation, field)
        if outcome.decision(subject).kind is DecisionKind.RATIO:
            exact = limit * setting(cluster, ratio_field)
            assert exact - Decimal("1e-6") <= (request or 0) <= exact
            assert field not in job
            assert not setting(cluster, f"default_{field}")


@given(clusters, jobs)
def test_stated_amounts_are_given_or_refused_never_changed(
    cluster: ClusterSettings, job: dict[str, Any]
) -> None:
    outcome = decide(cluster, **job)
    for field in (*CPU, *MEMORY, "nvidia_gpus", "amd_gpus") if accepted(outcome) else ():
        if field in job:
            assert (getattr(outcome.allocation, field) or 0) == job[field]


@given(clusters, jobs)
def test_the_same_question_gets_the_same_answer(cluster: ClusterSettings, job: dict[str, Any]) -> None:
    first, second = decide(cluster, **job), decide(cluster, **job)
    assert first.allocation == second.allocation
    assert first.trail.decisions == second.trail.decisions
    assert first.refusals == second.refusals


@given(clusters, jobs)
def test_every_amount_leaves_one_decision_and_every_refusal_tells_who_and_where(
    cluster: ClusterSettings, job: dict[str, Any]
) -> None:
    outcome = decide(cluster, **job)
    for refusal in outcome.refusals:
        assert "'jane'" in refusal.message
        assert refusal.origin is not None
        assert str(refusal.origin) in refusal.message
    if accepted(outcome):
        for subject in ("resource profile", "NVIDIA GPUs", "AMD GPUs", "cpu limit", "memory request"):
            assert outcome.decision(subject).value
