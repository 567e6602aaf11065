from __future__ import annotations

import math
from typing import Any

import pytest

from launcher_k8s.templates.gotime.moment import Time
from launcher_k8s.templates.govalues.allowance import LimitError
from launcher_k8s.templates.govalues.structs import Struct
from launcher_k8s.templates.govalues.values import GoError, Int64, NilList, NilMap, StringList
from launcher_k8s.templates.yaml.writing import V3, write_yaml

WORDS = " ".join(["word"] * 20)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("a: b", "'a: b'"),
        ("it's", "it's"),
        ("- it's", "'- it''s'"),
        ("", '""'),
        ("yes", '"yes"'),
        ("12:30", '"12:30"'),
        ("2001-01-01", '"2001-01-01"'),
        ("nginx:1.25", "nginx:1.25"),
        ("a:", "'a:'"),
        ("a #b", "'a #b'"),
        ("a#b", "a#b"),
        (" a", "' a'"),
        ("...", "'...'"),
        ("-a", "-a"),
        ("-", "'-'"),
        ("?", "'?'"),
        ("tab\there", '"tab\\there"'),
        ("\U0001f600", '"\\U0001F600"'),
        ("\ufeffab", '"\\uFEFF\\x61\\x62"'),
        ("a\u2028b", "'a\u2028  b'"),
        ("a\nb", "|-\n  a\n  b"),
        ("a\nb\n", "|\n  a\n  b"),
        ("a\n\n", "|+\n  a\n"),
        (" a\nb", "|2-\n   a\n  b"),
        ("\n", "|2+\n"),
        ("a \nb", '"a \\nb"'),
        ("a\nb ", '"a\\nb "'),
        ("\udc80", "\ufffd"),
    ],
)
def test_text_is_written_as_go_writes_it(value: str, text: str) -> None:
    assert write_yaml(value) == text


def test_plain_text_is_folded_behind_column_80() -> None:
    assert write_yaml(WORDS) == f"{' '.join(['word'] * 17)}\n  word word word"


def test_quoted_text_is_folded_too() -> None:
    assert write_yaml("#" + WORDS) == f"'#{' '.join(['word'] * 16)}\n  word word word word'"


def test_a_line_within_double_quotes_never_begins_with_a_bare_space() -> None:
    text = "\t" + "x" * 80 + "  y"
    assert write_yaml(text) == '"\\t' + "x" * 80 + '\n  \\ y"'


def test_double_spaces_are_no_place_to_fold_plain_text() -> None:
    text = "x" * 90 + "  y"
    assert write_yaml(text) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (3.0, "3"),
        (1e6, "1000000"),
        (1e20, "1e+20"),
        (1.5e-7, "1.5e-07"),
        (2.0**60, "1152921504606847000"),
        (-0.0, "0"),
        (Int64(5), "5"),
        ([], "[]"),
        ({}, "{}"),
        (NilList(), "null"),
        (NilMap(), "null"),
        (StringList(["a"]), "- a"),
        (b"hi", "aGk="),
        ([[1, [2]], {"a": []}], "- - 1\n  - - 2\n- a: []"),
        ({"a": ["x", {"b": 1, "c": {"d": None}}]}, "a:\n- x\n- b: 1\n  c:\n    d: null"),
        ({"y": 1, "1": 2, "a b": 3}, '"1": 2\na b: 3\n"y": 1'),
        ({"a\nb": ["c"]}, "? |-\n  a\n  b\n: - c"),
        ({"k" * 129: {"a": 1}}, f"? {'k' * 129}\n: a: 1"),
        ({"m": "a\nb\n", "p": 1}, "m: |\n  a\n  b\np: 1"),
    ],
)
def test_values_are_written_as_go_writes_them(value: Any, text: str) -> None:
    assert write_yaml(value) == text


def test_text_passes_through_json_as_go_yaml_reads_that() -> None:
    assert write_yaml("a \x85 b") == "a b"


def test_a_character_that_yaml_does_not_know_is_refused() -> None:
    with pytest.raises(GoError, match=r"^yaml: control characters are not allowed$"):
        write_yaml({"a": "\x7f"})


def test_a_key_that_is_too_long_for_go_yaml_is_refused() -> None:
    assert write_yaml({"k" * 1022: 1}).startswith("? kkk")
    with pytest.raises(GoError, match="did not find expected ',' or '}'"):
        write_yaml({"k" * 1023: 1})


def test_no_number_is_refused() -> None:
    with pytest.raises(GoError, match=r"^error marshaling into JSON: json: unsupported value: NaN$"):
        write_yaml([math.nan])


def test_what_is_too_deep_is_refused() -> None:
    value: Any = 1
    for _ in range(300):
        value = [value]
    with pytest.raises(LimitError, match="values of more than 200 levels as YAML"):
        write_yaml(value)


def test_what_holds_itself_has_no_form() -> None:
    value: list[Any] = []
    value.append({"again": value})
    with pytest.raises(GoError, match="holds itself"):
        write_yaml(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"c": [1, {"d": ["y"]}]}, 'c:\n  - 1\n  - d:\n      - "y"'),
        (WORDS, WORDS),
        ("a\tb\nc", "|-\n  a\tb\n  c"),
        (math.inf, ".inf"),
        (1e20, "1e+20"),
        (NilMap(), "{}"),
    ],
)
def test_the_pretty_style_is_that_of_go_yaml_3(value: Any, text: str) -> None:
    assert write_yaml(value, V3) == text


class Pair(Struct):
    go_type = "main.Pair"

    def go_fields(self) -> tuple[tuple[str, Any], ...]:
        return (("Second", 2), ("First", {"b": 1, "a": []}))


@pytest.mark.parametrize(("value", "text"), [(Pair(), ""), ({"p": Pair()}, "p:\n  "), ([Pair()], "- ")])
def test_the_pretty_style_has_a_struct_s_fields_in_their_order(value: Any, text: str) -> None:
    gap = " " * (0 if value.__class__ is Pair else 2)
    fields = f"second: 2\n{gap}first:\n{gap}  a: []\n{gap}  b: 1"
    assert write_yaml(value, V3) == text + fields


def test_a_struct_is_a_map_in_json_s_style() -> None:
    assert write_yaml(Pair()) == "First:\n  a: []\n  b: 1\nSecond: 2"


def test_a_time_is_quoted_since_it_reads_like_one_but_not_in_the_pretty_style() -> None:
    assert write_yaml({"t": Time(0)}) == 't: "0001-01-01T00:00:00Z"'
    assert write_yaml({"t": Time(0)}, V3) == "t: 0001-01-01T00:00:00Z"


_LONG = "gHh" + "4eHh" * 16 + "4eH"  # a first byte that begins nothing, and x


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\udc80b", "!!binary YYBi"),
        (["\udc80", {"\udc80": "\udc80"}], "- !!binary gA==\n- !!binary gA==: !!binary gA=="),
        ({"k": "\udc80" + "x" * 50}, f"k: !!binary {_LONG[:-2]}"),
        ({"k": "\udc80" + "x" * 53}, f"k: !!binary |\n  {_LONG}\n  h4"),
    ],
)
def test_yaml_v3_writes_bytes_that_are_no_text_as_base64(value: Any, text: str) -> None:
    assert write_yaml(value, V3) == text
