"""``snakecase``, ``kebabcase`` and ``camelcase``: names put together of the words in a text.

The rules by which a text falls into words are their own: ``HTTPServer`` is two, ``http2xx`` is two, and
``Bld4Floor`` is two with the number in the first. Source: xstrings 1.5.0, convert.go, function by function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from launcher_k8s.templates.govalues.allowance import LETTERS, look_at
from launcher_k8s.templates.govalues.characters import (
    REPLACEMENT,
    class_of,
    is_escape,
    is_space,
    is_upper,
    to_lower,
    to_upper,
    valid,
)
from launcher_k8s.templates.govalues.signature import Registry, function

REGISTRY: Final[Registry] = {}

_INVALID: Final = "invalid"
_NUMBER: Final = "number"
_UPPER: Final = "upper"
_ALPHABET: Final = "alphabet"
_CONNECTOR: Final = "connector"
_PUNCTUATION: Final = "punctuation"
_OTHER: Final = "other"
_SILENT: Final = (_CONNECTOR, _PUNCTUATION)
_TAIL: Final = (_ALPHABET, _NUMBER)
_END: Final = (_INVALID, _CONNECTOR, _PUNCTUATION)

_IDEOGRAPHS: Final = (("\u4e00", "\u9fcc"), ("\u3400", "\u4d85"), ("\U00020000", "\U0002b81d"))


@function(REGISTRY, "string", "snakecase")
def snake_case(text: str) -> str:
    """``FirstName`` as ``first_name``."""
    look_at(text, LETTERS)
    return _Joiner(text, "_").join() if text else ""


@function(REGISTRY, "string", "kebabcase")
def kebab_case(text: str) -> str:
    """``FirstName`` as ``first-name``."""
    look_at(text, LETTERS)
    return _Joiner(text, "-").join() if text else ""


@function(REGISTRY, "string", "camelcase")
def camel_case(text: str) -> str:
    """``first_name`` as ``FirstName``."""
    look_at(text, LETTERS)
    runes = valid(text)
    start = next((at for at, rune in enumerate(runes) if not _is_connector(rune)), None)
    if start is None:
        return runes + runes[-1:]
    out = [runes[:start]]
    was_upper = is_upper(runes[start])
    last = to_upper(runes[start])
    for rune in runes[start + 1 :]:
        before = last
        last = rune
        if _is_connector(before):
            if _is_connector(rune):
                out.append(before)
                continue
            was_upper = is_upper(rune)
            last = to_upper(rune)
            continue
        if was_upper:
            was_upper = is_upper(rune)
            last = to_lower(rune) if was_upper else rune
        out.append(before)
    return "".join([*out, last])


class _Joiner:
    """Where in the text the words are taken from, and what came of them."""

    def __init__(self, text: str, connector: str) -> None:
        self.rest = text
        self.connector = connector
        self.kind = ""
        self.word = ""
        self.out: list[str] = []

    def join(self) -> str:
        self.next()
        while self.rest:
            if self.kind != _CONNECTOR:
                self.put(self.kind, self.word)
            kind, word = self.kind, self.word
            self.next()
            if kind == _NUMBER:
                self.tail()
                self.connect(_END)
            elif kind == _CONNECTOR:
                self.put(kind, word)
            elif kind != _PUNCTUATION:
                self.after_word()
        self.put(self.kind, self.word)
        return "".join(self.out)

    def after_word(self) -> None:
        """A number after a word belongs to the word, unless lower case letters follow the number."""
        if self.kind != _NUMBER:
            self.connect(_SILENT)
            return
        if not self.rest:
            return
        number = self.word
        self.next()
        if self.kind != _ALPHABET:
            self.put(_NUMBER, number)
            self.connect(_SILENT)
            return
        self.out.append(self.connector)
        self.put(_NUMBER, number)
        self.tail()
        self.connect(_END)

    def tail(self) -> None:
        """The letters and numbers that follow a number without a connector."""
        while self.kind in _TAIL:
            self.put(self.kind, self.word)
            self.next()

    def connect(self, unless: tuple[str, ...]) -> None:
        if self.kind not in unless:
            self.out.append(self.connector)

    def put(self, kind: str, word: str) -> None:
        if kind in (_CONNECTOR, _UPPER):
            runes = valid(word)
            word = "".join([self.connector if _is_connector(rune) else _lowered(rune) for rune in runes])
        self.out.append(word)

    def next(self) -> None:
        self.kind, size = _next_word(self.rest)
        self.word, self.rest = self.rest[:size], self.rest[size:]


def _next_word(text: str) -> tuple[str, int]:
    """The kind of the word that a text begins with, and how long it is."""
    if not text:
        return _INVALID, 0
    rune, at = _next_valid(text, 0, REPLACEMENT)
    if rune == REPLACEMENT:
        return _INVALID, at
    if _is_connector(rune):
        return _CONNECTOR, _while(text, at, rune, _is_connector)
    if _is_punctuation(rune):
        return _PUNCTUATION, _while(text, at, rune, _is_punctuation)
    if is_upper(rune):
        return _UPPER, _upper_word(text, at, rune)
    if _is_alphabet(rune):
        return _ALPHABET, _while(text, at, rune, _is_small)
    if _is_number(rune):
        return _NUMBER, _while(text, at, rune, _is_number)
    return _OTHER, _while(text, at, rune, _is_other)


def _upper_word(text: str, at: int, rune: str) -> int:
    if at == len(text):
        return at
    rune, stop = _next_valid(text, at, rune)
    if not is_upper(rune):
        return _while(text, stop, rune, _is_small) if _is_alphabet(rune) else at
    last = stop - at
    at = stop
    while at < len(text):
        rune, stop = _next_valid(text, at, rune)
        if not is_upper(rune):
            # Of "HTTPStatus" the S belongs to the next word.
            return at - last if _is_alphabet(rune) else at
        last = stop - at
        at = stop
    return at


def _while(text: str, at: int, rune: str, test: Callable[[str], bool]) -> int:
    """Where the characters end that pass a test."""
    while at < len(text):
        rune, stop = _next_valid(text, at, rune)
        if not test(rune):
            break
        at = stop
    return at


def _next_valid(text: str, at: int, before: str) -> tuple[str, int]:
    """The next character that is one, or the one before if none is left; and what follows it."""
    while at < len(text):
        rune = text[at]
        at += 1
        if rune != REPLACEMENT and not is_escape(rune):
            return rune, at
    return before, at


def _lowered(rune: str) -> str:
    return to_lower(rune) if is_upper(rune) else rune


def _is_connector(rune: str) -> bool:
    return rune in "-_" or is_space(rune)


def _is_punctuation(rune: str) -> bool:
    return class_of(rune) == "P"


def _is_number(rune: str) -> bool:
    return class_of(rune) in "DN"


def _is_alphabet(rune: str) -> bool:
    return class_of(rune) in "ULTA" and not any(first <= rune <= last for first, last in _IDEOGRAPHS)


def _is_small(rune: str) -> bool:
    return _is_alphabet(rune) and not is_upper(rune)


def _is_other(rune: str) -> bool:
    return not (_is_connector(rune) or _is_alphabet(rune) or class_of(rune) in "DNP")
