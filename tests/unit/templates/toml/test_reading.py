from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.gojson.encoding import marshal
from launcher_k8s.templates.govalues.allowance import LimitError
from launcher_k8s.templates.govalues.values import GoError, Int64
from launcher_k8s.templates.toml.reading import read_toml
from launcher_k8s.templates.toml.writing import write_toml

BEFORE_A = 'toml: line 1 (last key "a")'
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.floats(allow_nan=False) | TEXTS
KEYS = TEXTS.filter(bool)  # Go's reader loses what an array under an empty key has
TABLES = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS,
        lambda values: st.lists(values, max_size=3) | st.dictionaries(KEYS, values, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", {}),
        ("# nothing\n", {}),
        ('a = 1\n[b]\nc = ["d", 1.5] # e', {"a": 1, "b": {"c": ["d", 1.5]}}),
        ("a = 0x1F\nb = 1_000\nc = -0\nd = 0o17\ne = 0b11", {"a": 31, "b": 1000, "c": 0, "d": 15, "e": 3}),
        ("a.b = 1\na.c = 2\n'x y'.z = 3", {"a": {"b": 1, "c": 2}, "x y": {"z": 3}}),
        ("[[a]]\nb = 1\n[[a]]\n[a.c]\nd = 2", {"a": [{"b": 1}, {"c": {"d": 2}}]}),
        ("a = {b = 1, c.d = 2,}\ne = [{f = 1}, 2,]", {"a": {"b": 1, "c": {"d": 2}}, "e": [{"f": 1}, 2]}),
        ("a = \"\\u00e9\\t\\e\\x41\"\nb = '\\n'", {"a": "é\t\x1bA", "b": "\\n"}),
        ("a = \"\"\"\nx \\\n  y\"\"\"\nb = '''p\nq'''", {"a": "x y", "b": "p\nq"}),
        ("a = inf\nb = -1e3", {"a": float("inf"), "b": -1000.0}),
    ],
)
def test_a_document_is_read(text: str, value: Any) -> None:
    assert read_toml(text) == value


def test_integers_are_of_64_bits() -> None:
    assert type(read_toml("a = 1")["a"]) is Int64


def test_dates_and_times_are_times() -> None:
    value = read_toml("a = 2001-01-01T10:00:00.5+02:00\nb = 2001-01-02\nc = 10:00:00")
    assert marshal(value) == (
        '{"a":"2001-01-01T10:00:00.5+02:00","b":"2001-01-02T00:00:00Z","c":"0000-01-01T10:00:00Z"}'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bad", "toml: line 1: unexpected EOF; expected key separator '='"),
        ("a 1", "toml: line 1: expected '.' or '=', but got '1' instead"),
        ("b = 1\na =", 'toml: line 2 (last key "a"): unexpected EOF; expected value'),
        ("a =\nb", "toml: line 1 (last key \"a\"): expected value but found '\\n' instead"),
        ("= 1", "toml: line 1: unexpected '=': key name appears blank"),
        ("[a", "toml: line 1: expected '.' or ']' to end table name, but got '\\x00' instead"),
        ("[]", "toml: line 1: unexpected end of table name (table names cannot be empty)"),
        ("a = [1", f"{BEFORE_A}: expected a comma (',') or array terminator (']'), but got end of file"),
        ("a = 1\na = 2", "toml: line 2 (last key \"a\"): Key 'a' has already been defined."),
        ("[a]\n[a]", "toml: line 2: Key 'a' has already been defined."),
        ("a = 1\n[[a]]", "toml: line 2: Key 'a' was already created and cannot be used as an array."),
        ("[t]\na = yes", 'toml: line 2 (last key "t.a"): expected value but found "yes" instead'),
        ("a = 01", 'toml: line 1 (last key "a"): Invalid integer "01": cannot have leading zeroes'),
        (
            "a = 1_",
            'toml: line 1 (last key "a"): Invalid integer "1_": underscores must be surrounded by digits',
        ),
        (
            "a = 1.",
            'toml: line 1 (last key "a"): Invalid float "1.": \'.\' must be followed by one or more digits',
        ),
        (
            "a = 9223372036854775808",
            'toml: line 1 (last key "a"): 9223372036854775808 is out of range for int64',
        ),
        ("a = 2001-13-01", 'toml: line 1 (last key "a"): invalid datetime: "2001-13-01"'),
        ('a = "x', 'toml: line 1 (last key "a"): unexpected EOF; expected \'"\''),
        ('a = "\\q"', "toml: line 1 (last key \"a\"): invalid escape in string '\\q'"),
        ("a = 1\x01", "toml: line 1 (last key \"a\"): TOML files cannot contain control characters: '0x01'"),
        (
            "a\0",
            "toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8",
        ),
    ],
)
def test_a_bad_document_is_refused_in_the_words_of_go(text: str, message: str) -> None:
    with pytest.raises(GoError) as caught:
        read_toml(text)
    assert str(caught.value) == message


def test_what_is_too_deep_is_refused() -> None:
    with pytest.raises(LimitError, match="TOML that is nested too deep"):
        read_toml("a = " + "[" * 5000)


@given(TABLES)
def test_what_is_written_is_read_back(value: dict[str, Any]) -> None:
    assert read_toml(write_toml(value)) == value


def test_more_digits_than_python_reads_are_out_of_range() -> None:
    with pytest.raises(GoError, match="out of range for int64"):
        read_toml("a = " + "9" * 5000)
