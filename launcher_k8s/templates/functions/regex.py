"""Sprig's functions on regular expressions.

Plain forms panic on a pattern that is none, ``must`` forms give the error, and ``regexMatch`` alone says just
no. Source: Sprig 3.3.0, regex.go; Go 1.26, regexp/regexp.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from launcher_k8s.templates.functions.patterns import (
    Pattern,
    PatternError,
    Span,
    Subject,
    compile_pattern,
    failed_compile,
)
from launcher_k8s.templates.govalues.allowance import NODE, fits, spend
from launcher_k8s.templates.govalues.characters import class_of, normal
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import NilStringList, StringList

REGISTRY: Final[Registry] = {}

_META: Final = str.maketrans({character: "\\" + character for character in "\\.+*?()|[]{}^$"})
_MANY: Final = 64
_LARGEST_GROUP: Final = 100_000_000


def _compile_or_panic(written: str) -> Pattern:
    try:
        return compile_pattern(written)
    except PatternError as error:
        raise failed_compile(written, error) from None


@function(REGISTRY, "string, string", "mustRegexMatch")
def must_match(written: str, text: str) -> bool:
    """Whether the pattern matches somewhere."""
    return compile_pattern(written).find(Subject(text), 0) is not None


@function(REGISTRY, "string, string", "regexMatch")
def match(written: str, text: str) -> bool:
    """Whether the pattern matches somewhere; a pattern that is none does not."""
    try:
        return must_match(written, text)
    except PatternError:
        return False


@function(REGISTRY, "string, string", "regexFind")
def find(written: str, text: str) -> str:
    """The first match, or empty text."""
    return _find(_compile_or_panic(written), text)


@function(REGISTRY, "string, string", "mustRegexFind")
def must_find(written: str, text: str) -> str:
    """The first match, or empty text."""
    return _find(compile_pattern(written), text)


def _find(pattern: Pattern, text: str) -> str:
    subject = Subject(text)
    spans = pattern.find(subject, 0)
    return subject.part(*spans[0]) if spans else ""


@function(REGISTRY, "string, string, int", "regexFindAll")
def find_all(written: str, text: str, count: int) -> StringList:
    """At most so many matches, or all; a nil list if there is none."""
    return _find_all(_compile_or_panic(written), text, count)


@function(REGISTRY, "string, string, int", "mustRegexFindAll")
def must_find_all(written: str, text: str, count: int) -> StringList:
    """At most so many matches, or all; a nil list if there is none."""
    return _find_all(compile_pattern(written), text, count)


def _find_all(pattern: Pattern, text: str, count: int) -> StringList:
    subject = Subject(text)
    found = [subject.part(*span) for span in _spans(pattern, subject, count)]
    return StringList(found) if found else NilStringList()


def _spans(pattern: Pattern, subject: Subject, count: int) -> list[Span]:
    found: list[Span] = []
    for span in pattern.find_all(subject, count if count >= 0 else len(subject.data) + 1):
        found.append(span)
        if len(found) > _MANY:
            spend(2 * NODE)
    return found


@function(REGISTRY, "string, string, int", "regexSplit")
def split(written: str, text: str, count: int) -> StringList:
    """The parts between matches, at most so many."""
    return _split(_compile_or_panic(written), written, text, count)


@function(REGISTRY, "string, string, int", "mustRegexSplit")
def must_split(written: str, text: str, count: int) -> StringList:
    """The parts between matches, at most so many."""
    return _split(compile_pattern(written), written, text, count)


def _split(pattern: Pattern, written: str, text: str, count: int) -> StringList:
    if count == 0:
        return NilStringList()
    if written and not text:
        return StringList([""])
    subject = Subject(text)
    parts = StringList()
    begin = end = 0
    for start, stop in _spans(pattern, subject, count):
        if 0 < count <= len(parts) + 1:
            break
        end = start
        if stop != 0:
            parts.append(subject.part(begin, end))
        begin = stop
    if end != len(subject.data):
        parts.append(subject.part(begin, len(subject.data)))
    return parts


@function(REGISTRY, "string, string, string", "regexReplaceAll")
def replace_all(written: str, text: str, replacement: str) -> str:
    """Each match by a text in which ``$1`` and ``${name}`` are groups."""
    return _replace_all(_compile_or_panic(written), text, replacement)


@function(REGISTRY, "string, string, string", "mustRegexReplaceAll")
def must_replace_all(written: str, text: str, replacement: str) -> str:
    """Each match by a text in which ``$1`` and ``${name}`` are groups."""
    return _replace_all(compile_pattern(written), text, replacement)


@function(REGISTRY, "string, string, string", "regexReplaceAllLiteral")
def replace_all_literally(written: str, text: str, replacement: str) -> str:
    """Each match by a text."""
    return _replaced(_compile_or_panic(written), Subject(text), lambda _: replacement)


@function(REGISTRY, "string, string, string", "mustRegexReplaceAllLiteral")
def must_replace_all_literally(written: str, text: str, replacement: str) -> str:
    """Each match by a text."""
    return _replaced(compile_pattern(written), Subject(text), lambda _: replacement)


def _replace_all(pattern: Pattern, text: str, replacement: str) -> str:
    subject = Subject(text)
    if "$" not in replacement:
        return _replaced(pattern, subject, lambda _: replacement)
    pieces = _pieces(replacement)

    def expand(spans: list[Span]) -> str:
        return "".join([_expanded(piece, pattern, subject, spans) for piece in pieces])

    return _replaced(pattern, subject, expand)


def _replaced(pattern: Pattern, subject: Subject, expand: Callable[[list[Span]], str]) -> str:
    out: list[str] = []
    done = place = size = 0
    while place <= len(subject.data) and (spans := pattern.find(subject, place)):
        start, end = spans[0]
        out.append(subject.part(done, start))
        if end > done or start == 0:
            out.append(expand(spans))
            size += len(out[-1])
            if len(out) > _MANY:
                spend(NODE)
                fits(size)
        done = end
        # Go on behind the match, but by one character at least.
        place = max(end, subject.after(place), place + (end <= place))
    out.append(subject.part(done, len(subject.data)))
    return normal("".join(out))


def _pieces(replacement: str) -> list[str | int | tuple[str]]:
    """A replacement as text, numbers of groups, and names of groups (each in a tuple)."""
    pieces: list[str | int | tuple[str]] = []
    before, dollar, rest = replacement.partition("$")
    while dollar:
        pieces.append(before)
        if rest.startswith("$"):
            pieces.append("$")
            rest = rest[1:]
        elif (reference := _reference(rest)) is None:
            pieces.append("$")
        else:
            name, size = reference
            pieces.append(_group(name))
            rest = rest[size:]
        before, dollar, rest = rest.partition("$")
    pieces.append(before)
    return pieces


def _reference(text: str) -> tuple[str, int] | None:
    """The name that a text begins with, in braces or as long as it goes, and how much that takes."""
    brace = text.startswith("{")
    end = start = int(brace)
    while end < len(text) and (text[end] == "_" or class_of(text[end]) in "ULTAD"):
        end += 1
    if end == start or (brace and text[end : end + 1] != "}"):
        return None
    return text[start:end], end + brace


def _group(name: str) -> int | tuple[str]:
    number = name.isascii() and name.isdigit() and not (name[0] == "0" and len(name) > 1)
    return int(name) if number and int(name[:-1] or 0) < _LARGEST_GROUP else (name,)


def _expanded(piece: str | int | tuple[str], pattern: Pattern, subject: Subject, spans: list[Span]) -> str:
    if isinstance(piece, str):
        return piece
    number = piece if isinstance(piece, int) else pattern.names.get(piece[0], len(spans))
    if number >= len(spans) or spans[number][0] < 0:
        return ""
    return subject.part(*spans[number])


@function(REGISTRY, "string", "regexQuoteMeta")
def quote_meta(text: str) -> str:
    """The text as a pattern that matches it."""
    return text.translate(_META)
