"""The tokens of a YAML document, the place of the reader in it, and what is wrong with a document.

Source: go.yaml.in/yaml/v2 2.4.4, yamlh.go and decode.go (``parser.fail``).
"""

from __future__ import annotations

from typing import Final

import attrs

from launcher_k8s.templates.govalues.values import GoError

ALIAS: Final = "alias"
ANCHOR: Final = "anchor"
BLOCK_END: Final = "block end"
BLOCK_ENTRY: Final = "block entry"
BLOCK_MAPPING_START: Final = "block mapping start"
BLOCK_SEQUENCE_START: Final = "block sequence start"
DOCUMENT_END: Final = "document end"
DOCUMENT_START: Final = "document start"
FLOW_ENTRY: Final = "flow entry"
FLOW_MAPPING_END: Final = "flow mapping end"
FLOW_MAPPING_START: Final = "flow mapping start"
FLOW_SEQUENCE_END: Final = "flow sequence end"
FLOW_SEQUENCE_START: Final = "flow sequence start"
KEY: Final = "key"
SCALAR: Final = "scalar"
STREAM_END: Final = "stream end"
TAG: Final = "tag"
TAG_DIRECTIVE: Final = "tag directive"
VALUE: Final = "value"
VERSION_DIRECTIVE: Final = "version directive"

BYTE_ORDER_MARK: Final = "\ufeff"
NUL: Final = "\0"
BREAKS: Final = "\r\n\x85\u2028\u2029"
BREAKS_OR_END: Final = BREAKS + NUL
BLANKS: Final = " \t"
BLANKS_OR_END: Final = BLANKS + BREAKS_OR_END

LOOK_AHEAD: Final = 4
"""So many characters it may look at beyond the one where it is."""


@attrs.frozen
class Token:
    """One token.

    Args:
        kind: One of this module's constants.
        line: Where it starts, from 0.
        value: A scalar's text, an alias's or anchor's name, a tag's or directive's handle.
        suffix: A tag's suffix, a directive's prefix.
        plain: Whether a scalar has no quotes and is no block.
    """

    kind: str
    line: int
    value: str = ""
    suffix: str = ""
    plain: bool = False


class YamlError(GoError):
    """A document that Kubernetes would not read, in go-yaml's words without its ``yaml:``."""

    def __init__(self, problem: str, *, line: int = 0) -> None:
        super().__init__(f"yaml: line {line}: {problem}" if line else f"yaml: {problem}")


def scanner_error(problem: str, *, line: int, context_line: int) -> YamlError:
    """An error of the scanner, which counts lines from 1, but for those of its context.

    Args:
        problem: What is wrong.
        line: Where, from 0.
        context_line: Where what it is in starts, from 0.
    """
    return YamlError(problem, line=line + 1 if line else context_line)


def parser_error(problem: str, *, line: int, context_line: int = 0) -> YamlError:
    """An error of the parser, which counts lines from 0."""
    return YamlError(problem, line=line or context_line)


class Cursor:
    """A place in a document, with its line."""

    __slots__ = ("line", "line_start", "pos", "text")

    def __init__(self, text: str) -> None:
        self.text = text + NUL * 8
        self.pos = 0
        self.line = 0
        self.line_start = 0

    @property
    def column(self) -> int:
        """How many characters of the line are before it."""
        return self.pos - self.line_start

    def skip_break(self) -> str:
        """Go past a line's end.

        Returns:
            What it counts as: a newline, but for the two separators of Unicode.
        """
        text, pos = self.text, self.pos
        end = text[pos]
        self.pos += 2 if end == "\r" and text[pos + 1] == "\n" else 1
        self.line += 1
        self.line_start = self.pos
        return end if end in "\u2028\u2029" else "\n"

    def skip_blanks(self) -> None:
        """Go past spaces and tabs."""
        while self.text[self.pos] in BLANKS:
            self.pos += 1

    def skip_comment(self) -> None:
        """Go to the end of the line, if what is here is a comment."""
        if self.text[self.pos] == "#":
            while self.text[self.pos] not in BREAKS_OR_END:
                self.pos += 1

    def at_document_indicator(self) -> bool:
        """Whether a line begins here with ``---`` or ``...`` alone."""
        text, pos = self.text, self.pos
        return (
            pos == self.line_start
            and text[pos : pos + 3] in ("---", "...")
            and text[pos + 3] in BLANKS_OR_END
        )
