from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.conversion.literals import EXACT_TO, comment, text_literal, unsayable, value_literal
from launcher_k8s.job import Json

VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_a_value_is_the_json_in_one_raw_string(value: Json) -> None:
    head, raw, tail = value_literal(value).split("`")
    assert (head, tail) == ("(mustFromJson ", ")")
    assert json.loads(raw) == value
    assert "\r" not in raw  # Go drops it from raw strings


@given(st.text())
def test_a_text_is_on_one_line(text: str) -> None:
    literal = text_literal(text)
    assert json.loads(literal) == text
    assert "\n" not in literal


def test_nothing_ends_a_comment_early() -> None:
    assert comment("a */ b */}} c") == "{{- /* a * / b * /}} c */ -}}"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"a": [EXACT_TO]}, ""),
        ({"a": [-EXACT_TO - 1]}, "9007199254740993"),
        ([True, 1.5, None], ""),
        (["a\x7f"], "toYaml prints nothing"),
        ({"\x80": 1}, "toYaml prints nothing"),
        ("\x85 \x00 é 😀", ""),
    ],
)
def test_what_a_template_cannot_give_is_told(value: Json, told: str) -> None:
    problem = unsayable(value)
    assert told in problem
    assert bool(problem) == bool(told)
