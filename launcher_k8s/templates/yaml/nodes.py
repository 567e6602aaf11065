"""A YAML document as a tree of nodes that know their lines.

Only the first document of a text is read, as Kubernetes does for one object. Source: go.yaml.in/yaml/v2
2.4.4, parserc.go and decode.go (``parser``).
"""

from __future__ import annotations

from typing import Final

from launcher_k8s.templates.yaml.scanner import Scanner
from launcher_k8s.templates.yaml.tokens import (
    ALIAS,
    ANCHOR,
    BLOCK_END,
    BLOCK_ENTRY,
    BLOCK_MAPPING_START,
    BLOCK_SEQUENCE_START,
    DOCUMENT_END,
    DOCUMENT_START,
    FLOW_ENTRY,
    FLOW_MAPPING_END,
    FLOW_MAPPING_START,
    FLOW_SEQUENCE_END,
    FLOW_SEQUENCE_START,
    KEY,
    SCALAR,
    STREAM_END,
    TAG,
    TAG_DIRECTIVE,
    VALUE,
    VERSION_DIRECTIVE,
    Token,
    YamlError,
    parser_error,
)

MAPPING: Final = "mapping"
SEQUENCE: Final = "sequence"

_HANDLES: Final = {"!": "!", "!!": "tag:yaml.org,2002:"}
_DIRECTIVES: Final = (VERSION_DIRECTIVE, TAG_DIRECTIVE)
_AFTER_CONTENT: Final = (*_DIRECTIVES, DOCUMENT_START, DOCUMENT_END, STREAM_END)
_NO_BLOCK_VALUE: Final = (KEY, VALUE, BLOCK_END)


class Node:
    """A node of a document.

    Attributes:
        kind: ``mapping``, ``sequence``, ``scalar`` or ``alias``.
        line: Where it starts, from 0.
        tag: Its tag, in full; empty if it has none.
        value: A scalar's text, an alias's name.
        implicit: Whether a scalar's meaning follows from its text.
        children: A sequence's items; a mapping's keys and values by turns; an alias's node.
    """

    __slots__ = ("children", "implicit", "kind", "line", "tag", "value")

    def __init__(
        self, kind: str, line: int, tag: str = "", value: str = "", *, implicit: bool = False
    ) -> None:
        self.kind = kind
        self.line = line
        self.tag = tag
        self.value = value
        self.implicit = implicit
        self.children: list[Node] = []


