"""What of a line or a value may be shown: no token, and no password within a URL.

A token may stand where none belongs: alone on a line, continued below its key, or as the value of the key
next to it. So in files that hold one, of what cannot be read only what no token looks like is shown: words
of letters, short numbers, addresses and paths.
"""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "***"

_SECRET_INSIDE = re.compile(r"(token[ \t]*=).*", re.IGNORECASE | re.DOTALL)
_PASSWORD_IN_URL = re.compile(r"//[^/@\s]*@")
# A JSON web token begins with {" in base64; where it is in base64 once more, with that of eyJ.
_JWT = re.compile(r"(?<![A-Za-z0-9])(?:eyJ[\w-]{8,}(?:\.[\w.-]*)?|ZXlK[\w+/=-]{8,})", re.ASCII)
_BOOTSTRAP_TOKEN = re.compile(r"(?<![a-z0-9.])[a-z0-9]{6}\.[a-z0-9]{16}(?![a-z0-9.])")
_WORD = re.compile(r"[^\s=]+")
_PLAIN = re.compile(r"[A-Za-z][a-z]{0,19}(?:[-_][a-z]{1,19})*|[0-9]{1,9}", re.ASCII)
_MAY_BE_SHOWN = re.compile(
    r"([^=]*(?:api[-_]?url|certificate[-_]?authority|token[-_]?path)[ \t]*=[ \t]*)(.*)",
    re.IGNORECASE | re.DOTALL,
)
_KEY = re.compile(r"[A-Za-z]{1,30}(?:[ _.-]+[A-Za-z]{1,20})*", re.ASCII)
_STRUCTURE = re.compile(r"[./:@?]+")
_AROUND = "[]()\"'`,;:.#*="
_LONGEST_PART = 40
_SHORTEST_TOKEN = 20


def masked(text: str) -> str:
    """A text without what follows ``token=``, stands before a URL's ``@``, or is a JSON web token.

    Of a line that sets an address, certificates or a token's path the value is shown where it may be one.
    """
    text = _without_secrets(text)
    stated = _MAY_BE_SHOWN.fullmatch(text)
    return f"{stated[1]}{HIDDEN}" if stated and not _is_public_text(stated[2]) else text


def _without_secrets(text: str) -> str:
    text = _PASSWORD_IN_URL.sub(f"//{HIDDEN}@", _SECRET_INSIDE.sub(rf"\1{HIDDEN}", text))
    return _BOOTSTRAP_TOKEN.sub(HIDDEN, _JWT.sub(HIDDEN, text))


def masked_words(text: str) -> str:
    """A line that cannot be read, without the words that may be a token."""
    return _WORD.sub(lambda word: word[0] if _PLAIN.fullmatch(word[0].strip(_AROUND)) else HIDDEN, text)


def is_plain_key(text: str) -> bool:
    """Whether a key, be it unknown, is made of words."""
    return _KEY.fullmatch(text) is not None


def _is_public_text(text: str) -> bool:
    return all(is_public(word.strip(_AROUND)) for word in text.split())


def is_public(value: str) -> bool:
    """Whether a path or an address is one: a plain word, or parts none of which is as long as a token."""
    if _JWT.search(value) or _BOOTSTRAP_TOKEN.search(value):
        return False
    bare = value.strip('"')
    if _PLAIN.fullmatch(bare) or bare == "":
        return True
    parts = _STRUCTURE.split(bare)
    return len(parts) > 1 and all(len(part) < _LONGEST_PART for part in parts)


def shown_path(path: str) -> str:
    """A path whose last part may be a token instead of a name."""
    directory, slash, name = path.rpartition("/")
    return path if is_public(name) else f"{directory}{slash}{HIDDEN}"


def is_token(value: str) -> bool:
    """Whether a value can hardly be anything but a token."""
    if _JWT.search(value) or _BOOTSTRAP_TOKEN.fullmatch(value):
        return True
    return len(value) >= _SHORTEST_TOKEN and not is_public(value) and "/" not in value
