"""Where in the source of a Jinja2 template something is printed: its texts, and the values between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_STRING: Final = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_TAG: Final = re.compile(
    r"(?P<comment>\{\#.*?\#\})"
    r"|(?P<raw>\{%[-+]?\s*raw\s*[-+]?%\})(?P<body>.*?)\{%[-+]?\s*endraw\s*[-+]?%\}"
    rf"|(?P<block>\{{%(?:{_STRING}|[^'\"])*?%\}})"
    rf"|(?P<value>\{{\{{(?:{_STRING}|[^'\"])*?\}}\}}+)",
    re.DOTALL,
)
_WORD: Final = re.compile(r"[^ \t\r\n]")
_SPACES: Final = " \t\r\n"


def printing_offsets(text: str) -> Iterator[int]:
    """Where the words of each line of text begin, and each value; a value's blanks that it trims away count.

    Args:
        text: The template.
    """
    at = 0
    for tag in _TAG.finditer(text):
        yield from _words(text, at, tag.start())
        if tag["value"] is not None:
            trims = text.startswith("{{-", tag.start())
            yield len(text[: tag.start()].rstrip(_SPACES)) if trims else tag.start()
        elif tag["raw"] is not None:
            yield from _words(text, tag.start("body"), tag.end("body"))
        at = tag.end()
    yield from _words(text, at, len(text))


def values(text: str) -> Iterator[tuple[int, int]]:
    """Where each value that is printed begins and ends.

    Args:
        text: The template.
    """
    for tag in _TAG.finditer(text):
        if tag["value"] is not None:
            yield tag.span()


def _words(text: str, start: int, end: int) -> Iterator[int]:
    at = start
    for line in text[start:end].splitlines(keepends=True):
        if word := _WORD.search(line):
            yield at + word.start()
        at += len(line)
