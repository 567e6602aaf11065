from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.functions.words import camel_case, kebab_case, snake_case


@pytest.mark.parametrize(
    ("text", "snake"),
    [
        ("", ""),
        ("FirstName", "first_name"),
        ("HTTPServer", "http_server"),
        ("NoHTTPS", "no_https"),
        ("GO_PATH", "go_path"),
        ("GO-PATH x", "go_path_x"),
        ("http2xx", "http_2xx"),
        ("HTTP20xOK", "http_20x_ok"),
        ("Duration2m3s", "duration_2m3s"),
        ("Bld4Floor3rd", "bld4_floor_3rd"),
        ("a1", "a1"),
        ("1a", "1a"),
        ("_A__b_", "_a__b_"),
        ("a.B", "a.b"),
        ("日本Go", "日本_go"),
        ("ÉcoleÀ", "école_à"),
        ("€A", "€_a"),
        ("A\udcffB", "a\ufffdb"),
        ("\udcff", "\udcff"),
        ("x\udcff", "x\udcff"),
    ],
)
def test_words_are_put_together_in_lower_case(text: str, snake: str) -> None:
    assert snake_case(text) == snake


@pytest.mark.parametrize(
    ("text", "camel"),
    [
        ("", ""),
        ("some_words", "SomeWords"),
        ("http_server", "HttpServer"),
        ("_complex__case_", "_Complex_Case_"),
        ("some words", "SomeWords"),
        ("GOLANG_IS_GREAT", "GolangIsGreat"),
        ("HTTPServer", "Httpserver"),
        ("a", "A"),
        ("_", "__"),
        ("-_", "-__"),
        ("é\udcffb", "É\ufffdb"),
    ],
)
def test_words_begin_with_upper_case(text: str, camel: str) -> None:
    assert camel_case(text) == camel


@given(st.text("aB1_ é", max_size=12))
def test_the_words_are_the_same_whatever_is_between(text: str) -> None:
    assert snake_case(text) == snake_case(text).lower()
    assert kebab_case(text).replace("-", "_") == snake_case(text)
