from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.govalues.integers import parse_int, to_int, truncate_float
from launcher_k8s.templates.govalues.values import Int64


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        (Int64(-5), -5),
        (True, 1),
        (3.9, 3),
        (-3.9, -3),
        (None, 0),
        ([1], 0),
        ("12", 12),
        ("+12", 12),
        ("12.000", 12),
        ("12.5", 0),
        ("1e3", 0),
        ("010", 8),
        ("08", 0),
        ("0_7", 7),
        ("0x1F", 31),
        ("0x_1f", 31),
        ("0b101", 5),
        ("-0o17", -15),
        ("1_000", 1000),
        ("1__0", 0),
        ("_1", 0),
        (" 1", 0),
        ("", 0),
        ("9223372036854775808", 0),
        ("-9223372036854775808", -(2**63)),
    ],
)
def test_anything_is_an_int_or_zero(value: Any, number: int) -> None:
    assert to_int(value) == number


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e19, 2.0**63])
def test_a_float_that_does_not_fit_is_the_lowest_number(value: float) -> None:
    assert truncate_float(value) == -(2**63)


@given(st.integers(-(2**63), 2**63 - 1), st.sampled_from(["d", "#x", "#o", "#b"]))
def test_what_is_written_with_its_base_reads_back(number: int, form: str) -> None:
    assert parse_int(format(number, form)) == number


@pytest.mark.parametrize("text", ["9" * 10_000, "-" + "9" * 10_000, "0x" + "f" * 10_000])
def test_thousands_of_digits_are_no_number(text: str) -> None:
    assert parse_int(text) is None
    assert to_int(text) == 0
