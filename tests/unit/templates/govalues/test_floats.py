from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.govalues.floats import format_float, shortest_digits

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (-2.5, "-2.5"),
        (100000.0, "100000"),
        (999999.5, "999999.5"),
        (1e6, "1e+06"),
        (1234567.0, "1.234567e+06"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (1e21, "1e+21"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_the_shortest_form_has_an_exponent_from_a_million_on(value: float, text: str) -> None:
    assert format_float(value) == text


@pytest.mark.parametrize(
    ("value", "verb", "precision", "text"),
    [
        (1234567.0, "f", -1, "1234567"),
        (0.00012, "f", -1, "0.00012"),
        (1.5, "f", 0, "2"),
        (2.5, "f", 0, "2"),
        (1.005, "f", 2, "1.00"),
        (1234.5, "e", -1, "1.2345e+03"),
        (0.0, "e", -1, "0e+00"),
        (1234.5, "E", 1, "1.2E+03"),
        (1234.5, "g", 3, "1.23e+03"),
        (1234.5, "G", 0, "1E+03"),
        (1e20, "G", -1, "1E+20"),
        (1.0, "b", -1, "4503599627370496p-52"),
        (-5e-324, "b", -1, "-1p-1074"),
        (1.0, "x", -1, "0x1p+00"),
        (-3.75, "x", -1, "-0x1.ep+01"),
        (1.999, "x", 0, "0x1p+01"),
        (0.1, "X", 3, "0X1.99AP-04"),
        (0.0, "x", 2, "0x0.00p+00"),
        (5e-324, "x", -1, "0x1p-1074"),
        (1.5, "x", 20, "0x1.80000000000000000000p+00"),
    ],
)
def test_each_verb_has_its_form(value: float, verb: str, precision: int, text: str) -> None:
    assert format_float(value, verb, precision) == text


@given(FINITE, st.sampled_from("eEfgG"))
def test_shortest_forms_read_back(value: float, verb: str) -> None:
    assert float(format_float(value, verb)) == value


@given(FINITE)
def test_hexadecimal_and_binary_read_back(value: float) -> None:
    mantissa, _, exponent = format_float(value, "b").partition("p")
    assert float.fromhex(format_float(value, "x")) == value
    assert math.ldexp(int(mantissa), int(exponent)) == value


@given(st.floats(min_value=0, allow_infinity=False, allow_nan=False))
def test_digits_have_no_zeros_around_them(value: float) -> None:
    digits, point = shortest_digits(value)
    assert digits == digits.strip("0")
    assert float(f"0.{digits or '0'}e{point}") == value
