from __future__ import annotations

import base64

import pytest

from launcher_k8s.config.bad_value import BadValueError
from launcher_k8s.config.certificates import check_certificates, decode_certificates


def certificate(content: bytes = b"\x30\x82\x01\x0a certificate") -> str:
    body = base64.encodebytes(content).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("pem", [certificate(), certificate() * 3, f"# the cluster's own\n{certificate()}"])
def test_pem_is_decoded_as_it_is(pem: str) -> None:
    assert decode_certificates(encode(pem)) == pem


def test_wrapped_base64_is_decoded() -> None:
    assert decode_certificates(base64.encodebytes(certificate().encode()).decode()) == certificate()


@pytest.mark.parametrize(
    "text",
    [
        "/etc/ssl/ca.pem",
        "not base64!",
        encode(""),
        encode("hello"),
        base64.b64encode(b"\x30\x82\x01\x0a\xff").decode(),
        encode("-----BEGIN CERTIFICATE-----\nMII"),
    ],
)
def test_anything_else_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(BadValueError) as caught:
        decode_certificates(text)
    assert "base64 -w0" in caught.value.hint


@pytest.mark.parametrize(
    "pem",
    [
        certificate(b"no DER"),
        certificate() + "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
        certificate() + "-----BEGIN CERTIFICATE-----\n",
        certificate().replace("CERTIFICATE", "PRIVATE KEY"),
    ],
)
def test_a_damaged_certificate_is_refused(pem: str) -> None:
    with pytest.raises(BadValueError):
        check_certificates(pem)


def test_the_damaged_one_is_told() -> None:
    with pytest.raises(BadValueError, match="certificate 2 of 2"):
        check_certificates(certificate() + certificate(b"no DER"))


@pytest.mark.parametrize("text", ["/etc/ssl/ca.crt", "ca.pem", "~/ca.txt"])
def test_a_path_is_told_with_the_command_for_that_file(text: str) -> None:
    with pytest.raises(BadValueError, match="path of a file") as caught:
        decode_certificates(text)
    assert caught.value.hint == f"write the output of `base64 -w0 {text}`"


def test_pem_text_itself_is_told_as_that() -> None:
    with pytest.raises(BadValueError, match="is PEM text"):
        decode_certificates("-----BEGIN CERTIFICATE-----")
