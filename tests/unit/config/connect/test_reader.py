from __future__ import annotations

import pytest

from launcher_k8s.config import parse_settings
from launcher_k8s.rules.profiles import profile_for
from launcher_k8s.settings import ClusterSettings
from tests.memory_files import (
    CONNECT,
    CONNECT_CONNECTION,
    CONNECTION,
    DIRECTORY,
    LAUNCHER,
    MAIN,
    MemoryFiles,
    findings_of,
    only_finding,
    read_cluster,
    read_texts,
)


def connect(lines: str = "", **files: str) -> dict[str, str]:
    """Connect's file with more lines, and files beside it, whose names end as the argument does not say."""
    return {CONNECT: CONNECT_CONNECTION + lines, **files}


def images_of(cluster: ClusterSettings, user: str = "jsmith") -> tuple[str, ...]:
    return profile_for(cluster, user).container_images.value


def test_a_directory_with_connects_file_alone_is_connects() -> None:
    cluster = read_cluster(connect())
    assert (cluster.name, cluster.namespace, cluster.directory) == (
        "Kubernetes",
        "rstudio-connect",
        DIRECTORY,
    )
    assert cluster.diagnostics == ()


@pytest.mark.parametrize("name", [MAIN, LAUNCHER])
def test_the_launchers_files_win_in_a_directory_that_has_both(name: str) -> None:
    settings, _ = parse_settings(
        DIRECTORY,
        MemoryFiles({**connect("KubernetesNamespace = content"), MAIN: CONNECTION, name: CONNECTION}),
    )
    assert settings is None or settings.cluster().namespace == "rstudio"


def test_connects_file_can_be_named_in_any_directory() -> None:
    files = MemoryFiles({**connect(), MAIN: CONNECTION})
    settings, _ = parse_settings(f"{DIRECTORY}/{CONNECT}", files)
    assert settings is not None
    assert settings.cluster().namespace == "rstudio-connect"
    assert settings.cluster().directory == f"{DIRECTORY}/{CONNECT}"


def test_a_file_of_another_name_may_be_connects() -> None:
    settings, _ = parse_settings(f"{DIRECTORY}/x.gcfg", MemoryFiles({"x.gcfg": CONNECT_CONNECTION}))
    assert settings is not None


def test_a_file_that_is_not_there_is_the_only_problem() -> None:
    settings, diagnostics = parse_settings(f"{DIRECTORY}/x.gcfg", MemoryFiles({}))
    assert settings is None
    assert [found.code for found in diagnostics] == ["missing-file"]


def test_a_file_that_cannot_be_read_is_the_only_problem() -> None:
    assert only_finding({CONNECT: None}).code == "unreadable-file"


def test_a_default_shows_that_it_is_one() -> None:
    assert str(read_cluster(connect()).origin("namespace")) == "default"


def test_values_come_with_their_origins() -> None:
    cluster = read_cluster(
        connect("KubernetesNamespace = content\nScratchPath = s\nKubernetesUseTemplates\n")
    )
    assert (cluster.namespace, cluster.scratch_path, cluster.use_templating) == ("content", "/conf/s", True)
    assert str(cluster.origin("namespace")) == f"/conf/{CONNECT}:6 [Launcher] KubernetesNamespace"
    assert str(cluster.origin("scratch_path")) == f"/conf/{CONNECT}:7 [Launcher] ScratchPath"


def test_definitions_give_their_images_in_order() -> None:
    files = connect(
        "ClusterDefinition = b.yaml\nClusterDefinition = /etc/a.yaml\n",
        **{"b.yaml": "images: [{name: z}, {name: y}]", "/etc/a.yaml": "images: [{name: a}, {name: z}]"},
    )
    cluster = read_cluster(files)
    assert images_of(cluster) == ("z", "y", "a")
    assert [definition.origin.file for definition in cluster.definitions] == ["/conf/b.yaml", "/etc/a.yaml"]
    assert str(profile_for(cluster, "x").container_images.origin) == "/conf/b.yaml:1 images"


@pytest.mark.parametrize("lines", ["", "ClusterDefinition = a\n"])
def test_without_images_nothing_is_said_of_them(lines: str) -> None:
    cluster = read_cluster(connect(lines, a="images: []"))
    assert cluster.profiles == ()


def test_a_definition_that_is_not_there_is_told_where_it_is_named() -> None:
    found = only_finding(connect("ClusterDefinition = none.yaml\n"))
    assert (found.code, found.location.line, found.location.column) == ("missing-file", 6, 21)


def test_the_profiles_file_wins_over_the_definitions() -> None:
    files = connect(
        "ClusterDefinition = a\nKubernetesProfilesConfig = p\n",
        a="images: [{name: a}]",
        p="[@g]\nmax-cpus=2\n[jsmith]\ncontainer-images=b\n",
    )
    cluster = read_cluster(files)
    assert (images_of(cluster), images_of(cluster, "jane")) == (("b",), ("a",))
    chosen = profile_for(cluster, "jsmith").container_images
    assert str(chosen.shadowed[0].origin) == "/conf/a:1 images"


def test_a_profiles_file_is_read_only_where_it_is_named() -> None:
    assert read_cluster(connect(**{"launcher.kubernetes.profiles.conf": "[*]\nmax-cpus=2\n"})).profiles == ()


