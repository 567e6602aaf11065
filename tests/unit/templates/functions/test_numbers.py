from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.functions.numbers import LARGEST_SERIES, REGISTRY
from launcher_k8s.templates.govalues.allowance import LimitError
from launcher_k8s.templates.govalues.durations import Duration
from launcher_k8s.templates.govalues.kinds import type_name
from launcher_k8s.templates.govalues.values import GoError

LOWEST, HIGHEST = -(1 << 63), (1 << 63) - 1
INT64 = st.integers(LOWEST, HIGHEST)


def call(name: str, *arguments: Any) -> Any:
    return REGISTRY[name].call(*arguments)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0x1F", 31),
        ("010", 8),
        ("08", 0),
        ("1_000", 1000),
        ("3.00", 3),
        ("3.7", 0),
        ("1e3", 0),
        ("", 0),
        ("9223372036854775808", 0),
    ],
)
def test_text_is_read_as_go_source_writes_whole_numbers(text: str, number: int) -> None:
    assert call("int", text) == call("int64", text) == number


@pytest.mark.parametrize(
    ("value", "number"), [(True, 1), (None, 0), (-3.9, -3), (math.nan, LOWEST), ([], 0), (Duration(7), 0)]
)
def test_anything_is_some_number(value: Any, number: int) -> None:
    assert call("int64", value) == number


def test_int_and_int64_are_of_their_types() -> None:
    assert [type_name(call(name, "7")) for name in ("int", "int64", "float64")] == ["int", "int64", "float64"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0x10p1", 32.0),
        ("1_0.5", 10.5),
        ("1__0", 0.0),
        ("1e400", 0.0),
        ("-inf", -math.inf),
        ("x", 0.0),
        (".5", 0.5),
    ],
)
def test_text_is_read_as_go_source_writes_floats(text: str, number: float) -> None:
    assert call("float64", text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("-0012", -12),
        ("1_0", 0),
        ("0x1", 0),
        ("9" * 30, HIGHEST),
        ("-" + "9" * 30, LOWEST),
        ("9" * 20 + "x", HIGHEST),
        ("9" * 19 + "x", 0),
    ],
)
def test_atoi_reads_decimal_digits_and_stops_at_the_ends(text: str, number: int) -> None:
    assert call("atoi", text) == number


@pytest.mark.parametrize(
    ("value", "number"), [("755", 493), (755, 493), ("8", 0), ("1" + "0" * 30, 0), ("", 0)]
)
def test_octal_digits_are_read_from_what_a_value_prints(value: Any, number: int) -> None:
    assert call("toDecimal", value) == number


def test_sums_and_products_wrap_around() -> None:
    assert call("add", HIGHEST, 1) == call("add1", HIGHEST) == LOWEST
    assert call("sub", LOWEST, 1) == HIGHEST
    assert call("mul", 1 << 62, 2) == LOWEST


@given(INT64, INT64.filter(bool))
def test_quotient_and_rest_make_the_dividend_again(dividend: int, divisor: int) -> None:
    quotient, rest = call("div", dividend, divisor), call("mod", dividend, divisor)
    assert call("add", call("mul", quotient, divisor), rest) == dividend
    assert abs(rest) < abs(divisor)
    assert rest == 0 or (rest < 0) == (dividend < 0)


@pytest.mark.parametrize("name", ["div", "mod"])
def test_division_by_zero_is_gos_error(name: str) -> None:
    with pytest.raises(GoError, match="runtime error: integer divide by zero"):
        call(name, 1, "zero")


def test_the_extremes_of_whole_numbers() -> None:
    assert call("max", "3", 10.9, -1) == call("biggest", 10) == 10
    assert call("min", 3, "0x2", True) == 1


def test_no_number_wins_over_all_but_the_infinity_that_is_looked_for() -> None:
    assert math.isnan(call("maxf", 1, math.nan))
    assert call("maxf", math.nan, math.inf) == math.inf
    assert call("minf", math.nan, -math.inf) == -math.inf
    assert math.copysign(1, call("minf", 0.0, -0.0)) == -1
    assert math.copysign(1, call("maxf", -0.0, 0.0)) == 1


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        (2.5, 0, 3.0),
        (-2.5, 0, -3.0),
        (-2.4, 0, -3.0),
        (123.5555, 3, 123.556),
        ("1.25", 1, 1.3),
        (155, -1, 160.0),
    ],
)
def test_rounding_is_up_from_half_and_down_for_what_is_negative(
    value: Any, places: int, rounded: float
) -> None:
    assert call("round", value, places) == rounded


def test_rounding_takes_another_threshold() -> None:
    assert call("round", 2.3, 0, 0.25) == 3.0
    assert call("round", 2.6, 0, 0.7) == 2.0


def test_rounding_beyond_all_powers_of_ten_is_no_number() -> None:
    assert math.isnan(call("round", 1.5, -400))
    assert math.isnan(call("round", math.inf, 400))


def test_floor_and_ceiling_keep_the_sign_of_zero() -> None:
    assert (call("floor", "2.9"), call("ceil", 2.1)) == (2.0, 3.0)
    assert math.copysign(1, call("ceil", -0.5)) == -1


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [((0, 3, 1), [0, 1, 2]), ((3, 0, -2), [3, 1]), ((0, 3, -1), []), ((3, 0, 1), []), ((0, 3, 0), [])],
)
def test_a_series_ends_before_its_end_and_is_empty_when_it_leads_away(
    arguments: tuple[int, ...], numbers: list[int]
) -> None:
    assert call("untilStep", *arguments) == numbers


def test_a_series_to_a_count_goes_down_for_a_negative_one() -> None:
    assert call("until", 3) == [0, 1, 2]
    assert call("until", -2) == [0, -1]
    assert type_name(call("until", 1)) == "[]int"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [((), ""), ((3,), "1 2 3"), ((-1,), "1 0 -1"), ((2, 4), "2 3 4"), ((0, 2, 5), "0 2 4"), ((5, 2, 0), ""),
     ((5, -2, 0), "5 3 1"), ((1, 2, 3, 4), "")],
)  # fmt: skip
def test_seq_counts_as_the_command_does(arguments: tuple[int, ...], text: str) -> None:
    assert call("seq", *arguments) == text


def test_seq_wraps_around_at_the_end_of_all_numbers() -> None:
    assert call("seq", HIGHEST, HIGHEST) == call("seq", 0, LOWEST) == ""


@pytest.mark.parametrize("name", ["until", "seq"])
def test_a_series_of_a_billion_is_refused(name: str) -> None:
    with pytest.raises(LimitError, match=f"more than a template may make \\({LARGEST_SERIES}\\)"):
        call(name, 1_000_000_000)
