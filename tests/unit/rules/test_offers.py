from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.cluster_info import ClusterInfo
from launcher_k8s.rules.offers import offer_for
from launcher_k8s.rules.profiles import profile_for
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.wire import to_wire
from tests.rules_cases import decide, everyone, example, resource

POWER = ["posit-power-users"]


def offer(cluster: ClusterSettings, *groups: str, accounts: list[str] | None = None) -> ClusterInfo:
    profile = profile_for(cluster, "jane", groups=groups)
    return offer_for(cluster, profile, user="jane", service_accounts=accounts)


def limits(info: ClusterInfo) -> dict[str, tuple[str, str]]:
    return {limit.type: (limit.default_value, limit.max_value) for limit in info.resource_limits}


def test_images_and_constraints_are_those_of_the_profile() -> None:
    info = offer(example("profiles"))
    assert info.name == "Kubernetes"
    assert info.images == ("r-session:3.4.2", "r-session:3.5.0")
    assert (info.default_image, info.allow_unknown_images) == ("", False)
    assert [str(constraint) for constraint in info.placement_constraints] == [
        "node",
        "region:us",
        "region:eu",
    ]


def test_numbers_are_written_as_the_launcher_writes_them_and_gpus_only_where_allowed() -> None:
    assert limits(offer(example("profiles"))) == {
        "cpuCount": ("1.000000", "2.000000"),
        "CPU Request": ("0.500000", "0.000000"),
        "memory": ("512.000000", "1024.000000"),
        "Memory Request": ("256.000000", "0.000000"),
    }


def test_a_maximum_of_gpus_offers_them() -> None:
    found = limits(offer(example("profiles"), *POWER))
    assert (found["NVIDIA GPUs"], found["AMD GPUs"]) == (("0.000000", "2.000000"), ("0.000000", "3.000000"))


def test_a_default_is_offered_as_it_would_be_cut() -> None:
    assert limits(offer(everyone(default_cpus=4, max_cpus=3)))["cpuCount"] == ("3.000000", "3.000000")


def test_no_limits_are_offered_where_none_may_be_stated() -> None:
    info = offer(example("restriction"))
    assert info.resource_limits == ()
    assert [profile.name for profile in info.resource_profiles] == ["default", "small"]


def test_resource_profiles_come_with_limits_and_constraints_and_custom_last() -> None:
    gpu = resource(
        "gpu", cpus=2, mem_mb=512, cpus_request=1, nvidia_gpus=1, name="GPU", placement_constraints=["a:b"]
    )
    first, custom = offer(everyone(gpu)).resource_profiles
    assert (first.name, first.display_name) == ("gpu", "GPU")
    assert {limit.type: limit.value for limit in first.resource_limits} == {
        "cpuCount": "2.000000",
        "CPU Request": "1.000000",
        "memory": "512.000000",
        "NVIDIA GPUs": "1.000000",
    }
    assert [str(constraint) for constraint in first.placement_constraints] == ["a:b"]
    assert (custom.name, custom.resource_limits) == ("custom", offer(everyone(gpu)).resource_limits)


@pytest.mark.parametrize(
    ("groups", "names"),
    [
        ([], ["small"]),
        (POWER, ["default", "small", "default-gpu", "custom"]),
    ],
)
def test_only_what_the_maxima_allow_is_offered(groups: list[str], names: list[str]) -> None:
    assert [profile.name for profile in offer(example("joined"), *groups).resource_profiles] == names


@pytest.mark.parametrize("groups", [[], POWER, ["bioinformatics"]])
@pytest.mark.parametrize("name", ["profiles", "resources", "restriction", "joined"])
def test_everything_offered_is_accepted(name: str, groups: list[str]) -> None:
    cluster = example(name)
    info = offer(cluster, *groups)
    for profile in info.resource_profiles:
        assert decide(cluster, groups=groups, resource_profile=profile.name).refusals == []
    maxima = {limit.type: limit.max_value for limit in info.resource_limits if float(limit.max_value)}
    asked: dict[str, Any] = {"cpuCount": "cpus", "memory": "mem_mb"}
    options = {asked[kind]: value for kind, value in maxima.items() if kind in asked}
    assert info.resource_limits == () or decide(cluster, groups=groups, **options).refusals == []


@pytest.mark.parametrize(
    ("accounts", "value_type", "values"),
    [(None, "string", ()), (["a", "b"], "enum", ("a", "b")), ([], "enum", ())],
)
def test_service_accounts_are_choices_where_they_can_be_listed(
    accounts: list[str] | None, value_type: str, values: tuple[str, ...]
) -> None:
    secret, account = offer(everyone(), accounts=accounts).config
    assert (secret.name, secret.value_type) == ("secret", "string")
    assert (account.name, account.value_type, account.values) == ("serviceAccountName", value_type, values)


def test_the_wire_form_has_every_field_even_where_it_is_empty() -> None:
    wire = to_wire(offer(everyone(allow_custom_resources=False)))
    assert wire["supportsContainers"] is True
    assert (wire["queues"], wire["images"], wire["resourceProfiles"], wire["defaultImage"]) == (
        [],
        [],
        [],
        "",
    )
