from __future__ import annotations

import pytest

from tests.memory_files import MAIN, PROFILES, RESOURCES, findings_of, only_finding


@pytest.mark.parametrize(
    ("file", "text", "meant"),
    [
        (RESOURCES, "[small]\ncpus=1\nmem-mb=512\nnvidia-gpu=1\n", "nvidia-gpus"),
        (PROFILES, "[*]\nmax-memory=512\n", "max-mem-mb"),
        (PROFILES, "[*]\ndefault_mem=512\n", "default-mem-mb"),
        (PROFILES, "[*]\nmax-memory-mb-request=512\n", "max-mem-mb-request"),
        (PROFILES, "[*]\nmemory-ratio=0.5\n", "memory-request-ratio"),
        (PROFILES, "[*]\nMax-CPUs=2\n", "max-cpus"),
        (PROFILES, "[*]\nimages=r:4\n", "container-images"),
        (PROFILES, "[*]\ndefault-image=r:4\n", "default-container-image"),
        (PROFILES, "[*]\nmax-gpus=2\n", "max-nvidia-gpus"),
        (PROFILES, "[*]\nmemory-mb=5\n", "default-mem-mb"),
        (MAIN, "auth-token=t\nkubernetes-api-url=https://h\n", "api-url"),
    ],
)
def test_a_misspelt_key_is_told_with_the_one_that_was_meant(file: str, text: str, meant: str) -> None:
    (finding,) = findings_of({file: text})["unknown-key"]
    assert finding.hint == f"did you mean {meant}?"


def test_a_limit_of_the_other_file_is_told_with_those_of_this_one() -> None:
    hint = only_finding({PROFILES: "[*]\ncpus=2\n"}).hint
    assert hint.startswith(
        "did you mean default-cpus or max-cpus? 'cpus' itself: it belongs in the resources"
    )


def test_a_required_key_that_is_misspelt_is_not_called_missing_too() -> None:
    found = findings_of({RESOURCES: "[small]\ncpu=1\nmemory=512\n"})
    assert [finding.hint for finding in found.pop("unknown-key")] == [
        "did you mean cpus?",
        "did you mean mem-mb?",
    ]
    assert found == {}


def test_the_value_of_a_key_is_shown_where_it_can_be_no_secret() -> None:
    assert only_finding({PROFILES: "[*]\nmax-cpu=2\n"}).location.source == "max-cpu=2"
    assert only_finding({PROFILES: "auth-token-path=/t\n[*]\n"}).location.source.startswith("auth-token-path")


@pytest.mark.parametrize("key", ["auth-tokn", "auth-token2", "authorization", "credential"])
def test_the_value_of_a_key_that_may_be_a_secrets_is_not(key: str) -> None:
    text = f"api-url=https://10.0.0.1\nauth-token-path=token\n{key}=s3cret\n"
    (finding,) = findings_of({MAIN: text, "token": "t"})["unknown-key"]
    assert "s3cret" not in finding.location.source


def test_only_the_key_of_an_unknown_key_is_underlined() -> None:
    location = only_finding({PROFILES: "[*]\n  max-cpu = 2\n"}).location
    assert (location.column, location.length) == (3, len("max-cpu"))
