from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.wording import closest, did_you_mean, enumerate_words, kind_of, quote, visible

KEYS = ["max-cpus", "default-cpus", "container-images", "api-url"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("max-cpu", "max-cpus"),
        ("max_cpus", "max-cpus"),
        ("Max-CPUs", "max-cpus"),
        ("api-ulr", "api-url"),
        ("container images", "container-images"),
        ("imges", "container-images"),
        ("containers", "container-images"),
    ],
)
def test_a_misspelt_word_is_recognised(word: str, meant: str) -> None:
    assert did_you_mean(word, KEYS) == f"did you mean {meant}?"


@pytest.mark.parametrize("word", ["", "zzz", "cpus", "x" * 10_000])
def test_nothing_is_suggested_for_what_resembles_nothing(word: str) -> None:
    assert did_you_mean(word, KEYS) == ""


def test_the_known_words_keep_their_case() -> None:
    assert did_you_mean("hugemem", ["HugeMem"]) == "did you mean HugeMem?"


def test_control_characters_are_escaped() -> None:
    assert quote("\x1b[31m") == r"'\x1b[31m'"


@given(st.text(st.characters(categories=["L"])))
def test_a_quote_is_short(text: str) -> None:
    assert len(quote(text)) <= 62


def test_many_words_are_counted() -> None:
    assert enumerate_words("abcdefg") == "a, b, c, d, e and 2 more"


def test_few_words_are_all_told() -> None:
    assert enumerate_words(["a", "b"]) == "a, b"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"),
        (True, "a boolean"),
        (1, "an integer"),
        (1.5, "a number"),
        ("", "a string"),
        ([], "a list"),
        ((), "a list"),
        ({}, "an object"),
        (Decimal(1), "Decimal"),
    ],
)
def test_values_are_told_by_their_kind(value: Any, kind: str) -> None:
    assert kind_of(value) == kind


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Größe 🎉", "Größe 🎉"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("two\nlines", "two\\nlines"),
        ("\x9b\u2028", "\\x9b\\u2028"),
        ("caf\udce9", "caf\\udce9"),
        ("report\u202etxt.exe", "report\\u202etxt.exe"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_what_is_visible_is_one_line_that_can_be_written(text: str) -> None:
    assert len(visible(text).encode().decode().splitlines()) <= 1


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("max-gpu-amd", "max-amd-gpus"),
        ("max-cpsu", "max-cpus"),
        ("max_cpu", "max-cpus"),
        ("cpus-max", "max-cpus"),
        ("all", ""),
        ("something-else", ""),
    ],
)
def test_words_of_several_parts_are_compared_by_their_parts(word: str, meant: str) -> None:
    assert closest(word, ["max-cpus", "max-amd-gpus", "small", "default-cpus"]) == meant
