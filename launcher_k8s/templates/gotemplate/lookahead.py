"""The parser's view of the items: three of lookahead, and the errors that tell their line.

Source: Go 1.26, text/template/parse/parse.go (``next`` to ``unexpected``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from launcher_k8s.errors import TemplateSyntaxError
from launcher_k8s.templates.gotemplate.items import Item, ItemType
from launcher_k8s.templates.govalues.values import byte_length


class Lookahead:
    """Items one by one, with as many steps back as the grammar needs.

    Args:
        items: What the lexer found; shared with the definitions inside this one.
        parse_name: The file's name.
        text: Its text.
    """

    def __init__(self, items: Iterator[Item], *, parse_name: str, text: str) -> None:
        self._items = items
        self._waiting: list[Item] = []  # the next one last
        self._last = Item(ItemType.EOF, 0, "", 0)  # Go's token[0]: the line that errors tell
        self._action_line = 0
        self._parse_name = parse_name
        self._text = text

    def _next(self) -> Item:
        if self._waiting:
            return self._waiting.pop()
        self._last = next(self._items, self._last)
        return self._last

    def _back(self, *items: Item) -> None:
        """Go back before these, the first one next."""
        self._waiting.extend(reversed(items))

    def _peek(self) -> Item:
        if not self._waiting:
            self._waiting.append(self._next())
        return self._waiting[-1]

    def _next_non_space(self) -> Item:
        item = self._next()
        while item.kind is ItemType.SPACE:
            item = self._next()
        return item

    def _peek_non_space(self) -> Item:
        item = self._next_non_space()
        self._waiting.append(item)
        return item

    def _expect(self, kind: ItemType, context: str) -> Item:
        item = self._next_non_space()
        if item.kind is not kind:
            self._unexpected(item, context)
        return item

    def _fail(self, message: str, at: Item | None = None) -> NoReturn:
        """End with an error, at an item: the last one if none is given. The column is ours, Go tells none."""
        line, item = self._last.line, at or self._last
        lines = self._text.split("\n")
        start = self._text.rfind("\n", 0, item.pos) + 1
        raise TemplateSyntaxError(
            f"template: {self._parse_name}:{line}: {message}",
            template=self._parse_name,
            line=line,
            column=byte_length(self._text[start : item.pos]) if item.line == line else -1,
            source=lines[line - 1] if 0 < line <= len(lines) else "",
            cause=message,
        )

    def _unexpected(self, item: Item, context: str) -> NoReturn:
        if item.kind is not ItemType.ERROR:
            self._fail(f"unexpected {item} in {context}", item)
        where = ""
        if self._action_line and self._action_line != item.line:
            where = f" started at {self._parse_name}:{self._action_line}"
            if not item.text.endswith(" action"):
                where = f" in action{where}"
        self._fail(f"{item}{where}", item)
