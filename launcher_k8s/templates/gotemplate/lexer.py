"""The lexer: a template's text as items.

All at once, since nothing that the parser learns changes what the text is. An error is the last item: the
parser tells it only if it comes so far. Source: Go 1.26, text/template/parse/lex.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from launcher_k8s.templates.gotemplate.items import KEYWORDS, Item, ItemType
from launcher_k8s.templates.govalues.characters import is_letter, is_print
from launcher_k8s.templates.govalues.quoting import quote

_SPACES: Final = " \t\r\n"
_LAST_ASCII: Final = "\x7f"
_SPACE_RUN: Final = re.compile(r"[ \t\r\n]+")
_WORD: Final = re.compile(r"[A-Za-z0-9_]*")
_CHARACTER: Final = re.compile(r"'(?:[^'\\\n]|\\[^\n])*'")
_STRING: Final = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"')
_RAW_STRING: Final = re.compile("`[^`]*`")
# As Go's scanNumber: too generous, since what is no number fails when it is converted.
_NUMBER: Final = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?"
    r"|0[oO][0-7_]*(?:\.[0-7_]*)?"
    r"|0[bB][01_]*(?:\.[01_]*)?"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
)
_SIGNS: Final = {"=": ItemType.ASSIGN, "|": ItemType.PIPE}
_QUOTED: Final[Mapping[str, tuple[re.Pattern[str], ItemType, str]]] = {
    "'": (_CHARACTER, ItemType.CHAR_CONSTANT, "character constant"),
    '"': (_STRING, ItemType.STRING, "quoted string"),
    "`": (_RAW_STRING, ItemType.RAW_STRING, "raw quoted string"),
}


class _LexError(Exception):
    """Ends the lexing with an error item at the start of the present one."""


class Lexer:
    """Takes a text apart.

    Args:
        text: The template.
        left: What opens an action.
        right: What closes it.
        functions: Names that are functions although they would be keywords: ``break``, ``continue``.
    """

    def __init__(self, text: str, *, left: str, right: str, functions: frozenset[str]) -> None:
        self._text = text
        self._left = left
        self._right = right
        self._keywords = {word: kind for word, kind in KEYWORDS.items() if word not in functions}
        self._closing = re.compile(rf"(?:[{_SPACES}]-)?{re.escape(right)}")
        self._items: list[Item] = []
        self._start = 0  # of the present item
        self._line = 1  # at _counted
        self._counted = 0
        self._parens = 0

    def items(self) -> list[Item]:
        """All items; the last one is the end or an error."""
        try:
            position = 0
            while position >= 0:
                position = self._lex_text(position)
            self._emit(ItemType.EOF, len(self._text), len(self._text))
        except _LexError as error:
            self._items.append(Item(ItemType.ERROR, self._start, str(error), self._line_at(self._start)))
        return self._items

    def _line_at(self, position: int) -> int:
        self._line += self._text.count("\n", self._counted, position)
        self._counted = position
        return self._line

    def _emit(self, kind: ItemType, start: int, end: int) -> int:
        self._items.append(Item(kind, start, self._text[start:end], self._line_at(start)))
        return end

    def _lex_text(self, start: int) -> int:
        """Text up to the next action, and that action; where to go on, -1 at the end."""
        text = self._text
        at = text.find(self._left, start)
        end = at if at >= 0 else len(text)
        inside = at + len(self._left)
        trims = at >= 0 and text.startswith("-", inside) and text[inside + 1 : inside + 2] in _SPACE_SET
        kept = start + len(text[start:end].rstrip(_SPACES)) if trims else end
        if kept > start:
            self._emit(ItemType.TEXT, start, kept)
        if at < 0:
            return -1
        after = inside + 2 if trims else inside
        if text.startswith("/*", after):
            return self._lex_comment(after)
        self._emit(ItemType.LEFT_DELIM, at, inside)
        return self._lex_action(after)

    def _lex_comment(self, start: int) -> int:
        self._start = start
        end = self._text.find("*/", start + 2)
        if end < 0:
            raise _LexError("unclosed comment")
        closing = self._closing.match(self._text, end + 2)
        if closing is None:
            raise _LexError("comment ends before closing delimiter")
        return self._after_closing(closing)

    def _after_closing(self, closing: re.Match[str]) -> int:
        end = closing.end()
        if closing.end() - closing.start() > len(self._right):  # with a trim marker
            space = _SPACE_RUN.match(self._text, end)
            end = space.end() if space else end
        return end

    def _lex_action(self, start: int) -> int:
        self._parens = 0
        while True:
            self._start = start
            closing = self._closing.match(self._text, start)
            if closing is None:
                start = self._lex_inside(start)
                continue
            if self._parens:
                raise _LexError("unclosed left paren")
            self._emit(ItemType.RIGHT_DELIM, closing.end() - len(self._right), closing.end())
            return self._after_closing(closing)

    def _lex_inside(self, start: int) -> int:
        """One item inside an action."""
        character = self._text[start : start + 1]
        if not character:
            raise _LexError("unclosed action")
        if character in _SPACE_SET:
            return self._lex_space(start)
        if character in _QUOTED:
            return self._lex_quoted(start, *_QUOTED[character])
        lex = self._STARTS.get(character)
        if lex is not None:
            return lex(self, start)
        if character in _SIGNS:
            return self._emit(_SIGNS[character], start, start + 1)
        if _is_alphanumeric(character):
            return self._lex_word(start)
        if character <= _LAST_ASCII and is_print(character):
            return self._emit(ItemType.CHAR, start, start + 1)
        raise _LexError(f"unrecognized character in action: {_unicode(character)}")

    def _lex_space(self, start: int) -> int:
        space = _SPACE_RUN.match(self._text, start)
        assert space is not None
        end = space.end()
        # The last blank may belong to " -}}"; alone, it would have been seen as such before.
        if end - start > 1 and self._closing.match(self._text, end - 1):
            end -= 1
        return self._emit(ItemType.SPACE, start, end)

    def _lex_quoted(self, start: int, pattern: re.Pattern[str], kind: ItemType, what: str) -> int:
        found = pattern.match(self._text, start)
        if found is None:
            raise _LexError(f"unterminated {what}")
        return self._emit(kind, start, found.end())

    def _lex_colon(self, start: int) -> int:
        if not self._text.startswith("=", start + 1):
            raise _LexError("expected :=")
        return self._emit(ItemType.DECLARE, start, start + 2)

    def _lex_left_paren(self, start: int) -> int:
        self._parens += 1
        return self._emit(ItemType.LEFT_PAREN, start, start + 1)

    def _lex_right_paren(self, start: int) -> int:
        self._parens -= 1
        if self._parens < 0:
            raise _LexError("unexpected right paren")
        return self._emit(ItemType.RIGHT_PAREN, start, start + 1)

    def _lex_period(self, start: int) -> int:
        following = self._text[start + 1 : start + 2]
        if not following or "0" <= following <= "9":
            return self._lex_number(start)
        return self._emit(
            ItemType.DOT if self._is_terminated(start + 1) else ItemType.FIELD,
            start,
            self._end_of_name(start + 1),
        )

    def _lex_variable(self, start: int) -> int:
        return self._emit(ItemType.VARIABLE, start, self._end_of_name(start + 1))

    def _end_of_name(self, start: int) -> int:
        end = start if self._is_terminated(start) else self._end_of_word(start)
        if not self._is_terminated(end):
            raise _LexError(f"bad character {_unicode(self._text[end])}")
        return end

    def _lex_word(self, start: int) -> int:
        end = self._end_of_name(start)
        word = self._text[start:end]
        kind = ItemType.BOOL if word in {"true", "false"} else ItemType.IDENTIFIER
        return self._emit(self._keywords.get(word, kind), start, end)

    def _end_of_word(self, start: int) -> int:
        found = _WORD.match(self._text, start)
        assert found is not None
        end = found.end()
        while end < len(self._text) and _is_alphanumeric(self._text[end]):
            end += 1
        return end

    def _is_terminated(self, end: int) -> bool:
        return self._text[end : end + 1] in _TERMINATORS or self._text.startswith(self._right, end)

    def _lex_number(self, start: int) -> int:
        end = self._scan_number(start, start)
        if self._text[end : end + 1] not in {"+", "-"}:
            return self._emit(ItemType.NUMBER, start, end)
        end = self._scan_number(start, end)
        if self._text[end - 1] != "i":
            raise _bad_number(self._text[start:end])
        return self._emit(ItemType.COMPLEX, start, end)

    def _scan_number(self, start: int, position: int) -> int:
        found = _NUMBER.match(self._text, position)
        assert found is not None
        end = found.end()
        if end < len(self._text) and _is_alphanumeric(self._text[end]):
            raise _bad_number(self._text[start : end + 1])
        return end

    _STARTS: ClassVar[Mapping[str, Callable[[Lexer, int], int]]] = {
        ":": _lex_colon,
        "$": _lex_variable,
        ".": _lex_period,
        "+": _lex_number,
        "-": _lex_number,
        **dict.fromkeys("0123456789", _lex_number),
        "(": _lex_left_paren,
        ")": _lex_right_paren,
    }


_SPACE_SET: Final = frozenset(_SPACES)
_TERMINATORS: Final = frozenset(_SPACES) | frozenset(".,|:)(") | {""}


def _bad_number(text: str) -> _LexError:
    return _LexError(f"bad number syntax: {quote(text)}")


def _is_alphanumeric(character: str) -> bool:
    if character <= _LAST_ASCII:
        return character.isalnum() or character == "_"
    return is_letter(character) or character.isdecimal()


def _unicode(character: str) -> str:
    """A character as ``%#U`` prints it; a byte that is no UTF-8 is U+FFFD."""
    code = 0xFFFD if "\ud800" <= character <= "\udfff" else ord(character)
    shown = f" '{chr(code)}'" if is_print(chr(code)) else ""
    return f"U+{code:04X}{shown}"
