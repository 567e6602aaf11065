from __future__ import annotations

from collections.abc import Mapping

import pytest

from launcher_k8s.errors import ConfigurationError
from launcher_k8s.settings import Settings
from tests.memory_files import CONNECTION, LAUNCHER, MAIN, PROFILES, findings_of, only_finding, read_texts

TWO = """
[server]
address=127.0.0.1
scratch-path=/scratch

[cluster]
name=Local
type=Local
exe=/usr/lib/rstudio-server/bin/rstudio-local-launcher

[cluster]
name=East
type=Kubernetes
config-file=/etc/east.conf

[cluster]
name=West
type=Kubernetes
config-file=west/launcher.kubernetes.conf
"""


def settings(files: Mapping[str, str | bytes | None]) -> Settings:
    found, diagnostics = read_texts(files)
    assert found is not None, diagnostics
    return found


def test_without_it_there_is_one_cluster() -> None:
    assert settings({}).cluster().name == "Kubernetes"


@pytest.mark.parametrize("text", ["", "[server]\naddress=127.0.0.1\n", "nonsense=1\n"])
def test_without_clusters_in_it_there_is_one_cluster(text: str) -> None:
    assert [cluster.name for cluster in settings({LAUNCHER: text}).clusters] == ["Kubernetes"]


def test_each_kubernetes_cluster_has_its_own_file() -> None:
    found = settings(
        {
            LAUNCHER: TWO,
            "/etc/east.conf": "kubernetes-namespace=east\n",
            "west/launcher.kubernetes.conf": "kubernetes-namespace=west\n",
        }
    )
    assert [(cluster.name, cluster.namespace) for cluster in found.clusters] == [
        ("East", "east"),
        ("West", "west"),
    ]


def test_a_cluster_is_found_by_name_and_must_be_named_among_several() -> None:
    found = settings({LAUNCHER: TWO, "/etc/east.conf": "", "west/launcher.kubernetes.conf": ""})
    assert found.cluster("West").name == "West"
    with pytest.raises(ConfigurationError, match="East, West"):
        found.cluster()


def test_profiles_and_resources_lie_beside_each_main_file() -> None:
    found = settings(
        {
            LAUNCHER: TWO,
            "/etc/east.conf": "",
            "/etc/launcher.kubernetes.profiles.conf": "[east]\n",
            "/etc/east.resources.conf": "[small]\ncpus=1\nmem-mb=1\n",
            "west/launcher.kubernetes.conf": "",
            "west/launcher.kubernetes.profiles.conf": "[west]\n",
        }
    )
    assert [[section.name for section in cluster.profiles] for cluster in found.clusters] == [
        ["east"],
        ["west"],
    ]
    assert [len(cluster.resources) for cluster in found.clusters] == [1, 0]


def test_the_scratch_directory_is_the_launchers_with_the_clusters_name() -> None:
    cluster = settings(
        {LAUNCHER: "[server]\nscratch-path=/scratch\n[cluster]\nname=K\ntype=Kubernetes\n"}
    ).cluster()
    assert cluster.scratch_path == "/scratch/K"
    assert str(cluster.origin("scratch_path")) == f"/conf/{LAUNCHER}:2 [server] scratch-path"


def test_the_clusters_own_scratch_directory_wins() -> None:
    files = {LAUNCHER: "[server]\nscratch-path=/scratch\n", MAIN: f"{CONNECTION}scratch-path=/own\n"}
    assert settings(files).cluster().scratch_path == "/own"


def test_two_clusters_may_not_share_a_scratch_directory() -> None:
    files = {
        LAUNCHER: TWO,
        "/etc/east.conf": "scratch-path=/one/",
        "west/launcher.kubernetes.conf": "scratch-path=/one",
    }
    (finding,) = findings_of(files)["shared-scratch-path"]
    assert finding.location.file == "/conf/west/launcher.kubernetes.conf"


@pytest.mark.parametrize(("stated", "path"), [("scratch", "/conf/scratch/K"), ("/scratch/", "/scratch/K")])
def test_the_launchers_scratch_directory_is_relative_to_its_file(stated: str, path: str) -> None:
    text = f"[server]\nscratch-path={stated}\n[cluster]\nname=K\ntype=Kubernetes\n"
    assert settings({LAUNCHER: text}).cluster().scratch_path == path


