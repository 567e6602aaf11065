from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.shape.agreement import (
    equal,
    includes,
    includes_in_order,
    includes_items,
    includes_lists,
    includes_named,
    json_text,
    quote,
    same_flag,
    same_quantities,
    same_text,
)


@pytest.mark.parametrize(
    ("expected", "found", "problem"),
    [
        (1, 1, ""),
        (1, None, "is missing, expected 1"),
        (1, 2, "is 2, expected 1"),
        (1, True, "is a boolean (true), expected an integer (1)"),
        (1, 1.0, "is a number (1.0), expected an integer (1)"),
        ("a", ["a"], 'is a list (["a"]), expected a string ("a")'),
        ({"a": 1}, {"a": 1}, ""),
    ],
)
def test_equal_compares_type_and_value(expected: Any, found: Any, problem: str) -> None:
    assert equal(expected, found) == problem


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ("secret", ""),
        ("other", "is not the job's"),
        (7, "is an integer, expected a string: quote it"),
        (None, "is missing"),
    ],
)
def test_same_text_quotes_neither(found: Any, problem: str) -> None:
    assert same_text("secret", found) == problem


@pytest.mark.parametrize(
    ("expected", "found", "agrees"), [(False, None, True), (True, None, False), (True, True, True)]
)
def test_an_absent_flag_is_false(expected: bool, found: Any, agrees: bool) -> None:
    assert (same_flag(expected, found) == "") is agrees


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ('{"b":2,"a":1}', ""),
        (' { "a": 1, "b": 2 } ', ""),
        ("{}", "is not the job's"),
        ("{", "does not hold JSON"),
        ({"a": 1, "b": 2}, "is an object, expected a string: quote it"),
        (None, "is missing"),
    ],
)
def test_json_text_compares_what_the_text_holds(found: Any, problem: str) -> None:
    assert json_text('{"a":1,"b":2}', found) == problem


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ({"a": "1", "b": "2", "c": "3"}, ""),
        ({"a": "1"}, "missing: b"),
        ({"a": "x", "b": 2}, "not the job's: a, b"),
        (["a"], "is a list, expected a mapping; missing: a, b"),
        (None, "is missing, expected a mapping; missing: a, b"),
    ],
)
def test_includes_names_what_is_missing_or_different(found: Any, problem: str) -> None:
    assert includes({"a": "1", "b": "2"}, found) == problem


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ([{"name": "b"}, {"name": "a", "x": 1}], ""),
        ([{"name": "a"}], "missing or not the job's: a"),
        ([{"name": "a", "x": 1}] * 2, "too often: a"),
        ("text", "is a string, expected a list"),
    ],
)
def test_includes_items_in_any_order(found: Any, problem: str) -> None:
    assert includes_items([{"name": "a", "x": 1}], found) == problem


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (["x", "a", "y", "b"], ""),
        (["b", "a"], "is in another order than the job's"),
        (["a"], 'missing or not the job\'s: "b"'),
    ],
)
def test_includes_in_order_allows_others_between(found: Any, problem: str) -> None:
    assert includes_in_order(["a", "b"], found) == problem


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ({"add": ["B", "A"], "drop": ["C"], "more": 1}, ""),
        ({"add": ["B"], "drop": ["C"]}, 'add missing or not the job\'s: "A"'),
        ({"add": ["A"]}, "drop is missing, expected a list"),
        (None, "is missing, expected a mapping; missing: add, drop"),
    ],
)
def test_lists_may_hold_more_than_is_expected(found: Any, problem: str) -> None:
    assert includes_lists({"add": ["A"], "drop": ["C"]}, found) == problem


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ([{"name": "A", "value": "1"}, {"name": "B"}], ""),
        ([{"name": "A", "value": "1"}, {"name": "B"}, {"name": "A", "value": "2"}], "not the job's: A"),
        ([{"name": "A", "value": "1"}, "B"], "missing: B"),
        ([{"name": "B"}, {"name": "A", "value": "1"}], "is in another order than the job's"),
        ([{"name": "B"}, {"name": "A", "value": "1"}, {"name": "B"}], ""),
    ],
)
def test_the_last_variable_of_a_name_counts(found: Any, problem: str) -> None:
    assert includes_named([{"name": "A", "value": "1"}, {"name": "B", "value": ""}], found) == problem


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ({"cpu": "500m", "memory": "1"}, ""),
        ({"cpu": 0.5}, ""),
        ({"cpu": "0.25"}, "cpu is 0.25, expected 0.5"),
        ({}, "cpu is missing, expected 0.5"),
        (None, "is missing, expected a mapping; missing: cpu"),
    ],
)
def test_quantities_are_compared_as_amounts(found: Any, problem: str) -> None:
    assert same_quantities({"cpu": "0.5"}, found) == problem


def test_long_values_are_cut() -> None:
    assert quote("x" * 100) == '"' + "x" * 59 + "..."
