"""How messages name what a file or a job says: quoted, short, and with the word that was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")

LONGEST_QUOTE = 60
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
MOST_COMPARED = 200

_KINDS = {
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "a list",
    tuple: "a list",
    dict: "an object",
    type(None): "null",
}


def visible(text: str) -> str:
    """Text on one line that no terminal obeys and every file can hold: what is no character, escaped."""
    return _INVISIBLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def quote(text: str) -> str:
    """Text as it stands in a message: quoted, control characters escaped, cut when long."""
    return repr(text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 3]}...")


def kind_of(value: Any) -> str:
    """What a JSON value is, in words; the name of the type where it is none."""
    return _KINDS.get(type(value), type(value).__name__)


def enumerate_words(words: Iterable[T], *, most: int = 5, show: Callable[[T], str] = str) -> str:
    """``a, b, c``, each as it is shown; after ``most`` words the others are only counted."""
    words = list(words)
    rest = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(map(show, words[:most])) + rest


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the known word closest to one that is unknown; empty where none is close."""
    close = closest(word, known)
    return f"did you mean {close}?" if close else ""


def closest(word: str, known: Iterable[str]) -> str:
    """The known word closest to one that is unknown; empty where none is close.

    Where no whole word is, the shortest word is named that has a close part: ``kubernetes-namespace``
    for ``namspace``, but nothing for ``cpus``, which is a part of several as short.
    """
    if len(word) > LONGEST_QUOTE:
        return ""
    candidates = {_normal(candidate): candidate for candidate in islice(known, MOST_COMPARED)}
    close = difflib.get_close_matches(_normal(word), candidates, n=1, cutoff=0.7)
    if not close:
        close = _with_close_part(_normal(word), candidates)
    return candidates[close[0]] if close else ""


def _with_close_part(word: str, candidates: Iterable[str]) -> list[str]:
    """The candidate that is little more than the parts closest to a word; none where several are."""
    owners: dict[str, list[str]] = {}
    for candidate in candidates:
        for run in set(_runs(candidate.split("-"))):
            owners.setdefault(run, []).append(candidate)
    close = difflib.get_close_matches(word, owners, n=1, cutoff=0.8)
    found = owners[close[0]] if close else []
    fewest = min((candidate.count("-") for candidate in found), default=0)
    shortest = [candidate for candidate in found if candidate.count("-") == fewest]
    return shortest if len(shortest) == 1 else []


def _runs(parts: Sequence[str]) -> Iterator[str]:
    """The parts that begin or end a word of several, joined: for ``a-b-c`` these are a, a-b, b-c and c."""
    for cut in range(1, len(parts)):
        yield "-".join(parts[:cut])
        yield "-".join(parts[cut:])


def _normal(word: str) -> str:
    return word.lower().replace("_", "-").replace(" ", "-")
