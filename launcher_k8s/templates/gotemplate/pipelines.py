"""The parser's inner half: pipelines, commands and operands, and the variables that they see.

Source: Go 1.26, text/template/parse/parse.go (``pipeline`` to ``useVar``).
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final

from launcher_k8s.templates.gotemplate.items import Item, ItemType
from launcher_k8s.templates.gotemplate.literals import LiteralError, parse_number, unquote
from launcher_k8s.templates.gotemplate.lookahead import Lookahead
from launcher_k8s.templates.gotemplate.nodes import (
    BoolNode,
    ChainNode,
    CommandNode,
    DotNode,
    FieldNode,
    IdentifierNode,
    NilNode,
    NumberNode,
    Operand,
    PipeNode,
    StringNode,
    VariableNode,
)
from launcher_k8s.templates.govalues.quoting import quote

DEEPEST_PARENTHESES: Final = 40
"""Go allows 10,000; CPython's own parser allows 200, of which one of ours takes up to four."""

_OPERANDS: Final = frozenset(
    {
        ItemType.BOOL,
        ItemType.CHAR_CONSTANT,
        ItemType.COMPLEX,
        ItemType.DOT,
        ItemType.FIELD,
        ItemType.IDENTIFIER,
        ItemType.NUMBER,
        ItemType.NIL,
        ItemType.RAW_STRING,
        ItemType.STRING,
        ItemType.VARIABLE,
        ItemType.LEFT_PAREN,
    }
)
_AFTER_COMMA: Final = frozenset({ItemType.VARIABLE, ItemType.RIGHT_DELIM, ItemType.RIGHT_PAREN})
_LITERALS: Final = (BoolNode, StringNode, NumberNode, NilNode, DotNode)


class PipelineParser(Lookahead):
    """Parses what stands between the delimiters.

    Args:
        items: What the lexer found.
        parse_name: The file's name.
        text: Its text.
        functions: The names of all functions.
    """

    def __init__(
        self, items: Iterator[Item], *, parse_name: str, text: str, functions: Container[str]
    ) -> None:
        super().__init__(items, parse_name=parse_name, text=text)
        self._functions = functions
        self._vars = ["$"]
        self._depth = 0

    def _pipeline(self, context: str, end: ItemType) -> PipeNode:
        first = self._peek_non_space()
        decl: list[VariableNode] = []
        is_assign = False
        while (kind := self._declaration(context, decl)) is not None:
            is_assign = kind is ItemType.ASSIGN
            if kind is not ItemType.CHAR:
                break
        commands = self._commands(context, end)
        for stage, command in enumerate(commands[1:], start=2):
            if isinstance(command.args[0], _LITERALS):
                self._fail(f"non executable command in pipeline stage {stage}")
        return PipeNode(first.pos, first.line, is_assign, tuple(decl), commands)

    def _declaration(self, context: str, decl: list[VariableNode]) -> ItemType | None:
        """One variable and what declares it: CHAR if another must follow; None if there is none."""
        variable = self._peek_non_space()
        if variable.kind is not ItemType.VARIABLE:
            return None
        self._next()
        after = self._peek()
        following = self._peek_non_space()
        is_comma = following.kind is ItemType.CHAR and following.text == ","
        if not is_comma and following.kind not in {ItemType.ASSIGN, ItemType.DECLARE}:
            # In "$x foo" only "foo" tells that $x is an argument, so the blank goes back as well.
            self._back(*([variable, after] if after.kind is ItemType.SPACE else [variable]))
            return None
        self._next_non_space()
        decl.append(VariableNode(variable.pos, tuple(variable.text.split("."))))
        self._vars.append(variable.text)
        if is_comma:
            if context != "range" or len(decl) == 2:
                self._fail(f"too many declarations in {context}")
            if self._peek_non_space().kind not in _AFTER_COMMA:
                self._fail("range can only initialize variables")
        return following.kind

    def _commands(self, context: str, end: ItemType) -> tuple[CommandNode, ...]:
        commands: list[CommandNode] = []
        while (item := self._next_non_space()).kind is not end:
            if item.kind not in _OPERANDS:
                self._unexpected(item, context)
            self._back(item)
            commands.append(self._command())
        if not commands:
            self._fail(f"missing value for {context}")
        return tuple(commands)

    def _command(self) -> CommandNode:
        pos = self._peek_non_space().pos
        args: list[Operand] = []
        while True:
            self._peek_non_space()
            operand = self._operand()
            if operand is not None:
                args.append(operand)
            item = self._next()
            if item.kind is ItemType.SPACE:
                continue
            if item.kind in {ItemType.RIGHT_DELIM, ItemType.RIGHT_PAREN}:
                self._back(item)
            elif item.kind is not ItemType.PIPE:
                self._unexpected(item, "operand")
            break
        if not args:
            self._fail("empty command")
        return CommandNode(pos, tuple(args))

    def _operand(self) -> Operand | None:
        """A term with the fields that follow it; None if there is no term."""
        node = self._term()
        if node is None or self._peek().kind is not ItemType.FIELD:
            return node
        pos = self._peek().pos
        fields: list[str] = []
        while self._peek().kind is ItemType.FIELD:
            fields.append(self._next().text[1:])
        if isinstance(node, FieldNode):
            return FieldNode(pos, (*node.ident, *fields))
        if isinstance(node, VariableNode):
            return VariableNode(pos, (*node.ident, *fields))
        if isinstance(node, _LITERALS):
            self._fail(f"unexpected . after term {quote(str(node))}")
        return ChainNode(pos, node, tuple(fields))

    def _term(self) -> Operand | None:
        item = self._next_non_space()
        match item.kind:
            case ItemType.IDENTIFIER:
                if item.text not in self._functions:
                    self._fail(f"function {quote(item.text)} not defined", item)
                return IdentifierNode(item.pos, item.text)
            case ItemType.DOT:
                return DotNode(item.pos)
            case ItemType.NIL:
                return NilNode(item.pos)
            case ItemType.VARIABLE:
                return self._variable(item)
            case ItemType.FIELD:
                return FieldNode(item.pos, (item.text[1:],))
            case ItemType.BOOL:
                return BoolNode(item.pos, item.text == "true")
            case ItemType.LEFT_PAREN:
                return self._parenthesized()
            case _:
                return self._constant(item)

    def _constant(self, item: Item) -> Operand | None:
        try:
            if item.kind in {ItemType.CHAR_CONSTANT, ItemType.COMPLEX, ItemType.NUMBER}:
                return parse_number(item.pos, item.text, item.kind)
            if item.kind in {ItemType.STRING, ItemType.RAW_STRING}:
                return StringNode(item.pos, item.text, unquote(item.text))
        except LiteralError as error:
            self._fail(str(error), item)
        self._back(item)
        return None

    def _parenthesized(self) -> PipeNode:
        if self._depth >= DEEPEST_PARENTHESES:
            self._fail("max expression depth exceeded")
        self._depth += 1
        pipe = self._pipeline("parenthesized pipeline", ItemType.RIGHT_PAREN)
        self._depth -= 1
        return pipe

    def _variable(self, item: Item) -> VariableNode:
        if item.text not in self._vars:
            self._fail(f"undefined variable {quote(item.text)}", item)
        return VariableNode(item.pos, (item.text,))
