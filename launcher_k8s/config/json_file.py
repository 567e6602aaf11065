"""JSON files that a setting names: one value of any type, strict JSON, or where it stops being so.

Python's reader takes more than JSON (``NaN``, numbers beyond any float, lone surrogates); the API server
does not, so these are refused here, where the file can be named. So is what is nested without end:
everything that walks through the value later may then do so by recursion.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

import attrs

from launcher_k8s.config.json_text import RepeatedKeyError, find_repeated_key, load_json
from launcher_k8s.config.reading import FileText
from launcher_k8s.diagnostics import Location
from launcher_k8s.wire.limits import TOO_DEEP, content_problem, find_problems
from launcher_k8s.wording import quote

_LINE_END = re.compile(r"\r\n|\r|\n")


@attrs.frozen
class JsonProblem:
    """Why a file is no JSON, and where."""

    location: Location
    message: str


def parse_json(file: FileText) -> Any | JsonProblem:
    """The value in a file, or what is wrong with it at which line and column."""
    data = file.data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        return JsonProblem(_place(file.path, before, len(before)), "the text is not UTF-8")
    if not text.strip():
        return JsonProblem(Location(file.path, 1, 1), "the file is empty")
    try:
        value = load_json(text)
    except json.JSONDecodeError as error:
        return JsonProblem(_place(file.path, text, error.pos), f"the file is not JSON: {error.msg}")
    except RepeatedKeyError:
        repeated = find_repeated_key(text)
        message = f"the key {quote(repeated.path)} stands twice in its object"
        return JsonProblem(_place(file.path, text, repeated.offset), message)
    except RecursionError:
        return JsonProblem(Location(file.path), f"the value: {TOO_DEEP}")
    problem = _problem(value)
    return JsonProblem(Location(file.path), problem) if problem else value


def _problem(value: Any) -> str:
    """What keeps a value from being sent to a cluster: the first such thing, with its path."""
    alone = content_problem(value)
    found = [("", alone)] if alone else find_problems(value, content_problem)
    return next((f"{path.removeprefix('.') or 'the value'}: {problem}" for path, problem in found), "")


def _place(path: str, text: str, position: int) -> Location:
    before = _LINE_END.split(text[:position])
    source = _LINE_END.split(text[position - len(before[-1]) :], maxsplit=1)[0]
    return Location(path, len(before), len(before[-1]) + 1, source=source[:240], length=1)
