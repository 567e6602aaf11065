"""JSON values and texts as they stand in a template's source (Go's ``text/template``).

A value is JSON in a raw string, which the template parses with ``mustFromJson``: an administrator reads it as
it was in the override's file. That makes a float of every number, so that whole numbers beyond 2^53 cannot be
said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from launcher_k8s.job import Json

EXACT_TO = 2**53
_UNPRINTABLE = re.compile("[\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")


def text_literal(text: str) -> str:
    """A text in double quotes; Go reads every escape that JSON writes."""
    return json.dumps(text, ensure_ascii=False)


def value_literal(value: Json) -> str:
    """An expression that gives a JSON value."""
    # In JSON a backtick stands only inside a string, where it may be written by its number.
    written = json.dumps(value, ensure_ascii=False, indent=2).replace("`", "\\u0060")
    return f"(mustFromJson `{written}`)"


def comment(text: str) -> str:
    """A text in a comment that takes the blanks around it away."""
    return "{{- /* " + text.replace("*/", "* /") + " */ -}}"


def unsayable(value: Any) -> str:
    """Why a template cannot give a value exactly; empty where it can."""
    return next(_problems(value), "")


def _problems(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _problems(key)
            yield from _problems(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _problems(item)
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) > EXACT_TO:
        yield f"templates know numbers as floats, and {value} is beyond their whole numbers"
    elif isinstance(value, str) and (found := _UNPRINTABLE.search(value)):
        yield f"toYaml prints nothing at all for a value that holds the character {found[0]!r}"
