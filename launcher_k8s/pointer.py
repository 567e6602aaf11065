"""JSON pointers (RFC 6901): text to tokens and back.

Used by the reader of ``job-json-overrides`` and by what applies them (domain, section 3), so that a
pointer accepted at load means the same at submit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_BAD_ESCAPE = re.compile(r"~(?![01])")
_BRACKETS = re.compile(r"/?\[(-|[0-9]+)\]")


def parse(text: str) -> tuple[str, ...]:
    """The tokens of a pointer, unescaped; none for the empty pointer, which means the whole document.

    Raises:
        ValueError: Not a pointer; the message says what to write instead.
    """
    if _BRACKETS.search(text):
        raise ValueError(f"the pointer {text!r} has an index in brackets: write {_without_brackets(text)!r}")
    if not text:
        return ()
    if not text.startswith("/"):
        raise ValueError(f"the pointer {text!r} does not begin with a slash: write {_with_slashes(text)!r}")
    if _BAD_ESCAPE.search(text):
        raise ValueError(
            f"the pointer {text!r} has a ~ that is neither ~0 nor ~1: write ~0 for ~ and ~1 for /"
        )
    return tuple(_unescape(token) for token in text[1:].split("/"))


def format(tokens: Iterable[str]) -> str:  # noqa: A001 - always read as pointer.format, the pair of pointer.parse
    """The pointer of these tokens, ``~`` and ``/`` escaped."""
    return "".join(f"/{token.replace('~', '~0').replace('/', '~1')}" for token in tokens)


def _unescape(token: str) -> str:
    # In this order (RFC 6901, section 4): ~01 is the text ~1, never a slash.
    return token.replace("~1", "/").replace("~0", "~")


def _with_slashes(text: str) -> str:
    """The pointer meant by a path without its first slash, or by one with dots, as kubectl's are."""
    return f"/{text}" if "/" in text else "/" + text.strip(".").replace(".", "/")


def _without_brackets(text: str) -> str:
    """The pointer meant by the notation of the vendor's article, ``containers[0]`` or ``containers/[0]``."""
    plain = _BRACKETS.sub(r"/\1", text)
    if not text.startswith("/") and "." in plain:
        plain = plain.strip(".").replace(".", "/")
    return plain if plain.startswith("/") else f"/{plain}"
