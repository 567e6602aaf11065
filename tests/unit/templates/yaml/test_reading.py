from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.govalues.allowance import LimitError
from launcher_k8s.templates.govalues.values import GoError, decode
from launcher_k8s.templates.yaml.decoding import Decoder, as_json
from launcher_k8s.templates.yaml.one_line import read_flow
from launcher_k8s.templates.yaml.quick import QuickReader, Unsure
from launcher_k8s.templates.yaml.reading import compose, read_yaml
from launcher_k8s.templates.yaml.writing import V3, write_yaml

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t")).filter(
    lambda text: not re.search("[\x7f-\x9f\ufffe\uffff]", text)
)
SCALARS = st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 64) - 1) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda values: st.lists(values, max_size=4) | st.dictionaries(TEXTS, values, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# nothing\n", None),
        ("a: 1\nb:\n- x\n- y: {q: [1, yes]}\n", {"a": 1, "b": ["x", {"true": {"q": [1, True]}}]}),
        ("a:\n  - b\n  -\n  - c: 1\n    d:\ne: f\n", {"a": ["b", None, {"c": 1, "d": None}], "e": "f"}),
        ("a: one\n  two\n\n  three\nb: 1", {"a": "one two\nthree", "b": 1}),
        ("a: 'it''s\n  more'\n", {"a": "it's more"}),
        ('a: "x\\\n   y\\u00e9"\n', {"a": "xyé"}),
        ("a: |\n  x\n\n  y\n\nb: >-\n  p\n  q\n", {"a": "x\n\ny\n", "b": "p q"}),
        ("a: |", {"a": ""}),
        ("a: |2+\n   x\n\n", {"a": " x\n\n"}),
        ("a: 1\na: 2\n", {"a": 2}),
        ("1: a\n1.5: b\ntrue: c\n", {"1": "a", "1.5": "b", "true": "c"}),
        ("0.1: x", {"0.1": "x"}),
        ("a: &x {b: 1}\nc: *x\n", {"a": {"b": 1}, "c": {"b": 1}}),
        (
            "a: &x {b: 1, c: 2}\nd:\n  b: 0\n  <<: *x\n  c: 3\n",
            {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}},
        ),
        ("<<: [{a: 1, b: 1}, {a: 2}]", {"a": 1, "b": 1}),
        ("'<<': 1", {"<<": 1}),
        ("a: !!str 1\nb: !!float 1\nc: !x y\nd: !!binary aGk=", {"a": "1", "b": 1.0, "c": "y", "d": "hi"}),
        ("%TAG ! tag:yaml.org,2002:\n---\n!str 1", "1"),
        ("a: b # c\n", {"a": "b"}),
        ("---\na: 1\n---\nb: 2\n", {"a": 1}),
        ("[a, b: c, ? d]", ["a", {"b": "c"}, {"d": None}]),
        ("? a\n: b\n? c\n", {"a": "b", "c": None}),
        ("{a:b}", {"a:b": None}),
        ("a: 2001-01-01", {"a": "2001-01-01"}),
        ("\ufeffa: 1", {"a": 1}),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    ],
)
def test_a_document_is_read_as_kubernetes_reads_it(text: str, value: Any) -> None:
    assert read_yaml(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b: c", "yaml: mapping values are not allowed in this context"),
        ("x: 1\na: b: c", "yaml: line 2: mapping values are not allowed in this context"),
        ("a: 1\n b: 2", "yaml: line 2: mapping values are not allowed in this context"),
        ("a:\n- b\nc", "yaml: line 4: could not find expected ':'"),
        ("a: [1, 2\nb: 3", "yaml: line 1: did not find expected ',' or ']'"),
        ("a: 'x", "yaml: found unexpected end of stream"),
        ("a:\n\t- b", "yaml: line 2: found character that cannot start any token"),
        ("a: *x", "yaml: unknown anchor 'x' referenced"),
        ("a: &x [*x]", "yaml: anchor 'x' value contains itself"),
        ("{{ .a }}: b", 'yaml: invalid map key: map[interface {}]interface {}{".a":interface {}(nil)}'),
        ("~: 1", "unsupported map key of type: %!s(<nil>), key: <nil>, value: 1"),
        ("a: !!int x", "yaml: cannot decode !!str `x` as a !!int"),
        ("a: .nan", "json: unsupported value: NaN"),
        ("<<: 1", "yaml: map merge requires map or sequence of maps as the value"),
        ("a: \x00", "yaml: control characters are not allowed"),
        ("a: \udcff", "yaml: invalid leading UTF-8 octet"),
        ("\udcff\udcfea", "yaml: incomplete UTF-16 character"),
        ("\udcff\udcfe\0\udcdc", "yaml: unexpected low surrogate area"),
        ("\udcff\udcfe\0\udcd8", "yaml: incomplete UTF-16 surrogate pair"),
        ("\udcfe\udcff\udcd8\0\0a", "yaml: expected low surrogate area"),
        ("\udcfe\udcff\0a\0\1", "yaml: control characters are not allowed"),
        ("%FOO\n---\n", "yaml: found unknown directive name"),
        ("a: [,]", "yaml: did not find expected node content"),
        ("a: @b", "yaml: found character that cannot start any token"),
    ],
)
def test_a_document_is_refused_in_the_words_of_go(text: str, message: str) -> None:
    with pytest.raises(GoError) as caught:
        read_yaml(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(("mark", "encoding"), [("\udcff\udcfe", "utf-16-le"), ("\udcfe\udcff", "utf-16-be")])
def test_a_document_that_begins_with_the_mark_of_utf_16_is_read_as_that(mark: str, encoding: str) -> None:
    text = decode("a: [é, 🎉]\n".encode(encoding))
    assert read_yaml(mark + text) == {"a": ["é", "🎉"]}
    assert read_yaml(mark) is None


def test_a_second_byte_order_mark_is_passed_over_and_a_third_is_text() -> None:
    assert read_yaml("\ufeff\ufeffa: 1") == {"a": 1}
    assert read_yaml("\ufeff\ufeff\ufeffa: 1") == {"\ufeffa": 1}


def test_aliases_of_aliases_are_refused_before_they_fill_the_memory() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(GoError, match="document contains excessive aliasing"):
        read_yaml("\n".join(lines))


@pytest.mark.parametrize("text", ["[" * 5000, "- " * 5000 + "x"])
def test_what_is_too_deep_is_refused(text: str) -> None:
    with pytest.raises(LimitError, match="YAML that is nested too deep"):
        read_yaml(text)


def test_nodes_know_their_lines() -> None:
    root = compose("a: 1\n\nb:\n- c\n")
    assert root is not None
    assert [node.line for node in root.children] == [0, 0, 2, 3]


@given(VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert read_yaml(write_yaml(value)) == value


@given(VALUES)
def test_what_is_written_pretty_is_read_back(value: Any) -> None:
    assert read_yaml(write_yaml(value, V3)) == value


LINES = st.lists(
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["", "", "  ", "    "]),
        st.sampled_from(["", "", "- ", "- - "]),
        st.sampled_from(["a: ", "b:", "yes: ", "", "'q': "]),
        st.sampled_from(
            ["x", "", "1", "'y z'", '"w"', "|", ">-", "[a]", "{}", "x: y", "# c", "'", "&a b", "..."]
        ),
    ),
    max_size=8,
)


