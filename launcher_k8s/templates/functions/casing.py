"""Sprig's functions on upper and lower case, and on the words of a text.

Source: Sprig 3.3.0, functions.go; Go 1.26, strings.Title; goutils 1.1.1, wordutils.go and stringutils.go, of
which ``initials`` and ``nospace`` take each byte for a character.
"""

from __future__ import annotations

import re
from typing import Final

from launcher_k8s.templates.govalues.allowance import SLOW, look_at
from launcher_k8s.templates.govalues.characters import (
    SPACE,
    class_of,
    is_space,
    to_lower,
    to_title,
    to_upper,
    valid,
)
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import encode

REGISTRY: Final[Registry] = {}

_ASCII_WORD_START: Final = re.compile(r"(?<![0-9A-Za-z_])[a-z]")

function(REGISTRY, "string", "upper")(to_upper)
function(REGISTRY, "string", "lower")(to_lower)


@function(REGISTRY, "string", "title")
def title(text: str) -> str:
    """Each word's first letter in title case; an apostrophe begins a word too."""
    look_at(text, 2 * SLOW)
    if text.isascii():
        return _ASCII_WORD_START.sub(lambda match: match[0].upper(), text)
    runes = valid(text)
    return "".join(
        [
            to_title(rune) if _separates(before) else rune
            for before, rune in zip(" " + runes, runes, strict=False)
        ]
    )


def _separates(rune: str) -> bool:
    if rune.isascii():
        return not (rune.isalnum() or rune == "_")
    return class_of(rune) not in "ULTAD" and is_space(rune)


@function(REGISTRY, "string", "untitle")
def untitle(text: str) -> str:
    """Each word's first letter in lower case."""
    look_at(text, 2 * SLOW)
    runes = valid(text)
    return "".join(
        [
            to_lower(rune) if is_space(before) and not is_space(rune) else rune
            for before, rune in zip(" " + runes, runes, strict=False)
        ]
    )


@function(REGISTRY, "string", "swapcase")
def swap_case(text: str) -> str:
    """Upper case for lower and lower for upper, but title case at the beginning of a word."""
    look_at(text, 2 * SLOW)
    out: list[str] = []
    after_space = True
    for rune in valid(text):
        kind = class_of(rune)
        if kind in "UT":
            out.append(to_lower(rune))
            after_space = False
        elif kind == "L":
            out.append(to_title(rune) if after_space else to_upper(rune))
            after_space = False
        else:
            out.append(rune)
            after_space = is_space(rune)
    return "".join(out)


@function(REGISTRY, "string", "initials")
def initials(text: str) -> str:
    """Each word's first byte."""
    look_at(text, 2 * SLOW)
    return "".join([word[0] for word in re.split(f"[{SPACE}]+", encode(text).decode("latin-1")) if word])


@function(REGISTRY, "string", "nospace")
def without_space(text: str) -> str:
    """All but space; other than ASCII is spoilt if there is any, since bytes are taken for characters."""
    look_at(text, 2 * SLOW)
    latin = encode(text).decode("latin-1")
    kept = "".join([character for character in latin if character not in SPACE])
    return text if len(kept) == len(latin) else kept
