from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from launcher_k8s.decisions import DecisionKind
from tests.rules_cases import decide, everyone, resource


def test_the_jobs_own_request_is_taken() -> None:
    outcome = decide(everyone(default_cpus_request=1), cpus=4, cpus_request="0.25")
    assert outcome.allocation.cpus_request == Decimal("0.25")
    assert outcome.decision("cpu request").kind is DecisionKind.STATED


def test_without_one_the_default_request_is_taken_before_the_ratio() -> None:
    outcome = decide(everyone(default_cpus_request=1, cpu_request_ratio="0.5"), cpus=4)
    assert outcome.allocation.cpus_request == 1
    assert outcome.decision("cpu request").kind is DecisionKind.DEFAULTED


def test_without_a_default_request_the_ratio_of_the_limit_is_taken() -> None:
    outcome = decide(everyone(memory_request_ratio="0.75"), mem_mb=1000)
    assert outcome.allocation.mem_mb_request == 750
    decision = outcome.decision("memory request")
    assert (decision.value, decision.kind) == ("750M", DecisionKind.RATIO)
    assert decision.reason == "memory-request-ratio 0.75 (code) of the limit 1000 MB is 750 MB"


def test_a_ratio_of_one_means_no_request() -> None:
    assert decide(everyone(cpu_request_ratio=1), cpus=4).allocation.cpus_request is None


def test_a_ratio_of_no_limit_is_no_request() -> None:
    assert decide(everyone(cpu_request_ratio="0.5")).allocation.cpus_request is None


def test_the_ratio_is_taken_of_the_limit_that_holds() -> None:
    outcome = decide(everyone(cpu_request_ratio="0.5", default_cpus=8, max_cpus=4))
    assert outcome.allocation.cpus_request == 2


def test_a_ratio_is_exact_whatever_precision_the_program_uses() -> None:
    with localcontext(prec=3):
        outcome = decide(everyone(cpu_request_ratio="0.123456"), cpus="1.5")
    assert outcome.allocation.cpus_request == Decimal("0.185184")


def test_a_ratio_is_cut_to_what_kubernetes_can_hold() -> None:
    outcome = decide(
        everyone(cpu_request_ratio="0.3333333333", memory_request_ratio="0.33333333"), cpus=1, mem_mb=1
    )
    assert outcome.allocation.cpus_request == Decimal("0.333333333")
    assert outcome.allocation.mem_mb_request == Decimal("0.333333")


def test_a_ratio_above_the_maximum_request_is_cut() -> None:
    outcome = decide(everyone(cpu_request_ratio="0.5", max_cpus_request=1), cpus=4)
    assert outcome.allocation.cpus_request == 1
    decision = outcome.decision("cpu request")
    assert decision.kind is DecisionKind.CLAMPED
    assert decision.reason == "cpu-request-ratio 0.5 (code) of the limit 4 is 2, above max-cpus-request"


def test_a_default_above_the_maximum_request_is_cut() -> None:
    outcome = decide(everyone(default_mem_mb_request=512, max_mem_mb_request=256))
    assert outcome.allocation.mem_mb_request == 256
    assert outcome.decision("memory request").kind is DecisionKind.CLAMPED


def test_a_default_above_the_limit_is_cut() -> None:
    outcome = decide(everyone(default_cpus_request=2), cpus=1)
    assert outcome.allocation.cpus_request == 1
    decision = outcome.decision("cpu request")
    assert decision.reason == "default-cpus-request is 2 (code), above the cpu limit"
    assert str(decision.origin) == "job cpuCount"


def test_a_stated_request_above_the_limit_is_refused() -> None:
    refusal = decide(everyone(default_cpus=2), cpus_request=3).refusal
    assert refusal.message == (
        "the cpu request of 3 (job CPU Request) of user 'jane' is above the cpu limit of 2 (code)"
    )
    assert (refusal.what, refusal.value, refusal.limit) == ("cpu request", "3", "2")


def test_a_stated_request_above_the_maximum_is_refused() -> None:
    refusal = decide(everyone(max_mem_mb_request=256), mem_mb_request=257).refusal
    assert refusal.message == (
        "user 'jane' asks for a memory request of 257 MB, and max-mem-mb-request allows 256 MB (code)"
    )


def test_a_stated_zero_means_no_request_in_place_of_the_default() -> None:
    outcome = decide(everyone(default_cpus_request=1), cpus_request=0)
    assert outcome.allocation.cpus_request is None
    assert outcome.refusals == []


