"""Every small change of a template: each line dropped, doubled, moved; each word of it dropped or another.

A change is one that a person makes by mistake: of a line, a key or value of YAML, or a word of an action.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any, Final

import attrs

from launcher_k8s.templates.gotemplate.items import Item, ItemType
from launcher_k8s.templates.gotemplate.lexer import Lexer
from launcher_k8s.templates.samples import sample_data

_COMMENT: Final = re.compile(r"^ *\{\{- /\*.*?\*/\}\}\n", re.MULTILINE | re.DOTALL)
_KEY: Final = re.compile(r"^ *(?:- )?([A-Za-z_][\w./-]*)(:)(?= |$)", re.MULTILINE)
_FIXED: Final = re.compile(r"(?:[:\[] |\[|- )('[^']*'|[A-Za-z][\w./-]*(?=[ \]\n]|\Z)|\d+(?=[ \]\n]|\Z))")
_MARKS: Final = re.compile(r"(?<= )- |:(?=[ \n]|\Z)|[\[\]{}]", re.MULTILINE)
_STEM: Final = re.compile(r"[A-Za-z_]+\Z")
_OTHERS: Final[Mapping[str, tuple[str, ...]]] = {
    "quote": ("squote", "toString", "toJson", "toYaml"),
    "toJson": ("quote", "toString", "toYaml"),
    "default": ("coalesce", "ternary"),
    "dict": ("list",),
    "list": ("dict",),
    "set": ("get", "unset"),
    "append": ("prepend", "concat"),
    "prepend": ("append",),
    "concat": ("list", "append"),
    "join": ("cat", "without"),
    "not": ("empty", "default", "quote"),
    "empty": ("not", "quote"),
    "or": ("and",),
    "and": ("or",),
    "eq": ("ne",),
    "ne": ("eq",),
    "int": ("toString", "float64"),
    "splitn": ("split", "splitList"),
    "printf": ("print", "println"),
    "kindIs": ("typeIs",),
    "include": ("tpl",),
    "add1": ("int",),
}
"""What a function is mistaken for."""


@attrs.frozen
class Mutant:
    """A template with one change.

    Args:
        file: Its name.
        line: The line that has changed, from 1.
        source: That line as it was.
        change: What was done.
        text: The whole text after it.
    """

    file: str
    line: int
    source: str
    change: str
    text: str

    @property
    def family(self) -> str:
        """The kind of change."""
        return self.change.partition(":")[0]


@attrs.frozen
class _Edit:
    start: int
    end: int
    new: str
    change: str


def mutants(file: str, text: str) -> Iterator[Mutant]:
    """Every mutant of a template, by lines, but for its comments; none is the template itself."""
    lines = text.split("\n")
    seen = {text}
    comments = [range(*found.span()) for found in _COMMENT.finditer(text)]
    edits = sorted((*_edits_of_lines(lines), *_edits_of_yaml(text), *_edits_of_actions(text)), key=_place)
    for edit in edits:
        changed = text[: edit.start] + edit.new + text[edit.end :]
        if changed not in seen and not any(edit.start in comment for comment in comments):
            seen.add(changed)
            line = text.count("\n", 0, edit.start) + 1
            yield Mutant(file, line, lines[line - 1], edit.change, changed)


def _place(edit: _Edit) -> int:
    return edit.start


def _edits_of_lines(lines: list[str]) -> Iterator[_Edit]:
    at = 0
    for line, following in pairwise([*lines, ""]):
        end = at + len(line) + 1
        yield _Edit(at, end, "", "line dropped")
        yield _Edit(at, end, f"{line}\n{line}\n", "line twice")
        yield _Edit(at, end + len(following) + 1, f"{following}\n{line}\n", "line swapped with the next")
        yield _Edit(at, at, "  ", "indented by two more")
        if line.startswith("  "):
            yield _Edit(at, at + 2, "", "indented by two less")
        at = end


def _edits_of_yaml(text: str) -> Iterator[_Edit]:
    for item in _items(text):
        if item.kind is not ItemType.TEXT:
            continue
        for key in _KEY.finditer(text, item.pos, item.pos + len(item.text)):
            yield _Edit(key.start(1), key.end(2), "", f"key dropped: {key[1]}")
            yield _Edit(key.end(1), key.end(1), "X", f"key renamed: {key[1]}")
        for literal in _FIXED.finditer(text, item.pos, item.pos + len(item.text)):
            new = _other_value(literal[1])
            yield _Edit(literal.start(1), literal.end(1), new, f"value: {literal[1]} to {new}")
        for mark in _MARKS.finditer(text, item.pos, item.pos + len(item.text)):
            yield _Edit(mark.start(), mark.end(), "", f"mark dropped: {mark[0]}")
        if word := _STEM.search(item.text):
            yield _Edit(item.pos + word.end(), item.pos + word.end(), "X", f"key renamed: {word[0]}")


def _other_value(literal: str) -> str:
    if literal.isdigit():
        return str(int(literal) + 1)
    if literal in ("true", "false"):
        return "false" if literal == "true" else "true"
    return f"{literal[:-1]}x'" if literal.endswith("'") else f"{literal}x"


def _edits_of_actions(text: str) -> Iterator[_Edit]:
    items = _items(text)
    variables = sorted({item.text for item in items if item.kind is ItemType.VARIABLE})
    templates = sorted({item.text for item in items if item.kind is ItemType.STRING and "." in item.text})
    for index, item in enumerate(items):
        following = items[index + 1 : index + 3]
        for new, change in _other_words(item, variables, templates):
            yield _Edit(
                item.pos, item.pos + len(item.text), new, f"{change}: {item.text} to {new or 'nothing'}"
            )
        if item.kind is ItemType.LEFT_DELIM:
            yield from _trims(text, item.pos, opens=True)
        elif item.kind is ItemType.RIGHT_DELIM:
            yield from _trims(text, item.pos, opens=False)
        elif item.kind is ItemType.PIPE:
            yield from _without_stage(items, index)
        elif item.kind is ItemType.IDENTIFIER and following:
            blanks = len(following[0].text) if following[0].kind is ItemType.SPACE else 0
            end = item.pos + len(item.text) + blanks
            yield _Edit(item.pos, end, "", f"function dropped: {item.text}")
        elif item.kind is ItemType.IF:
            yield from _negated(items, index)


def _other_words(item: Item, variables: list[str], templates: list[str]) -> Iterator[tuple[str, str]]:
    """What may stand instead of a word, and what change that is."""
    text = item.text
    if item.kind is ItemType.FIELD:
        yield f"{text}x", "field misspelt"
        yield from ((f".{other}", "field") for other in _fields_like(text[1:]))
    elif item.kind is ItemType.VARIABLE:
        yield f"{text}x", "variable misspelt"
        at = variables.index(text)
        yield from ((variables[(at + step) % len(variables)], "variable") for step in (1, 2))
    elif item.kind is ItemType.IDENTIFIER:
        yield f"{text}x", "function misspelt"
        yield from ((other, "function") for other in _OTHERS.get(text, ()))
    elif item.kind is ItemType.STRING:
        yield f'{text[:-1]}x"', "text"
        yield '""', "text"
        yield from ((other, "text") for other in templates if other != text and text in templates)
    elif item.kind is ItemType.NUMBER:
        yield str(int(text) + 1), "number"
        yield str(int(text) - 1), "number"
    elif item.kind is ItemType.BOOL:
        yield _other_value(text), "boolean"
    elif item.kind is ItemType.DOT:
        yield "$", "dot"
        yield "", "dot"
    elif item.kind in _KEYWORDS:
        yield from ((other, "keyword") for other in _KEYWORDS[item.kind])
    elif item.kind is ItemType.DECLARE or item.kind is ItemType.ASSIGN:
        yield (":=" if text == "=" else "="), "assignment"


_KEYWORDS: Final[Mapping[ItemType, tuple[str, ...]]] = {
    ItemType.IF: ("with", "range"),
    ItemType.WITH: ("if", "range"),
    ItemType.RANGE: ("with", "if"),
    ItemType.ELSE: ("end",),
    ItemType.END: ("else",),
    ItemType.DEFINE: ("block",),
}


def _trims(text: str, at: int, *, opens: bool) -> Iterator[_Edit]:
    if opens:
        if text.startswith("{{- ", at):
            yield _Edit(at, at + 4, "{{ ", "trim dropped: {{-")
        elif text.startswith("{{ ", at):
            yield _Edit(at, at + 3, "{{- ", "trim added: {{-")
        return
    if text[at - 1] == "-":
        yield _Edit(at - 1, at, "", "trim dropped: -}}")
    else:
        yield _Edit(at, at, "-" if text[at - 1] == " " else " -", "trim added: -}}")


def _without_stage(items: list[Item], at: int) -> Iterator[_Edit]:
    """A pipeline without what follows one of its bars; the rest of it goes on."""
    depth = 0
    for item in items[at + 1 :]:
        depth += (item.kind is ItemType.LEFT_PAREN) - (item.kind is ItemType.RIGHT_PAREN)
        if depth < 0 or (depth == 0 and item.kind in (ItemType.PIPE, ItemType.RIGHT_DELIM)):
            words = "".join(each.text for each in items[at + 1 : items.index(item)])
            yield _Edit(items[at].pos, item.pos, "", f"stage dropped: {words.strip()}")
            return


def _negated(items: list[Item], at: int) -> Iterator[_Edit]:
    end = next(item for item in items[at:] if item.kind is ItemType.RIGHT_DELIM)
    words = "".join(item.text for item in items[at + 1 : items.index(end)]).strip()
    start = items[at].pos
    blank = " " if items[items.index(end) - 1].kind is ItemType.SPACE else ""
    yield _Edit(start, end.pos, f"if not ({words}){blank}", f"negated: {words}")


@cache
def _items(text: str) -> list[Item]:
    return Lexer(text, left="{{", right="}}", functions=frozenset()).items()


def _fields_like(name: str) -> list[str]:
    """The fields that hold values of the same type where a field of this name stands."""
    found: dict[str, None] = {}
    for siblings in _mappings(sample_data("jsmith")[0][1]):
        if name in siblings:
            same = type(siblings[name])
            found |= dict.fromkeys(key for key in siblings if key != name and type(siblings[key]) is same)
    return sorted(key for key in found if key.isidentifier())


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _mappings(item)
