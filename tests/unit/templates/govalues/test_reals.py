from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.govalues.durations import Duration
from launcher_k8s.templates.govalues.reals import parse_float, to_float
from launcher_k8s.templates.govalues.values import Int64


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1.0),
        ("+.5e1", 5.0),
        ("5.", 5.0),
        ("1_0.2_5", 10.25),
        ("1e1_0", 1e10),
        ("0x1p-2", 0.25),
        ("0x_1.8P1", 3.0),
        ("inf", math.inf),
        ("-Infinity", -math.inf),
    ],
)
def test_numbers(text: str, number: float) -> None:
    assert parse_float(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        ".",
        "e5",
        "1e",
        "1__0",
        "_1",
        "1_",
        "1._5",
        "0x1",
        "0x1_p1",
        "0x__1p1",
        "1e400",
        "0x1p9999",
        "infinit",
        "+nan",
        "٣",
        "1,5",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert parse_float(text) is None


def test_no_number_is_read_as_such() -> None:
    assert math.isnan(parse_float("NaN") or 0)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_was_written_is_read_back(number: float) -> None:
    assert parse_float(repr(number)) == parse_float(number.hex()) == number


@pytest.mark.parametrize(
    ("value", "number"),
    [(2, 2.0), (Int64(3), 3.0), (True, 1.0), (None, 0.0), ("x", 0.0), ([], 0.0), (Duration(3), 0.0)],
)
def test_anything_is_some_number(value: Any, number: float) -> None:
    assert to_float(value) == number


def test_the_sign_of_zero_is_kept() -> None:
    assert math.copysign(1, to_float("-0")) == -1
