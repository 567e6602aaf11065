"""Splits a YAML document into tokens, a new one when it is asked for.

Source: go.yaml.in/yaml/v2 2.4.4, scannerc.go, whose rules on where a key may start are kept to the letter.
"""

from __future__ import annotations

from typing import Final

from launcher_k8s.templates.yaml.scalar_scanning import scan_block, scan_plain, scan_quoted
from launcher_k8s.templates.yaml.tag_scanning import scan_anchor, scan_directive, scan_tag
from launcher_k8s.templates.yaml.tokens import (
    ALIAS,
    ANCHOR,
    BLANKS,
    BLANKS_OR_END,
    BLOCK_END,
    BLOCK_ENTRY,
    BLOCK_MAPPING_START,
    BLOCK_SEQUENCE_START,
    BREAKS,
    BYTE_ORDER_MARK,
    DOCUMENT_END,
    DOCUMENT_START,
    FLOW_ENTRY,
    FLOW_MAPPING_END,
    FLOW_MAPPING_START,
    FLOW_SEQUENCE_END,
    FLOW_SEQUENCE_START,
    KEY,
    NUL,
    STREAM_END,
    VALUE,
    Cursor,
    Token,
    scanner_error,
)

_LONGEST_KEY: Final = 1024
_DEEPEST: Final = 10_000
_FLOW_TOKENS: Final = {
    "[": FLOW_SEQUENCE_START,
    "{": FLOW_MAPPING_START,
    "]": FLOW_SEQUENCE_END,
    "}": FLOW_MAPPING_END,
    ",": FLOW_ENTRY,
}
_INDICATORS: Final = "-?:,[]{}#&*!|>'\"%@`"


class _SimpleKey:
    """A place where a key may have started that is told only by the colon behind it."""

    __slots__ = ("column", "line", "number", "pos", "possible", "required")

    def __init__(self, cursor: Cursor, number: int, *, possible: bool, required: bool) -> None:
        self.possible = possible
        self.required = required
        self.number = number
        """Of the token that it starts with."""
        self.pos = cursor.pos
        self.line = cursor.line
        self.column = cursor.column


