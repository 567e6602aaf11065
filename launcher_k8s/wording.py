"""How messages name what a file or a job says: quoted, short, and with the word that was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")

LONGEST_QUOTE = 60
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
MOST_COMPARED = 600

_CLOSE = 0.7
_CLOSE_PARTS = 0.85
_HALF = 0.5

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
    """Text on one line that no terminal obeys and every file can hold: what is no character, escaped.

    So is what turns the direction of the text after it, by which a name could pass for another.
    """
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

    First the word with most parts in common: ``max-nvidia-gpus`` for ``max-gpus``, not ``max-cpus``; then a
    slip of the fingers. Where there is neither, the shortest word is named that has a close part:
    ``kubernetes-namespace`` for ``namspace``, but nothing for ``cpus``, which is a part of several as short.
    """
    if len(word) > LONGEST_QUOTE:
        return ""
    candidates = {_normal(candidate): candidate for candidate in islice(known, MOST_COMPARED)}
    normal = _normal(word)
    close = _with_common_parts(normal, candidates)
    close = close or difflib.get_close_matches(normal, candidates, n=1, cutoff=_cutoff(normal))
    close = close or _with_close_part(normal, candidates)
    return candidates[close[0]] if close else ""


def _cutoff(word: str) -> float:
    """How like another word a slip is: of several parts one may be another, and three letters are in many."""
    return _CLOSE_PARTS if "-" in word or len(word) <= 3 else _CLOSE


def _with_common_parts(word: str, candidates: Iterable[str]) -> list[str]:
    """The candidate that shares most of its parts with a word of several; more than half of them."""
    parts = word.split("-")
    shares = {candidate: _share(parts, candidate.split("-")) for candidate in candidates}
    best = max(shares.values(), default=0.0) if len(parts) > 1 else 0.0
    return [candidate for candidate, share in shares.items() if share == best][:1] if best > _HALF else []


def _share(parts: Sequence[str], others: Sequence[str]) -> float:
    common = sum(any(_same_part(part, other) for other in others) for part in parts)
    return common / max(len(parts), len(others))


def _same_part(part: str, other: str) -> bool:
    """Whether two parts are one word but for a plural."""
    return part.rstrip("s") == other.rstrip("s")


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
