from __future__ import annotations

import pytest

from launcher_k8s.config import FileText, ReadFailure, parse_settings
from launcher_k8s.errors import ConfigurationError
from launcher_k8s.origin import OriginKind
from tests.memory_files import (
    CONNECTION,
    DIRECTORY,
    MAIN,
    PROFILES,
    RESOURCES,
    MemoryFiles,
    findings_of,
    only_finding,
    read_cluster,
    read_texts,
)


def test_profiles_and_resources_may_be_missing() -> None:
    cluster = read_cluster({})
    assert (cluster.profiles, cluster.resources, cluster.diagnostics) == ((), (), ())


def test_the_directory_is_remembered() -> None:
    assert read_cluster({}).directory == DIRECTORY


def test_the_main_file_may_not_be_missing() -> None:
    settings, diagnostics = parse_settings(DIRECTORY, MemoryFiles({}))
    assert settings is None
    assert "missing-file" in [finding.code for finding in diagnostics]


@pytest.mark.parametrize("name", [MAIN, PROFILES, RESOURCES])
def test_an_unreadable_file_is_an_error_with_its_path(name: str) -> None:
    (finding,) = findings_of({name: None})["unreadable-file"]
    assert f"/conf/{name} cannot be read: Permission denied" in finding.message


def test_a_profiles_file_elsewhere_is_read_instead_of_the_one_beside() -> None:
    cluster = read_cluster(
        {
            MAIN: f"{CONNECTION}profile-config=/etc/p.conf\n",
            "/etc/p.conf": "[a]\n",
            PROFILES: "[b]\n",
        }
    )
    assert [section.name for section in cluster.profiles] == ["a"]
    assert cluster.profile_config == "/etc/p.conf"


def test_in_the_default_directory_the_profiles_file_need_not_lie_beside_the_main_file() -> None:
    files = MemoryFiles(
        {
            "/etc/rstudio/launcher.conf": "[cluster]\ntype=Kubernetes\nconfig-file=/srv/k.conf\n",
            "/srv/k.conf": CONNECTION,
            f"/etc/rstudio/{PROFILES}": "[default]\n",
            f"/srv/{PROFILES}": "[beside]\n",
        }
    )
    settings, _ = parse_settings("/etc/rstudio/", files)
    assert settings is not None
    assert [section.name for section in settings.cluster().profiles] == ["default"]


def test_a_profiles_file_that_is_named_may_not_be_missing() -> None:
    finding = only_finding({MAIN: f"{CONNECTION}profile-config=/etc/p.conf\n"})
    assert (finding.code, str(finding.location)) == ("missing-file", f"/conf/{MAIN}:3:16 profile-config")


def test_a_profiles_file_may_be_named_beside_the_main_file() -> None:
    cluster = read_cluster({MAIN: f"{CONNECTION}profile-config=p.conf\n", "p.conf": "[a]\n"})
    assert [section.name for section in cluster.profiles] == ["a"]


def test_an_empty_profile_config_means_the_file_beside() -> None:
    cluster = read_cluster({MAIN: f"{CONNECTION}profile-config=\n", PROFILES: "[b]\n"})
    assert [section.name for section in cluster.profiles] == ["b"]


def test_problems_of_all_files_are_told_at_once_in_order() -> None:
    _, diagnostics = read_texts({MAIN: f"{CONNECTION}x=1\n", PROFILES: "[*]\nx=1\n", RESOURCES: "[a]\nx=1\n"})
    found = [(finding.location.file.removeprefix("/conf/"), finding.code) for finding in diagnostics]
    assert found == [
        (MAIN, "unknown-key"),
        (PROFILES, "unknown-key"),
        (RESOURCES, "missing-option"),
        (RESOURCES, "missing-option"),
        (RESOURCES, "unknown-key"),
    ]


def test_a_missing_main_file_hides_no_problem_of_the_others() -> None:
    _, diagnostics = parse_settings(DIRECTORY, MemoryFiles({PROFILES: "[*]\nx=1\n"}))
    assert {"missing-file", "unknown-key"} <= {finding.code for finding in diagnostics}


def test_settings_and_their_cluster_carry_the_warnings() -> None:
    settings, diagnostics = read_texts({MAIN: ""})
    assert [finding.code for finding in diagnostics] == ["missing-api-url", "missing-token"]
    assert settings is not None
    assert settings.diagnostics == diagnostics == settings.cluster().diagnostics


def test_paths_begin_as_the_directory_was_given() -> None:
    def read(path: str, /) -> FileText | ReadFailure:
        if path == f"some/dir/{MAIN}":
            return FileText(path, b"fetch-limit=5\n")
        return ReadFailure(path, "No such file or directory", absent=True)

    settings, _ = parse_settings("some/dir", read)
    assert settings is not None
    assert str(settings.cluster().origin("fetch_limit")) == f"some/dir/{MAIN}:1 fetch-limit"


def test_a_cluster_that_does_not_exist_is_told_with_those_that_do() -> None:
    settings, _ = read_texts({})
    assert settings is not None
    with pytest.raises(ConfigurationError, match="Kubernetes"):
        settings.cluster("West")


def test_a_value_that_is_not_stated_is_a_default() -> None:
    assert read_cluster({}).origin("fetch_limit").kind is OriginKind.DEFAULT


def test_findings_come_by_file_main_first_then_profiles_resources_and_others() -> None:
    files: dict[str, str | bytes | None] = {
        MAIN: "api-url=x\n",
        PROFILES: '[*]\njob-json-overrides="/spec/a":"a.json"\nmax-cpus=x\n',
        RESOURCES: "[small]\ncpus=x\n",
        "a.json": "{",
    }
    _, diagnostics = read_texts(files)
    order = dict.fromkeys(each.location.file.rpartition("/")[2] for each in diagnostics)
    assert [*order] == [MAIN, PROFILES, RESOURCES, "a.json"]
