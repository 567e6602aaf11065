from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

from launcher_k8s.templates.functions.private_keys import (
    REGISTRY,
    find_block,
    make_rsa_key,
    read_key,
    write_key,
)
from launcher_k8s.templates.govalues.values import GoError


def pem(kind: str, body: str = "YQ==") -> str:
    return f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n"


@pytest.mark.parametrize(
    ("kind", "title", "type_"),
    [
        ("dsa", "DSA PRIVATE KEY", dsa.DSAPrivateKey),
        ("ecdsa", "EC PRIVATE KEY", ec.EllipticCurvePrivateKey),
        ("ed25519", "PRIVATE KEY", ed25519.Ed25519PrivateKey),
    ],
)
def test_keys_are_written_as_go_writes_them(effects: Any, kind: str, title: str, type_: type) -> None:
    text = REGISTRY["genPrivateKey"].call(effects, kind)
    block = find_block(text)
    assert block is not None
    assert block.kind == title
    assert isinstance(read_key(text), type_)
    assert write_key(read_key(text)) == text


def test_an_rsa_key_is_written_in_its_old_format() -> None:
    text = write_key(make_rsa_key(1024))
    assert text.startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    assert isinstance(read_key(text), rsa.RSAPrivateKey)


def test_keys_of_the_effects_randomness_are_the_same_again(effects: Any) -> None:
    first = [REGISTRY["genPrivateKey"].call(effects, kind) for kind in ("ecdsa", "ed25519")]
    effects.next_byte = 0
    assert [REGISTRY["genPrivateKey"].call(effects, kind) for kind in ("ecdsa", "ed25519")] == first


def test_an_unknown_kind_is_told_as_text(effects: Any) -> None:
    assert REGISTRY["genPrivateKey"].call(effects, "x") == "Unknown type x"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "no PEM data in input"),
        (pem("PRIVATE KEY", "!"), "no PEM data in input"),
        (pem("CERTIFICATE"), "no private key data in PEM block of type CERTIFICATE"),
        (pem("X PRIVATE KEY"), "invalid private key type X PRIVATE KEY"),
        (pem("PRIVATE KEY"), "decoding PEM as PKCS#8: "),
        (pem("RSA PRIVATE KEY"), "parsing RSA private key from PEM: "),
        (pem("EC PRIVATE KEY"), "parsing EC private key from PEM: "),
    ],
)
def test_what_is_no_key(text: str, error: str) -> None:
    with pytest.raises(GoError) as raised:
        read_key(text)
    assert str(raised.value).startswith(error)


def test_a_block_may_stand_after_other_text_and_have_headers() -> None:
    block = find_block("said:\n-----BEGIN X-----\nProc-Type: 4\n\nYWJj\nZGVm\n-----END X-----\nrest")
    assert block is not None
    assert (block.kind, block.data) == ("X", b"abcdef")