class Scanner:
    """Reads the tokens of one document.

    Args:
        text: The document, without characters that YAML does not know.
    """

    def __init__(self, text: str) -> None:
        self.cursor = Cursor(text)
        self.cursor.pos = int(text.startswith(BYTE_ORDER_MARK))  # which has a column, to Go
        self._tokens: list[Token] = []
        self._parsed = 0
        self._indent = -1
        self._indents: list[int] = []
        self._flow_level = 0
        self._key_allowed = True
        self._keys = [_SimpleKey(self.cursor, 0, possible=False, required=False)]
        self._keys_by_token: dict[int, _SimpleKey] = {}

    def peek(self) -> Token:
        """The next token, which stays the next."""
        while not self._tokens or self._may_be_key():
            self._fetch()
        return self._tokens[0]

    def take(self) -> Token:
        """The next token."""
        token = self.peek()
        del self._tokens[0]
        self._parsed += 1
        return token

    def _may_be_key(self) -> bool:
        key = self._keys_by_token.get(self._parsed)
        return key is not None and self._is_valid(key)

    def _fetch(self) -> None:
        self._skip_to_token()
        cursor = self.cursor
        self._unroll(cursor.column)
        character = cursor.text[cursor.pos]
        if character == NUL:
            self._fetch_end()
        elif cursor.column == 0 and character == "%":
            self._leave_blocks()
            self._tokens.append(scan_directive(cursor))
        elif cursor.at_document_indicator():
            self._leave_blocks()
            self._add(DOCUMENT_START if character == "-" else DOCUMENT_END, 3)
        elif character in _FLOW_TOKENS:
            self._fetch_flow(character)
        else:
            self._fetch_other(character)

    def _fetch_other(self, character: str) -> None:
        ended = self.cursor.text[self.cursor.pos + 1] in BLANKS_OR_END
        if character == "-" and ended:
            self._fetch_entry()
        elif character == "?" and (self._flow_level or ended):
            self._fetch_key()
        elif character == ":" and (self._flow_level or ended):
            self._fetch_value()
        elif character in "|>" and not self._flow_level:
            self._remove_key()
            self._key_allowed = True
            self._tokens.append(scan_block(self.cursor, parent=self._indent))
        else:
            self._fetch_node(character)

    def _fetch_node(self, character: str) -> None:
        """Fetch what a simple key may start with."""
        self._check_start(character)
        self._save_key()
        self._key_allowed = False
        cursor = self.cursor
        if character in "*&":
            self._tokens.append(scan_anchor(cursor, ALIAS if character == "*" else ANCHOR))
        elif character == "!":
            self._tokens.append(scan_tag(cursor))
        elif character in "'\"":
            self._tokens.append(scan_quoted(cursor))
        else:
            token, ended = scan_plain(cursor, indent=self._indent + 1, in_flow=self._flow_level > 0)
            self._tokens.append(token)
            self._key_allowed = ended

    def _check_start(self, character: str) -> None:
        if character in "*&!'\"":
            return
        cursor = self.cursor
        following = cursor.text[cursor.pos + 1]
        starts = character not in _INDICATORS and character not in BLANKS_OR_END
        dash = character == "-" and following not in BLANKS
        block = not self._flow_level and character in "?:" and following not in BLANKS_OR_END
        if not (starts or dash or block):
            problem = "found character that cannot start any token"
            raise scanner_error(problem, line=cursor.line, context_line=cursor.line)

    def _skip_to_token(self) -> None:
        cursor = self.cursor
        text = cursor.text
        while True:
            while text[cursor.pos] == " " or (
                text[cursor.pos] == "\t" and (self._flow_level or not self._key_allowed)
            ):
                cursor.pos += 1
            cursor.skip_comment()
            if text[cursor.pos] not in BREAKS:
                return
            cursor.skip_break()
            if not self._flow_level:
                self._key_allowed = True

    def _add(self, kind: str, width: int) -> None:
        self._tokens.append(Token(kind, self.cursor.line))
        self.cursor.pos += width

    def _fetch_end(self) -> None:
        cursor = self.cursor
        if cursor.column != 0:
            cursor.line += 1
            cursor.line_start = cursor.pos
        self._leave_blocks()
        self._add(STREAM_END, 0)

    def _leave_blocks(self) -> None:
        self._unroll(-1)
        self._remove_key()
        self._key_allowed = False

    def _fetch_flow(self, character: str) -> None:
        if character in "[{":
            self._save_key()
            self._enter_flow()
        else:
            self._remove_key()
            if character != "," and self._flow_level:
                self._flow_level -= 1
                self._keys_by_token.pop(self._keys.pop().number, None)
        self._key_allowed = character in "[{,"
        self._add(_FLOW_TOKENS[character], 1)

    def _enter_flow(self) -> None:
        number = self._parsed + len(self._tokens)
        self._keys.append(_SimpleKey(self.cursor, number, possible=False, required=False))
        self._flow_level += 1
        if self._flow_level > _DEEPEST:
            line = self.cursor.line
            raise scanner_error(f"exceeded max depth of {_DEEPEST}", line=line, context_line=line)

    def _fetch_entry(self) -> None:
        if not self._flow_level:
            self._require_key_allowed("block sequence entries are not allowed in this context")
            self._roll(self.cursor.column, BLOCK_SEQUENCE_START, self.cursor.line)
        self._remove_key()
        self._key_allowed = True
        self._add(BLOCK_ENTRY, 1)

    def _fetch_key(self) -> None:
        if not self._flow_level:
            self._require_key_allowed("mapping keys are not allowed in this context")
            self._roll(self.cursor.column, BLOCK_MAPPING_START, self.cursor.line)
        self._remove_key()
        self._key_allowed = not self._flow_level
        self._add(KEY, 1)

    def _fetch_value(self) -> None:
        key = self._keys[-1]
        if self._is_valid(key):
            at = key.number - self._parsed
            self._tokens.insert(at, Token(KEY, key.line))
            self._roll(key.column, BLOCK_MAPPING_START, key.line, at=at)
            key.possible = False
            self._keys_by_token.pop(key.number, None)
            self._key_allowed = False
        else:
            if not self._flow_level:
                self._require_key_allowed("mapping values are not allowed in this context")
                self._roll(self.cursor.column, BLOCK_MAPPING_START, self.cursor.line)
            self._key_allowed = not self._flow_level
        self._add(VALUE, 1)

    def _require_key_allowed(self, problem: str) -> None:
        if not self._key_allowed:
            line = self.cursor.line
            raise scanner_error(problem, line=line, context_line=line)

    def _roll(self, column: int, kind: str, line: int, *, at: int | None = None) -> None:
        """Open a block if the column is deeper than the one that is open."""
        if self._flow_level or self._indent >= column:
            return
        self._indents.append(self._indent)
        self._indent = column
        if len(self._indents) > _DEEPEST:
            problem = f"exceeded max depth of {_DEEPEST}"
            raise scanner_error(problem, line=self.cursor.line, context_line=self._keys[-1].line)
        self._tokens.insert(len(self._tokens) if at is None else at, Token(kind, line))

    def _unroll(self, column: int) -> None:
        """Close the blocks that are deeper than the column."""
        while not self._flow_level and self._indent > column:
            self._tokens.append(Token(BLOCK_END, self.cursor.line))
            self._indent = self._indents.pop()

    def _is_valid(self, key: _SimpleKey) -> bool:
        if not key.possible:
            return False
        cursor = self.cursor
        if key.line < cursor.line or key.pos + _LONGEST_KEY < cursor.pos:
            self._give_up(key)
            return False
        return True

    def _save_key(self) -> None:
        if not self._key_allowed:
            return
        required = not self._flow_level and self._indent == self.cursor.column
        number = self._parsed + len(self._tokens)
        self._remove_key()
        key = _SimpleKey(self.cursor, number, possible=True, required=required)
        self._keys[-1] = self._keys_by_token[number] = key

    def _remove_key(self) -> None:
        key = self._keys[-1]
        if key.possible:
            self._give_up(key)
            self._keys_by_token.pop(key.number, None)

    def _give_up(self, key: _SimpleKey) -> None:
        if key.required:
            problem = "could not find expected ':'"
            raise scanner_error(problem, line=self.cursor.line, context_line=key.line)
        key.possible = False
