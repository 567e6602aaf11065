from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.functions.layout import REGISTRY
from launcher_k8s.templates.govalues.allowance import LimitError
from launcher_k8s.templates.govalues.values import GoError


def call(name: str, *arguments: Any) -> Any:
    return REGISTRY[name].call(*arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("indent", (2, "a\n\nb"), "  a\n  \n  b"),
        ("indent", (0, "a\nb"), "a\nb"),
        ("nindent", (1, "a\n"), "\n a\n "),
        ("wrap", (5, "one two three"), "one\ntwo\nthree"),
        ("wrap", (3, "a verylongword b"), "a\nverylongword\nb"),
        ("wrap", (3, "verylong"), "verylong"),
        ("wrap", (0, "a b"), "a\nb"),
        ("wrap", (5, "  lead"), " lead"),
        ("wrapWith", (4, "|", "abcdefgh ij"), "abcd|efgh|ij"),
        ("wrapWith", (5, "", "one two"), "one\ntwo"),
        ("wrapWith", (1, "|", "é"), "\udcc3|\udca9"),
        ("abbrev", (5, "hello world"), "he..."),
        ("abbrev", (3, "hello"), "hello"),
        ("abbrev", (11, "hello world"), "hello world"),
        ("abbrevboth", (5, 10, "1234 5678 9123"), "...5678..."),
        ("abbrevboth", (0, 8, "1234 5678 9123"), "1234 ..."),
        ("abbrevboth", (20, 10, "1234 5678 9123"), "...78 9123"),
        ("abbrevboth", (-3, 6, "1234 5678"), "123..."),
        ("abbrevboth", (5, 6, "1234 5678 9123"), "1234 5678 9123"),
        ("abbrevboth", (5, 7, "1234 5678 9123 456"), "...5..."),
    ],
)
def test_texts_are_laid_out(name: str, arguments: tuple[Any, ...], result: str) -> None:
    assert call(name, *arguments) == result


def test_no_line_is_indented_by_less_than_nothing() -> None:
    with pytest.raises(GoError, match=r"^strings: negative Repeat count$"):
        call("indent", -1, "a")


def test_lines_are_not_indented_beyond_all_measure() -> None:
    with pytest.raises(LimitError, match="more than a template may make"):
        call("nindent", 1 << 20, "\n" * 100)


@given(st.text("ab c", max_size=40), st.integers(1, 10))
def test_no_wrapped_line_is_over_the_width(text: str, width: int) -> None:
    assert all(len(line) <= width for line in call("wrapWith", width, "\n", text).split("\n"))


@given(st.text("abc é", max_size=30), st.integers(4, 20))
def test_no_abbreviation_is_over_the_width(text: str, width: int) -> None:
    short = call("abbrev", width, text)
    assert len(short.encode(errors="surrogateescape")) <= max(width, 3)
