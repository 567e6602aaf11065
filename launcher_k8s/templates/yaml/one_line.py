"""Values that need no scanner: lists of words, texts in quotes, and what JSON reads as YAML does.

What is not of these forms is nothing here, not wrong. Source: go.yaml.in/yaml/v2 2.4.4, as for
:mod:`~launcher_k8s.templates.yaml.quick`.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import msgspec

from launcher_k8s.templates.yaml.line_patterns import (
    COMMA_AT_END,
    FLOW,
    FLOW_TEXTS,
    FOLD,
    FOLDED_TEXT,
    JSON,
    JSON_TEXT,
    LAST_COMMA,
    LONGEST_JSON,
    QUOTED_LIST,
    SIMPLE_LIST,
)
from launcher_k8s.templates.yaml.scalars import HINTS, resolve

_DEEPEST: Final = 90
"""How many brackets JSON may have here, and so how deep it may be."""


def read_text(text: str, pos: int) -> tuple[str, int] | None:
    """A text in quotes without unusual escapes, and where the next line begins."""
    if match := JSON_TEXT(text, pos):
        return _decode_text(match[1]), match.end()
    if match := FOLDED_TEXT(text, pos):
        return FOLD(" ", match[1]).replace("''", "'"), match.end()
    return None


def read_flow(text: str, pos: int) -> tuple[Any, int] | None:
    """A sequence or mapping in brackets without a key that stands twice, and where the next line begins."""
    words = SIMPLE_LIST(text, pos)
    if words:
        items = [resolve(item)[1] if item[0] in HINTS else item for item in words[1].split(", ")]
        return None if float in map(type, items) else (items, words.end())
    quoted = QUOTED_LIST(text, pos)
    if quoted:
        return [quoted[1]], quoted.end()
    match = JSON(text, pos, pos + LONGEST_JSON)
    words = None if match is not None else FLOW(text, pos, pos + LONGEST_JSON)
    match = match or words
    if match is None:
        return None
    value = match[1]
    if value.count("[") + value.count("{") > _DEEPEST:
        return None
    try:
        if words is not None:
            value = FLOW_TEXTS(_as_json, value)
        return _decode(LAST_COMMA(_kept, value) if COMMA_AT_END(value) else value), match.end()
    except ValueError:
        return None


def _as_json(match: re.Match[str]) -> str:
    quoted, key, word = match.groups()
    if quoted:
        return json.dumps(quoted[1:-1])
    text = key or word
    if not text:
        return match[0]
    value = resolve(text)[1] if text[0] in HINTS else text
    if type(value) is float or (key and type(value) is not str):
        raise ValueError("a number that may be whole, or a key that is no text")
    return json.dumps(value)


def _kept(match: re.Match[str]) -> str:
    return match[1] or match[2] or ""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key stands twice")
    return value


_decode: Final = json.JSONDecoder(object_pairs_hook=_unique).decode
_decode_text: Final = msgspec.json.Decoder(str).decode
