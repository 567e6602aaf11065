"""Every row and cell of the guide's worked numbers, accepted and refused (domain, section 2)."""

from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.decisions import DecisionKind
from launcher_k8s.rules.profiles import profile_for
from launcher_k8s.rules.selection import offered_profiles
from tests.rules_cases import decide, everyone, example

POWER = ("posit-power-users",)
BIO = ("bioinformatics",)
PROFILES = "launcher.kubernetes.profiles.conf"

# who, groups, example -> cpu limit and request, memory limit and request
AMOUNTS = [
    ("jane", (), "profiles", ("1", "0.5", "512M", "256M")),
    ("jane", POWER, "profiles", ("4", "0.5", "4096M", "256M")),
    ("jsmith", (), "profiles", ("1", "0.5", "512M", "256M")),
    ("jsmith", POWER, "profiles", ("3", "0.5", "4096M", "256M")),
    ("jane", (), "profiles_older", ("1", "none", "512M", "none")),
    ("jane", POWER, "profiles_older", ("4", "none", "4096M", "none")),
    ("jsmith", (), "profiles_older", ("1", "none", "512M", "none")),
    ("jsmith", POWER, "profiles_older", ("3", "none", "4096M", "none")),
]

ACCEPTED: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
    ("jane", (), {"placement_constraints": ["node:anything"]}),
    ("jane", (), {"placement_constraints": ["region:us"]}),
    ("jane", (), {"placement_constraints": ["region:eu"]}),
    ("jane", (), {"image": "r-session:3.4.2"}),
    ("jane", (), {"image": "r-session:3.5.0"}),
    ("jane", (), {"cpus": 2, "mem_mb": 1024}),
    ("jane", POWER, {"image": "r-session:preview"}),
    ("jane", POWER, {"image": "anything/at:all"}),
    ("jane", POWER, {"nvidia_gpus": 2, "amd_gpus": 3}),
    ("jane", POWER, {"mem_mb": 20480, "cpus": 20}),
    ("jsmith", (), {"cpus": 3}),
    ("jsmith", POWER, {"cpus": 3}),
]

# who, groups, what is asked for, what is refused, the limit, its line and section
REFUSED: list[tuple[str, tuple[str, ...], dict[str, Any], str, str, str]] = [
    ("jane", (), {"image": "r-session:preview"}, "image", "r-session:3.4.2, r-session:3.5.0", "[*]"),
    (
        "jane",
        (),
        {"placement_constraints": ["region:ap"]},
        "placement constraint",
        "node, region:us, region:eu",
        "[*]",
    ),
    ("jane", (), {"mem_mb": 1025}, "memory limit", "1024", "[*] max-mem-mb"),
    ("jane", (), {"nvidia_gpus": 1}, "NVIDIA GPUs", "0", "default"),
    ("jane", POWER, {"nvidia_gpus": 3}, "NVIDIA GPUs", "2", "[@posit-power-users] max-nvidia-gpus"),
    ("jane", POWER, {"amd_gpus": 4}, "AMD GPUs", "3", "[@posit-power-users] max-amd-gpus"),
    ("jane", POWER, {"cpus": 21}, "cpu limit", "20", "[@posit-power-users] max-cpus"),
    ("jsmith", (), {"cpus": 4}, "cpu limit", "3", "[jsmith] max-cpus"),
    ("jsmith", (), {"mem_mb": 1025}, "memory limit", "1024", "[*] max-mem-mb"),
    ("jsmith", POWER, {"cpus": 4}, "cpu limit", "3", "[jsmith] max-cpus"),
]


@pytest.mark.parametrize(("user", "groups", "name", "amounts"), AMOUNTS)
def test_who_states_nothing_gets(
    user: str, groups: tuple[str, ...], name: str, amounts: tuple[str, ...]
) -> None:
    outcome = decide(example(name), user=user, groups=groups)
    assert outcome.refusals == []
    assert outcome.amounts == amounts
    assert (outcome.allocation.nvidia_gpus, outcome.allocation.amd_gpus) == (0, 0)


@pytest.mark.parametrize("name", ["profiles", "profiles_older"])
@pytest.mark.parametrize(("user", "groups", "asked"), ACCEPTED)
def test_accepted(user: str, groups: tuple[str, ...], asked: dict[str, Any], name: str) -> None:
    assert decide(example(name), user=user, groups=groups, **asked).refusals == []


@pytest.mark.parametrize("name", ["profiles", "profiles_older"])
@pytest.mark.parametrize(("user", "groups", "asked", "what", "limit", "origin"), REFUSED)
def test_refused(
    user: str, groups: tuple[str, ...], asked: dict[str, Any], what: str, limit: str, origin: str, name: str
) -> None:
    refusal = decide(example(name), user=user, groups=groups, **asked).refusal
    assert refusal.what == what
    assert refusal.limit == limit
    assert origin in str(refusal.origin)
    assert str(refusal.origin) in refusal.message
    assert repr(user) in refusal.message
    assert refusal.value in refusal.message


