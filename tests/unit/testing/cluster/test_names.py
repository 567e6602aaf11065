from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.testing.cluster import names

LABELS = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?", fullmatch=True)


@given(LABELS)
def test_a_label_is_a_label(value: str) -> None:
    assert names.label_problems(value) == []
    assert names.subdomain_problems(value) == []


@pytest.mark.parametrize("value", ["", "A", "-a", "a-", "a_b", "a b", "ä"])
def test_what_is_no_label(value: str) -> None:
    (problem,) = names.label_problems(value)

    assert problem.startswith("a lowercase RFC 1123 label must consist of")


def test_dots_in_a_label_are_named() -> None:
    assert names.label_problems("a.b") == ["must not contain dots"]


def test_length_is_counted_in_bytes() -> None:
    assert names.label_problems("a" * 64) == ["must be no more than 63 bytes"]
    assert names.subdomain_problems("a" * 253) == []


@pytest.mark.parametrize("value", ["a", "A.b_c", "example.com/MyName", "a/b"])
def test_qualified_names(value: str) -> None:
    assert names.qualified_name_problems(value) == []


@pytest.mark.parametrize(
    ("value", "start"),
    [
        ("/x", "prefix part must be non-empty"),
        ("a//b", "a valid label key must consist of"),
        ("x/", "name part must be non-empty"),
        ("A_/x", "prefix part a lowercase RFC 1123 subdomain"),
        ("_", "name part must consist of"),
    ],
)
def test_what_is_no_qualified_name(value: str, start: str) -> None:
    assert names.qualified_name_problems(value)[0].startswith(start)


def test_a_label_value_may_be_empty() -> None:
    assert names.label_value_problems("") == []
    assert names.label_value_problems("-")[0].startswith("a valid label must be an empty string or")


def test_a_part_of_a_path() -> None:
    assert names.path_segment_problems("system:admin") == []
    assert names.path_segment_problems("..") == ["may not be '..'"]
    assert names.path_segment_problems("a/b%") == ["may not contain '/'", "may not contain '%'"]


@given(st.text("ab-", max_size=100), st.binary(min_size=5, max_size=5))
def test_a_generated_name_is_five_letters_longer_and_fits(base: str, drawn: bytes) -> None:
    name = names.generated_name(base, lambda size: drawn[:size])

    assert re.fullmatch(re.escape(base[:58]) + "[bcdfghjklmnpqrstvwxz2456789]{5}", name)
    assert len(name) <= 63
