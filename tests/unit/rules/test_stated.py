from __future__ import annotations

from decimal import Decimal

import pytest

from launcher_k8s.decisions import Trail
from launcher_k8s.job import Job, ResourceLimit
from launcher_k8s.rules.stated import read_stated


def read(*limits: tuple[str, str]) -> tuple[dict[str, Decimal], Trail]:
    trail = Trail()
    job = Job(resource_limits=tuple(ResourceLimit(kind, value) for kind, value in limits))
    return dict(read_stated(job, user="jane", trail=trail)), trail


@pytest.mark.parametrize("text", ["2", "2.5", " 2.500000 ", ".5", "2.", "0", "0.3333333333333333"])
def test_plain_numbers_are_exact(text: str) -> None:
    stated, trail = read(("cpuCount", text))
    assert stated == {"cpuCount": Decimal(text.strip())}
    assert trail.refusals == []


@pytest.mark.parametrize(
    ("kind", "text", "hint"),
    [
        ("cpuCount", "500m", "the unit is cores, without a suffix: write 0.5"),
        ("CPU Request", "1e1", "the unit is cores, without a suffix: write 10"),
        ("memory", "1Gi", "the unit is MB, without a suffix: write 1073.741824"),
        ("Memory Request", "512M", "the unit is MB, without a suffix: write 512"),
        ("memory", "-1", "write a plain number without a suffix or sign (MB)"),
        ("cpuCount", "two", "write a plain number without a suffix or sign (cores)"),
        ("cpuCount", "NaN", "write a plain number without a suffix or sign (cores)"),
        ("cpuCount", "Infinity", "write a plain number without a suffix or sign (cores)"),
        ("cpuCount", "٢", "write a plain number without a suffix or sign (cores)"),
        ("cpuCount", "1_000", "write a plain number without a suffix or sign (cores)"),
        ("memory", "9" * 16, "write a number of at most 15 digits"),
        ("memory", "1.2.3", "write a number of at most 15 digits"),
        ("NVIDIA GPUs", "1 GPU", "write a plain number without a suffix or sign (a count)"),
    ],
)
def test_what_is_no_plain_number_is_refused_with_what_to_write(kind: str, text: str, hint: str) -> None:
    stated, trail = read((kind, text))
    assert stated == {}
    (refusal,) = trail.refusals
    assert refusal.hint == hint
    assert (refusal.what, refusal.value) == (kind, text)
    assert f"{kind} of {text!r}, asked for by user 'jane'" in refusal.message


def test_a_limit_without_value_states_nothing() -> None:
    stated, trail = read(("cpuCount", ""), ("memory", "  "))
    assert stated == {}
    assert trail.refusals == []


def test_the_same_amount_twice_is_one() -> None:
    stated, trail = read(("cpuCount", "2"), ("cpuCount", "2.0"))
    assert stated == {"cpuCount": 2}
    assert trail.refusals == []


def test_two_amounts_of_one_type_are_refused() -> None:
    _, trail = read(("memory", "512"), ("memory", "513"))
    (refusal,) = trail.refusals
    assert refusal.message == "user 'jane' asks for memory twice (job memory): 512 and 513"


@pytest.mark.parametrize("kind", ["cpuTime", "memorySwap", "walltime"])
def test_types_without_meaning_are_passed_over_with_a_warning(kind: str) -> None:
    stated, trail = read((kind, "not even a number"))
    assert stated == {}
    assert trail.refusals == []
    (warning,) = trail.decisions
    assert f"{kind!r} has no meaning on Kubernetes" in warning.reason


def test_a_misspelt_type_gets_the_right_one() -> None:
    _, trail = read(("CPU Requests", "1"))
    assert trail.decisions[0].reason.endswith("did you mean CPU Request?")
