from __future__ import annotations

import pytest

from launcher_k8s.config import parse_settings
from launcher_k8s.diagnostics import Severity
from tests.memory_files import CONNECTION, DIRECTORY, MAIN, MemoryFiles, findings_of, only_finding

URL = "api-url=https://10.0.0.1:6443\n"
BY_PATH = f"{URL}auth-token-path=token\n"


def check(*, mode: int = 0o600, owner: str = "rstudio-server", text: str = BY_PATH) -> list[str]:
    read = MemoryFiles({MAIN: text, "token": "opaque"}, mode=mode, owner=owner)
    settings, diagnostics = parse_settings(DIRECTORY, read)
    assert settings is not None
    return [finding.code for finding in diagnostics]


def test_a_token_file_of_the_server_user_is_fine() -> None:
    assert check() == []


def test_a_token_file_of_root_is_fine() -> None:
    assert check(owner="root", mode=0o640) == []


def test_the_server_user_may_have_another_name() -> None:
    assert check(owner="launcher", text=f"{BY_PATH}server-user=launcher\n") == []
    assert check(text=f"{BY_PATH}server-user=launcher\n") == ["foreign-token"]


def test_a_token_file_that_all_can_read_is_told() -> None:
    assert check(mode=0o604) == ["exposed-token"]


def test_a_token_file_that_cannot_be_read_is_told_where_it_is_named() -> None:
    finding = only_finding({MAIN: BY_PATH})
    assert (finding.code, str(finding.location)) == ("unreadable-token", f"/conf/{MAIN}:2:17 auth-token-path")


def test_an_empty_token_file_is_told_where_it_is_named() -> None:
    finding = only_finding({MAIN: BY_PATH, "token": " \n"})
    assert (finding.code, str(finding.location)) == ("unreadable-token", f"/conf/{MAIN}:2:17 auth-token-path")
    assert finding.message == "the token file /conf/token is empty"


def test_the_pods_own_token_is_taken_as_it_is() -> None:
    path = "/var/run/secrets/kubernetes.io/serviceaccount/token"
    read = MemoryFiles({MAIN: f"{URL}auth-token-path={path}\n", path: "opaque"}, mode=0o644, owner="root")
    assert parse_settings(DIRECTORY, read)[1] == ()


def test_of_two_tokens_the_path_wins_and_its_place_is_told() -> None:
    finding = only_finding({MAIN: f"{CONNECTION}auth-token-path=token\n", "token": "opaque"})
    assert (finding.code, finding.location.line) == ("two-tokens", 2)
    assert f"/conf/{MAIN}:3 auth-token-path" in finding.message


def test_the_place_of_a_token_shows_no_token() -> None:
    finding = only_finding({MAIN: f"{URL}auth-token=s3cret\nauth-token-path=token\n", "token": "opaque"})
    assert finding.location.source == "auth-token=***"


@pytest.mark.parametrize(
    "text",
    [
        "api-url=ftp://x\nauth-token=opaque\n",
        f"{URL}auth-token=a\x01b\n",
        f'{URL}auth-token-path="token\n',
    ],
)
def test_what_is_set_and_cannot_be_read_is_not_said_to_be_missing(text: str) -> None:
    assert only_finding({MAIN: text}).code == "bad-value"


def test_of_a_main_file_that_is_not_there_nothing_else_is_missing() -> None:
    _, diagnostics = parse_settings(DIRECTORY, MemoryFiles({}))
    assert [diagnostic.code for diagnostic in diagnostics] == ["missing-file"]


def test_empty_tokens_are_none() -> None:
    assert {*findings_of({MAIN: f"{URL}auth-token=\nauth-token-path=\n"})} == {"missing-token"}


def test_an_empty_url_is_none() -> None:
    assert {*findings_of({MAIN: "api-url=\nauth-token=x\n"})} == {"missing-api-url"}


def test_a_namespace_that_cannot_be_is_an_error_where_it_is_set() -> None:
    finding = only_finding({MAIN: f"{CONNECTION}kubernetes-namespace=Lab/One\n"})
    assert (finding.code, finding.severity) == ("bad-value", Severity.ERROR)
    assert str(finding.location).startswith(f"/conf/{MAIN}:")
    assert str(finding.location).endswith("kubernetes-namespace")
    assert "'Lab/One'" in finding.message


def test_the_longest_namespace_is_fine() -> None:
    assert check(text=f"{BY_PATH}kubernetes-namespace={'a' * 63}\n") == []
