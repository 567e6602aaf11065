from __future__ import annotations

import pytest

from launcher_k8s.diagnostics import Diagnostic
from tests.memory_files import PROFILES, RESOURCES, findings_of


def check(profiles: str, resources: str = "") -> list[Diagnostic]:
    return findings_of({PROFILES: profiles, RESOURCES: resources}).get("below-least", [])


@pytest.mark.parametrize(
    "line",
    [
        "default-cpus=0.0009",
        "max-cpus=0.0009",
        "default-cpus-request=0.0009",
        "max-cpus-request=0.0009",
        "default-mem-mb=0.0000009",
        "max-mem-mb-request=0.0000009",
    ],
)
def test_an_amount_that_is_too_small_is_told_where_it_stands(line: str) -> None:
    [finding] = check(f"[*]\n{line}\n")
    assert finding.location.line == 2
    assert f"{line} is below 0.00" in finding.message


@pytest.mark.parametrize(
    ("lines", "key"),
    [("cpus=0.0001\nmem-mb=1", "cpus"), ("cpus=1\nmem-mb=1\ncpus-request=0.0001", "cpus-request")],
)
def test_so_is_one_of_a_resource_profile(lines: str, key: str) -> None:
    [finding] = check("", f"[small]\n{lines}\n")
    assert finding.message.startswith(f"{key}=0.0001 is below 0.001")


@pytest.mark.parametrize("text", ["default-cpus=0.001", "default-cpus=0", "max-mem-mb=0.000001"])
def test_the_least_and_none_are_fine(text: str) -> None:
    assert check(f"[*]\n{text}\n") == []


def test_a_share_that_is_too_small_is_told_at_the_ratio_with_its_limit() -> None:
    [finding] = check("[*]\ndefault-cpus=0.1\n[@staff]\ncpu-request-ratio=0.001\n")
    assert finding.location.line == 4
    assert finding.message == (
        "cpu-request-ratio=0.001 of default-cpus=0.1 (/conf/launcher.kubernetes.profiles.conf:2 [*] "
        "default-cpus) is below 0.001, the least that Kubernetes can give, "
        "which members of staff will request"
    )


def test_the_maximum_is_the_limit_where_there_is_no_lower_default() -> None:
    [finding] = check("[*]\nmax-cpus=0.1\ndefault-cpus=5\ncpu-request-ratio=0.001\n")
    assert "of max-cpus=0.1 (" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "default-cpus=1\ncpu-request-ratio=0.001",
        "default-cpus=0.1\ndefault-cpus-request=0.05\ncpu-request-ratio=0.001",
        "cpu-request-ratio=0.001",
    ],
)
def test_a_share_that_is_large_enough_or_not_used_is_fine(text: str) -> None:
    assert check(f"[*]\n{text}\n") == []


def test_a_share_is_told_once_for_all_who_get_it() -> None:
    sections = "".join(f"[user{number}]\nmax-cpus=8\n" for number in range(5))
    assert len(check(f"[*]\ndefault-cpus=0.1\ncpu-request-ratio=0.001\n{sections}")) == 1
