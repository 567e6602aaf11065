"""Reads TOML as BurntSushi's library does, and refuses it in its words.

Integers are ``int64``, dates and times ``time.Time``. Source: github.com/BurntSushi/toml 1.6.0, parse.go and
lex.go.
"""

from __future__ import annotations

from typing import Any, Final

from launcher_k8s.templates.govalues.allowance import FLATTER, SLOW, LimitError, look_at
from launcher_k8s.templates.govalues.characters import is_letter
from launcher_k8s.templates.govalues.quoting import quote_rune
from launcher_k8s.templates.govalues.values import GoError, encode
from launcher_k8s.templates.toml.characters import BLANKS, DIGITS, END, LINE_ENDS, Characters
from launcher_k8s.templates.toml.keys import Path, dotted
from launcher_k8s.templates.toml.scalars import BadScalarError, read_scalar, unescaped, unwrapped
from launcher_k8s.templates.toml.tables import Tables

_WHITE: Final = BLANKS + LINE_ENDS
_NUL_FIRST: Final = 6


def read_toml(text: str) -> dict[str, Any]:
    """A TOML document's values.

    Raises:
        GoError: It is no TOML.
    """
    text = text.removeprefix("\ufeff")
    if b"\0" in encode(text[:_NUL_FIRST])[:_NUL_FIRST]:
        problem = "files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8"
        raise GoError(f"toml: line 1: {problem}")
    look_at(text, 4 * SLOW)
    try:
        return _Reader(text).document()
    except RecursionError:
        raise LimitError("TOML that is nested too deep to be read", FLATTER) from None


