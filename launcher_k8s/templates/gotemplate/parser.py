"""The parser: items as trees of nodes, one per file and per definition in it.

A faithful port, down to which item's line an error tells: that of the last one taken from the lexer, even if
it was only looked at. Source: Go 1.26, text/template/parse/parse.go.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from enum import Enum
from typing import ClassVar, Final, NamedTuple, TypeAlias

from launcher_k8s.templates.gotemplate.items import Item, ItemType
from launcher_k8s.templates.gotemplate.lexer import Lexer
from launcher_k8s.templates.gotemplate.literals import LiteralError, unquote
from launcher_k8s.templates.gotemplate.nodes import (
    ActionNode,
    BreakNode,
    ContinueNode,
    IfNode,
    ListNode,
    Node,
    PipeNode,
    RangeNode,
    TemplateNode,
    TextNode,
    WithNode,
)
from launcher_k8s.templates.gotemplate.pipelines import PipelineParser
from launcher_k8s.templates.gotemplate.template import Template
from launcher_k8s.templates.govalues.quoting import quote

DEEPEST_BLOCKS: Final = 60
"""Go sets no limit; CPython allows 100 levels of indentation, and a block takes at most one and a half."""
DEEPEST_RANGES: Final = 18
"""CPython allows 20 loops inside each other."""


_BranchNode: TypeAlias = IfNode | RangeNode | WithNode


class _Ending(Enum):
    END = "{{end}}"
    ELSE = "{{else}}"


class _Stop(NamedTuple):
    """What ended a list of nodes."""

    kind: _Ending
    pos: int


class _Branch(NamedTuple):
    pipe: PipeNode
    list: ListNode
    else_pos: int  # of the else; -1 without one


def parse(
    name: str, text: str, *, functions: Container[str], left: str = "", right: str = ""
) -> dict[str, Template]:
    """Parse a file.

    Args:
        name: The file's name, also that of what stands outside of its definitions.
        text: The template.
        functions: The names of all functions, Go's own among them.
        left: What opens an action; ``{{`` if empty.
        right: What closes it; ``}}`` if empty.

    Returns:
        The file's own template and all that it defines, by name.

    Raises:
        TemplateSyntaxError: It is not right; the message is Go's.
    """
    shadowed = frozenset(word for word in ("break", "continue") if word in functions)
    lexer = Lexer(text, left=left or "{{", right=right or "}}", functions=shadowed)
    templates: dict[str, Template] = {}
    tree = _TreeParser(
        iter(lexer.items()), parse_name=name, text=text, functions=functions, templates=templates
    )
    tree.parse_file()
    return templates


class _TreeParser(PipelineParser):
    def __init__(
        self,
        items: Iterator[Item],
        *,
        parse_name: str,
        text: str,
        functions: Container[str],
        templates: dict[str, Template],
    ) -> None:
        super().__init__(items, parse_name=parse_name, text=text, functions=functions)
        self._templates = templates
        self._range_depth = 0
        self._ranges = 0
        self._blocks = 0

    def parse_file(self) -> None:
        """Parse to the end."""
        pos = self._peek().pos
        nodes: list[Node] = []
        while self._peek().kind is not ItemType.EOF:
            if self._peek().kind is ItemType.LEFT_DELIM:
                delim = self._next()
                if (item := self._next_non_space()).kind is ItemType.DEFINE:
                    self._inner().parse_definition()
                    continue
                self._back(delim, item)
            node = self._text_or_action()
            if isinstance(node, _Stop):
                self._fail(f"unexpected {node.kind.value}")
            nodes.append(node)
        self._add(self._parse_name, ListNode(pos, tuple(nodes)))

    def _inner(self) -> _TreeParser:
        return _TreeParser(
            self._items,
            parse_name=self._parse_name,
            text=self._text,
            functions=self._functions,
            templates=self._templates,
        )

    def parse_definition(self) -> None:
        """Parse the rest of a ``define``."""
        item = self._next_non_space()
        name = self._name(item, "define clause")
        self._expect(ItemType.RIGHT_DELIM, "define clause")
        self._body(self, name, "define clause")

    def _body(self, inner: _TreeParser, name: str, context: str) -> None:
        """Parse to the end of what a definition or block holds, which sees no variables of ours."""
        nodes, stop = inner._item_list()
        if stop.kind is not _Ending.END:
            self._fail(f"unexpected {stop.kind.value} in {context}")
        inner._add(name, nodes)

    def _add(self, name: str, root: ListNode) -> None:
        template = Template(name, self._parse_name, self._text, root)
        old = self._templates.get(name)
        if old is None or old.is_empty:
            self._templates[name] = template
        elif not template.is_empty:
            self._fail(f"template: multiple definition of template {quote(name)}")

    def _name(self, item: Item, context: str) -> str:
        if item.kind not in {ItemType.STRING, ItemType.RAW_STRING}:
            self._unexpected(item, context)
        try:
            return unquote(item.text)
        except LiteralError as error:
            self._fail(str(error))

    def _item_list(self) -> tuple[ListNode, _Stop]:
        pos = self._peek_non_space().pos
        nodes: list[Node] = []
        while self._peek_non_space().kind is not ItemType.EOF:
            node = self._text_or_action()
            if isinstance(node, _Stop):
                return ListNode(pos, tuple(nodes)), node
            nodes.append(node)
        return self._fail("unexpected EOF")

    def _text_or_action(self) -> Node | _Stop:
        item = self._next_non_space()
        if item.kind is ItemType.TEXT:
            return TextNode(item.pos, item.text)
        if item.kind is not ItemType.LEFT_DELIM:
            self._unexpected(item, "input")
        self._action_line = item.line
        node = self._action()
        self._action_line = 0
        return node

    def _action(self) -> Node | _Stop:
        item = self._next_non_space()
        control = self._CONTROLS.get(item.kind)
        if control is not None:
            return control(self, item)
        self._back(item)
        return ActionNode(item.pos, item.line, self._pipeline("command", ItemType.RIGHT_DELIM))

    def _break(self, word: Item) -> Node:
        item = self._next_non_space()
        if item.kind is not ItemType.RIGHT_DELIM:
            self._unexpected(item, f"{{{{{word.text}}}}}")
        if not self._range_depth:
            self._fail(f"{{{{{word.text}}}}} outside {{{{range}}}}")
        node = BreakNode if word.kind is ItemType.BREAK else ContinueNode
        return node(word.pos, word.line)

    def _end(self, _word: Item) -> _Stop:
        return _Stop(_Ending.END, self._expect(ItemType.RIGHT_DELIM, "end").pos)

    def _else(self, _word: Item) -> _Stop:
        item = self._peek_non_space()
        if item.kind not in {ItemType.IF, ItemType.WITH}:
            item = self._expect(ItemType.RIGHT_DELIM, "else")
        return _Stop(_Ending.ELSE, item.pos)

    def _control(self, word: Item) -> _BranchNode:
        """An ``if``, ``range`` or ``with``; a chain of ``else if`` in a loop, since it may be long."""
        variables = len(self._vars)
        self._enter(word)
        chain = [self._branch(word.text)]
        while chain[-1].else_pos >= 0 and self._continues(word):
            self._next()
            chain.append(self._branch(word.text))
        else_list = None
        if chain[-1].else_pos >= 0:
            else_list, stop = self._item_list()
            if stop.kind is not _Ending.END:
                self._fail(f"expected end; found {stop.kind.value}")
        self._blocks -= 1
        del self._vars[variables:]
        return self._folded(_BRANCHES[word.kind], chain, else_list)

    def _folded(
        self, make: type[_BranchNode], chain: list[_Branch], else_list: ListNode | None
    ) -> _BranchNode:
        *outer, (pipe, nodes, _) = chain
        node = make(pipe.pos, pipe.line, pipe, nodes, else_list)
        for pipe, nodes, else_pos in reversed(outer):
            node = make(pipe.pos, pipe.line, pipe, nodes, ListNode(else_pos, (node,)))
        return node

    def _continues(self, word: Item) -> bool:
        return word.kind is not ItemType.RANGE and self._peek().kind is word.kind

    def _branch(self, context: str) -> _Branch:
        pipe = self._pipeline(context, ItemType.RIGHT_DELIM)
        inside_range = context == "range"
        self._range_depth += inside_range
        self._ranges += inside_range
        if self._ranges > DEEPEST_RANGES:
            self._fail(f"more than {DEEPEST_RANGES} ranges inside each other")
        nodes, stop = self._item_list()
        self._range_depth -= inside_range
        self._ranges -= inside_range
        return _Branch(pipe, nodes, stop.pos if stop.kind is _Ending.ELSE else -1)

    def _enter(self, _word: Item) -> None:
        self._blocks += 1
        if self._blocks > DEEPEST_BLOCKS:
            self._fail(f"more than {DEEPEST_BLOCKS} blocks inside each other")

    def _block(self, _word: Item) -> TemplateNode:
        item = self._next_non_space()
        name = self._name(item, "block clause")
        pipe = self._pipeline("block clause", ItemType.RIGHT_DELIM)
        self._body(self._inner(), name, "block clause")
        return TemplateNode(item.pos, item.line, name, quote(name), pipe)

    def _template(self, _word: Item) -> TemplateNode:
        item = self._next_non_space()
        name = self._name(item, "template clause")
        pipe = None
        if (following := self._next_non_space()).kind is not ItemType.RIGHT_DELIM:
            self._back(following)
            pipe = self._pipeline("template clause", ItemType.RIGHT_DELIM)
        return TemplateNode(item.pos, item.line, name, quote(name), pipe)

    _CONTROLS: ClassVar[Mapping[ItemType, Callable[[_TreeParser, Item], Node | _Stop]]] = {
        ItemType.BLOCK: _block,
        ItemType.BREAK: _break,
        ItemType.CONTINUE: _break,
        ItemType.ELSE: _else,
        ItemType.END: _end,
        ItemType.IF: _control,
        ItemType.RANGE: _control,
        ItemType.TEMPLATE: _template,
        ItemType.WITH: _control,
    }


_BRANCHES: Final[Mapping[ItemType, type[_BranchNode]]] = {
    ItemType.IF: IfNode,
    ItemType.RANGE: RangeNode,
    ItemType.WITH: WithNode,
}