class Composer:
    """Builds the tree of a text's first document.

    Args:
        text: Without characters that YAML does not know.
    """

    def __init__(self, text: str) -> None:
        self.scanner = Scanner(text)
        self._anchors: dict[str, Node] = {}
        self._handles: dict[str, str] = {}

    def document(self) -> Node | None:
        """The document's root; None if there is no document.

        Raises:
            YamlError: Something is wrong with it.
        """
        token = self.scanner.peek()
        if token.kind == STREAM_END:
            return None
        if token.kind in (*_DIRECTIVES, DOCUMENT_START):
            self._directives()
            token = self.scanner.peek()
            if token.kind != DOCUMENT_START:
                raise parser_error("did not find expected <document start>", line=token.line)
            self.scanner.take()
            root = self._content()
        else:
            self._handles.update(_HANDLES)
            root = self._node(block=True)
        if self.scanner.peek().kind == DOCUMENT_END:
            self.scanner.take()
        return root

    def _content(self) -> Node:
        token = self.scanner.peek()
        return _empty(token) if token.kind in _AFTER_CONTENT else self._node(block=True)

    def _directives(self) -> None:
        versions = 0
        while (token := self.scanner.peek()).kind in _DIRECTIVES:
            if token.kind == VERSION_DIRECTIVE:
                versions += 1
                if versions > 1:
                    raise parser_error("found duplicate %YAML directive", line=token.line)
                if token.value != "1.1":
                    raise parser_error("found incompatible YAML document", line=token.line)
            elif token.value in self._handles:
                raise parser_error("found duplicate %TAG directive", line=token.line)
            else:
                self._handles[token.value] = token.suffix
            self.scanner.take()
        self._handles = _HANDLES | self._handles

    def _node(self, *, block: bool, indentless: bool = False) -> Node:
        token = self.scanner.peek()
        if token.kind == ALIAS:
            return self._alias(self.scanner.take())
        start = token.line
        anchor, tag = self._properties()
        token = self.scanner.peek()
        node = self._start(token, start, tag, block=block, indentless=indentless)
        if node is None:
            if not anchor and not tag:
                raise parser_error("did not find expected node content", line=token.line, context_line=start)
            node = Node(SCALAR, start, tag, implicit=not tag)
        if anchor:
            self._anchors[anchor] = node
        self._fill(node, token)
        return node

    def _start(self, token: Token, start: int, tag: str, *, block: bool, indentless: bool) -> Node | None:
        kind = token.kind
        if kind == SCALAR:
            self.scanner.take()
            implicit = tag == "!" or (not tag and token.plain)
            return Node(SCALAR, start, tag, token.value, implicit=implicit)
        if kind == FLOW_SEQUENCE_START or (block and kind == BLOCK_SEQUENCE_START):
            return Node(SEQUENCE, start, tag)
        if indentless and kind == BLOCK_ENTRY:
            return Node(SEQUENCE, start, tag)
        if kind == FLOW_MAPPING_START or (block and kind == BLOCK_MAPPING_START):
            return Node(MAPPING, start, tag)
        return None

    def _fill(self, node: Node, token: Token) -> None:
        if node.kind == SCALAR:
            return
        if token.kind == BLOCK_ENTRY:
            self._indentless_sequence(node)
            return
        self.scanner.take()
        if token.kind == BLOCK_SEQUENCE_START:
            self._block_sequence(node, token)
        elif token.kind == BLOCK_MAPPING_START:
            self._block_mapping(node, token)
        elif token.kind == FLOW_SEQUENCE_START:
            self._flow_sequence(node, token)
        else:
            self._flow_mapping(node, token)

    def _alias(self, token: Token) -> Node:
        target = self._anchors.get(token.value)
        if target is None:
            raise YamlError(f"unknown anchor '{token.value}' referenced")
        node = Node(ALIAS, token.line, value=token.value)
        node.children.append(target)
        return node

    def _properties(self) -> tuple[str, str]:
        """A node's anchor and tag, in any order; empty for what it has not."""
        anchor, tag = "", None
        start = self.scanner.peek().line
        for _ in range(2):
            token = self.scanner.peek()
            if token.kind == ANCHOR and not anchor:
                anchor = self.scanner.take().value
            elif token.kind == TAG and tag is None:
                tag = self.scanner.take()
            else:
                break
        return anchor, self._resolved(tag, start) if tag else ""

    def _resolved(self, tag: Token, start: int) -> str:
        if not tag.value:
            return tag.suffix
        full = self._handles.get(tag.value, "") + tag.suffix if tag.value in self._handles else ""
        if not full:
            raise parser_error("found undefined tag handle", line=tag.line, context_line=start)
        return full

    def _block_sequence(self, node: Node, start: Token) -> None:
        scanner = self.scanner
        while (token := scanner.peek()).kind == BLOCK_ENTRY:
            scanner.take()
            empty = scanner.peek().kind in (BLOCK_ENTRY, BLOCK_END)
            node.children.append(_empty(token) if empty else self._node(block=True))
        if token.kind != BLOCK_END:
            problem = "did not find expected '-' indicator"
            raise parser_error(problem, line=token.line, context_line=start.line)
        scanner.take()

    def _indentless_sequence(self, node: Node) -> None:
        scanner = self.scanner
        while (token := scanner.peek()).kind == BLOCK_ENTRY:
            scanner.take()
            empty = scanner.peek().kind in (BLOCK_ENTRY, *_NO_BLOCK_VALUE)
            node.children.append(_empty(token) if empty else self._node(block=True))

    def _block_mapping(self, node: Node, start: Token) -> None:
        scanner = self.scanner
        while (token := scanner.peek()).kind == KEY:
            scanner.take()
            node.children.append(self._block_part(token))
            token = scanner.peek()
            if token.kind == VALUE:
                scanner.take()
                node.children.append(self._block_part(token))
            else:
                node.children.append(_empty(token))
        if token.kind != BLOCK_END:
            raise parser_error("did not find expected key", line=token.line, context_line=start.line)
        scanner.take()

    def _block_part(self, indicator: Token) -> Node:
        if self.scanner.peek().kind in _NO_BLOCK_VALUE:
            return _empty(indicator)
        return self._node(block=True, indentless=True)

    def _flow_sequence(self, node: Node, start: Token) -> None:
        while token := self._next_entry(node, start, FLOW_SEQUENCE_END):
            node.children.append(self._pair() if token.kind == KEY else self._node(block=False))

    def _next_entry(self, node: Node, start: Token, end: str) -> Token | None:
        """What the next entry of a flow collection begins with; None behind the last."""
        scanner = self.scanner
        token = scanner.peek()
        if token.kind != end and node.children:
            if token.kind != FLOW_ENTRY:
                problem = f"did not find expected ',' or '{']' if end == FLOW_SEQUENCE_END else '}'}'"
                raise parser_error(problem, line=token.line, context_line=start.line)
            scanner.take()
            token = scanner.peek()
        if token.kind != end:
            return token
        scanner.take()
        return None

    def _pair(self) -> Node:
        """A mapping of one pair, written without braces in a sequence."""
        pair = Node(MAPPING, self.scanner.take().line)
        token = self.scanner.peek()
        if token.kind in (VALUE, FLOW_ENTRY, FLOW_SEQUENCE_END):
            pair.children.append(_empty(self.scanner.take()))  # go-yaml loses that token, too
        else:
            pair.children.append(self._node(block=False))
        pair.children.append(self._flow_value(FLOW_SEQUENCE_END))
        return pair

    def _flow_mapping(self, node: Node, start: Token) -> None:
        while token := self._next_entry(node, start, FLOW_MAPPING_END):
            if token.kind == KEY:
                self.scanner.take()
                node.children.append(self._flow_part(FLOW_MAPPING_END, VALUE))
                node.children.append(self._flow_value(FLOW_MAPPING_END))
            else:
                node.children.append(self._node(block=False))
                node.children.append(_empty(self.scanner.peek()))

    def _flow_value(self, end: str) -> Node:
        if self.scanner.peek().kind != VALUE:
            return _empty(self.scanner.peek())
        self.scanner.take()
        return self._flow_part(end)

    def _flow_part(self, *ends: str) -> Node:
        token = self.scanner.peek()
        return _empty(token) if token.kind in (FLOW_ENTRY, *ends) else self._node(block=False)


def _empty(token: Token) -> Node:
    return Node(SCALAR, token.line, implicit=True)
