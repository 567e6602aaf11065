from __future__ import annotations

import pytest

from launcher_k8s.config.connect.near_misses import closest
from launcher_k8s.diagnostics import Diagnostic
from tests.memory_files import CONNECT, CONNECT_CONNECTION, read_texts


def found_in(text: str) -> list[Diagnostic]:
    _, diagnostics = read_texts({CONNECT: CONNECT_CONNECTION + text})
    return [found for found in diagnostics if found.code == "misspelt-key"]


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("KubernetesNamepsace", "KubernetesNamespace"),
        ("KubernetesAPI-URL", "KubernetesAPIURL"),
        ("Namespace", "KubernetesNamespace"),
        ("apiurl", "KubernetesAPIURL"),
        ("ClusterDefinitions", "ClusterDefinition"),
        ("DataDirPVC-Name", "DataDirPVCName"),
        ("DataDirs", "DataDir"),
    ],
)
def test_a_misspelt_key_is_told_with_what_was_meant(key: str, meant: str) -> None:
    (found,) = found_in(f"{key} = x\n")
    assert found.hint == f"did you mean {meant}?"
    assert (found.location.line, found.location.key) == (6, key)


def test_a_key_of_ours_in_another_section_is_told() -> None:
    (found,) = found_in("[Server]\nKubernetesNamespace = x\n")
    assert found.hint == "did you mean KubernetesNamespace, in [Launcher]?"


def test_a_misspelt_section_is_told() -> None:
    (found,) = found_in("[Launchr]\nScratchPath = x\n")
    assert found.hint == "did you mean [Launcher] ScratchPath?"


@pytest.mark.parametrize(
    "text",
    [
        "Port = 5559\n",
        "KubernetesImagePullPolicy = Always\n",
        "AdminUser = x\n",
        "[Postgres]\nEnabled = true\n",
        '[Launchr "x"]\nURL = x\n',
        "[Server]\nDataDir = /d\nAddress = x\n",
    ],
)
def test_what_may_well_be_meant_is_passed_over(text: str) -> None:
    assert found_in(text) == []


def test_the_value_of_a_misspelt_token_is_not_shown() -> None:
    (found,) = found_in("KubernetesAuthTokn = s3cret\n")
    assert "s3cret" not in f"{found}{found.location.source}"


def test_each_line_of_a_misspelt_key_is_told() -> None:
    assert [found.location.line for found in found_in("Namespace = x\nNamespace = y\n")] == [6, 7]


@pytest.mark.parametrize(
    ("word", "known"), [("path", ""), ("pth", "path"), ("port", ""), ("versoin", "version"), ("x" * 99, "")]
)
def test_only_a_close_word_is_offered(word: str, known: str) -> None:
    assert closest(word, ("path", "version")) == known
