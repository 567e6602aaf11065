"""What the lexer finds: items, and how error texts quote them.

Source: Go 1.26, text/template/parse/lex.go (``item``).
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, NamedTuple

from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.values import byte_length


class ItemType(Enum):
    """The kinds of items; keywords have the words themselves."""

    ERROR = auto()
    BOOL = auto()
    CHAR = auto()
    CHAR_CONSTANT = auto()
    COMPLEX = auto()
    ASSIGN = auto()
    DECLARE = auto()
    EOF = auto()
    FIELD = auto()
    IDENTIFIER = auto()
    LEFT_DELIM = auto()
    LEFT_PAREN = auto()
    NUMBER = auto()
    PIPE = auto()
    RAW_STRING = auto()
    RIGHT_DELIM = auto()
    RIGHT_PAREN = auto()
    SPACE = auto()
    STRING = auto()
    TEXT = auto()
    VARIABLE = auto()
    DOT = "."
    BLOCK = "block"
    BREAK = "break"
    CONTINUE = "continue"
    DEFINE = "define"
    ELSE = "else"
    END = "end"
    IF = "if"
    NIL = "nil"
    RANGE = "range"
    TEMPLATE = "template"
    WITH = "with"

    @property
    def is_keyword(self) -> bool:
        """Whether error texts write it as ``<word>``."""
        return isinstance(self.value, str)


KEYWORDS: Final = {kind.value: kind for kind in ItemType if kind.is_keyword}

_LONGEST_QUOTED: Final = 10


class Item(NamedTuple):
    """One item.

    Args:
        kind: What it is.
        pos: Where it begins.
        text: As written; the message of an error.
        line: The line that it begins in, from 1.
    """

    kind: ItemType
    pos: int
    text: str
    line: int

    def __str__(self) -> str:
        if self.kind is ItemType.EOF:
            return "EOF"
        if self.kind is ItemType.ERROR:
            return self.text
        if self.kind.is_keyword:
            return f"<{self.text}>"
        if byte_length(self.text) > _LONGEST_QUOTED:
            return f"{quote(self.text[:_LONGEST_QUOTED])}..."
        return quote(self.text)
