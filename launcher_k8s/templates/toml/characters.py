"""A TOML document character by character, with the line and Go's errors.

Source: github.com/BurntSushi/toml 1.6.0, lex.go and error.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from launcher_k8s.templates.govalues.characters import is_letter
from launcher_k8s.templates.govalues.quoting import quote, quote_rune
from launcher_k8s.templates.govalues.values import GoError

END: Final = "\0"
"""What is read at the document's end; NUL itself is refused."""

BLANKS: Final = " \t"
LINE_ENDS: Final = "\r\n"
DIGITS: Final = "0123456789"
HEXADECIMAL: Final = DIGITS + "abcdefABCDEF"

_ESCAPABLE: Final = 'ebtnfr" \t\\'
_ESCAPE_LENGTHS: Final = {"x": (2, "two"), "u": (4, "four"), "U": (8, "eight")}
_DATE: Final = DIGITS + "-:Tt .Zz+"
_FLOAT: Final = DIGITS + "_.-+eE"
_BASES: Final = {"b": ("01", "a binary"), "o": ("01234567", "an octal"), "x": (HEXADECIMAL, "a hexadecimal")}


class Characters:
    """The document's characters, with what reads one scalar.

    Args:
        text: The document.
        last_key: Tells the key that is being read, which errors name.
    """

    def __init__(self, text: str, last_key: Callable[[], str]) -> None:
        self.text = text
        self.pos = 0
        self.line = 1
        self._last_key = last_key
        self._at_end = False

    def next(self) -> str:
        """The next character; :data:`END` at the end."""
        if self.pos >= len(self.text):
            self._at_end = True
            return END
        character = self.text[self.pos]
        if character == "\n":
            self.line += 1
        if "\udc80" <= character <= "\udcff":
            raise self.failure(f"invalid UTF-8 byte: 0x{ord(character) & 0xFF:02x}")
        lonely = character == "\r" and self.text[self.pos + 1 : self.pos + 2] != "\n"
        if (character < " " and character not in "\t\r\n") or character == "\x7f" or lonely:
            raise self.failure(f"TOML files cannot contain control characters: '0x{ord(character):02x}'")
        self.pos += 1
        return character

    def back(self, count: int = 1) -> None:
        """Go back before the last characters."""
        for _ in range(count):
            if self._at_end:
                self._at_end = False
                continue
            self.pos -= 1
            if self.text[self.pos] == "\n":
                self.line -= 1

    def peek(self) -> str:
        """The next character, which stays the next."""
        character = self.next()
        self.back()
        return character

    def accept(self, wanted: str) -> bool:
        """Go past a character if it is the next."""
        if self.next() == wanted:
            return True
        self.back()
        return False

    def skip(self, characters: str) -> None:
        """Go past all of some characters."""
        while self.next() in characters:
            pass
        self.back()

    def failure(self, problem: str, *, line: int | None = None) -> GoError:
        """An error at the place that was read last.

        Args:
            problem: What is wrong.
            line: Where, if it is elsewhere.
        """
        key = self._last_key()
        place = f" (last key {quote(key)})" if key else ""
        return GoError(f"toml: line {self.line if line is None else line}{place}: {problem}")

    def lexical_failure(self, problem: str) -> GoError:
        """The same; behind the last line's end it is of that line."""
        behind = self._at_end and self.text[self.pos - 1 : self.pos] == "\n"
        return self.failure(problem, line=self.line - behind)

    def failure_before(self, problem: str) -> GoError:
        """An error of the line before."""
        return self.failure(problem, line=self.line - 1)

    def comment(self) -> None:
        """Go to the end of a line's comment."""
        while (character := self.next()) not in LINE_ENDS and character != END:
            pass
        self.back()

    def bare_key(self) -> str:
        """The letters, digits, dashes and underscores that are here."""
        start = self.pos
        while (character := self.next()).isascii() and (character.isalnum() or character in "_-"):
            pass
        self.back()
        return self.text[start : self.pos]

    def number_or_date(self) -> tuple[str, str]:
        """What begins with a digit: its kind and its text."""
        start = self.pos
        first = self.next()
        character = self.next()
        if first == "0" and character in _BASES:
            digits, name = _BASES[character]
            following = self.peek()
            if following not in digits:
                raise self.failure(f"not {name} number: '{self.text[start : self.pos]}{following}'")
            self.skip(digits + "_")
            return "integer", self.text[start : self.pos]
        may_be_date = first != "0" or character in DIGITS
        while character in DIGITS:
            character = self.next()
        if character in "-:" and may_be_date:
            self.skip(_DATE)
            return "date", self.text[start : self.pos].strip()
        self.back()
        return self._decimal(start)

    def _decimal(self, start: int) -> tuple[str, str]:
        self.skip(DIGITS + "_")
        kind = "integer"
        if self.peek() in ".eE":
            kind = "float"
            self.skip(_FLOAT)
        return kind, self.text[start : self.pos]

    def signed_number(self) -> tuple[str, str]:
        """What has a sign, which has been read: its kind and its text."""
        start = self.pos - 1
        character = self.next()
        if character in "in":
            if not all(map(self.accept, "nf" if character == "i" else "an")):
                raise self.lexical_failure(f"invalid float: '{self.text[start : self.pos]}'")
            return "float", self.text[start : self.pos]
        if character == "0" and (base := self.peek()) in _BASES:
            shown = f"{self.text[start : self.pos]}{base}"
            raise self.lexical_failure(f"cannot use sign with non-decimal numbers: '{shown}'")
        if character == ".":
            raise self.lexical_failure("floats must start with a digit, not '.'")
        if character not in DIGITS:
            raise self.lexical_failure(f"expected a digit but got {quote_rune(ord(character))}")
        return self._decimal(start)

    def word(self) -> str:
        """``true`` or ``false``; anything else is an error."""
        start = self.pos
        while is_letter(self.next()):
            pass
        self.back()
        word = self.text[start : self.pos]
        if word not in ("true", "false"):
            raise self.lexical_failure(f"expected value but found {quote(word)} instead")
        return word

    def string(self) -> str:
        """A string behind its quote, with its escapes, and go past the other."""
        start = self.pos
        while (character := self.next()) != '"':
            if character == END:
                raise self.lexical_failure("unexpected EOF; expected '\"'")
            if character in LINE_ENDS:
                raise self.failure_before("strings cannot contain newlines")
            if character == "\\":
                self._escape(start)
        return self.text[start : self.pos - 1]

    def raw_string(self) -> str:
        """A string without escapes behind its quote, and go past the other."""
        start = self.pos
        while (character := self.next()) != "'":
            if character == END:
                raise self.lexical_failure('unexpected EOF; expected "\'"')
            if character in LINE_ENDS:
                raise self.failure_before("strings cannot contain newlines")
        return self.text[start : self.pos - 1]

    def long_string(self, mark: str) -> str:
        """A string of many lines behind its three quotes, and go past the others."""
        start = self.pos
        shown = "'" if mark == '"' else '"'
        while (character := self.next()) != END:
            if character == "\\" and mark == '"':
                if self.next() not in LINE_ENDS:
                    self.back()
                    self._escape(start)
            elif character == mark and self._long_end(start, mark, shown):
                return self.text[start : self.pos - 3]
        raise self.lexical_failure(f"unexpected EOF; expected {shown}{mark * 3}{shown}")

    def _long_end(self, start: int, mark: str, shown: str) -> bool:
        if not self.accept(mark):
            return False
        if not self.accept(mark):
            self.back()
            return False
        if self.peek() != mark:
            return True
        current = self.text[start : self.pos]
        if current.endswith(mark * 5) and not (mark == '"' and current.endswith("\\" + mark * 5)):
            raise self.lexical_failure(f"unexpected {shown}{mark * 6}{shown}")
        self.back(2)
        return False

    def _escape(self, start: int) -> None:
        character = self.next()
        if character in _ESCAPE_LENGTHS:
            count, name = _ESCAPE_LENGTHS[character]
            for _ in range(count):
                if self.next() not in HEXADECIMAL:
                    current = quote(self.text[start : self.pos])
                    problem = (
                        f"expected {name} hexadecimal digits after '\\{character}', but got {current} instead"
                    )
                    raise self.lexical_failure(problem)
        elif character not in _ESCAPABLE:
            problem = f"invalid escape in string '\\{character}'"
            raise self.failure_before(problem) if self._at_end else self.failure(problem)
