from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.quantity import format_decimal, format_megabytes, parse_quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500m", "0.5"),
        ("1", "1"),
        (2, "2"),
        ("0.1", "0.1"),
        (".5", "0.5"),
        ("1.", "1"),
        ("512M", "512000000"),
        ("1Gi", "1073741824"),
        ("1e3", "1000"),
        ("1E", "1000000000000000000"),
        ("12E2", "1200"),
        ("-1k", "-1000"),
        ("100n", "0.0000001"),
    ],
)
def test_reads_what_the_api_server_reads(text: str | int, value: str) -> None:
    assert parse_quantity(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "M", "1 M", "1KB", "0x10", "1MM", "one", "1e", "٣"])
def test_refuses_what_is_no_quantity_and_says_what_one_looks_like(text: str) -> None:
    with pytest.raises(ValueError, match="write a number with an optional suffix"):
        parse_quantity(text)


@given(st.decimals(min_value=0, max_value=10**12, places=6))
def test_a_formatted_number_reads_as_itself(value: Decimal) -> None:
    assert parse_quantity(format_decimal(value)) == value


@pytest.mark.parametrize(
    ("value", "text"), [("1", "1"), ("1.50", "1.5"), ("2E+3", "2000"), ("0.000", "0"), ("100", "100")]
)
def test_numbers_are_written_plainly(value: str, text: str) -> None:
    assert format_decimal(Decimal(value)) == text


def test_memory_is_written_in_powers_of_ten() -> None:
    assert format_megabytes(Decimal("4096.0")) == "4096M"
