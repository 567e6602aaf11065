"""Mutations of one text, whatever it says: characters, lines, encodings, sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from launcher_k8s.config.findings import MOST_PER_FILE
from launcher_k8s.config.ini import LONGEST_LINE
from tests.fuzz.draft import decode

T = TypeVar("T")
TextMutation = Callable[[str, Random], str]

# Marks of the dialects, blanks and ends of line of all alphabets, look-alikes, halves of characters, bytes
# that are not UTF-8.
_CHARACTERS: tuple[str, ...] = (
    *"[]=#;,:/\\~{}\"'@*.-_+0179eEaZ \t\n", "\r", "\r\n", "\v", "\f", "\0", "\x01", "\x1b", "\x7f", "\x85",
    "\u00a0", "\u2028", "\u200b", "\ufeff", "\u202e", "\uff1d", "\uff3b", "\uff3d", "\uff03", "\uff11",
    "\u0661", "\u201c", "\u201d", "\u2212", "\u0430", "\u0131", "\u0301", "ß", "\U0001f389", "\udcff",
    "\udc80", "\udced\udca0\udc80", "\ud800", "${x}", "%s", "{}", "==", "[[", "]]", '""',
)  # fmt: skip


def mutate_text(text: str, random: Random) -> str:
    """A text with one thing changed."""
    return random.choices(_MUTATIONS, _WEIGHTS)[0](text, random)


def pick(items: Sequence[T], random: Random) -> int:
    """The index of an item."""
    return int(random.random() * len(items))


def _insert(text: str, random: Random) -> str:
    at = pick(text, random)
    return text[:at] + random.choice(_CHARACTERS) + text[at:]


def _replace(text: str, random: Random) -> str:
    at = pick(text, random)
    return text[:at] + random.choice(_CHARACTERS) + text[at + 1 :]


def _drop(text: str, random: Random) -> str:
    at = pick(text, random)
    return text[:at] + text[at + random.choice((1, 1, 1, 2, 5, 40)) :]


def _swap(text: str, random: Random) -> str:
    at = pick(text, random)
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def _repeat(text: str, random: Random) -> str:
    at = pick(text, random)
    return text[:at] + text[at : at + random.choice((1, 3, 20))] * random.choice((2, 3, 50)) + text[at:]


def _cut(text: str, random: Random) -> str:
    return text[: pick(text, random)]


def _of_lines(change: Callable[[list[str], Random], None]) -> TextMutation:
    def mutate(text: str, random: Random) -> str:
        lines = text.split("\n")
        change(lines, random)
        return "\n".join(lines)

    return mutate


def _drop_line(lines: list[str], random: Random) -> None:
    del lines[pick(lines, random)]


def _copy_line(lines: list[str], random: Random) -> None:
    lines.insert(pick(lines, random), random.choice(lines))


def _move_line(lines: list[str], random: Random) -> None:
    lines.insert(pick(lines, random), lines.pop(pick(lines, random)))


def _swap_lines(lines: list[str], random: Random) -> None:
    one, other = pick(lines, random), pick(lines, random)
    lines[one], lines[other] = lines[other], lines[one]


def _join_lines(lines: list[str], random: Random) -> None:
    at = pick(lines, random)
    lines[at : at + 2] = [random.choice(("", " ", ",", " # ")).join(lines[at : at + 2])]


def _comment_out(lines: list[str], random: Random) -> None:
    at = pick(lines, random)
    lines[at] = random.choice(("#", ";", " # ", "//", "--")) + lines[at]


def _bare_mark(lines: list[str], random: Random) -> None:
    lines.insert(pick(lines, random), random.choice(("=", "=1", "[", "]", "[]", "key", '"', "[a]b", "= = =")))


def _start_with_mark(text: str, _: Random) -> str:
    return f"\ufeff{text}"


def _end_lines_otherwise(text: str, random: Random) -> str:
    return text.replace("\n", random.choice(("\r\n", "\r", "\u2028", "\n\n", "\n\r")))


def _encode_otherwise(text: str, random: Random) -> str:
    encoding = random.choice(("utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-7", "cp037"))
    return decode(text.encode(encoding, "replace"))


def _lose_all(_: str, random: Random) -> str:
    return random.choice(("", "\n", " ", "\ufeff", "\0", "\x7fELF\x02\x01", "\x1f\udc8b\x08", "PK\x03\x04"))


def _lengthen_line(text: str, random: Random) -> str:
    """A line so long that only its length is told, or almost."""
    at = pick(text, random)
    return text[:at] + random.choice(_CHARACTERS) * (LONGEST_LINE + random.choice((-200, 1))) + text[at:]


def _flood(text: str, random: Random) -> str:
    """One line so often that not all is told."""
    lines = text.split("\n")
    at = pick(lines, random)
    return "\n".join([*lines[:at], *[lines[at]] * (MOST_PER_FILE + 10), *lines[at:]])


_WEIGHED: tuple[tuple[TextMutation, float], ...] = (
    (_insert, 6), (_replace, 6), (_drop, 5), (_swap, 2), (_repeat, 2), (_cut, 1), (_of_lines(_drop_line), 4),
    (_of_lines(_copy_line), 4), (_of_lines(_move_line), 3), (_of_lines(_swap_lines), 2),
    (_of_lines(_join_lines), 2), (_of_lines(_comment_out), 2), (_of_lines(_bare_mark), 3),
    (_start_with_mark, 1), (_end_lines_otherwise, 1), (_encode_otherwise, 0.5), (_lose_all, 0.5),
    (_lengthen_line, 0.06), (_flood, 0.08),
)  # fmt: skip
_MUTATIONS = [mutation for mutation, _ in _WEIGHED]
_WEIGHTS = [weight for _, weight in _WEIGHED]
