r"""Whether a job's values change the structure of what a template renders, rather than only its texts.

A template that prints a value without quotes lets it become keys of its own (``x\nhostNetwork: true``). The
test: render the job once more with every character that YAML could take for more than text replaced by a
letter. The same keys, the same lengths of lists and the same places of scalars must come out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import attrs

from launcher_k8s.shape.fact import Data, Path

# Ours, or known words: nothing that a user writes freely.
_COMPUTED: Final = frozenset({"id", "servicePortsJson", "serviceName", "generateName", "resourceLimits"})
_SPECIAL: Final = re.compile(
    "[^\\S ]|[\"'\\\\{}\\[\\],\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]"  # breaks, quotes, what a flow is made of
    r"|:(?=\s|\Z)|(?:(?<=\s)|\A)\#"  # a key before it; a comment
    r"|\A[-?:&*!|>%@`](?=.)|\A(?:---|\.\.\.)"  # what a node can begin with
    r"|(?<=\n)[-?:&*!|>%@`]"
)
_LETTER: Final = "x"

# A line whose only or last part is one text in double quotes: YAML can make nothing else of it.
_QUOTED_LINE: Final = re.compile(
    r'(\s*(?:- )*(?:(?:[\w./-]+|"(?:[^"\\]|\\.)*"): )?)"(?:[^"\\]|\\.)*"[ \t]*'
).fullmatch


@attrs.frozen
class Attempt:
    """What a template made of a job: its text, and that as an object."""

    text: str
    value: dict[str, Any]


Render = Callable[[Data], str | None]
Read = Callable[[str], dict[str, Any] | None]


def neutral(value: Any) -> Any:
    """A value with every text made harmless, as long as it was; keys too, which stay different."""
    if isinstance(value, str):
        if value.isalnum():
            return value
        return _SPECIAL.sub(_replace, value)
    if isinstance(value, dict):
        made: dict[str, Any] = {}
        for key, item in value.items():
            harmless = neutral(key)
            while harmless in made:
                harmless += _LETTER
            made[harmless] = neutral(item)
        return made
    return [neutral(item) for item in value] if isinstance(value, list) else value


def neutral_data(data: Data) -> dict[str, Any]:
    """A job's data with every text of its user made harmless."""
    return {name: value if name in _COMPUTED else neutral(value) for name, value in data.items()}


def changed_by_values(data: Data, made: Attempt, render: Render, read: Read) -> str:
    """The field of the job whose value changes the structure; empty if none does.

    Args:
        data: The job's data.
        made: What was made of it.
        render: Renders other data; gives None where it cannot.
        read: Reads what is rendered; gives None where it cannot.
    """

    def is_same(other: Data) -> bool:
        text = render(other)
        if text is None or _differs_in_quotes_only(made.text, text):
            return True
        value = read(text)
        return value is None or _is_same(made.value, value)

    harmless = neutral_data(data)
    if harmless == data or is_same(harmless):
        return ""
    for path, replaced in _one_by_one(data, harmless):
        if not is_same(replaced):
            return _name(path)
    return "several fields together"


def _differs_in_quotes_only(text: str, other: str) -> bool:
    """Whether only texts in quotes, each at the end of its line, differ: then nothing needs to be read."""
    lines, others = text.split("\n"), other.split("\n")
    if len(lines) != len(others):
        return False
    for line, changed in zip(lines, others, strict=True):
        if line != changed:
            before, after = _QUOTED_LINE(line), _QUOTED_LINE(changed)
            if before is None or after is None or before[1] != after[1]:
                return False
    return True


def _one_by_one(data: Data, harmless: Data) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The data with only one field of it made harmless, or one item of a list."""
    for name, value in data.items():
        if harmless[name] == value:
            continue
        if not isinstance(value, list):
            yield (name,), {**data, name: harmless[name]}
            continue
        for index, (item, other) in enumerate(zip(value, harmless[name], strict=True)):
            if item != other:
                yield (name, index), {**data, name: [*value[:index], other, *value[index + 1 :]]}


def _is_same(found: Any, expected: Any) -> bool:
    """Whether two objects have the same structure."""
    if isinstance(found, dict) and isinstance(expected, dict):
        return len(found) == len(expected) and all(
            (key == other or neutral(key) == other.rstrip(_LETTER) or neutral(key) == other)
            and _is_shaped_like(found[key], expected[other])
            for key, other in zip(found, expected, strict=True)
        )
    return _is_shaped_like(found, expected)


def _is_shaped_like(found: Any, expected: Any) -> bool:
    if isinstance(found, dict) and isinstance(expected, dict):
        return _is_same(found, expected)
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(_is_shaped_like, found, expected))
    return not isinstance(found, dict | list) and not isinstance(expected, dict | list)


def _replace(match: re.Match[str]) -> str:
    return _LETTER * len(match[0])


def _name(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else step for step in path)
