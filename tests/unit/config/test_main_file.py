from __future__ import annotations

import base64
from decimal import Decimal

import attrs
import pytest

from launcher_k8s.options import ValueKind
from launcher_k8s.origin import OriginKind
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.wire import to_wire
from tests.memory_files import CONNECTION, MAIN, findings_of, only_finding, read_cluster, read_texts
from tests.unit.config.test_certificates import certificate
from tests.unit.test_tokens import TOKEN

OPTIONS = {
    field.metadata["option"].key: field
    for field in attrs.fields(ClusterSettings)
    if "option" in field.metadata
}
PEM = certificate()
SAMPLES = {
    ValueKind.TEXT: ("/some/thing", "/some/thing"),
    ValueKind.URL: ("https://h:6443", "https://h:6443"),
    ValueKind.CERTIFICATE: (base64.b64encode(PEM.encode()).decode(), PEM),
    ValueKind.BOOLEAN: ("yes", True),
    ValueKind.COUNT: ("7", 7),
    ValueKind.NUMBER: ("0.5", Decimal("0.5")),
}
LAB = ("lab-1", "lab-1")


def test_without_a_key_every_setting_has_its_default() -> None:
    cluster = read_cluster({MAIN: ""})
    for field in OPTIONS.values():
        assert getattr(cluster, field.name) == field.default
        assert cluster.origin(field.name).kind is OriginKind.DEFAULT


@pytest.mark.parametrize("key", OPTIONS)
def test_every_key_sets_its_field_and_says_where(key: str) -> None:
    field = OPTIONS[key]
    text, value = LAB if key == "kubernetes-namespace" else SAMPLES[field.metadata["option"].kind]
    cluster = read_cluster({MAIN: f"# comment\n{key} = {text}\n", "/some/thing": ""})
    assert getattr(cluster, field.name) == value
    assert str(cluster.origin(field.name)) == f"/conf/{MAIN}:2 {key}"


def test_the_guides_keys_are_all_known() -> None:
    guide = """server-user thread-pool-size enable-debug-logging scratch-path logging-dir job-expiry-hours
        profile-config api-url auth-token-path auth-token kubernetes-namespace shared-process-namespace
        verify-ssl-certs certificate-authority watch-timeout-seconds fetch-limit use-templating"""
    plugin_sdk = """heartbeat-interval-seconds launcher-config-file log-level max-message-size plugin-name
        rsandbox-path unprivileged plugin-metrics-interval-seconds config-file"""
    assert {*OPTIONS} == {*guide.split(), *plugin_sdk.split()}


def test_a_base64_encoded_token_is_decoded() -> None:
    encoded = base64.b64encode(TOKEN.encode()).decode()
    assert read_cluster({MAIN: f"auth-token={encoded}"}).auth_token == TOKEN


@pytest.mark.parametrize("key", ["api-url", "certificate-authority", "scratch-path", "profile-config"])
def test_a_key_without_a_value_is_set_and_empty(key: str) -> None:
    cluster = read_cluster({MAIN: f"{key}="})
    assert getattr(cluster, OPTIONS[key].name) is None
    assert cluster.origin(OPTIONS[key].name).kind is OriginKind.FILE


@pytest.mark.parametrize("key", ["kubernetes-namespace", "verify-ssl-certs", "fetch-limit", "server-user"])
def test_what_cannot_be_unset_cannot_be_empty(key: str) -> None:
    (finding,) = findings_of({MAIN: f'{CONNECTION}{key}=""\n'})["bad-value"]
    assert (finding.message, finding.location.key) == ("the value is empty", key)


def test_a_key_given_twice_is_told_with_the_first_line() -> None:
    finding = only_finding({MAIN: f"{CONNECTION}fetch-limit=5\nfetch-limit=5\n"})
    assert (finding.code, finding.location.line) == ("duplicate-key", 4)
    assert "line 3" in finding.message


def test_an_unknown_key_is_told_with_the_one_that_was_meant() -> None:
    finding = only_finding({MAIN: f"{CONNECTION}kubernets-namespace=x\n"})
    assert finding.code == "unknown-key"
    assert finding.hint == "did you mean kubernetes-namespace?"


