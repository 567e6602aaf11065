from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.documents import DocumentError, read_document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            "a: 017\nb: yes\nc: 1e3\nd: 12:30\ne: 'no'\n",
            {"a": 15, "b": True, "c": 1000, "d": "12:30", "e": "no"},
        ),
        ("a: &x {b: 1}\nc: {<<: *x, d: 2}\ne: [*x]", {"a": {"b": 1}, "c": {"b": 1, "d": 2}, "e": [{"b": 1}]}),
        ("1: !!str 2\ntrue: ~", {"1": "2", "true": None}),
        ("---\na: |\n  x\n  y\n", {"a": "x\ny\n"}),
    ],
)
def test_values_are_those_that_kubernetes_reads(text: str, value: Any) -> None:
    assert read_document(text).value == value


def test_each_key_and_item_knows_where_it_begins() -> None:
    text = "a:\n  b:\n    - 1\n    - c: 2\n"
    offsets = read_document(text).offsets
    assert {path: text[offset] for path, offset in offsets.items()} == {
        ("a",): "a",
        ("a", "b"): "b",
        ("a", "b", 0): "1",
        ("a", "b", 1): "c",
        ("a", "b", 1, "c"): "c",
    }


def test_of_a_key_that_stands_twice_the_last_counts() -> None:
    document = read_document("a:\n  b: 1\n  b: 2\n")
    assert document.value == {"a": {"b": 2}}
    assert document.duplicates == ((("a", "b"), 12),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "nothing was rendered"),
        ("- a", "no mapping"),
        ("a: 1\n---\nb: 2", "several YAML documents"),
        ("a: *x", "unknown anchor"),
        ("a: [", "did not find expected node content"),
        ("a: x\x7f", "not allowed in YAML"),
        ("? [a]\n: b", "a key must be a text"),
        ("a: " + "[" * 300 + "]" * 300, "too large"),
        ("a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)), "too large"),
    ],
)  # fmt: skip
def test_what_is_no_mapping_is_told(text: str, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        read_document(text)


LINES = st.lists(
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["", "", "  ", "    "]),
        st.sampled_from(["", "", "", "- ", "- - "]),
        st.sampled_from(["a: ", "b:", '"c": ', "yes: ", "", "'q': "]),
        st.sampled_from(
            [
                "x",
                "",
                "1",
                "1.5",
                "1e3",
                ".inf",
                "no",
                "2026-11-21",
                '"w\\n"',
                "|",
                ">-",
                "[a, 2.0]",
                "{}",
                '{"d": 1, "e": [true]}',
                '{"d": 1, "d": 2}',
                "{d: 1, d: 2}",
                "{d: 'x', e: [0x1F, no]}",
                "# c",
                "'",
                "...",
                "---",
            ]
        ),
    ),
    max_size=8,
)


def _told(text: str, *, offsets: bool) -> tuple[Any, ...] | str:
    try:
        document = read_document(text, offsets=offsets)
    except DocumentError as error:
        return str(error)
    # Values of the same types: 1 and 1.0 are equal, and Kubernetes takes one of them only.
    return repr(document.value), document.duplicates


@given(LINES)
def test_without_offsets_a_document_is_the_same(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert _told(text, offsets=False) == _told(text, offsets=True)


@pytest.mark.parametrize(
    ("text", "is_quick"),
    [
        ('a: 1\nb:\n  - c: "d\\n"\n    e: [1, x]\n    f: {"g": [{}]}\n', True),
        ("a: [{ip: 10.0.0.1, hostnames: [a.example.org, 'b c']}]  # c", True),
        ("a: {b: 1, b: 2}", False),
        ("a: {b: 1e3}", False),
        ("a: {yes: 1}", False),
        ("a: 1\na: 2", False),
        ('a:\n  b: 1\n  "b": {}\n', False),
        ('a: {"b": 1, "b": 2}', False),
        ("a: 1.0", False),
        ("a: [1.0]", False),
        ("a: " + "[" * 100 + "]" * 100, False),
    ],
)
def test_only_what_is_clear_is_read_quickly(text: str, is_quick: bool) -> None:
    assert bool(read_document(text, offsets=False).offsets) is not is_quick
