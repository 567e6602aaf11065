from __future__ import annotations

import base64

import pytest

from launcher_k8s.diagnostics import Diagnostic
from launcher_k8s.settings import ClusterSettings
from tests.memory_files import CONNECT, CONNECT_CONNECTION, findings_of, only_finding, read_cluster

ENABLED = "[Launcher]\nEnabled\nKubernetes\n"
VARIABLES = {"KUBERNETES_API_URL": "https://env:6443/", "KUBERNETES_AUTH_TOKEN": " env-token\n"}
POD = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}
SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/token"
JWT = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"x"}', b"{}", b"s"))


def read(text: str, environ: dict[str, str], **files: str) -> ClusterSettings:
    return read_cluster({CONNECT: text, **files}, environ=environ)


def test_the_environment_sets_what_the_file_does_not() -> None:
    cluster = read(ENABLED, VARIABLES)
    assert (cluster.api_url, cluster.auth_token) == ("https://env:6443", "env-token")
    assert str(cluster.origin("api_url")) == "environment KUBERNETES_API_URL"
    assert str(cluster.origin("auth_token")) == "environment KUBERNETES_AUTH_TOKEN"


def test_the_file_wins() -> None:
    cluster = read(CONNECT_CONNECTION, VARIABLES)
    assert (cluster.api_url, cluster.auth_token) == ("https://10.0.0.1:6443", "opaque")


def test_each_is_set_by_itself() -> None:
    cluster = read(f"{ENABLED}KubernetesAPIURL = https://file\n", VARIABLES)
    assert (cluster.api_url, cluster.auth_token) == ("https://file", "env-token")


def test_a_key_that_is_set_to_nothing_leaves_it_to_the_environment() -> None:
    assert read(f"{ENABLED}KubernetesAPIURL =\n", VARIABLES).api_url == "https://env:6443"


def test_the_environment_wins_over_the_pod() -> None:
    cluster = read_cluster(
        {CONNECT: ENABLED, SERVICE_ACCOUNT: "pod-token"}, environ={**POD, "KUBERNETES_API_URL": "https://env"}
    )
    assert cluster.api_url == "https://env"
    assert (cluster.auth_token, cluster.auth_token_path) == (None, SERVICE_ACCOUNT)


def test_a_pod_sets_what_is_left() -> None:
    cluster = read_cluster({CONNECT: ENABLED, SERVICE_ACCOUNT: "pod-token"}, environ=POD)
    assert (cluster.api_url, cluster.auth_token_path) == ("https://[fd00::1]:443", SERVICE_ACCOUNT)


@pytest.mark.parametrize("stated", ["", "  "])
def test_an_empty_variable_is_not_set(stated: str) -> None:
    codes = findings_of({CONNECT: ENABLED}, environ=dict.fromkeys(VARIABLES, stated))
    assert set(codes) == {"missing-api-url", "missing-token"}


@pytest.mark.parametrize("where", ["file", "environment"])
def test_a_token_in_base64_is_decoded(where: str) -> None:
    encoded = base64.b64encode(JWT.encode()).decode()
    text = f'{ENABLED}KubernetesAuthToken = "{encoded}"\n' if where == "file" else ENABLED
    environ = {"KUBERNETES_API_URL": "https://h"} | (
        {"KUBERNETES_AUTH_TOKEN": encoded} if where != "file" else {}
    )
    assert read(text, environ).auth_token == JWT


def bad_variable(**environ: str) -> Diagnostic:
    return only_finding({CONNECT: ENABLED}, environ={**VARIABLES, **environ})


def test_a_variable_that_cannot_be_read_is_told_by_its_name() -> None:
    found = bad_variable(KUBERNETES_API_URL="h:6443")
    assert (found.code, str(found.location)) == ("bad-value", "environment KUBERNETES_API_URL")


def test_a_placeholder_in_a_variable_is_told() -> None:
    assert bad_variable(KUBERNETES_AUTH_TOKEN="<token>").code == "placeholder"


def test_a_variable_is_not_read_where_the_file_has_what_cannot_be() -> None:
    found = only_finding({CONNECT: f"{ENABLED}KubernetesAPIURL = h\n"}, environ=VARIABLES)
    assert (found.code, found.location.line) == ("bad-value", 4)


def test_what_is_missing_is_told_by_the_keys_of_this_file() -> None:
    messages = [found.message for (found,) in findings_of({CONNECT: ENABLED}).values()]
    assert messages == [
        "KubernetesAPIURL is not set: jobs can be planned, not submitted",
        "KubernetesAuthToken is not set: jobs can be planned, not submitted",
    ]