def test_a_key_of_another_file_is_told_so() -> None:
    assert "profiles file" in only_finding({MAIN: f"{CONNECTION}max-cpus=2\n"}).hint


def test_an_unknown_key_that_resembles_none_is_told_with_all() -> None:
    assert "fetch-limit" in only_finding({MAIN: f"{CONNECTION}qqq=2\n"}).hint


def test_the_value_of_an_unknown_key_is_not_shown() -> None:
    finding = only_finding({MAIN: f"{CONNECTION}auth-tokn=s3cret\n"})
    assert "s3cret" not in str(to_wire(finding))
    assert "s3cret" not in finding.location.source


def test_unknown_keys_may_be_allowed() -> None:
    settings, (finding,) = read_texts({MAIN: f"{CONNECTION}new-key=1\n"}, strict=False)
    assert settings is not None
    assert (finding.code, finding.severity.value) == ("unknown-key", "warning")


def test_keys_below_a_section_are_checked_as_well() -> None:
    found = findings_of({MAIN: f"{CONNECTION}[Kubernetes]\nfetch-limit=0\n"})
    assert {*found} == {"unexpected-section", "out-of-range"}


def test_every_problem_is_told_at_once_in_the_order_of_lines() -> None:
    text = "api-url=ftp://h\nauth-token=x\nfetch-limit=0\nno equals\n=1\nverify-ssl-certs=maybe\nzzz=1\n"
    _, diagnostics = read_texts({MAIN: text})
    found = [(finding.location.line, finding.code) for finding in diagnostics if finding.location.line]
    assert found == [
        (1, "bad-value"),
        (3, "out-of-range"),
        (4, "missing-equals"),
        (5, "missing-key"),
        (6, "bad-value"),
        (7, "unknown-key"),
    ]


def test_a_bad_value_is_told_with_its_column() -> None:
    finding = only_finding({MAIN: f"{CONNECTION}  fetch-limit = x\n"})
    assert str(finding.location) == f"/conf/{MAIN}:3:17 fetch-limit"
    assert finding.location.source == "  fetch-limit = x"


def test_a_secret_is_in_no_repr() -> None:
    settings, diagnostics = read_texts({MAIN: "auth-token=s3cret\nauth-token=s3cret\n"})
    assert settings is None
    assert "s3cret" not in str(to_wire(diagnostics))
    assert "s3cret" not in repr(read_cluster({MAIN: "auth-token=s3cret"}))


def test_many_unknown_keys_are_counted() -> None:
    found = findings_of({MAIN: CONNECTION + "".join(f"key{number}=1\n" for number in range(1500))})
    assert len(found["unknown-key"]) == 1000
    assert found["more-problems"][0].message.startswith("500 more")


@pytest.mark.parametrize(("written", "path"), [("token", "/conf/token"), ("/run/token", "/run/token")])
def test_a_relative_token_path_is_beside_the_file(written: str, path: str) -> None:
    text = f"api-url=https://10.0.0.1:6443\nauth-token-path={written}\n"
    assert read_cluster({MAIN: text, "token": "opaque"}).auth_token_path == path


def test_a_relative_token_path_of_a_cluster_elsewhere_is_beside_that_clusters_file() -> None:
    launcher = "[cluster]\ntype=Kubernetes\nconfig-file=/west/main.conf\n"
    main = "api-url=https://10.0.0.1:6443\nauth-token-path=token\n"
    files = {"launcher.conf": launcher, "/west/main.conf": main, "/west/token": "opaque"}
    assert read_cluster(files).auth_token_path == "/west/token"


def test_the_key_that_has_a_close_part_is_meant() -> None:
    finding = only_finding({MAIN: f"{CONNECTION}namspace=lab\n"})
    assert finding.hint == "did you mean kubernetes-namespace?"


def test_of_a_file_that_is_no_text_nothing_is_said_to_be_missing() -> None:
    assert {*findings_of({MAIN: b"\xff\xfea\0"})} == {"not-text"}
    assert {*findings_of({MAIN: b"a\0b"})} == {"not-text"}


def test_a_misspelt_key_is_not_missing_as_well() -> None:
    text = "api-url=https://10.0.0.1:6443\nauth-tokn-path=/etc/token\n"
    assert {*findings_of({MAIN: text})} == {"unknown-key"}
