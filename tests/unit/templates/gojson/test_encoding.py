from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.gojson.encoding import marshal
from launcher_k8s.templates.govalues.durations import Duration
from launcher_k8s.templates.govalues.values import (
    ErrorValue,
    GoError,
    Int64,
    NilList,
    NilMap,
    StringList,
    StringMap,
)

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.floats(-1e15, 1e15)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab<é", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_python_reads_back_what_was_written(value: Any) -> None:
    assert json.loads(marshal(value)) == value
    assert json.loads(marshal(value, html=False, indent="\t")) == value


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e-10, "1.5e-10"),
        (-0.0, "-0"),
    ],
)
def test_floats_have_an_exponent_only_when_they_are_large_or_small(number: float, text: str) -> None:
    assert marshal(number) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("\b\f\n\r\t\"\\", r'"\b\f\n\r\t\"\\"'),
        ("\x00\x1f\x7f", '"\\u0000\\u001f\x7f"'),
        ("\u2028\u2029", '"\\u2028\\u2029"'),
        ("\udcff\udc80é", '"\\ufffd\\ufffdé"'),
    ],
)  # fmt: skip
def test_escapes(text: str, written: str) -> None:
    assert marshal(text) == marshal(text, html=False) == written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (NilList(), "null"),
        (NilMap(), "null"),
        (StringList(["a"]), '["a"]'),
        (StringMap(_0="a"), '{"_0":"a"}'),
        (b"\xff\x00", '"/wA="'),
        (Int64(5), "5"),
        (Duration(5), "5"),
        (ErrorValue("x"), "{}"),
    ],
)
def test_gos_own_types(value: Any, text: str) -> None:
    assert marshal(value) == text


def test_keys_are_in_the_order_of_their_bytes() -> None:
    keys = ["\ufffd", "\udcff", "é", "B", "a"]
    assert marshal(dict.fromkeys(keys, 0)) == '{"B":0,"a":0,"é":0,"\ufffd":0,"\\ufffd":0}'


def test_empty_lists_and_maps_stay_on_one_line() -> None:
    assert marshal({"a": [], "b": {}}, indent="  ") == '{\n  "a": [],\n  "b": {}\n}'


@pytest.mark.parametrize(("value", "name"), [(math.inf, r"\+Inf"), (-math.inf, "-Inf"), (math.nan, "NaN")])
def test_what_is_no_finite_number_has_no_json(value: float, name: str) -> None:
    with pytest.raises(GoError, match=f"json: unsupported value: {name}"):
        marshal([value])


def test_what_holds_itself_has_no_json() -> None:
    value: dict[str, Any] = {}
    value["self"] = value
    with pytest.raises(GoError, match="encountered a cycle via map"):
        marshal(value)
