from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.govalues.allowance import LARGEST_TEXT, LimitError
from launcher_k8s.templates.govalues.characters import (
    SPACE,
    as_bytes,
    class_of,
    from_bytes,
    has_escapes,
    is_letter,
    is_print,
    is_space,
    is_upper,
    normal,
    to_lower,
    to_title,
    to_upper,
    valid,
)
from launcher_k8s.templates.govalues.values import decode, encode

BYTES = st.binary(max_size=12).map(decode)


@pytest.mark.parametrize(
    ("character", "letter"),
    [
        ("A", "U"),
        ("z", "L"),
        ("ǅ", "T"),
        ("日", "A"),
        ("ª", "A"),
        ("٣", "D"),
        ("½", "N"),
        ("²", "N"),
        ("Ⅷ", "N"),
        ("!", "P"),
        ("€", "S"),
        ("\u0301", "S"),
        (" ", "X"),
        ("\u00ad", "X"),
        ("\u2028", "X"),
        ("\ue000", "X"),
        ("\U0001f600", "S"),
        ("\U000323af", "A"),  # new in Unicode 15
        ("\U0010ffff", "X"),
    ],
)
def test_every_character_has_a_class(character: str, letter: str) -> None:
    assert class_of(character) == letter


def test_a_blank_is_printed_and_other_space_is_not() -> None:
    assert is_print(" ")
    assert [character for character in SPACE if is_print(character)] == [" "]


@given(st.characters(exclude_categories=["Cn", "Cs"]))
def test_letters_are_those_of_unicode(character: str) -> None:
    assert is_letter(character) == unicodedata.category(character).startswith("L")
    assert is_upper(character) == (unicodedata.category(character) == "Lu")


@pytest.mark.parametrize("character", ["\x1c", "\x1f", "\u200b", "\ufeff", "\u180e"])
def test_space_is_less_than_what_python_strips(character: str) -> None:
    assert not is_space(character)


@pytest.mark.parametrize(
    ("text", "upper", "lower", "title"),
    [
        ("straße", "STRAßE", "straße", "STRAßE"),
        ("ΟΔΟΣ", "ΟΔΟΣ", "οδοσ", "ΟΔΟΣ"),
        ("ǆ", "Ǆ", "ǆ", "ǅ"),
        ("İ", "İ", "i", "İ"),
        ("\u0131", "I", "\u0131", "I"),
        ("ŉ", "ŉ", "ŉ", "ŉ"),
        ("\u1fb3", "\u1fbc", "\u1fb3", "\u1fbc"),
        ("abc", "ABC", "abc", "ABC"),
    ],
)
def test_case_is_mapped_one_character_to_one(text: str, upper: str, lower: str, title: str) -> None:
    assert (to_upper(text), to_lower(text), to_title(text)) == (upper, lower, title)


def test_a_byte_that_is_no_character_becomes_one_when_mapped() -> None:
    assert to_upper("a\udcffé") == "A\ufffdÉ"
    assert valid("a\udcff\udcfe") == "a\ufffd\ufffd"


@given(BYTES)
def test_bytes_and_text_are_one_another(text: str) -> None:
    assert from_bytes(as_bytes(text)) == text
    assert len(as_bytes(text)) == len(encode(text))


@given(BYTES, BYTES)
def test_parts_of_a_character_that_meet_are_that_character(first: str, second: str) -> None:
    joined = normal(first + second)
    assert joined == decode(encode(first) + encode(second))
    assert normal(joined) == joined


def test_escapes_are_found() -> None:
    assert has_escapes("é\udcff")
    assert not has_escapes("é\ufffd")


def test_a_text_over_the_limit_is_refused() -> None:
    with pytest.raises(LimitError, match="more than a template may make"):
        normal("x" * (LARGEST_TEXT + 1))
