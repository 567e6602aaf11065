from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.govalues.quoting import can_backquote, quote, quote_rune, quote_to_ascii, rune


@pytest.mark.parametrize(
    ("text", "quoted", "ascii_only"),
    [
        ("", '""', '""'),
        ("plain 'text'", "\"plain 'text'\"", "\"plain 'text'\""),
        ('say "hi"\\', '"say \\"hi\\"\\\\"', '"say \\"hi\\"\\\\"'),
        ("\a\b\f\n\r\t\v", r'"\a\b\f\n\r\t\v"', r'"\a\b\f\n\r\t\v"'),
        ("\x00\x1b\x7f", r'"\x00\x1b\x7f"', r'"\x00\x1b\x7f"'),
        ("é日", '"é日"', r'"\u00e9\u65e5"'),
        ("\u00ad\u00a0\u2028", r'"\u00ad\u00a0\u2028"', r'"\u00ad\u00a0\u2028"'),
        ("\U0001f600\U000e0001", '"\U0001f600\\U000e0001"', r'"\U0001f600\U000e0001"'),
        ("\udcff\udc80", r'"\xff\x80"', r'"\xff\x80"'),
        ("\ufffd", '"\ufffd"', r'"\ufffd"'),
        ("\x80", r'"\u0080"', r'"\u0080"'),
    ],
)
def test_text_is_quoted_as_a_literal_of_go(text: str, quoted: str, ascii_only: str) -> None:
    assert quote(text) == quoted
    assert quote_to_ascii(text) == ascii_only


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_quoted_reads_back(text: str) -> None:
    assert ast.literal_eval(quote(text)) == text
    assert ast.literal_eval(quote_to_ascii(text)) == text
    assert quote_to_ascii(text).isascii()


@pytest.mark.parametrize(
    ("code", "quoted"),
    [
        (97, "'a'"),
        (39, r"'\''"),
        (34, "'\"'"),
        (10, r"'\n'"),
        (233, "'é'"),
        (-1, "'\ufffd'"),
        (0xD800, "'\ufffd'"),
    ],
)
def test_a_character_is_quoted_by_its_number(code: int, quoted: str) -> None:
    assert quote_rune(code) == quoted


def test_a_character_is_escaped_where_only_ascii_may_be() -> None:
    assert quote_rune(233, ascii_only=True) == r"'\u00e9'"
    assert rune(0x110000) == "\ufffd"


@pytest.mark.parametrize(
    ("text", "possible"),
    [("a\tb é", True), ("a\nb", False), ("`", False), ("\x7f", False), ("\ufeff", False), ("\udcff", False)],
)
def test_back_quotes_hold_what_is_on_one_line_and_visible(text: str, possible: bool) -> None:
    assert can_backquote(text) is possible
