"""What to do about errors of templates in Go's language, which tells only what is wrong.

Most are mistakes of those who know other languages: calls with brackets, operators between their operands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from launcher_k8s.templates.gotemplate.items import Item, ItemType
from launcher_k8s.templates.gotemplate.lexer import Lexer
from launcher_k8s.wording import did_you_mean

_OPENING: Final = frozenset({ItemType.IF, ItemType.RANGE, ItemType.WITH, ItemType.DEFINE, ItemType.BLOCK})
_UNKNOWN_FUNCTION: Final = re.compile(r'function "(.+)" not defined')
_INSTEAD: Final = {
    "Job": "write .Job, with a dot",
    "elif": "write else if",
    "elseif": "write else if",
    "endif": "write end",
    "endfor": "write end",
    "for": "write range",
}
_SYNTAX: Final = tuple(
    (re.compile(pattern), hint)
    for pattern, hint in (
        (r"character in action: U\+201[89A-F]", """typographic quotes: write " or ' instead"""),
        (r"unclosed action|unexpected \"}\" in", "close the action with }} on its line"),
        (
            r"unexpected \"[=!<>]\" in",
            "a function stands before its arguments: eq A B, ne A B, lt A B, not A",
        ),
        (r"unexpected \"&\" in", "a function stands before its arguments: and A B, or A B"),
        (r"unexpected \"[(,]\" in", "arguments stand after a function, with blanks between: default 1 .x"),
        (r"bad number syntax: \"-[A-Za-z.$]", "write a blank after {{-"),
        (r"undefined variable", "declare it before, with :=, and in no block that has ended by then"),
    )
)
_RENDER: Final = tuple(
    (re.compile(pattern), hint)
    for pattern, hint in (
        (r"expected string; got main\.ExecResult", "write exec ... | toString | trim"),
        (r"expected string; got (?:int|int64|float64|bool)$", "pipe it to toString"),
        (r"expected int; got (?:int64|float64|string)$", "pipe it to int"),
        (r"expected float64; got (?:int|int64|string)$", "pipe it to float64"),
        (
            r"incompatible types for comparison",
            "compare values of one type: pipe both to toString, say",
        ),
        (
            r"nested reference name|maximum template depth",
            "a template includes itself, perhaps through others",
        ),
        (r"calling groups: ", "the host does not know this user; with --user validate as one whom it knows"),
    )
)


def syntax_hint(cause: str, text: str, functions: Iterable[str]) -> str:
    """What to do about a text that cannot be parsed; empty where nothing is known.

    Args:
        cause: What is wrong.
        text: The template.
        functions: The names of all functions.
    """
    if unknown := _UNKNOWN_FUNCTION.search(cause):
        return _INSTEAD.get(unknown[1]) or did_you_mean(unknown[1], functions)
    return _first(_SYNTAX, cause) or (unclosed_block(text) if "unexpected" in cause else "")


def render_hint(cause: str) -> str:
    """What to do about a template that fails; empty where nothing is known."""
    return _first(_RENDER, cause)


def unclosed_block(text: str) -> str:
    """Which block of a template has no end, as a hint; empty where all have."""
    open_blocks: list[Item] = []
    for before, item in pairwise(items_of(text)):
        if before.kind is not ItemType.LEFT_DELIM:
            continue
        if item.kind in _OPENING:
            open_blocks.append(item)
        elif item.kind is ItemType.END and open_blocks:
            open_blocks.pop()
    if not open_blocks:
        return ""
    last = open_blocks[-1]
    return f"the {{{{ {last.text} }}}} of line {last.line} has no {{{{ end }}}}"


def items_of(text: str) -> list[Item]:
    """A template's items without the blanks between them."""
    found = Lexer(text, left="{{", right="}}", functions=frozenset()).items()
    return [item for item in found if item.kind is not ItemType.SPACE]


def _first(table: Iterable[tuple[re.Pattern[str], str]], cause: str) -> str:
    return next((hint for pattern, hint in table if pattern.search(cause)), "")
