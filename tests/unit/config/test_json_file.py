from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.config import FileText
from launcher_k8s.config.json_file import JsonProblem, parse_json
from launcher_k8s.diagnostics import Location

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
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


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_moves_no_place(mark: bytes) -> None:
    problem = parse(mark + b'[1,\n "\xc3\xbc\xff"]')
    assert isinstance(problem, JsonProblem)
    assert (problem.location.line, problem.location.column, problem.location.source) == (2, 4, ' "\u00fc')


def test_the_line_is_kept_for_showing() -> None:
    problem = parse('{\n  "a": oops\n}')
    assert problem.location.source == '  "a": oops'


def test_bytes_that_are_no_utf8_are_told_with_their_place() -> None:
    problem = parse('{\n"ö": 1}'.encode("latin-1"))
    assert str(problem.location) == "x.json:2:2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NaN", "the value: nan is no number that JSON can say"),
        ("[Infinity]", "[0]: inf is no number that JSON can say"),
        ('{"a": [1, -1e999]}', "a[1]: -inf is no number that JSON can say"),
        (r'"\ud800"', "the value: holds half a character (a lone surrogate), which is no Unicode text"),
        (r'{"a": "\u0000"}', "a: holds a NUL character, which no argument, variable or annotation can carry"),
        (str(2**63), "the value: the number is outside the range of 64 bits"),
        ("9" * 5000, "the value: the number is outside the range of 64 bits"),
        ("[" * 100_000, "the value: nested more than 100 levels deep"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_path(text: str, message: str) -> None:
    assert parse(text) == JsonProblem(Location("x.json"), message)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_a_hundred_levels_are_taken_and_no_more(opening: str, closing: str) -> None:
    hundred = opening * 100 + "1" + closing * 100
    assert parse(hundred) == json.loads(hundred)
    for levels in (101, 900):
        problem = parse(opening * levels + "1" + closing * levels)
        assert problem.message.endswith(": nested more than 100 levels deep")


def test_an_empty_file_is_told_as_that() -> None:
    problem = parse_json(FileText("f", b" \n"))
    assert isinstance(problem, JsonProblem)
    assert problem.message == "the file is empty"
