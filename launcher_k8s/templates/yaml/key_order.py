"""The order in which a map's keys are written: as people sort names, with numbers by their value.

``_`` comes before ``1``, that before ``B``, that before ``a9``, and that before ``a10``. For a few keys the
rules go in a circle (``01``, ``10``, ``1a``), and Go's order of them changes from run to run. Source:
go.yaml.in/yaml, sorter.go of v2 2.4.4 and of v3 3.0.4, which differ where letters follow digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cmp_to_key
from typing import Final

from launcher_k8s.templates.govalues.characters import is_letter

_BELOW_LETTERS: Final = re.compile(r"[A-Za-z \-./:,#@+]*").fullmatch
"""Texts for which the order of characters is the natural one."""


def natural_order(keys: Iterable[str], *, digits_first: bool = False) -> list[str]:
    """A map's keys in their order.

    Args:
        keys: All of them.
        digits_first: Whether a number that goes on comes before a letter, as v3 has it.
    """
    plain = sorted(keys)
    if _BELOW_LETTERS("".join(plain)):
        return plain
    return sorted(plain, key=_NUMBERS_FIRST if digits_first else _NATURAL)


def _compare(a: str, b: str, *, digits_first: bool) -> int:
    digits = False
    for at, (left, right) in enumerate(zip(a, b, strict=False)):
        if left == right:
            digits = digits_first and _is_digit(left)
            continue
        letters = is_letter(left), is_letter(right)
        if all(letters):
            return -1 if left < right else 1
        if any(letters):
            return -1 if letters[0 if digits else 1] else 1
        return _compare_numbers(a, b, at)
    return len(a) - len(b)


def _compare_numbers(a: str, b: str, at: int) -> int:
    start = 1 if "0" in (a[at], b[at]) and _follows_number(a, at) else 0
    (left, left_end), (right, right_end) = _number(a, at, start), _number(b, at, start)
    if left != right:
        return -1 if left < right else 1
    if left_end != right_end:
        return left_end - right_end
    return -1 if a[at] < b[at] else 1


def _follows_number(text: str, at: int) -> bool:
    """Whether digits before a place, up to the first that is none, hold one that is not zero."""
    while at > 0 and _is_digit(text[at - 1]):
        at -= 1
        if text[at] != "0":
            return True
    return False


def _number(text: str, at: int, number: int) -> tuple[int, int]:
    """A number that goes on at a place, as Go's 64 bits hold it, and where it ends."""
    while at < len(text) and _is_digit(text[at]):
        number = number * 10 + ord(text[at]) - ord("0")
        at += 1
    return (number + (1 << 63)) % (1 << 64) - (1 << 63), at


def _is_digit(character: str) -> bool:
    return character.isdigit() if character.isascii() else unicodedata.category(character) == "Nd"


def _compare_naturally(a: str, b: str) -> int:
    return _compare(a, b, digits_first=False)


def _compare_digits_first(a: str, b: str) -> int:
    return _compare(a, b, digits_first=True)


_NATURAL: Final = cmp_to_key(_compare_naturally)
_NUMBERS_FIRST: Final = cmp_to_key(_compare_digits_first)
