"""Rules that hold for any settings and any job."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.decisions import DecisionKind, Trail
from launcher_k8s.job import CPU_COUNT, Job, ResourceLimit
from launcher_k8s.rules.profiles import profile_for
from launcher_k8s.rules.resources import MOST_KNOWN, Allocation, Allocator
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


def allocator_of(cluster: ClusterSettings) -> Allocator:
    return Allocator(profile_for(cluster, "jane"), cluster, user="jane")


def allocate_by(allocator: Allocator, job: Job) -> tuple[Allocation, Trail]:
    trail = Trail()
    return allocator.allocate(job, trail), trail


@given(clusters, st.lists(jobs, min_size=2, max_size=4))
def test_what_was_given_to_others_before_changes_nothing(
    cluster: ClusterSettings, asked: list[dict[str, Any]]
) -> None:
    allocator = allocator_of(cluster)
    for options in [*asked, *asked]:
        alone, outcome = decide(cluster, **options), allocate_by(allocator, Job.shell("true", **options))
        assert outcome[0] == alone.allocation
        assert outcome[1].refusals == alone.refusals[: len(outcome[1].refusals)]
        assert outcome[1].decisions == alone.trail.decisions[: len(outcome[1].decisions)]


@pytest.mark.parametrize("amounts", [("1", "1.0"), ("1.0", "1")])
def test_an_amount_is_given_as_this_job_states_it(amounts: tuple[str, str]) -> None:
    allocator = allocator_of(everyone())
    given_ = [allocate_by(allocator, Job.shell("true", cpus=amount))[0].cpus for amount in amounts]
    assert tuple(map(str, given_)) == amounts


def test_every_job_is_warned_of_what_only_it_states() -> None:
    allocator = allocator_of(everyone())
    odd = attrs.evolve(Job.shell("true"), resource_limits=(ResourceLimit("disk", "1"),))
    subjects = [
        [decision.subject for decision in allocate_by(allocator, job)[1].decisions if not decision.value]
        for job in (odd, Job.shell("true"), odd)
    ]
    assert subjects == [["resource limits"], [], ["resource limits"]]


def test_however_much_was_asked_for_before_each_gets_what_it_asks_for() -> None:
    allocator = allocator_of(everyone(max_cpus=1000))
    for _ in range(2):
        for cpus in range(1, MOST_KNOWN + 3):
            job = attrs.evolve(Job.shell("true"), resource_limits=(ResourceLimit(CPU_COUNT, str(cpus)),))
            assert allocate_by(allocator, job)[0].cpus == cpus
