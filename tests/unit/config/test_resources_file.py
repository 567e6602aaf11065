from __future__ import annotations

from decimal import Decimal

import pytest

from launcher_k8s.job import PlacementConstraint
from launcher_k8s.settings import ResourceProfile
from tests.memory_files import RESOURCES, findings_of, only_finding, read_cluster, read_texts


def profiles(text: str) -> tuple[ResourceProfile, ...]:
    return read_cluster({RESOURCES: text}).resources


def test_a_section_is_a_resource_profile() -> None:
    text = """[gpu]
        name = "One GPU" # shown
        cpus=1.5
        cpus-request=1
        mem-mb=4096
        mem-mb-request=2048
        nvidia-gpus=1
        amd-gpus=2
        placement-constraints=region:us
    """
    (profile,) = profiles(text)
    assert (profile.section, profile.display_name) == ("gpu", "One GPU")
    assert (profile.cpus, profile.cpus_request) == (Decimal("1.5"), Decimal(1))
    assert (profile.mem_mb, profile.mem_mb_request) == (Decimal(4096), Decimal(2048))
    assert (profile.nvidia_gpus, profile.amd_gpus) == (1, 2)
    assert profile.placement_constraints == (PlacementConstraint("region", "us"),)
    assert str(profile.origin) == f"/conf/{RESOURCES}:1 [gpu]"


def test_what_is_left_out_is_unset() -> None:
    (profile,) = profiles("[small]\ncpus=1\nmem-mb=512\n")
    assert profile.display_name == "small"
    assert (profile.cpus_request, profile.mem_mb_request) == (None, None)
    assert (profile.nvidia_gpus, profile.amd_gpus, profile.placement_constraints) == (0, 0, ())


def test_the_order_is_kept() -> None:
    text = "".join(f"[{name}]\ncpus=1\nmem-mb=1\n" for name in "zam")
    assert [profile.section for profile in profiles(text)] == ["z", "a", "m"]


@pytest.mark.parametrize(("given", "missing"), [("cpus=1", "mem-mb"), ("mem-mb=512", "cpus")])
def test_what_is_required_is_told_at_the_title(given: str, missing: str) -> None:
    finding = only_finding({RESOURCES: f"\n[small]\n{given}\n"})
    assert (finding.code, finding.message) == ("missing-option", f"{missing} is required")
    assert str(finding.location) == f"/conf/{RESOURCES}:2:1 [small] {missing}"


def test_a_bad_value_does_not_count_as_missing() -> None:
    assert {*findings_of({RESOURCES: "[small]\ncpus=x\nmem-mb=512\n"})} == {"bad-value"}


def test_a_title_may_stand_once() -> None:
    finding = only_finding({RESOURCES: "[a]\ncpus=1\nmem-mb=1\n[a]\ncpus=2\nmem-mb=1\n"})
    assert (finding.code, finding.location.line) == ("duplicate-section", 4)
    assert "line 1" in finding.message


def test_custom_is_reserved() -> None:
    assert only_finding({RESOURCES: "[custom]\ncpus=1\nmem-mb=1\n"}).code == "reserved-section"


@pytest.mark.parametrize(
    ("text", "line"),
    [("cpus=1\ncpus-request=1.1\nmem-mb=5", 3), ("cpus=1\nmem-mb=5\nmem-mb-request=6", 4)],
)
def test_a_request_over_its_limit_is_a_warning(text: str, line: int) -> None:
    settings, (finding,) = read_texts({RESOURCES: f"[a]\n{text}\n"})
    assert settings is not None
    assert (finding.code, finding.location.line) == ("request-over-limit", line)


def test_a_request_below_no_limit_is_fine() -> None:
    assert profiles("[a]\ncpus=0\ncpus-request=2\nmem-mb=5\nmem-mb-request=5\n")


def test_a_key_before_any_section_is_told() -> None:
    assert only_finding({RESOURCES: "cpus=1\n"}).code == "key-outside-section"
