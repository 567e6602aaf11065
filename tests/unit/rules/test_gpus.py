from __future__ import annotations

import pytest

from launcher_k8s.decisions import DecisionKind
from launcher_k8s.job import Job, ResourceLimit
from tests.rules_cases import IMAGE, decide, everyone, resource

GPU = resource("gpu", cpus=1, mem_mb=512, nvidia_gpus=2)


def test_stated_gpus_up_to_the_maximum_are_given() -> None:
    outcome = decide(everyone(max_nvidia_gpus=2, max_amd_gpus=1), nvidia_gpus=2, amd_gpus=1)
    assert (outcome.allocation.nvidia_gpus, outcome.allocation.amd_gpus) == (2, 1)
    assert outcome.decision("NVIDIA GPUs").kind is DecisionKind.STATED


def test_an_unset_maximum_means_none_for_custom_resources() -> None:
    refusal = decide(everyone(), nvidia_gpus=1).refusal
    assert refusal.message == ("user 'jane' asks for 1 NVIDIA GPU, and max-nvidia-gpus allows none (default)")
    assert refusal.hint == "ask for none"


def test_a_stated_zero_means_none_in_place_of_the_default() -> None:
    outcome = decide(everyone(default_amd_gpus=1, max_amd_gpus=2), amd_gpus=0)
    assert outcome.allocation.amd_gpus == 0
    assert outcome.refusals == []


def test_the_default_is_given_where_none_is_stated() -> None:
    outcome = decide(everyone(default_amd_gpus=1, max_amd_gpus=2))
    assert outcome.allocation.amd_gpus == 1
    assert outcome.decision("AMD GPUs").kind is DecisionKind.DEFAULTED


@pytest.mark.parametrize(("settings", "given"), [({"max_nvidia_gpus": 1}, 1), ({}, 0)])
def test_a_default_above_the_maximum_is_cut(settings: dict[str, int], given: int) -> None:
    outcome = decide(everyone(default_nvidia_gpus=4, **settings))
    assert outcome.allocation.nvidia_gpus == given
    decision = outcome.decision("NVIDIA GPUs")
    assert decision.kind is DecisionKind.CLAMPED
    assert decision.reason == "default-nvidia-gpus is 4 (code), above max-nvidia-gpus"


def test_a_part_of_a_gpu_is_refused() -> None:
    job = Job.shell("true", image=IMAGE)
    halved = Job(
        name=job.name,
        command=job.command,
        container=job.container,
        resource_limits=(ResourceLimit("NVIDIA GPUs", "0.5"),),
    )
    refusal = decide(everyone(max_nvidia_gpus=2), job=halved).refusal
    assert "asks for 0.5 NVIDIA GPUs (job NVIDIA GPUs): GPUs come whole" in refusal.message


def test_a_whole_number_may_be_written_as_the_launcher_writes_numbers() -> None:
    job = Job(name="x", command="true", resource_limits=(ResourceLimit("AMD GPUs", "2.000000"),))
    assert decide(everyone(max_amd_gpus=2), job=job).allocation.amd_gpus == 2


def test_a_resource_profiles_gpus_need_no_maximum() -> None:
    outcome = decide(everyone(GPU, default_amd_gpus=1, max_amd_gpus=1), resource_profile="gpu")
    assert (outcome.allocation.nvidia_gpus, outcome.allocation.amd_gpus) == (2, 0)
    assert outcome.decision("NVIDIA GPUs").kind is DecisionKind.PROFILE


@pytest.mark.parametrize("maximum", [0, 1])
def test_an_explicit_maximum_binds_a_resource_profile(maximum: int) -> None:
    refusal = decide(everyone(GPU, max_nvidia_gpus=maximum), resource_profile="gpu").refusal
    assert refusal.message.startswith("the resource profile 'gpu' gives user 'jane' 2 NVIDIA GPUs, and ")
    assert refusal.limit == str(maximum)
