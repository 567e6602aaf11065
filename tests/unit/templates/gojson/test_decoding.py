from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.gojson.decoding import unmarshal, unmarshal_strictly
from launcher_k8s.templates.govalues.values import GoError

TEXTS = st.text(st.sampled_from('{}[]:,"\\u0eE+-.1aftrnl \n'), max_size=12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        ('{"a": 1, "a": [true, null]}', {"a": [True, None]}),
        (r'"\ud83d\ude00\ud800x"', "😀\ufffdx"),
        ('"\udcff"', "\ufffd"),
        ("-0", -0.0),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert unmarshal_strictly(text) == value


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "-Infinity", "01", "1.", "'a'", '"\t"', ""])
def test_what_python_takes_and_go_does_not(text: str) -> None:
    with pytest.raises(GoError):
        unmarshal(text)


@given(TEXTS)
def test_a_text_is_read_or_refused_as_by_a_strict_reader(text: str) -> None:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        json.loads(text, parse_constant=refuse)
    except ValueError:
        with pytest.raises(GoError):
            unmarshal(text)
    else:
        unmarshal(text)


def test_the_first_number_that_is_too_large_is_told() -> None:
    value, complaint = unmarshal('{"a": -1e999, "b": [1e400]}')
    assert value == {"a": None, "b": [None]}
    assert complaint == "json: cannot unmarshal number -1e999 into Go value of type float64"


def test_a_text_that_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(GoError, match="exceeded max depth"):
        unmarshal("[" * 100_000)
