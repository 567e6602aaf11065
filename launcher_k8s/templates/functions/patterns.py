"""Compiled regular expressions, and a text as they look at it.

The engine is RE2, by the same author as Go's package regexp, with the same syntax and in linear time: no
pattern can stop a render. It is asked on bytes; a byte that is no UTF-8 is U+FFFD to Go's matcher, so it is
looked at as that and given back as it was. Source: Go 1.26, regexp/regexp.go and regexp/syntax/parse.go, from
which the words of the errors are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any, Final

from launcher_k8s.templates.govalues.allowance import look_at
from launcher_k8s.templates.govalues.characters import has_escapes, is_escape, valid
from launcher_k8s.templates.govalues.quoting import can_backquote, quote
from launcher_k8s.templates.govalues.values import GoError, decode, encode

Span = tuple[int, int]

_MESSAGES: Final[Mapping[str, str]] = {
    "missing )": "missing closing )",
    "missing ]": "missing closing ]",
    "no argument for repetition operator": "missing argument to repetition operator",
    "bad repetition operator": "invalid nested repetition operator",
    "invalid repetition size": "invalid repeat count",
    "invalid named capture group": "invalid named capture",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "pattern too large - compile failed": "expression too large",
}
_ANY_BYTE: Final = re.compile(r"(?:[^\\]|\\[^C])*?\\C", re.DOTALL).match
_SIZE: Final = re.compile(r".*?(\{([0-9]+)(?:,([0-9]*))?\})\??", re.DOTALL).fullmatch
_OF_REPEATS: Final = ("bad repetition operator", "invalid repetition size")
_MOST_REPEATS: Final = 1000
_LOOK_BEHIND: Final = ("(?<=", "(?<!")
_ABSENT: Final = (
    "regular expressions need RE2, which is not installed: install launcher-k8s[regex], "
    "or take the function out of the template"
)


class PatternError(GoError):
    """A regular expression that is none; the message is Go's."""


class Subject:
    """A text as patterns look at it, and how to get parts of it."""

    def __init__(self, text: str) -> None:
        look_at(text, 4)
        self.text = text
        self.data = encode(valid(text))

    def part(self, start: int, end: int) -> str:
        """What stands between two places of a match."""
        if self._places is None:
            return decode(self.data[start:end])
        return decode(encode(self.text)[self._places[start] : self._places[end]])

    def splits(self, place: int) -> bool:
        """Whether a place is inside a character."""
        return place < len(self.data) and self.data[place] & 0xC0 == 0x80

    def after(self, place: int) -> int:
        """Where the character ends that stands at a place; the place itself at the end."""
        if place >= len(self.data):
            return place
        lead = self.data[place]
        return place + (1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4)

    @cached_property
    def _places(self) -> Mapping[int, int] | None:
        """For each place in the data, the one in the bytes of the text; None if they are the same."""
        if not has_escapes(self.text):
            return None
        seen = own = 0
        places = {0: 0}
        for character in self.text:
            size = len(encode(character))
            seen, own = seen + (3 if is_escape(character) else size), own + size
            places[seen] = own
        return places


class Pattern:
    """A compiled regular expression."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled
        self.names: Mapping[str, int] = {decode(name): index for name, index in compiled.groupindex.items()}

    def find(self, subject: Subject, place: int) -> list[Span] | None:
        """The next match from a place on, and its groups' spans; -1 for one that has no part in it."""
        while (match := self._compiled.search(subject.data, place)) is not None:
            start = match.start()
            if not subject.splits(start):
                return [match.span(group) for group in range(self._compiled.groups + 1)]
            place = start + 1  # RE2 finds \B between the bytes of one character too.
        return None

    def find_all(self, subject: Subject, count: int) -> Iterator[Span]:
        """The spans of at most so many matches; none that is empty and right behind another."""
        place, found, before = 0, 0, -1
        while found < count and place <= len(subject.data):
            spans = self.find(subject, place)
            if spans is None:
                return
            start, end = spans[0]
            accepted = True
            if end == place:
                accepted = start != before
                following = subject.after(place)
                place = following if following > place else place + 1
            else:
                place = end
            before = end
            if accepted:
                found += 1
                yield start, end


@lru_cache(maxsize=64)
def compile_pattern(written: str) -> Pattern:
    """A regular expression, compiled.

    Raises:
        PatternError: It is none.
        GoError: RE2 is not installed.
    """
    try:
        import re2
    except ImportError as error:
        raise GoError(_ABSENT) from error
    options = re2.Options()
    options.log_errors = False
    if "\\C" in written and _ANY_BYTE(written):
        raise _error("invalid escape sequence", "\\C")
    try:
        pattern = Pattern(re2.compile(encode(written), options))
    except re2.error as error:
        said = error.args[0]
        raise _translated(written, decode(said) if isinstance(said, bytes) else said) from None
    for name in pattern.names:
        if not name.isascii():
            raise _error("invalid named capture", _capture(written, name))
    return pattern


def _capture(written: str, name: str) -> str:
    return next(text for text in (f"(?P<{name}>", f"(?<{name}>") if text in written)


def _translated(written: str, said: str) -> PatternError:
    """RE2's complaint in Go's words."""
    message, _, part = said.partition(": ")
    size = _SIZE(part) if message in _OF_REPEATS else None
    if size and _is_wrong_size(int(size[2]), size[3]):
        return _error("invalid repeat count", size[1])
    if message == "trailing \\":
        return _error("trailing backslash at end of expression", "")
    if message == "invalid UTF-8":
        if not has_escapes(written):
            return _error("invalid escape sequence", written[written.find("\\x{") :])
        return _error(message, written[next(at for at, text in enumerate(written) if is_escape(text)) :])
    if part in _LOOK_BEHIND:
        rest, _, more = written[written.find(part) :].partition(">")
        return _error("invalid named capture", rest + ">" if more or written.endswith(">") else rest)
    return _error(_MESSAGES.get(message, message), part)


def _is_wrong_size(least: int, most: str | None) -> bool:
    """Whether ``{least,most}`` alone is an error, which Go finds first."""
    return least > _MOST_REPEATS or bool(most and not least <= int(most) <= _MOST_REPEATS)


def _error(message: str, part: str) -> PatternError:
    return PatternError(f"error parsing regexp: {message}: `{part}`")


def failed_compile(written: str, error: PatternError) -> GoError:
    """What Go's ``MustCompile`` says of a pattern that is none, in the functions that panic."""
    quoted = f"`{written}`" if can_backquote(written) else quote(written)
    return GoError(f"regexp: Compile({quoted}): {error}")
