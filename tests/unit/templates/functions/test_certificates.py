from __future__ import annotations

import base64
import ipaddress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from launcher_k8s.templates.functions.certificate_signing import Certificate
from launcher_k8s.templates.functions.certificates import REGISTRY
from launcher_k8s.templates.functions.private_keys import REGISTRY as KEYS
from launcher_k8s.templates.functions.private_keys import make_rsa_key, write_key
from launcher_k8s.templates.govalues.kinds import type_name
from launcher_k8s.templates.govalues.values import GoError


@pytest.fixture
def key(effects: Any) -> str:
    return str(KEYS["genPrivateKey"].call(effects, "ecdsa"))


def read(certificate: Certificate) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate.cert.encode())


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_an_authority_signs_itself(effects: Any, key: str) -> None:
    authority = REGISTRY["genCAWithKey"].call(effects, "my ca", 365, key)
    certificate = read(authority)
    assert authority.get("Key") == key
    assert type_name(authority) == "sprig.certificate"
    assert certificate.subject == certificate.issuer
    assert certificate.subject.rfc4514_string() == "CN=my ca"
    assert certificate.not_valid_before_utc == datetime(2024, 2, 29, 13, 4, 5, tzinfo=UTC)
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(days=365)
    certificate.verify_directly_issued_by(certificate)


