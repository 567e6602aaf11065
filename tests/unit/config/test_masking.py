"""No token is shown, wherever in a file it was put by mistake; everything else that helps is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from launcher_k8s import check_directory
from launcher_k8s.config.masking import is_public, is_token, masked, masked_words, shown_path
from launcher_k8s.wire import to_wire

_JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJsYXVuY2hlciJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
_BASE64_JWT = "ZXlKaGJHY2lPaUpTVXpJMU5pSXNJbXRwWkNJNklqRWlmUS5leUp6ZFdJaU9pSnNZWFZ1WTJobGNpSjkuYzJs"
_TOKENS = (_JWT, _BASE64_JWT, "EYES5ZZQX", "sha256~q8Zk3mP0aVYw7Lt2", "abc123.0123456789abcdef")
_PLACES = (
    "auth-token=\\\n{}\n",
    "auth-token=\n{}\n",
    "auth-token=\n  {}==\n",
    "auth-token=x\\\n{}\n{}\n",
    "{}\n",
    "={}\n",
    "{}=\n",
    "[{}]\n",
    "[{}\n",
    "[{}]\nmax-cpus=1\n",
    "api-url={}\n",
    "api-url=https://h:1 auth-token={}\n",
    "api-url=https://h:1?token={}\n",
    "api-url=https://u:{}@h:1\n",
    "certificate-authority={}\n",
    "auth-token-path={}\n",
    "auth-token: {}\n",
    "auth-token {}\n",
    "auth-tokn={}\n",
    "password={}\n",
)
_CONNECT_PLACES = (
    "KubernetesAuthToken = \\\n{}\n",
    "KubernetesAuthToken =\n{}\n",
    'KubernetesAuthToken = "{}\n',
    "{}\n",
    "= {}\n",
    "[{}\n",
    "KubernetesAPIURL = {}\n",
    "KubernetesAuthTokn = {}\n",
    "KubernetesAuthToken {}\n",
)


def _shown(directory: Path) -> str:
    checkup = check_directory(directory, environ={}, ask_host=False)
    assert checkup.diagnostics
    return "\n".join(
        [
            checkup.text(),
            json.dumps(checkup.records()),
            checkup._repr_html_(),
            json.dumps(to_wire(checkup.diagnostics)),
            *map(str, checkup.diagnostics),
            *(each._repr_html_() for each in checkup.diagnostics),
        ]
    )


@pytest.mark.parametrize("token", _TOKENS)
@pytest.mark.parametrize("place", _PLACES)
def test_no_finding_of_the_main_file_shows_a_token(tmp_path: Path, place: str, token: str) -> None:
    (tmp_path / "launcher.kubernetes.conf").write_text(place.replace("{}", token))
    assert token not in _shown(tmp_path)


@pytest.mark.parametrize("token", _TOKENS)
@pytest.mark.parametrize("place", _CONNECT_PLACES)
def test_no_finding_of_connects_file_shows_a_token(tmp_path: Path, place: str, token: str) -> None:
    path = tmp_path / "rstudio-connect.gcfg"
    path.write_text(f"[Launcher]\nKubernetes = true\n{place.replace('{}', token)}")
    assert token not in _shown(tmp_path)


def test_a_token_before_any_section_of_connects_file_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "rstudio-connect.gcfg").write_text("EYES5ZZQX\n[Launcher]\n")
    assert "EYES5ZZQX" not in _shown(tmp_path)


@pytest.mark.parametrize("url", ["10.0.0.1:6443", "k8s.example.com", "https//10.0.0.1:6443", "localhost"])
def test_a_url_without_a_scheme_is_shown(tmp_path: Path, url: str) -> None:
    (tmp_path / "launcher.kubernetes.conf").write_text(f"api-url={url}\n")
    shown = _shown(tmp_path)
    assert f"'{url}' is not an http or https URL" in shown
    assert f"api-url={url}" in shown


def test_a_line_of_words_is_shown(tmp_path: Path) -> None:
    (tmp_path / "launcher.kubernetes.conf").write_text("watch-timeout-seconds 60\n")
    shown = _shown(tmp_path)
    assert "'watch-timeout-seconds 60' is neither" in shown
    assert "write watch-timeout-seconds=60" in shown


def test_a_token_for_its_path_is_told(tmp_path: Path) -> None:
    (tmp_path / "launcher.kubernetes.conf").write_text(f"api-url=https://h:1\nauth-token-path={_JWT}\n")
    (found,) = check_directory(tmp_path, environ={}, ask_host=False).diagnostics
    assert (found.code, found.hint) == ("bad-value", "did you mean auth-token?")
    assert "looks like a token" in found.message


@pytest.mark.parametrize(
    "path", ["token", "/var/run/secrets/kubernetes.io/serviceaccount/token", "../keys/launcher_token"]
)
def test_a_path_is_public(path: str) -> None:
    assert is_public(path)
    assert not is_token(path)
    assert shown_path(f"/etc/{path}") == f"/etc/{path}"


@pytest.mark.parametrize("token", [_JWT, _BASE64_JWT, "sha256~q8Zk3mP0aVYw7Lt2", "abc123.0123456789abcdef"])
def test_a_token_is_one(token: str) -> None:
    assert is_token(token)
    assert not is_public(token)


def test_a_web_token_is_masked_in_any_text() -> None:
    assert masked(f"'{_JWT}' is neither on nor off") == "'***' is neither on nor off"


def test_words_stay_and_the_rest_is_masked() -> None:
    assert masked_words("fetch-limit 60 A1b2C3") == "fetch-limit 60 ***"