@given(LINES)
def test_the_quick_reader_agrees_with_the_whole_one_or_is_unsure(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        value = QuickReader(text).read()
    except Unsure:
        return
    root = compose(text)
    assert value == (None if root is None else as_json(Decoder().value(root)))


FLOW_PARTS = st.one_of(
    st.sampled_from(
        ["a", "b: ", "yes: ", "{a: ", "1", "0x1F", "1e3", "no", "null", "x.y/z", "-1", "'c d'", '"e"']
    ),
    st.sampled_from([", ", ",", ": ", " ", "[", "]", "{", "}", "[b, ", "#", "&a ", "? "]),
)


@given(st.lists(FLOW_PARTS, max_size=8).map("".join))
def test_the_quick_reader_agrees_with_the_whole_one_on_what_is_in_brackets(inner: str) -> None:
    for text in (f"[{inner}]\n", f"{{{inner}}}\n"):
        found = read_flow(text, 0)
        if found is not None:
            root = compose(text)
            assert root is not None
            assert repr(found) == repr((as_json(Decoder().value(root)), len(text)))


@given(st.text(alphabet=" '\n-a\t", max_size=12))
def test_the_quick_reader_folds_texts_in_quotes_as_the_whole_one(inner: str) -> None:
    text = f"a:\n  - '{inner}'\nb: 1\n"
    try:
        value = QuickReader(text).read()
    except Unsure:
        return
    root = compose(text)
    assert root is not None
    assert value == as_json(Decoder().value(root))


@pytest.mark.parametrize(
    "text",
    [
        "a: '" + " " * 300_000 + "'",
        "a: x" + " " * 300_000 + "y",
        "".join(f"k{n}: |\n  x\n" for n in range(20_000)),
        "a: " + "9" * 100_000,
        "a: " + "x " * 200_000,
        " " * 500_000,
        "#" * 500_000,
        "- " * 150 + "x",
    ],
    ids=["quoted blanks", "plain blanks", "blocks", "digits", "words", "blank", "comment", "nested"],
)
@pytest.mark.timeout(10)
def test_a_large_document_takes_time_in_proportion(text: str) -> None:
    read_yaml(text)


def test_more_digits_than_python_reads_are_text() -> None:
    assert read_yaml("a: " + "9" * 5000) == {"a": "9" * 5000}
    assert read_yaml("a: " + "0" * 5000 + "7") == {"a": 7}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a/b": "x"\n"c": 1', {"a/b": "x", "c": 1}),
        ('a: [ { "b": [ 1, "c,]", ], }, ]', {"a": [{"b": [1, "c,]"]}]}),
        ("a: ['b c']", {"a": ["b c"]}),
        (r'a: "b\"c\n"', {"a": 'b"c\n'}),
    ],
)
def test_quoted_keys_and_one_line_collections(text: str, value: Any) -> None:
    assert read_yaml(text) == value
    assert QuickReader(text).read() == value


def test_a_word_in_quotes_is_no_word_as_a_key() -> None:
    assert read_yaml('"yes": 1\nyes: 2') == {"yes": 1, "true": 2}
