from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.config.connect.connect_file import ConnectFile, SectionReadings, read_connect_file
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.reading import FileText
from launcher_k8s.diagnostics import Diagnostic


def read(text: str | bytes) -> tuple[ConnectFile, tuple[Diagnostic, ...]]:
    findings = Findings()
    data = text if isinstance(text, bytes) else text.encode()
    return read_connect_file(FileText("f", data), findings), findings.diagnostics()


def launcher(lines: str) -> dict[str, Any]:
    file, diagnostics = read(f"[Launcher]\n{lines}\n")
    assert not diagnostics
    return values_of(file.launcher)


def values_of(section: SectionReadings) -> dict[str, Any]:
    return {field: reading.value for field, reading in section.values.items()}


def problem_of(lines: str) -> Diagnostic:
    _, (diagnostic,) = read(f"[Launcher]\n{lines}\n")
    return diagnostic


def test_every_key_sets_its_field() -> None:
    values = launcher(
        "Enabled = true\nKubernetes = yes\nKubernetesAPIURL = https://h:6443/\nKubernetesAuthToken = t\n"
        "KubernetesNamespace = n\nDataDir = h:/p\nDataDirPVCName = c\nKubernetesProfilesConfig = p\n"
        "KubernetesUseTemplates = 0\nScratchPath = /s"
    )
    assert values == {
        "enabled": True,
        "kubernetes": True,
        "api_url": "https://h:6443",
        "auth_token": "t",
        "namespace": "n",
        "data_dir": "h:/p",
        "data_dir_pvc_name": "c",
        "profile_config": "p",
        "use_templating": False,
        "scratch_path": "/s",
    }


def test_names_may_be_written_in_any_case() -> None:
    file, _ = read("[LAUNCHER]\nKUBERNETESnamespace = a\n[server]\ndatadir = /d\n")
    assert (values_of(file.launcher), values_of(file.server)) == ({"namespace": "a"}, {"data_dir": "/d"})


def test_an_origin_has_the_documented_names() -> None:
    file, _ = read("[LAUNCHER]\nKUBERNETESnamespace = a\n")
    assert str(file.launcher.values["namespace"].origin) == "f:2 [Launcher] KubernetesNamespace"


def test_a_section_may_stand_several_times() -> None:
    file, _ = read("[Launcher]\nEnabled\n[Server]\n[Launcher]\nKubernetes\n")
    assert values_of(file.launcher) == {"enabled": True, "kubernetes": True}


def test_a_bare_key_is_true() -> None:
    assert launcher("Enabled\nKubernetes ; comment") == {"enabled": True, "kubernetes": True}


def test_a_bare_key_is_no_text() -> None:
    assert problem_of("KubernetesNamespace").message == "KubernetesNamespace stands without a value"


def test_a_key_that_is_set_to_nothing_is_not_set() -> None:
    assert launcher('KubernetesAPIURL =\nEnabled = ""') == {}


def test_a_repeated_key_is_a_list_where_there_can_be_one() -> None:
    file, diagnostics = read("[Launcher]\nClusterDefinition = b\nClusterDefinition = a\n")
    assert not diagnostics
    assert [item.value for item in file.launcher.items["cluster_definitions"]] == ["b", "a"]


def test_a_list_that_is_set_to_nothing_begins_anew() -> None:
    file, _ = read("[Launcher]\nClusterDefinition = b\nClusterDefinition =\nClusterDefinition = a\n")
    assert [item.value for item in file.launcher.items["cluster_definitions"]] == ["a"]


def test_of_other_keys_the_last_holds_with_a_warning_at_the_others() -> None:
    file, (found,) = read("[Launcher]\nKubernetesNamespace = a\nKubernetesNamespace = b\n")
    assert values_of(file.launcher) == {"namespace": "b"}
    assert (found.code, found.location.line) == ("repeated-key", 2)
    assert "line 3" in found.message


def test_the_last_may_take_back_what_is_above() -> None:
    file, _ = read("[Launcher]\nKubernetesNamespace = a\nKubernetesNamespace =\n")
    assert values_of(file.launcher) == {}


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("Enabled = maybe", "bad-value", 11),
        ("KubernetesAPIURL = h:6443", "bad-value", 20),
        ("KubernetesAPIURL = https://h/api", "bad-value", 20),
        ('KubernetesNamespace = "a\\n"', "bad-value", 23),
        ("KubernetesAPIURL = https://<api>:6443", "placeholder", 20),
        ("ClusterDefinition = /etc/<file>", "placeholder", 21),
    ],
)
def test_a_value_that_cannot_be_read_is_told_at_its_place(line: str, code: str, column: int) -> None:
    found = problem_of(line)
    assert (found.code, found.location.line, found.location.column) == (code, 2, column)
    assert found.hint


def test_a_key_that_cannot_be_read_is_known_to_be_set() -> None:
    file, _ = read("[Launcher]\nKubernetesAPIURL = h\n")
    assert file.launcher.unread == {"api_url"}


def test_a_placeholder_of_a_token_does_not_show_the_rest() -> None:
    found = problem_of("KubernetesAuthToken = s3cret<token>")
    assert (found.code, found.message) == ("placeholder", "the placeholder '<token>' is still in the value")
    assert "s3cret" not in f"{found}{found.location.source}"


@pytest.mark.parametrize("text", ["a < b", "a > b", "<>", "< a>", "x<y"])
def test_not_every_angle_is_a_placeholder(text: str) -> None:
    assert launcher(f'ScratchPath = "{text}"') == {"scratch_path": text}


def test_an_escaped_quote_at_a_values_start_belongs_to_it() -> None:
    assert launcher(r"ScratchPath = \"a") == {"scratch_path": '"a'}


def test_what_is_not_ours_is_passed_over() -> None:
    text = (
        '[Server]\nAddress = x\n[HTTP]\nListen = :80\n[Launcher "x"]\nEnabled = maybe\n[Launcher]\nPort = 1\n'
    )
    file, diagnostics = read(text)
    assert not diagnostics
    assert not file.launcher.values


@pytest.mark.parametrize("data", [b"[Launcher]\0", b"\xff\xfe["])
def test_a_file_that_is_no_text_is_refused_whole(data: bytes) -> None:
    file, (found,) = read(data)
    assert found.code == "not-text"
    assert not file.launcher.values


def test_a_byte_order_mark_is_passed_over() -> None:
    file, _ = read(b"\xef\xbb\xbf[Launcher]\r\nEnabled\r\n")
    assert values_of(file.launcher) == {"enabled": True}


def test_a_value_that_a_comment_cuts_is_told_and_does_not_show_a_secret() -> None:
    file, (found,) = read("[Launcher]\nKubernetesAuthToken = ab#s3cret\n")
    assert values_of(file.launcher) == {"auth_token": "ab"}
    assert (found.code, found.location.line) == ("cut-value", 2)
    assert "s3cret" not in f"{found}{found.location.source}"


def test_a_value_that_is_not_ours_may_be_cut() -> None:
    assert read("[Launcher]\nPort = 1#x\n[SMTP]\nPassword = a#b\n")[1] == ()
