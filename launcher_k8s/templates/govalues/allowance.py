"""What one render may make, counted: the same template always fares alike, whatever the machine.

A short template can ask for more than any machine has: texts that double in a loop, values that hold another
one many times and are then printed, lists of lists. So whatever makes something large says how large, before
or while it makes it. The allowance is its context's and not an argument, since what makes values is called
from printers and encoders that know nothing of renders; outside of a render only single values are limited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

LARGEST_TEXT: Final = 1 << 24
"""How long a text a function makes, in characters: what doubles in a loop stops here, before memory does."""
ELEMENT: Final = 8
"""What an element of a list counts, in characters."""
NODE: Final = 256
"""What a value counts that is copied, compared, merged or decoded with all that it holds."""
SLOW: Final = 16
"""What a character counts of a text that is made, or looked at, with some work for each."""
LETTERS: Final = 256
"""What a character counts that is looked at by itself, and by its neighbours."""
KEY: Final = 1 << 24
"""What a private key counts, or a password's hash: a tenth of a second each, and more."""

FLATTER: Final = "take out some of the lists and maps that are inside each other"
"""What to do about values that are too deep."""

_SHORT: Final = 1_024
"""How long a text may be without being counted, in characters."""
_FEW: Final = 8
"""How many texts are put together without adding up their lengths first."""
_HINT: Final = (
    "look for a text or list that grows in a loop, or a value that holds another one many times, and make it "
    "smaller"
)


class LimitError(Exception):
    """A render has come to one of its limits.

    Args:
        message: Which, and how high it is.
        hint: What to do about it.
    """

    def __init__(self, message: str, hint: str = _HINT) -> None:
        super().__init__(message)
        self.hint = hint


class Allowance:
    """What is left of one render's limit.

    Args:
        limit: How much it may make, in characters.
    """

    __slots__ = ("left", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = self.left = limit

    def spend(self, size: int) -> None:
        """Count something that is made.

        Raises:
            LimitError: No more is left.
        """
        self.left -= size
        if self.left < 0:
            raise LimitError(f"more than {self.limit} characters of values made in one render")


_CURRENT: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def allowing(allowance: Allowance) -> Iterator[None]:
    """Let all that is made in this context draw on an allowance."""
    token = _CURRENT.set(allowance)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def spend(size: int) -> None:
    """Count something that is made in the current render, if there is one.

    Args:
        size: How much, in characters.

    Raises:
        LimitError: No more is left.
    """
    allowance = _CURRENT.get()
    if allowance is not None:
        allowance.spend(size)


def look_at(text: str, weight: int = 1) -> None:
    """Count a text that is gone through from end to end, unless it is short.

    Raises:
        LimitError: No more is left.
    """
    if len(text) > _SHORT:
        spend(len(text) * weight)


def fits(size: int) -> None:
    """See whether a text may be so long, before it is made.

    Raises:
        LimitError: It may not.
    """
    if size > LARGEST_TEXT:
        raise LimitError(f"a text of {size} characters is more than a template may make ({LARGEST_TEXT})")


def join(separator: str, parts: Sequence[str]) -> str:
    """Texts put together, after a look at how long that would be.

    Raises:
        LimitError: It would be too long.
    """
    if len(parts) > _FEW:
        fits(sum(map(len, parts)) + len(separator) * len(parts))
    return separator.join(parts)


def join_values(separator: str, parts: Sequence[str]) -> str:
    """The texts of a value's elements put together, all that is inside of them counted once more.

    Raises:
        LimitError: It would be too long, or no more is left.
    """
    if len(parts) > _FEW:
        fits(sum(map(len, parts)) + len(separator) * len(parts))
    text = separator.join(parts)
    if len(text) > _SHORT:
        fits(len(text))
        spend(len(text) * SLOW)
    return text


def counted(parts: Iterable[str], count: int) -> Sequence[str]:
    """The texts of many elements, counted one by one, since all of them are kept until they are put together.

    Args:
        parts: Makes them.
        count: How many there are.

    Raises:
        LimitError: They are too long together.
    """
    if count <= _SHORT:
        return list(parts)
    made, size = [], 0
    for part in parts:
        made.append(part)
        size += len(part)
        if size > LARGEST_TEXT:
            fits(size)
    return made