def test_without_a_scratch_path_each_cluster_has_the_default_of_its_name() -> None:
    texts = {LAUNCHER: TWO.replace("scratch-path=/scratch", ""), "/etc/east.conf": ""}
    found = settings({**texts, "west/launcher.kubernetes.conf": "plugin-name=far\n"})
    directories = [cluster.scratch_directory for cluster in found.clusters]
    assert directories == ["/var/lib/rstudio-launcher/East", "/var/lib/rstudio-launcher/far"]


def test_the_command_lines_scratch_directory_wins_over_every_file() -> None:
    texts = {LAUNCHER: TWO, "/etc/east.conf": "scratch-path=/own", "west/launcher.kubernetes.conf": ""}
    found, diagnostics = read_texts(texts, scratch_path="/given")
    assert found is not None, diagnostics
    assert [cluster.scratch_directory for cluster in found.clusters] == ["/given", "/given"]
    assert str(found.cluster("East").origin("scratch_path")) == "code scratch-path"


SHARED = """
[cluster]
name=East
type=Kubernetes

[cluster]
name=West
type=Kubernetes
"""


def test_clusters_that_share_a_main_file_have_the_same_settings_under_their_names() -> None:
    found = settings({LAUNCHER: SHARED, MAIN: f"{CONNECTION}kubernetes-namespace=both\n"})
    assert [(cluster.name, cluster.namespace) for cluster in found.clusters] == [
        ("East", "both"),
        ("West", "both"),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [("scratch-path=/one\n", "3 scratch-path"), ("plugin-name=one\n", "3 plugin-name")],
)
def test_a_shared_main_file_may_not_give_one_scratch_directory(text: str, place: str) -> None:
    finding = only_finding({LAUNCHER: SHARED, MAIN: f"{CONNECTION}{text}"})
    assert (finding.code, str(finding.location)) == ("shared-scratch-path", f"/conf/{MAIN}:{place}")


@pytest.mark.parametrize(
    "text", ["[cluster]\ntype=Kubernetes\nexe=/x\nallowed=a\nallowed=b\n", "[x]\na=1\na=1\n"]
)
def test_what_is_not_ours_is_passed_over(text: str) -> None:
    settings({LAUNCHER: text})


def test_clusters_of_other_types_are_passed_over() -> None:
    settings(
        {LAUNCHER: "[cluster]\ntype=Slurm\nname=\nname=x\n[cluster]\nname=y\n[cluster]\ntype=kubernetes\n"}
    )


def test_only_clusters_of_other_types_are_an_error() -> None:
    assert only_finding({LAUNCHER: "[cluster]\ntype=Slurm\n"}).code == "no-cluster"


def test_a_clusters_own_keys_are_checked() -> None:
    text = "[cluster]\ntype=Kubernetes\nname=a\nname=b\n"
    assert only_finding({LAUNCHER: text}).code == "duplicate-key"


def test_two_clusters_of_one_name_are_an_error() -> None:
    text = "[cluster]\ntype=Kubernetes\n[cluster]\nname=Kubernetes\ntype=Kubernetes\n"
    finding = only_finding({LAUNCHER: text})
    assert (finding.code, finding.location.line) == ("duplicate-cluster", 4)


def test_a_config_file_that_is_missing_is_told_where_it_is_named() -> None:
    found = findings_of({LAUNCHER: "[cluster]\ntype=Kubernetes\nname=K\nconfig-file=k.conf\n"})
    place = found["missing-file"][0].location
    assert (place.file, place.line, place.column, place.key) == (f"/conf/{LAUNCHER}", 4, 13, "config-file")


def test_an_unreadable_launcher_file_is_an_error() -> None:
    assert only_finding({LAUNCHER: None}).code == "unreadable-file"


def test_findings_of_a_shared_profiles_file_are_told_once() -> None:
    files = {
        LAUNCHER: "[cluster]\nname=A\ntype=Kubernetes\nconfig-file=a.conf\n"
        "[cluster]\nname=B\ntype=Kubernetes\nconfig-file=b.conf\n",
        "a.conf": CONNECTION,
        "b.conf": CONNECTION,
        PROFILES: "[*]\nmax-cpus=x\n",
    }
    assert only_finding(files).code == "bad-value"


@pytest.mark.parametrize("name", ["../etc", "a/b", "..", "."])
def test_a_cluster_whose_name_is_no_directorys_is_an_error(name: str) -> None:
    found = findings_of({LAUNCHER: f"[cluster]\nname={name}\ntype=Kubernetes\n", MAIN: CONNECTION})
    (finding,) = found["bad-value"]
    assert (finding.location.line, finding.location.key) == (2, "name")
