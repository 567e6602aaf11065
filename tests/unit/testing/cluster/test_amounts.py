from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.quantity import parse_quantity
from launcher_k8s.testing.cluster.amounts import amount_value, read_amount


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("0.5", "500m"),
        ("1000m", "1"),
        ("1500m", "1500m"),
        (1, "1"),
        (0.25, "250m"),
        ("1024Mi", "1Gi"),
        ("1536Mi", "1536Mi"),
        ("0.5Gi", "512Mi"),
        ("1000", "1k"),
        ("1e3", "1e3"),
        ("12e6", "12e6"),
        ("0", "0"),
        ("-1", "-1"),
        ("1500u", "2m"),
        ("100n", "1m"),
        ("512Ki", "512Ki"),
    ],
)
def test_an_amount_gets_the_form_in_which_the_server_writes_it(written: str | float, canonical: str) -> None:
    assert read_amount(written) == canonical


@pytest.mark.parametrize("written", ["lots", "", "1Q", "Gi", True, None, []])
def test_what_is_no_amount_is_refused_in_the_servers_words(written: str) -> None:
    with pytest.raises(ValueError, match="quantities must match the regular expression"):
        read_amount(written)


def test_an_amount_with_digits_and_a_strange_suffix_names_the_suffix() -> None:
    with pytest.raises(ValueError, match="unable to parse quantity's suffix"):
        read_amount("1mm")


@given(number=st.integers(0, 10**12), suffix=st.sampled_from(["m", "", "k", "M", "G", "Ki", "Mi", "Gi"]))
def test_the_canonical_form_has_the_same_value_and_is_its_own(number: int, suffix: str) -> None:
    canonical = read_amount(f"{number}{suffix}")
    assert amount_value(canonical) == parse_quantity(f"{number}{suffix}")
    assert read_amount(canonical) == canonical


def test_the_value_is_exact() -> None:
    assert amount_value("100m") == Decimal("0.1")
