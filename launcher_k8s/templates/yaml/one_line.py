"""Values that end with their line and that need no scanner: lists of words, and what JSON reads as YAML does.

What is not of these forms is nothing here, not wrong. Source: go.yaml.in/yaml/v2 2.4.4, as for
:mod:`~launcher_k8s.templates.yaml.quick`.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from launcher_k8s.templates.yaml.line_patterns import (
    JSON,
    JSON_TEXT,
    LAST_COMMA,
    LONGEST_JSON,
    QUOTED_LIST,
    SIMPLE_LIST,
)
from launcher_k8s.templates.yaml.scalars import HINTS, resolve


def read_text(text: str, pos: int) -> tuple[str, int] | None:
    """A text in double quotes with its simplest escapes, and where the next line begins."""
    match = JSON_TEXT(text, pos)
    return None if match is None else (json.loads(match[1]), match.end())


def read_flow(text: str, pos: int) -> tuple[Any, int] | None:
    """A sequence or mapping in brackets, and where the next line begins."""
    words = SIMPLE_LIST(text, pos)
    if words:
        items = [resolve(item)[1] if item[0] in HINTS else item for item in words[1].split(", ")]
        special = any(type(item) is float and not math.isfinite(item) for item in items)
        return None if special else (items, words.end())
    quoted = QUOTED_LIST(text, pos)
    if quoted:
        return [quoted[1]], quoted.end()
    match = JSON(text, pos, pos + LONGEST_JSON)
    try:
        return match and (json.loads(LAST_COMMA(_kept, match[1])), match.end())
    except ValueError:
        return None


def _kept(match: re.Match[str]) -> str:
    return match[1] or match[2] or ""
