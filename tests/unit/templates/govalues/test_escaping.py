from __future__ import annotations

from html import unescape
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.govalues.escaping import escape_html, escape_query, escape_script
from launcher_k8s.templates.govalues.values import decode

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def test_html_has_entities_for_what_would_be_markup() -> None:
    assert escape_html('<a href="x">\'&\0</a>') == "&lt;a href=&#34;x&#34;&gt;&#39;&amp;\ufffd&lt;/a&gt;"


@given(TEXT)
def test_html_reads_back(text: str) -> None:
    assert unescape(escape_html(text.replace("\r", ""))) == text.replace("\r", "")
    assert not set(escape_html(text)) & set("<>\"'")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("it's", r"it\'s"),
        ('"\\', r"\"\\"),
        ("<a=b&c>", r"\u003Ca\u003Db\u0026c\u003E"),
        ("\n\x00", r"\u000A\u0000"),
        ("é\u00ad\udcff", "é\\u00AD\udcff"),
        ("\U000e0001", r"\uE0001"),
    ],
)
def test_javascript_cannot_be_ended(text: str, escaped: str) -> None:
    assert escape_script(text) == escaped


def test_a_query_holds_only_what_is_safe() -> None:
    assert escape_query("a b/ü~&=\udcff") == "a+b%2F%C3%BC~%26%3D%FF"


@given(st.binary().map(decode))
def test_a_query_reads_back(text: str) -> None:
    assert unquote_plus(escape_query(text), errors="surrogateescape") == text
