r"""Whether a job's values change the structure of what a template renders, rather than only its texts.

A template that prints a value without quotes lets it become keys of its own (``x\nhostNetwork: true``). The
test: render the job once more with every character that YAML could take for more than text replaced by a
letter. The same keys, the same lengths of lists and the same places of scalars must come out.

A template may need such a character, and fail without it. Then each field is tried by itself, and one that
it fails for even so by one kind of character at a time. Where nothing of a field can be tried the job is
refused: else a template that fails for harmless texts would let harmful ones through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import attrs

from launcher_k8s.shape.fact import Data, Path

# Ours, or known words: nothing that a user writes freely.
_COMPUTED: Final = frozenset({"id", "servicePortsJson", "serviceName", "generateName", "resourceLimits"})
_KINDS: Final = tuple(
    map(
        re.compile,
        (
            "[^\\S ]|[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]",  # breaks
            r"[\"'\\]",
            r"[{}\[\],]",  # what a flow is made of
            r":(?=\s|\Z)",  # a key before it
            r"(?:(?<=\s)|\A)\#",  # a comment
            r"\A[-?:&*!|>%@`]|\A(?:---|\.\.\.|<<)|(?<=\n)[-?:&*!|>%@`]",  # what a node can begin with
        ),
    )
)
_SPECIAL: Final = re.compile("|".join(kind.pattern for kind in _KINDS))
_LETTER: Final = "x"
_WORDS: Final = re.compile(r"(?!\.\.\.)[A-Za-z0-9_./][A-Za-z0-9_./ =-]*").fullmatch
"""Most of the texts that have nothing special, told faster than by looking for all that is."""

# A line whose only or last part is one text in double quotes: YAML can make nothing else of it.
_QUOTED_LINE: Final = re.compile(
    r'(\s*(?:- )*(?:(?:[\w./-]++|"(?>(?:[^"\\]++|\\.)*)"): )?)"(?>(?:[^"\\]++|\\.)*)"[ \t]*'
).fullmatch


@attrs.frozen
class Attempt:
    """What a template made of a job: its text, and that as an object."""

    text: str
    value: dict[str, Any]


Render = Callable[[Data], str | None]
Read = Callable[[str], dict[str, Any] | None]


def neutral(value: Any, special: re.Pattern[str] = _SPECIAL) -> Any:
    """A value with every text made harmless, as long as it was; keys too, which stay different.

    Args:
        value: As JSON types.
        special: What is harmful.
    """
    if isinstance(value, str):
        return value if _WORDS(value) else special.sub(_replace, value)
    if isinstance(value, dict):
        made: dict[str, Any] = {}
        for key, item in value.items():
            # Most texts are words: not worth a call each.
            harmless = key if _WORDS(key) else special.sub(_replace, key)
            while harmless in made:
                harmless += _LETTER
            made[harmless] = item if type(item) is str and _WORDS(item) else neutral(item, special)
        return made
    if isinstance(value, list):
        return [item if type(item) is str and _WORDS(item) else neutral(item, special) for item in value]
    return value


def neutral_data(data: Data) -> dict[str, Any]:
    """A job's data with every text of its user made harmless."""
    return {name: value if name in _COMPUTED else neutral(value) for name, value in data.items()}


def changed_by_values(data: Data, made: Attempt, render: Render, read: Read) -> str:
    """What is wrong with a value of the job that changes the structure; empty if none does.

    Args:
        data: The job's data.
        made: What was made of it.
        render: Renders other data; gives None where it cannot.
        read: Reads what is rendered; gives None where it cannot.
    """

    def is_same(other: Data) -> bool | None:
        text = render(other)
        if text is None:
            return None
        if _differs_in_quotes_only(made.text, text):
            return True
        value = read(text)
        return value is not None and _is_same(made.value, value)

    harmless = neutral_data(data)
    if harmless == data or (together := is_same(harmless)):
        return ""
    for path, replaced in _one_by_one(data, harmless):
        same = is_same(replaced)
        if same is None:
            same = _all_or_none(is_same(other) for other in _kind_by_kind(data, path))
        if not same:
            return _message(path, is_known=same is not None)
    return "" if together is None else "several values together change the structure of what is rendered"


def _message(path: Path, *, is_known: bool) -> str:
    name = "".join(f"[{step}]" if isinstance(step, int) else step for step in path)
    if is_known:
        return f"the value of {name} changes the structure of what is rendered"
    return (
        f"whether the value of {name} changes the structure of what is rendered cannot be told: the template "
        "fails when harmless characters stand for the special ones"
    )


def _all_or_none(answers: Iterator[bool | None]) -> bool | None:
    """Whether all that are known are true; None where none is."""
    known = [answer for answer in answers if answer is not None]
    return all(known) if known else None


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
                yield (name, index), _with_item(data, name, index, other)


def _kind_by_kind(data: Data, path: Path) -> Iterator[dict[str, Any]]:
    """The data with a field, or an item of a list, made harmless by one kind of character only."""
    name, *rest = path
    for kind in _KINDS:
        value = data[str(name)]
        for step in rest:
            value = value[step]
        changed = neutral(value, kind)
        if changed != value:
            yield _with_item(data, str(name), rest[0], changed) if rest else {**data, str(name): changed}


def _with_item(data: Data, name: str, index: Any, item: Any) -> dict[str, Any]:
    return {**data, name: [*data[name][:index], item, *data[name][index + 1 :]]}


def _is_same(found: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Whether two mappings have the same structure, whatever the order that a template sorted keys in."""
    return len(found) == len(expected) and all(
        _stem(key) == _stem(other) and _is_shaped_like(found[key], expected[other])
        for key, other in zip(sorted(found, key=_stem), sorted(expected, key=_stem), strict=True)
    )


def _stem(key: str) -> str:
    """A key, made harmless, without the letters that keep it apart from others."""
    harmless: str = neutral(key)
    return harmless.rstrip(_LETTER)


def _is_shaped_like(found: Any, expected: Any) -> bool:
    if isinstance(found, dict) and isinstance(expected, dict):
        return _is_same(found, expected)
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(_is_shaped_like, found, expected))
    return not isinstance(found, dict | list) and not isinstance(expected, dict | list)


def _replace(match: re.Match[str]) -> str:
    return _LETTER * len(match[0])
