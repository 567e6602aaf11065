from __future__ import annotations

import re
import string
from collections import Counter
from typing import Any

import pytest

from launcher_k8s.templates.functions.random_values import REGISTRY
from launcher_k8s.templates.govalues.allowance import LARGEST_TEXT, LimitError
from launcher_k8s.templates.govalues.values import GoError

ALPHABETS = {
    "randAlphaNum": string.ascii_letters + string.digits,
    "randAlpha": string.ascii_letters,
    "randAscii": "".join(map(chr, range(32, 127))),
    "randNumeric": string.digits,
}


@pytest.mark.parametrize("name", sorted(ALPHABETS))
def test_a_random_text_has_its_length_and_only_its_letters(effects: Any, name: str) -> None:
    text = REGISTRY[name].call(effects, 500)
    assert len(text) == 500
    assert set(text) == set(ALPHABETS[name])


def test_no_letter_is_favoured(effects: Any) -> None:
    counts = Counter(REGISTRY["randNumeric"].call(effects, 25_000))
    assert max(counts.values()) - min(counts.values()) <= 25


@pytest.mark.parametrize("name", sorted(ALPHABETS))
def test_a_negative_length_gives_nothing_and_a_huge_one_an_error(effects: Any, name: str) -> None:
    assert REGISTRY[name].call(effects, -1) == ""
    with pytest.raises(LimitError, match="more than a template may make"):
        REGISTRY[name].call(effects, LARGEST_TEXT + 1)


def test_random_bytes_are_in_base64(effects: Any) -> None:
    assert REGISTRY["randBytes"].call(effects, 3) == "AAEC"
    with pytest.raises(GoError, match="makeslice: len out of range"):
        REGISTRY["randBytes"].call(effects, -1)


def test_a_random_number_is_below_its_upper_end(effects: Any) -> None:
    assert {REGISTRY["randInt"].call(effects, -1, 2) for _ in range(100)} == {-1, 0, 1}
    with pytest.raises(GoError, match="invalid argument to Intn"):
        REGISTRY["randInt"].call(effects, 3, 3)


def test_a_uuid_tells_its_version_and_variant(effects: Any) -> None:
    effects.next_byte = 240
    pattern = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(pattern, REGISTRY["uuidv4"].call(effects))
    assert REGISTRY["uuidv4"].call(effects) == "00010203-0405-4607-8809-0a0b0c0d0e0f"


def test_shuffling_keeps_the_characters(effects: Any) -> None:
    shuffled = REGISTRY["shuffle"].call(effects, "abcdefé")
    assert sorted(shuffled) == sorted("abcdefé")
    assert REGISTRY["shuffle"].call(effects, "") == ""
