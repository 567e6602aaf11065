from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.config import FileText
from launcher_k8s.config.json_file import JsonProblem, parse_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def parse(data: str | bytes) -> Any:
    return parse_json(FileText("x.json", data.encode() if isinstance(data, str) else data))


@given(JSON)
def test_json_is_read_back(value: object) -> None:
    assert parse(json.dumps(value)) == value


@given(st.binary())
def test_any_bytes_are_read(data: bytes) -> None:
    parse(data)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        ("{'a': 1}", 1, 2),
        ('{"a": 1,}', 1, 9),
        ("[1\n 2]", 2, 2),
        ("[1\r\n 2]", 2, 2),
        ("[1\r 2]", 2, 2),
        ("1 2", 1, 3),
        ('{"a": 1,\n "a": 2}', 2, 2),
        ('[{"b": {}},\n {"a": {"b": 1,\n  "b": 1}}]', 3, 3),
    ],
)
def test_trouble_is_told_with_line_and_column(text: str, line: int, column: int) -> None:
    problem = parse(text)
    assert isinstance(problem, JsonProblem)
    assert (problem.location.line, problem.location.column) == (line, column)


def test_the_line_is_kept_for_showing() -> None:
    problem = parse('{\n  "a": oops\n}')
    assert problem.location.source == '  "a": oops'


def test_bytes_that_are_no_utf8_are_told_with_their_place() -> None:
    problem = parse('{\n"ö": 1}'.encode("latin-1"))
    assert str(problem.location) == "x.json:2:2"


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", "1e999", r'"\ud800"', "[" * 100_000, "9" * 5000, '{"a": -Infinity}']
)
def test_what_only_python_takes_for_json_is_refused(text: str) -> None:
    assert isinstance(parse(text), JsonProblem)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_a_hundred_levels_are_taken_and_no_more(opening: str, closing: str) -> None:
    hundred = opening * 100 + "1" + closing * 100
    assert parse(hundred) == json.loads(hundred)
    for levels in (101, 900):
        problem = parse(opening * levels + "1" + closing * levels)
        assert problem.message == "the value is nested too deeply (at most 100 levels are taken)"