def test_a_profiles_file_that_is_not_there_is_told_where_it_is_named() -> None:
    found = only_finding(connect("KubernetesProfilesConfig = none\n"))
    assert (found.code, found.location.line, found.location.column) == ("missing-file", 6, 28)


def test_an_everyones_section_does_not_repeat_the_definitions() -> None:
    cluster = read_cluster(
        connect(
            "ClusterDefinition = a\nKubernetesProfilesConfig = p\n",
            a="images: [{name: a}]",
            p="[*]\ncontainer-images=b\n",
        )
    )
    assert cluster.diagnostics == ()


def test_what_is_offered_is_checked_with_the_profiles() -> None:
    found = only_finding(
        connect(
            "ClusterDefinition = a\nKubernetesProfilesConfig = p\n",
            a="\n\nimages:\n- name: a\n",
            p="[*]\ndefault-container-image=b\nallow-unknown-images=0\n",
        )
    )
    assert found.code == "default-image-not-offered"
    assert "/conf/a:3 images" in found.message


def test_a_default_image_of_the_definitions_is_offered() -> None:
    files = connect(
        "ClusterDefinition = a\nKubernetesProfilesConfig = p\n",
        a="\n\n\n\n\nimages:\n- name: a\n",
        p="[*]\ndefault-container-image=a\nallow-unknown-images=0\n",
    )
    assert read_cluster(files).diagnostics == ()


def test_a_section_of_the_profiles_file_comes_last_whatever_its_line() -> None:
    files = connect(
        "ClusterDefinition = a\nKubernetesProfilesConfig = p\n",
        a="\n\n\n\n\nimages:\n- name: a\n",
        p="[jsmith]\ncontainer-images=b\ndefault-container-image=b\nallow-unknown-images=0\n",
    )
    assert read_cluster(files).diagnostics == ()


@pytest.mark.parametrize(
    ("gates", "lines"),
    [
        ("Enabled = false\nKubernetes = true\n", [2]),
        ("Enabled = true\nKubernetes = 0\n", [3]),
        ("Enabled = true\n", [0]),
        ("Enabled =\nKubernetes\n", [0]),
        ("", [0, 0]),
    ],
)
def test_a_gate_that_is_not_open_is_told(gates: str, lines: list[int]) -> None:
    text = f"[Launcher]\n{gates}" + CONNECT_CONNECTION.partition("Kubernetes = true\n")[2]
    found = findings_of({CONNECT: text})
    assert set(found) == {"connect-not-off-host"}
    assert [each.location.line for each in found["connect-not-off-host"]] == lines
    assert all("= true" in each.hint for each in found["connect-not-off-host"])


def test_a_gate_that_cannot_be_read_is_told_as_that() -> None:
    found = only_finding({CONNECT: CONNECT_CONNECTION.replace("Enabled = true", "Enabled = ture")})
    assert found.code == "bad-value"


def test_the_launchers_namespace_is_told() -> None:
    found = only_finding(connect("KubernetesNamespace = rstudio\n"))
    assert (found.code, found.location.line, found.location.column) == ("launcher-namespace", 6, 23)


def test_what_no_namespace_can_be_called_is_told() -> None:
    found = only_finding(connect("KubernetesNamespace = R_S\n"))
    assert (found.code, found.location.line, found.location.column) == ("bad-value", 6, 23)


def test_all_problems_of_all_files_are_told_at_once() -> None:
    _, diagnostics = read_texts(
        connect(
            "Enabled = no\nDataDir = nowhere\nKubernetesNamespace = <x>\nClusterDefinition = a\n"
            'ClusterDefinition = b\nKubernetesProfilesConfig = p\n[SMTP]\nPassword = "\n',
            a="images: x\n",
            b="a: *b\n",
            p="[*]\nmax-cpu=1\n",
        )
    )
    assert [
        (found.location.file.removeprefix("/conf/"), found.location.line, found.code) for found in diagnostics
    ] == [
        (CONNECT, 2, "repeated-key"),
        (CONNECT, 6, "connect-not-off-host"),
        (CONNECT, 7, "bad-value"),
        (CONNECT, 8, "placeholder"),
        (CONNECT, 13, "bad-quoting"),
        ("a", 1, "bad-definition"),
        ("b", 1, "bad-yaml"),
        ("p", 2, "unknown-key"),
    ]


def test_the_command_lines_scratch_path_wins() -> None:
    cluster_settings, _ = parse_settings(
        DIRECTORY, MemoryFiles(connect("ScratchPath = /a\n")), scratch_path="/b"
    )
    assert cluster_settings is not None
    assert cluster_settings.cluster().scratch_path == "/b"


def test_a_pods_certificates_that_cannot_be_used_get_a_hint_that_fits() -> None:
    directory = "/var/run/secrets/kubernetes.io/serviceaccount"
    found = only_finding(
        connect(**{f"{directory}/ca.crt": "no PEM"}),
        environ={"KUBERNETES_SERVICE_HOST": "h", "KUBERNETES_SERVICE_PORT": "1"},
    )
    assert "certificate-authority" not in found.hint


def test_a_gate_whose_quote_is_not_closed_is_not_said_to_be_unset() -> None:
    text = CONNECT_CONNECTION.replace("Enabled = true", 'Enabled = "true')
    assert {*findings_of({CONNECT: text})} == {"bad-quoting"}
