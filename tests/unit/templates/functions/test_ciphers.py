from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from launcher_k8s.templates.functions.ciphers import REGISTRY
from launcher_k8s.templates.govalues.values import GoError

# Made by Sprig 3.3.0 itself.
FROM_SPRIG = "3MDzBkYzCjLOGqZsn1DqpQBOKY325z0F4raEEBJ9mn0="


def packed(size: int) -> str:
    return base64.b64encode(bytes(size)).decode()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40), st.text(min_size=1, max_size=40))
def test_what_was_encrypted_is_decrypted(effects: Any, password: str, text: str) -> None:
    try:
        text.encode()
        password.encode()
    except UnicodeEncodeError:
        return
    encrypted = REGISTRY["encryptAES"].call(effects, password, text)
    assert REGISTRY["decryptAES"].call(password, encrypted) == text


def test_what_sprig_encrypted_is_decrypted() -> None:
    assert REGISTRY["decryptAES"].call("secret", FROM_SPRIG) == "plain text, é"


def test_nothing_stays_nothing(effects: Any) -> None:
    assert REGISTRY["encryptAES"].call(effects, "k", "") == REGISTRY["decryptAES"].call("k", "") == ""


def test_passwords_are_cut_to_32_bytes(effects: Any) -> None:
    encrypted = REGISTRY["encryptAES"].call(effects, "x" * 40, "text")
    assert REGISTRY["decryptAES"].call("x" * 32, encrypted) == "text"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("!!", "illegal base64 data at input byte 0"),
        ("aGVsbG8=", "runtime error: slice bounds out of range [:16] with capacity 6"),
        ("YWJj\n" * 5, "runtime error: slice bounds out of range [16:15]"),
        (packed(17), "crypto/cipher: input not full blocks"),
        (packed(16), "runtime error: index out of range [-1]"),
    ],
)
def test_what_was_not_encrypted(text: str, error: str) -> None:
    with pytest.raises(GoError) as raised:
        REGISTRY["decryptAES"].call("k", text)
    assert str(raised.value) == error


def test_a_wrong_password_gives_wrong_padding() -> None:
    with pytest.raises(GoError, match=r"slice bounds out of range \[:-\d+\]"):
        REGISTRY["decryptAES"].call("wrong", packed(32))