def test_a_stated_zero_is_refused_under_a_maximum_request() -> None:
    refusal = decide(everyone(max_cpus_request=1), cpus_request=0).refusal
    assert "asks for no cpu request (0)" in refusal.message


def test_a_resource_profiles_request_goes_first() -> None:
    small = resource("small", cpus=4, mem_mb=512, cpus_request="1.5")
    outcome = decide(everyone(small, default_cpus_request=2), resource_profile="small")
    assert outcome.allocation.cpus_request == Decimal("1.5")
    assert outcome.decision("cpu request").kind is DecisionKind.PROFILE


def test_a_resource_profile_without_request_takes_the_jobs_own() -> None:
    small = resource("small", cpus=4, mem_mb=512)
    outcome = decide(everyone(small, default_cpus_request=2), resource_profile="small", cpus_request=1)
    assert outcome.allocation.cpus_request == 1


def test_a_resource_profile_without_request_takes_the_ratio() -> None:
    small = resource("small", cpus=4, mem_mb=512)
    outcome = decide(everyone(small, cpu_request_ratio="0.5"), resource_profile="small")
    assert outcome.allocation.cpus_request == 2


@pytest.mark.parametrize(
    ("request_", "settings"), [(5, {}), (3, {"max_cpus_request": 2}), (0, {"max_cpus_request": 2})]
)
def test_a_resource_profiles_request_is_refused_never_cut(request_: int, settings: dict[str, int]) -> None:
    odd = resource("odd", cpus=4, mem_mb=512, cpus_request=request_)
    refusal = decide(everyone(odd, **settings), resource_profile="odd").refusal
    assert refusal.what == "cpu request"


def test_a_limit_that_kubernetes_will_take_for_the_request_is_warned_of() -> None:
    outcome = decide(everyone(max_cpus_request=1), cpus=4)
    assert outcome.allocation.cpus_request is None
    (warning,) = outcome.warnings
    assert warning.subject == "cpu request"
    assert "takes the limit, 4, above max-cpus-request = 1: set default-cpus-request" in warning.reason


def test_a_request_of_less_than_kubernetes_can_give_is_refused() -> None:
    refusal = decide(everyone(default_cpus_request=Decimal("0.0001"))).refusal
    assert (refusal.what, refusal.limit) == ("cpu request", "0.001")
    refusal = decide(everyone(), mem_mb_request="0.0000001").refusal
    assert (refusal.what, refusal.limit) == ("memory request", "0.000001")


def test_a_ratio_that_leaves_less_than_kubernetes_can_give_leaves_the_least() -> None:
    outcome = decide(everyone(cpu_request_ratio="0.0001", memory_request_ratio="1e-20"), cpus="0.5", mem_mb=1)
    assert outcome.amounts == ("0.5", "0.001", "1M", "0.000001M")
    decision = outcome.decision("cpu request")
    assert decision.kind is DecisionKind.CLAMPED
    assert decision.reason == (
        "cpu-request-ratio 0.0001 (code) of the limit 0.5 is 0.00005, below 0.001, the least that Kubernetes "
        "can give"
    )
    assert outcome.refusals == []


@given(
    ratio=st.decimals("1e-12", 1, places=12),
    cpus=st.decimals("0.001", 10**6, places=9),
    mem_mb=st.decimals("0.000001", 10**9, places=6),
)
@example(ratio=Decimal("0.5"), cpus=Decimal("0.001"), mem_mb=Decimal("0.000001"))
def test_whatever_the_ratio_kubernetes_takes_the_request(
    ratio: Decimal, cpus: Decimal, mem_mb: Decimal
) -> None:
    cluster = everyone(cpu_request_ratio=ratio, memory_request_ratio=ratio)
    outcome = decide(cluster, cpus=cpus, mem_mb=mem_mb)
    assert outcome.refusals == []
    given_ = outcome.allocation
    if ratio != 1:
        assert Decimal("0.001") <= (given_.cpus_request or 0) <= cpus
        assert Decimal("0.000001") <= (given_.mem_mb_request or 0) <= mem_mb


def test_a_maximum_request_below_what_kubernetes_can_give_is_refused_where_it_cuts() -> None:
    refusal = decide(everyone(default_cpus_request=1, max_cpus_request="0.0001")).refusal
    assert refusal.message == (
        "the cpu request of 0.0001 (code) of user 'jane' is below 0.001, the least that Kubernetes can give"
    )


def test_a_limit_that_is_too_small_is_refused_once() -> None:
    assert decide(everyone(cpu_request_ratio="0.5"), cpus="0.0001").refusal.what == "cpu limit"
