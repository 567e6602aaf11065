from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.functions.decimals import REGISTRY
from launcher_k8s.templates.govalues.values import GoError

FLOATS = st.floats(-1e100, 1e100)


def call(name: str, *arguments: Any) -> float:
    return float(REGISTRY[name].call(*arguments))


def test_a_tenth_and_two_tenths_make_three() -> None:
    assert call("addf", 0.1, "0.2") == 0.3
    assert call("add1f", 0.1) == 1.1
    assert call("subf", 0.3, 0.1, 0.1) == 0.1
    assert call("mulf", 1.1, 1.1) == 1.21


def test_a_quotient_has_sixteen_places_rounded_away_from_zero() -> None:
    assert call("divf", 2, 3) == 0.6666666666666667
    assert call("divf", -2, 3) == -0.6666666666666667
    assert call("divf", 5e-17, 1) == 1e-16
    assert call("divf", 4e-17, 1) == 0.0


@given(FLOATS, FLOATS)
def test_sums_are_exact_in_decimals(first: float, second: float) -> None:
    exact = Fraction(repr(first)) + Fraction(repr(second))
    assert call("addf", first, second) == float(exact)


def test_what_is_too_large_for_a_float_is_infinite() -> None:
    assert call("mulf", 1e308, 1e308) == math.inf
    assert call("mulf", -1e308, 1e308) == -math.inf


def test_what_is_no_decimal_is_an_error() -> None:
    with pytest.raises(GoError, match="decimal division by 0"):
        call("divf", 1, 0)
    with pytest.raises(GoError, match="Cannot create a Decimal from NaN"):
        call("addf", math.nan)
    with pytest.raises(GoError, match=r"Cannot create a Decimal from \+Inf"):
        call("mulf", "inf", 1)