def test_an_authority_may_sign_others_and_is_named_by_its_key(effects: Any, key: str) -> None:
    extensions = read(REGISTRY["genCAWithKey"].call(effects, "ca", 1, key)).extensions
    assert [(each.oid._name, each.critical) for each in extensions] == [
        ("keyUsage", True),
        ("extendedKeyUsage", False),
        ("basicConstraints", True),
        ("subjectKeyIdentifier", False),
    ]
    assert extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def test_a_servers_certificate_holds_for_hosts_and_addresses(effects: Any, key: str) -> None:
    made = REGISTRY["genSelfSignedCertWithKey"].call(
        effects, "h", ["10.0.0.1", "::1", "::ffff:10.0.0.2"], ["h", "*.h"], 30, key
    )
    extensions = read(made).extensions
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert not names.critical
    assert names.value.get_values_for_type(x509.DNSName) == ["h", "*.h"]
    assert list(map(str, names.value.get_values_for_type(x509.IPAddress))) == ["10.0.0.1", "::1", "10.0.0.2"]
    assert ipaddress.ip_address("::1") in names.value.get_values_for_type(x509.IPAddress)
    uses = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(uses) == [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_names_are_critical_where_there_is_no_subject(effects: Any, key: str) -> None:
    made = read(REGISTRY["genSelfSignedCertWithKey"].call(effects, "", [], ["h"], 1, key))
    assert made.subject.rfc4514_string() == ""
    assert made.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical


def test_an_authority_signs_a_certificate(effects: Any, key: str) -> None:
    authority = REGISTRY["genCAWithKey"].call(effects, "ca", 9, key)
    own = KEYS["genPrivateKey"].call(effects, "ed25519")
    made = read(REGISTRY["genSignedCertWithKey"].call(effects, "h", [], ["h"], 3, authority, own))
    made.verify_directly_issued_by(read(authority))
    named = read(authority).extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    issuers = made.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert issuers.key_identifier == named.digest


def test_keys_are_made_where_none_is_given(effects: Any) -> None:
    authority = REGISTRY["genCA"].call(effects, "ca", 9)
    made = REGISTRY["genSignedCert"].call(effects, "h", [], [], 3, authority)
    read(made).verify_directly_issued_by(read(authority))
    assert made.key.startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert made.key != authority.key
    itself = read(REGISTRY["genSelfSignedCert"].call(effects, "h", [], [], 3))
    itself.verify_directly_issued_by(itself)


def test_a_custom_certificate_is_kept_as_it_is(effects: Any, key: str) -> None:
    made = REGISTRY["genCAWithKey"].call(effects, "ca", 9, key)
    assert REGISTRY["buildCustomCert"].call(packed(made.cert), packed(made.key)) == made


@pytest.mark.parametrize(
    ("cert", "own", "error"),
    [
        ("!", "", "unable to decode base64 certificate"),
        ("", "!", "unable to decode base64 private key"),
        ("YQ==", "YQ==", "unable to decode certificate"),
        (
            packed("-----BEGIN C-----\nYQ==\n-----END C-----"),
            "",
            "error parsing certificate: decodedCert.Bytes: ",
        ),
    ],
)
def test_what_is_no_custom_certificate(cert: str, own: str, error: str) -> None:
    with pytest.raises(GoError) as raised:
        REGISTRY["buildCustomCert"].call(cert, own)
    assert str(raised.value).startswith(error)


def test_a_custom_certificate_needs_a_key(effects: Any, key: str) -> None:
    made = REGISTRY["genCAWithKey"].call(effects, "ca", 9, key)
    with pytest.raises(GoError, match="error parsing private key: no PEM data in input"):
        REGISTRY["buildCustomCert"].call(packed(made.cert), packed("x"))


@pytest.mark.parametrize(
    ("addresses", "hosts", "error"),
    [
        (["bad"], [], "error parsing ip: bad"),
        (["fe80::1%eth0"], [], "error parsing ip: fe80::1%eth0"),
        ([1], [], "error parsing ip: 1 is not a string"),
        ([], [None], "error processing alternate dns name: <nil> is not a string"),
        ([], ["é"], 'error creating certificate: x509: "é" cannot be encoded as an IA5String'),
    ],
)
def test_names_that_no_certificate_can_hold(
    effects: Any, key: str, addresses: list[Any], hosts: list[Any], error: str
) -> None:
    with pytest.raises(GoError) as raised:
        REGISTRY["genSelfSignedCertWithKey"].call(effects, "h", addresses, hosts, 1, key)
    assert str(raised.value) == error


def test_keys_that_cannot_sign(effects: Any, key: str) -> None:
    with pytest.raises(GoError, match="parsing private key: no PEM data in input"):
        REGISTRY["genCAWithKey"].call(effects, "ca", 1, "")
    with pytest.raises(GoError, match=r"x509: certificate private key does not implement crypto\.Signer"):
        REGISTRY["genCAWithKey"].call(effects, "ca", 1, KEYS["genPrivateKey"].call(effects, "dsa"))
    authority = REGISTRY["genCAWithKey"].call(effects, "ca", 1, key)
    other = Certificate(authority.cert, write_key(make_rsa_key(1024)))
    with pytest.raises(GoError, match="provided PrivateKey doesn't match parent's PublicKey"):
        REGISTRY["genSignedCertWithKey"].call(effects, "h", [], [], 1, other, key)
    with pytest.raises(GoError, match="error parsing private key: no PEM data"):
        REGISTRY["genSignedCertWithKey"].call(effects, "h", [], [], 1, Certificate(authority.cert, ""), key)


def test_names_longer_than_their_standard_allows_are_used(effects: Any, key: str) -> None:
    made = REGISTRY["genCAWithKey"].call(effects, "x" * 80, 1, key)
    assert ("x" * 80).encode() in base64.b64decode("".join(made.cert.splitlines()[1:-1]))


def test_more_days_than_a_duration_holds_wrap_around_as_in_go(effects: Any, key: str) -> None:
    assert read(REGISTRY["genCAWithKey"].call(effects, "ca", 10**9, key)).not_valid_after_utc.year < 2318


def test_an_authority_that_has_ended_already_is_signed(effects: Any, key: str) -> None:
    certificate = read(REGISTRY["genCAWithKey"].call(effects, "ca", -3, key))
    assert certificate.not_valid_before_utc - certificate.not_valid_after_utc == timedelta(days=3)


def test_a_name_that_is_no_text_is_refused_in_gos_words(effects: Any, key: str) -> None:
    with pytest.raises(GoError, match=r"^error creating certificate: asn1: string not valid UTF-8$"):
        REGISTRY["genCAWithKey"].call(effects, "\udcff", 1, key)