def test_a_default_cut_by_a_maximum_tells_both_lines() -> None:
    decision = decide(example("profiles"), user="jsmith", groups=POWER).decision("cpu limit")
    assert decision.kind is DecisionKind.CLAMPED
    assert str(decision.origin).endswith(f"{PROFILES}:25 [jsmith] max-cpus")
    assert f"{PROFILES}:13 [@posit-power-users] default-cpus" in decision.reason


def test_a_ratio_of_one_half() -> None:
    cluster = everyone(
        cpu_request_ratio="0.5", memory_request_ratio="0.5", default_cpus=4, default_mem_mb=4096
    )
    outcome = decide(cluster)
    assert outcome.amounts == ("4", "2", "4096M", "2048M")
    assert outcome.decision("cpu request").kind is DecisionKind.RATIO


@pytest.mark.parametrize(
    ("name", "amounts", "gpus"),
    [
        ("default", ("1", "none", "4096M", "none"), (0, 0)),
        ("small", ("1", "none", "512M", "none"), (0, 0)),
        ("default-gpu", ("1", "none", "4096M", "none"), (1, 0)),
        ("hugemem", ("8", "none", "262144M", "none"), (0, 0)),
    ],
)
def test_a_resource_profile_gives(name: str, amounts: tuple[str, ...], gpus: tuple[int, int]) -> None:
    outcome = decide(example("resources"), resource_profile=name)
    assert outcome.refusals == []
    assert outcome.amounts == amounts
    assert (outcome.allocation.nvidia_gpus, outcome.allocation.amd_gpus) == gpus
    assert outcome.allocation.profile is not None
    assert outcome.allocation.profile.section == name
    assert f"[{name}]" in str(outcome.decision("cpu limit").origin)


def test_display_names() -> None:
    shown = [resource.display_name for resource in example("resources").resources]
    assert shown == ["Default", "small", "Default GPU", "Huge Memory"]


ALL_FOUR = ["default", "small", "default-gpu", "hugemem"]


@pytest.mark.parametrize(
    ("name", "groups", "offered", "custom"),
    [
        ("restriction", (), ["default", "small"], False),
        ("restriction", BIO, ALL_FOUR, False),
        ("restriction", POWER, ALL_FOUR, True),
        ("restriction", BIO + POWER, ALL_FOUR, True),
        ("resources", (), ALL_FOUR, True),
        ("joined", (), ["default", "small"], False),
    ],
)
def test_offered(name: str, groups: tuple[str, ...], offered: list[str], custom: bool) -> None:
    cluster = example(name)
    profile = profile_for(cluster, "jane", groups=groups)
    assert [each.resource.section for each in offered_profiles(cluster, profile, user="jane")] == offered
    outcome = decide(cluster, groups=groups, cpus=1)
    assert (not outcome.refusals) == custom


@pytest.mark.parametrize("groups", [(), BIO])
def test_custom_limits_are_refused_with_the_line_that_forbids_them(groups: tuple[str, ...]) -> None:
    refusal = decide(example("restriction"), groups=groups, cpus=1).refusal
    assert refusal.message.startswith("Invalid resource profile for user")
    assert str(refusal.origin).endswith("[*] allow-custom-resources")
    assert str(refusal.origin) in refusal.message


def test_a_profile_that_is_not_offered_is_refused_with_the_section_that_restricts() -> None:
    refusal = decide(example("restriction"), resource_profile="hugemem").refusal
    assert refusal.message.startswith("Invalid resource profile for user")
    assert "'hugemem' is not offered to user 'jane'" in refusal.message
    assert "offered: default, small (" in refusal.message
    assert f"{PROFILES}:2 [*] resource-profiles" in refusal.message
    assert refusal.limit == "default, small"


@pytest.mark.parametrize("groups", [(), BIO])
def test_who_may_state_nothing_and_states_nothing_gets_default(groups: tuple[str, ...]) -> None:
    outcome = decide(example("restriction"), groups=groups)
    assert outcome.decision("resource profile").value == "default"
    assert outcome.decision("resource profile").kind is DecisionKind.CHOSEN
    assert outcome.amounts == ("1", "none", "4096M", "none")


@pytest.mark.parametrize("groups", [POWER, BIO + POWER])
def test_who_may_state_limits_and_states_nothing_gets_custom_resources(groups: tuple[str, ...]) -> None:
    outcome = decide(example("restriction"), groups=groups)
    assert outcome.decision("resource profile").value == "custom"
    assert outcome.allocation.profile is None


def test_joined_default_is_refused_when_named_with_the_line_of_the_maximum() -> None:
    refusal = decide(example("joined"), resource_profile="default").refusal
    assert (refusal.what, refusal.value, refusal.limit) == ("memory limit", "4096", "1024")
    assert str(refusal.origin).endswith(f"{PROFILES}:8 [*] max-mem-mb")
    assert "the resource profile 'default' gives user 'jane' a memory limit of 4096 MB" in refusal.message
    assert str(refusal.origin) in refusal.message


def test_joined_nothing_stated_gives_small_and_says_why() -> None:
    outcome = decide(example("joined"))
    decision = outcome.decision("resource profile")
    assert decision.value == "small"
    assert f"{PROFILES}:8 [*] max-mem-mb" in decision.reason
    assert outcome.amounts == ("1", "0.5", "512M", "256M")