class _Reader:
    """One document."""

    def __init__(self, text: str) -> None:
        self._characters = Characters(text, self._last_key)
        self._tables = Tables(self._characters)
        self._key = ""

    def _last_key(self) -> str:
        context = self._tables.context
        if not self._key:
            return dotted(context)
        return f"{dotted(context)}.{self._key}" if context else self._key

    def document(self) -> dict[str, Any]:
        characters = self._characters
        while (character := characters.next()) != END:
            if character in _WHITE:
                continue
            if character == "#":
                characters.comment()
            elif character == "[":
                self._table()
                self._line_end()
            else:
                characters.back()
                outer = self._tables.context
                self._pair()
                self._tables.context, self._key = outer, ""
                self._line_end()
        return self._tables.root

    def _line_end(self) -> None:
        characters = self._characters
        while (character := characters.next()) in BLANKS:
            pass
        if character == "#":
            characters.comment()
        elif character != END and character not in LINE_ENDS:
            found = quote_rune(ord(character))
            raise characters.lexical_failure(
                f"expected a top-level item to end with a newline, comment, or EOF, but got {found} instead"
            )

    def _table(self) -> None:
        characters = self._characters
        array = characters.accept("[")
        path = self._table_name()
        if array and (character := characters.next()) != "]":
            found = quote_rune(ord(character))
            raise characters.lexical_failure(
                f"expected end of table array name delimiter ']', but got {found} instead"
            )
        self._tables.enter(path, array=array)
        self._tables.note_type("", array=False)

    def _table_name(self) -> Path:
        characters = self._characters
        parts: list[str] = []
        while True:
            characters.skip(BLANKS)
            character = characters.peek()
            if character == "]" or character == END:
                problem = "unexpected end of table name (table names cannot be empty)"
                raise characters.lexical_failure(problem)
            if character == ".":
                problem = "unexpected table separator (table names cannot be empty)"
                raise characters.lexical_failure(problem)
            parts.append(self._name_part(character, first=not parts))
            characters.skip(BLANKS)
            character = characters.next()
            if character == "]":
                return tuple(parts)
            if character != ".":
                found = quote_rune(ord(character))
                raise characters.lexical_failure(
                    f"expected '.' or ']' to end table name, but got {found} instead"
                )

    def _name_part(self, character: str, *, first: bool) -> str:
        characters = self._characters
        if character not in "\"'":
            part = characters.bare_key()
        else:
            characters.next()
            part = (
                unescaped(characters.string(), self._characters.failure)
                if character == '"'
                else characters.raw_string()
            )
        if first:
            self._tables.key_line = characters.line
        return part

    def _path(self) -> Path:
        """A pair's key, and go past the equals sign."""
        characters = self._characters
        characters.skip(BLANKS)
        character = characters.peek()
        if character == "=" or character == END:
            raise characters.lexical_failure("unexpected '=': key name appears blank")
        if character == ".":
            raise characters.lexical_failure("unexpected '.': keys cannot start with a '.'")
        parts: list[str] = []
        while True:
            characters.skip(BLANKS)
            character = characters.peek()
            if character == "=" or character == END:
                raise characters.lexical_failure("unexpected '='")
            if character == ".":
                raise characters.lexical_failure("unexpected '.'")
            parts.append(self._name_part(character, first=not parts))
            characters.skip(BLANKS)
            if self._key_ends():
                return tuple(parts)

    def _key_ends(self) -> bool:
        characters = self._characters
        character = characters.next()
        if character == END:
            raise characters.lexical_failure("unexpected EOF; expected key separator '='")
        if character not in ".=":
            problem = f"expected '.' or '=', but got {quote_rune(ord(character))} instead"
            raise characters.failure_before(problem) if character == "\n" else characters.failure(problem)
        return character == "="

    def _pair(self) -> tuple[Path, Any]:
        path = self._path()
        self._key = path[-1]
        for part in path[:-1]:
            self._tables.enter_implicitly((*self._tables.context, part))
        value = self._value(in_array=False)
        self._tables.put(self._key, value)
        self._tables.note_type(self._key, array=type(value) is list)
        return path, value

    def _value(self, *, in_array: bool) -> Any:
        characters = self._characters
        characters.skip(BLANKS)
        character = characters.next()
        if character in DIGITS:
            characters.back()
            return self._scalar(*characters.number_or_date())
        if character == "[":
            return self._array()
        if character == "{":
            return self._inline_table(in_array=in_array)
        if character in "\"'":
            return self._text(character)
        if character in "+-":
            return self._scalar(*characters.signed_number())
        if character == ".":
            raise characters.lexical_failure("floats must start with a digit, not '.'")
        return self._word(character)

    def _word(self, character: str) -> Any:
        characters = self._characters
        if character in "in":
            for rest in ("nf", "an"):
                if characters.accept(rest[0]) and characters.accept(rest[1]):
                    return self._scalar("float", characters.text[characters.pos - 3 : characters.pos])
        if is_letter(character):
            characters.back()
            return characters.word() == "true"
        if character == END:
            raise characters.lexical_failure("unexpected EOF; expected value")
        problem = f"expected value but found {quote_rune(ord(character))} instead"
        raise characters.failure_before(problem) if character == "\n" else characters.failure(problem)

    def _scalar(self, kind: str, text: str) -> Any:
        try:
            return read_scalar(kind, text)
        except BadScalarError as error:
            raise self._characters.failure(str(error)) from None

    def _text(self, mark: str) -> str:
        characters = self._characters
        if characters.accept(mark):
            if not characters.accept(mark):
                return ""
            text = characters.long_string(mark).removeprefix("\r\n").removeprefix("\n")
            return unescaped(unwrapped(text), self._characters.failure) if mark == '"' else text
        return self._short_text(mark)

    def _short_text(self, mark: str) -> str:
        if mark == "'":
            return self._characters.raw_string()
        return unescaped(self._characters.string(), self._characters.failure)

    def _array(self) -> list[Any]:
        characters = self._characters
        self._tables.note_type(self._key, array=True)
        items: list[Any] = []
        while True:
            character = self._skip_white_and_comments()
            if character == ",":
                characters.next()
                raise characters.lexical_failure("unexpected comma")
            if character == "]":
                characters.next()
                return items
            items.append(self._value(in_array=True))
            self._skip_white_and_comments()
            character = characters.next()
            if character == "]":
                return items
            if character != ",":
                problem = f"expected a comma (',') or array terminator (']'), but got {_shown(character)}"
                raise characters.lexical_failure(problem)

    def _skip_white_and_comments(self) -> str:
        characters = self._characters
        while True:
            characters.skip(_WHITE)
            if characters.peek() != "#":
                return characters.peek()
            characters.comment()

    def _inline_table(self, *, in_array: bool) -> dict[str, Any]:
        characters, tables = self._characters, self._tables
        outer, outer_key = tables.context, self._key
        context = (*outer, outer_key)
        tables.context, self._key = context, ""
        tables.enter_inline(context, array=in_array)
        context = tables.context
        table: dict[str, Any] = {}
        ended = False
        while not ended:
            character = self._skip_white_and_comments()
            if character == ",":
                characters.next()
                raise characters.lexical_failure("unexpected comma")
            if character == "}":
                characters.next()
                break
            path, value = self._pair()
            tables.put_into(table, path, value)
            tables.context = context
            ended = self._inline_table_ends()
        tables.context, self._key = outer, outer_key
        return table

    def _inline_table_ends(self) -> bool:
        characters = self._characters
        self._skip_white_and_comments()
        character = characters.next()
        if character == ",":
            characters.skip(BLANKS)
            # Go lets a table end with a comma, but looks for its end only on the same line.
            return characters.peek() == "}" and self._inline_table_ends()
        if character != "}":
            problem = (
                f"expected a comma or an inline table terminator '}}', but got {_shown(character)} instead"
            )
            raise characters.lexical_failure(problem)
        return True


def _shown(character: str) -> str:
    return "end of file" if character == END else f"'{character}'"
