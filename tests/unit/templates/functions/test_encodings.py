from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.functions.encodings import (
    adler32sum,
    decode_base32,
    decode_base64,
    encode_base32,
    encode_base64,
    sha1sum,
    sha256sum,
    sha512sum,
)
from launcher_k8s.templates.govalues.values import decode

BYTES = st.binary(max_size=20).map(decode)


def test_sums_are_of_the_bytes() -> None:
    assert sha1sum("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d"
    assert sha256sum("").startswith("e3b0c44298fc1c149afbf4c8996fb924")
    assert sha512sum("abc").startswith("ddaf35a193617abacc417349ae204131")
    assert adler32sum("Wikipedia") == "300286872"
    assert sha1sum("\udcff") != sha1sum("\ufffd")


@given(BYTES, st.sampled_from(["", "\n", "\r\n"]))
def test_what_is_encoded_reads_back_across_lines(text: str, newline: str) -> None:
    assert decode_base64(newline.join(encode_base64(text)) + newline) == text
    assert decode_base32(newline.join(encode_base32(text)) + newline) == text


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("!", 0),
        ("YQ", 0),
        ("YWJjY", 4),
        ("YQ=", 3),
        ("YQ=a", 2),
        ("YQ==YQ==", 4),
        ("YWI=\nx", 5),
        ("=", 0),
        ("Y===", 1),
        ("YW\nJé", 4),
        ("YQ=\n", 4),
    ],
)
def test_base64_names_the_byte_that_is_wrong(text: str, wrong: int) -> None:
    assert decode_base64(text) == f"illegal base64 data at input byte {wrong}"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("1", 0),
        ("ME", 0),
        ("me======", 0),
        ("ME=====", 7),
        ("MEA=====", 3),
        ("ME=x====", 2),
        ("M=======", 1),
        ("MEMEMEME1", 8),
    ],
)
def test_base32_names_the_byte_that_is_wrong(text: str, wrong: int) -> None:
    assert decode_base32(text) == f"illegal base32 data at input byte {wrong}"
