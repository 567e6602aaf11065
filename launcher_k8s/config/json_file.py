"""JSON files that a setting names: one value of any type, strict JSON, or where it stops being so.

Python's reader takes more than JSON (``NaN``, numbers beyond any float, lone surrogates); the API server
does not, so these are refused here, where the file can be named. So are keys that stand twice, and what is
nested deeper than anything that a Job has: everything that walks through the value later may then do so by
recursion.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NoReturn

import attrs

from launcher_k8s.config.json_keys import RepeatedKeyError, find_repeated_key, unique_keys
from launcher_k8s.config.reading import FileText
from launcher_k8s.diagnostics import Location
from launcher_k8s.wording import quote

MOST_LEVELS = 100
"""How deep arrays and objects may be nested."""
_LINE_END = re.compile(r"\r\n|\r|\n")


@attrs.frozen
class JsonProblem:
    """Why a file is no JSON, and where."""

    location: Location
    message: str


def parse_json(file: FileText) -> Any | JsonProblem:
    """The value in a file, or what is wrong with it at which line and column."""
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = file.data[: error.start].decode("utf-8", "replace")
        return JsonProblem(_place(file.path, before, len(before)), "the text is not UTF-8")
    try:
        value = json.loads(
            text, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=unique_keys
        )
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        return JsonProblem(_place(file.path, text, error.pos), f"the file is not JSON: {error.msg}")
    except RepeatedKeyError:
        repeated = find_repeated_key(text)
        message = f"the key {quote(repeated.path)} stands twice in its object"
        return JsonProblem(_place(file.path, text, repeated.offset), message)
    except UnicodeEncodeError:
        return JsonProblem(Location(file.path), "a \\u escape stands for half a character (a lone surrogate)")
    except RecursionError:
        return _too_deep(file)
    except ValueError as error:
        return JsonProblem(Location(file.path), f"the file is not JSON: {error}")
    return _too_deep(file) if _is_too_deep(value) else value


def _too_deep(file: FileText) -> JsonProblem:
    message = f"the value is nested too deeply (at most {MOST_LEVELS} levels are taken)"
    return JsonProblem(Location(file.path), message)


def _is_too_deep(value: Any) -> bool:
    """Whether there are more levels than are taken; goes level by level, so that none is too many."""
    level = [value]
    for _ in range(MOST_LEVELS):
        level = [inner for item in level for inner in _inside(item)]
    return any(isinstance(item, (dict, list)) for item in level)


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"the number {text[:40]} is out of range")
    return value


def _place(path: str, text: str, position: int) -> Location:
    before = _LINE_END.split(text[:position])
    source = _LINE_END.split(text[position - len(before[-1]) :], maxsplit=1)[0]
    return Location(path, len(before), len(before[-1]) + 1, source=source[:240])
