from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.tokens import decode_token


def web_token(claims: dict[str, str]) -> str:
    parts = [{"alg": "RS256"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


TOKEN = web_token({"sub": "system:serviceaccount:rstudio:job-launcher"})


def test_a_web_token_is_itself() -> None:
    assert decode_token(TOKEN) == TOKEN


def test_blanks_around_a_token_are_dropped() -> None:
    assert decode_token(f"  {TOKEN}\r\n") == TOKEN


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_base64_encoded_web_token_is_decoded(encode: Callable[[bytes], bytes]) -> None:
    assert decode_token(encode(TOKEN.encode()).decode()) == TOKEN


def test_padding_may_be_missing() -> None:
    assert decode_token(base64.b64encode(f"{TOKEN}\n".encode()).decode().rstrip("=")) == TOKEN


def test_base64_may_be_wrapped() -> None:
    assert decode_token(base64.encodebytes(TOKEN.encode()).decode()) == TOKEN


@pytest.mark.parametrize(
    "opaque", ["0123456789abcdef", "YWJj", "kubeconfig-u-abc:xyz", "a.b.c", "YWJj.YWJj.YWJj", ""]
)
def test_any_other_token_is_kept(opaque: str) -> None:
    assert decode_token(opaque) == opaque


def test_base64_of_three_words_that_are_no_web_token_is_kept() -> None:
    encoded = base64.b64encode(b"YWJj.YWJj.YWJj").decode()
    assert decode_token(encoded) == encoded


@given(st.text())
def test_any_text_is_accepted(text: str) -> None:
    assert decode_token(text) in (text.strip(), decode_token(decode_token(text)))


@given(st.dictionaries(st.text(), st.text()))
def test_what_is_encoded_comes_back(claims: dict[str, str]) -> None:
    token = web_token(claims)
    assert decode_token(base64.b64encode(token.encode()).decode()) == token
