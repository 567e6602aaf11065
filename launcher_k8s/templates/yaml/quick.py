"""Reads the YAML that templates mostly make, line by line, several times as fast as the whole language.

It knows blocks of mappings and sequences with scalars of any form, and comments. Of whatever else it meets
it says that it does not know, and the reader of the whole language decides; so it never decides on an error.
Each line is one match of a regular expression; scalars of many lines are read by the whole language's own
functions. Source: go.yaml.in/yaml/v2 2.4.4, as for :mod:`~launcher_k8s.templates.yaml.scanner`.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

from launcher_k8s.templates.govalues.values import GoError
from launcher_k8s.templates.yaml.decoding import Decoder, as_json
from launcher_k8s.templates.yaml.encodings import is_allowed
from launcher_k8s.templates.yaml.line_patterns import BEGINNING, LINE, REST_OF_LINE, START_OF_LINE
from launcher_k8s.templates.yaml.nodes import Composer
from launcher_k8s.templates.yaml.one_line import read_flow, read_text
from launcher_k8s.templates.yaml.scalar_scanning import scan_block, scan_plain, scan_quoted
from launcher_k8s.templates.yaml.scalars import HINTS, WORDS, resolve
from launcher_k8s.templates.yaml.tokens import STREAM_END, Cursor, YamlError

_DEEPEST: Final = 100
_PLAIN: Final = 5
"""Which group of a line is a plain value."""


class Unsure(Exception):  # noqa: N818
    """The document has something that the quick reader does not know."""


class QuickReader:
    """Reads one document; ``columns`` and ``open`` are the blocks that the next line may go on with."""

    __slots__ = (
        "_base",
        "_columns",
        "_holder",
        "_last",
        "_name",
        "_open",
        "_original",
        "_shared_cursor",
        "_text",
        "is_clear",
    )

    def __init__(self, text: str) -> None:
        self.is_clear = True
        """Whether no key stands twice in what is read so far, and no number is whole and a float."""
        self._original = text
        self._text = text if text[-1:] == "\n" else text + "\n"
        self._open: list[Any] = [[None]]
        self._columns = [-1]
        # Where the next value goes, None after a value; `_base` is the column that it must be deeper than.
        self._holder: Any = self._open[0]
        self._name: Any = 0
        self._base = -1
        self._last: re.Match[str] | None = None
        self._shared_cursor: Cursor | None = None  # a copy of the text, so made once

    def read(self) -> Any:
        """The document's value, as a JSON-like one.

        Raises:
            Unsure: It cannot tell.
        """
        text, line, columns, opened = self._text, LINE, self._columns, self._open
        beginning = BEGINNING(text)
        assert beginning is not None
        pos, end = beginning.end(), len(text)
        while pos < end:
            match = line(text, pos)
            if match is None:
                pos = self._read_complex(pos)
                continue
            indent, dashes, key, quoted, plain, double, single, empty = match.groups()
            key, column = key or quoted, len(indent)
            # Nearly every line is a key of a mapping that is open, or of one that begins with it.
            is_known = not dashes and column == columns[-1] and type(opened[-1]) is dict
            if not key or key in WORDS or not (is_known or self._is_key_at(column, dashes)):
                pos = self._read_line(match) or match.end()
                continue
            top = opened[-1]
            if key in top:
                self.is_clear = False
            self._holder, self._name, self._base = None, key, columns[-1]
            if plain is not None:
                top[key] = plain if plain[0] not in HINTS else self._resolved(plain)
                self._last = match
            elif double is not None or single is not None:
                top[key] = single if double is None else double
                self._last = None
            elif empty is not None:
                top[key] = [] if empty == "[]" else {}
                self._last = None
            else:
                top[key] = None
                self._holder = top
            pos = match.end()
        return opened[0][0]

    def _is_key_at(self, column: int, dashes: str) -> bool:
        """Go to the mapping that a key in this column belongs to, if that is told easily."""
        columns, opened = self._columns, self._open
        if dashes:
            if dashes != "- " or (self._holder is None and column > self._base):
                return False
            self._open_sequence(column)
            column += 2
        while columns[-1] > column:
            columns.pop()
            opened.pop()
        top = opened[-1]
        if columns[-1] == column:
            return type(top) is dict
        if self._holder is not top or self._base >= column or len(opened) > _DEEPEST:
            return False
        mapping: dict[str, Any] = {}
        top[self._name] = mapping
        opened.append(mapping)
        columns.append(column)
        return True

    def _read_line(self, match: re.Match[str]) -> int:
        """Read a line of one simple value; where to go on, 0 for behind it."""
        indent, dashes, key, quoted, plain, double, single, empty = match.groups()
        column, key = len(indent), key or quoted
        if self._holder is None and column > self._base:
            return self._continue_plain()
        if dashes:
            column = self._open_sequences(column, dashes)
        if key is not None:
            self._open_key(column, key)
        elif not dashes:
            self._expect_value(column)
        if plain is not None:
            self._set(plain if plain[0] not in HINTS else self._resolved(plain))
            self._last = match
        elif double is not None or single is not None:
            self._set(double if double is not None else single)
        elif empty is not None:
            self._set([] if empty == "[]" else {})
        return 0

    def _expect_value(self, column: int) -> None:
        """Let a value stand on a line of its own, but for a document that is nothing else."""
        if not -1 < self._base < column:
            raise Unsure

    def _set(self, value: Any) -> None:
        if self._holder is None or self._holder is not self._open[-1]:
            raise Unsure
        self._holder[self._name] = value
        self._holder = self._last = None

    def _open_sequences(self, column: int, dashes: str) -> int:
        """Go on with a sequence, or begin one, for each dash; the column behind them."""
        start = column
        for offset, character in enumerate(dashes):
            if character == "-":
                self._open_sequence(start + offset)
        return start + len(dashes)

    def _open_sequence(self, column: int) -> None:
        self._close(column)
        top = self._open[-1]
        if self._columns[-1] != column or type(top) is not list:
            if self._holder is not top or self._base > column or (self._base == column and type(top) is list):
                raise Unsure
            items: list[Any] = []
            top[self._name] = items
            top = items
            self._push(items, column)
        self._holder, self._name, self._base = top, len(top), column
        top.append(None)

    def _open_key(self, column: int, key: str) -> None:
        columns, opened = self._columns, self._open
        self._close(column)
        if columns[-1] == column and type(opened[-1]) is list:
            opened.pop()
            columns.pop()
        top = opened[-1]
        if columns[-1] != column:
            if self._holder is not top or self._base >= column:
                raise Unsure
            mapping: dict[str, Any] = {}
            top[self._name] = mapping
            top = mapping
            self._push(mapping, column)
        elif type(top) is not dict:
            raise Unsure
        if key in WORDS:
            key = _word(key)
        if key in top:
            self.is_clear = False
        top[key] = None
        self._holder, self._name, self._base = top, key, column

    def _push(self, block: Any, column: int) -> None:
        if len(self._open) > _DEEPEST:
            raise Unsure
        self._open.append(block)
        self._columns.append(column)

    def _close(self, column: int) -> None:
        columns = self._columns
        while columns[-1] > column:
            columns.pop()
            self._open.pop()

    def _continue_plain(self) -> int:
        """Read the last value once more, with the lines that belong to it."""
        match = self._last
        if match is None:
            raise Unsure
        cursor = self._cursor(match.start(_PLAIN))
        try:
            token, ended = scan_plain(cursor, indent=self._base + 1, in_flow=False)
        except YamlError:
            raise Unsure from None
        if not ended:
            raise Unsure
        top = self._open[-1]
        if type(top) is not dict and type(top) is not list:
            raise Unsure
        self._check(match.start(_PLAIN), cursor.pos)
        top[self._name] = self._resolved(token.value) if token.value[0] in HINTS else token.value
        self._last = None
        return self._skip(cursor.line_start)

    def _read_complex(self, pos: int) -> int:
        """Read a line with a value of another form; where to go on."""
        match = START_OF_LINE(self._text, pos)
        assert match is not None
        indent, dashes, key, quoted = match.groups()
        column, key = len(indent), key or quoted
        if self._holder is None and column > self._base:
            return self._continue_plain()
        if dashes:
            column = self._open_sequences(column, dashes)
        if key is not None:
            self._open_key(column, key)
        elif not dashes:
            self._expect_value(column)
        value, end = self._complex_value(match.end())
        self._set(value)
        return end

    def _complex_value(self, pos: int) -> tuple[Any, int]:
        character = self._text[pos : pos + 1]
        if character in ("[", "{"):
            return self._flow_value(pos)
        if not character or character not in "\"'|>":
            raise Unsure
        known = read_text(self._text, pos)
        if known is not None:
            return known
        cursor = self._cursor(pos)
        try:
            if character in "\"'":
                value = scan_quoted(cursor).value
                end = self._rest(cursor.pos)
            else:
                value = scan_block(cursor, parent=self._base).value
                at_end = cursor.pos >= len(self._original)
                end = len(self._text) if at_end else self._skip(cursor.line_start)
        except YamlError:
            raise Unsure from None
        self._check(pos, cursor.pos)
        return value, end

    def _flow_value(self, pos: int) -> tuple[Any, int]:
        """A sequence or mapping in brackets that ends with its line."""
        known = read_flow(self._text, pos)
        if known is not None:
            return known
        end = self._text.index("\n", pos) + 1
        composer = Composer(self._text[pos:end])
        try:
            root = composer.document()
            if root is None or composer.scanner.peek().kind != STREAM_END:
                raise Unsure
            value = as_json(Decoder().value(root))
        except GoError:
            raise Unsure from None
        self._check(pos, end)
        self.is_clear = False  # for all that is known of what is inside
        return value, self._skip(end)

    def _resolved(self, text: str) -> Any:
        value = resolve(text)[1]
        if type(value) is float:
            if not math.isfinite(value):
                raise Unsure
            if value.is_integer():
                self.is_clear = False
        return value

    def _cursor(self, pos: int) -> Cursor:
        cursor = self._shared_cursor = self._shared_cursor or Cursor(self._original)
        cursor.pos = pos
        cursor.line_start = self._original.rfind("\n", 0, pos) + 1
        return cursor

    def _check(self, start: int, end: int) -> None:
        if not is_allowed(self._original[start:end]):
            raise Unsure

    def _rest(self, pos: int) -> int:
        match = REST_OF_LINE(self._text, pos)
        if match is None:
            raise Unsure
        return match.end()

    def _skip(self, pos: int) -> int:
        """Past lines that are empty or comments."""
        match = BEGINNING(self._text, pos)
        assert match is not None
        if "---" in match[0]:
            raise Unsure
        return match.end()


def _word(key: str) -> str:
    value = WORDS[key][1]
    if not isinstance(value, bool):
        raise Unsure
    return "true" if value else "false"
