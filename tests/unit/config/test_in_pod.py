from __future__ import annotations

import base64
from collections.abc import Mapping

import pytest

from launcher_k8s.config.in_pod import SERVICE_ACCOUNT_DIRECTORY
from launcher_k8s.settings import ClusterSettings
from tests.memory_files import MAIN, findings_of, only_finding, read_cluster
from tests.unit.config.test_certificates import certificate

ENVIRON = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}
TOKEN = f"{SERVICE_ACCOUNT_DIRECTORY}/token"
AUTHORITY = f"{SERVICE_ACCOUNT_DIRECTORY}/ca.crt"
NAMESPACE = f"{SERVICE_ACCOUNT_DIRECTORY}/namespace"
POD = {TOKEN: "opaque", AUTHORITY: certificate(), NAMESPACE: "elsewhere"}


def cluster(
    text: str = "", *, files: Mapping[str, str] = POD, environ: Mapping[str, str] = ENVIRON
) -> ClusterSettings:
    return read_cluster({MAIN: text, **files}, environ=environ)


def test_a_pod_tells_address_token_and_certificates() -> None:
    found = cluster()
    assert found.api_url == "https://10.96.0.1:443"
    assert (found.auth_token, found.auth_token_path) == (None, TOKEN)
    assert found.certificate_authority == certificate()
    assert found.diagnostics == ()


def test_each_says_where_it_comes_from() -> None:
    found = cluster()
    assert str(found.origin("api_url")) == "environment KUBERNETES_SERVICE_HOST"
    assert str(found.origin("auth_token_path")) == f"{TOKEN}:1"
    assert str(found.origin("certificate_authority")) == f"{AUTHORITY}:1"


def test_the_namespace_is_not_taken_from_the_pod() -> None:
    assert cluster().namespace == "rstudio"


def test_an_ipv6_address_is_put_in_brackets() -> None:
    assert (
        cluster(environ={**ENVIRON, "KUBERNETES_SERVICE_HOST": "fd00::1"}).api_url == "https://[fd00::1]:443"
    )


@pytest.mark.parametrize(
    "environ", [{}, {**ENVIRON, "KUBERNETES_SERVICE_PORT": ""}, {"KUBERNETES_SERVICE_PORT": "443"}]
)
def test_elsewhere_nothing_is_filled_in(environ: dict[str, str]) -> None:
    found = cluster(environ=environ)
    assert (found.api_url, found.auth_token_path, found.certificate_authority) == (None, None, None)


def test_what_the_file_sets_stays() -> None:
    authority = base64.b64encode(certificate(b"\x30 other").encode()).decode()
    found = cluster(f"api-url=https://h\nauth-token=x\ncertificate-authority={authority}\n")
    assert (found.api_url, found.auth_token, found.auth_token_path) == ("https://h", "x", None)
    assert found.certificate_authority == certificate(b"\x30 other")


def test_an_empty_certificate_authority_means_the_systems_own() -> None:
    assert cluster("certificate-authority=\n").certificate_authority is None


def test_a_missing_service_account_is_left_out() -> None:
    found = cluster(files={})
    assert (found.auth_token_path, found.certificate_authority) == (None, None)
    assert [finding.code for finding in found.diagnostics] == ["missing-token"]


def test_an_unreadable_service_account_is_told() -> None:
    found = findings_of({MAIN: "", TOKEN: None, AUTHORITY: None}, environ=ENVIRON)
    assert {*found} == {"unreadable-service-account", "missing-token"}
    assert [finding.location.file for finding in found["unreadable-service-account"]] == [TOKEN, AUTHORITY]


def test_damaged_certificates_are_an_error() -> None:
    finding = only_finding({MAIN: "", **POD, AUTHORITY: "hello"}, environ=ENVIRON)
    assert (finding.code, finding.location.file) == ("bad-value", AUTHORITY)


def test_an_address_that_is_none_is_an_error() -> None:
    found = findings_of({MAIN: "", **POD}, environ={**ENVIRON, "KUBERNETES_SERVICE_PORT": "tcp"})
    assert str(found["bad-value"][0].location) == "environment KUBERNETES_SERVICE_PORT"


def test_a_host_that_is_none_is_told_as_the_host() -> None:
    found = findings_of({MAIN: "", **POD}, environ={**ENVIRON, "KUBERNETES_SERVICE_HOST": "a b"})
    assert str(found["bad-value"][0].location) == "environment KUBERNETES_SERVICE_HOST"


def test_what_the_file_sets_and_cannot_be_read_is_not_filled_in() -> None:
    assert only_finding({MAIN: "api-url=ftp://x\n", **POD}, environ=ENVIRON).code == "bad-value"


def test_an_address_that_cannot_be_is_told_once() -> None:
    environ = {**ENVIRON, "KUBERNETES_SERVICE_PORT": "x"}
    assert only_finding({MAIN: "", **POD}, environ=environ).code == "bad-value"
