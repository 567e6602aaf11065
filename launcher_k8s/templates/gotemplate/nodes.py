"""A parsed Go template: the nodes of ``text/template/parse``, which print themselves back.

``str(node)`` is what error texts quote as ``at <...>``. Names and fields follow Go's; what Go drops after
parsing (comments, ``else``, ``end``) is not here. Positions count characters, not bytes as Go's do;
``Template.locate`` tells Go's byte column where an error needs it. Source: Go 1.26,
text/template/parse/node.go.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import attrs


@attrs.frozen(eq=False)
class TextNode:
    """Plain text between actions, already trimmed."""

    pos: int
    text: str

    def __str__(self) -> str:
        return self.text


@attrs.frozen(eq=False)
class IdentifierNode:
    """A function's name."""

    pos: int
    ident: str

    def __str__(self) -> str:
        return self.ident


@attrs.frozen(eq=False)
class VariableNode:
    """A variable, possibly with fields: ``ident`` is ``("$x", "field", ...)``."""

    pos: int
    ident: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.ident)


@attrs.frozen(eq=False)
class DotNode:
    """The cursor, ``.``."""

    pos: int

    def __str__(self) -> str:
        return "."


@attrs.frozen(eq=False)
class NilNode:
    """The untyped constant ``nil``."""

    pos: int

    def __str__(self) -> str:
        return "nil"


@attrs.frozen(eq=False)
class FieldNode:
    """Fields of the cursor: ``ident`` is ``("a", "b")`` for ``.a.b``."""

    pos: int
    ident: tuple[str, ...]

    def __str__(self) -> str:
        return "." + ".".join(self.ident)


@attrs.frozen(eq=False)
class ChainNode:
    """Fields of anything else, such as ``(pipe).a.b``."""

    pos: int
    node: Operand
    field: tuple[str, ...]

    def __str__(self) -> str:
        return f"{_operand_text(self.node)}.{'.'.join(self.field)}"


@attrs.frozen(eq=False)
class BoolNode:
    """``true`` or ``false``."""

    pos: int
    true: bool

    def __str__(self) -> str:
        return "true" if self.true else "false"


@attrs.frozen(eq=False)
class NumberNode:
    """A number, under all the types that can hold it: Go's ideal constants.

    Args:
        pos: Where it begins.
        text: As written.
        int64: As a signed integer, if it is one; so with the other types.
        uint64: As an unsigned integer.
        float64: As a floating-point number.
        complex128: As a complex number: only what is written as one has this.
    """

    pos: int
    text: str
    int64: int | None = None
    uint64: int | None = None
    float64: float | None = None
    complex128: complex | None = None

    def __str__(self) -> str:
        return self.text


@attrs.frozen(eq=False)
class StringNode:
    """A string constant: as written with its quotes, and what it stands for."""

    pos: int
    quoted: str
    text: str

    def __str__(self) -> str:
        return self.quoted


@attrs.frozen(eq=False)
class CommandNode:
    """One stage of a pipeline: a function with arguments, or a single operand."""

    pos: int
    args: tuple[Operand, ...]

    def __str__(self) -> str:
        return " ".join(map(_operand_text, self.args))


@attrs.frozen(eq=False)
class PipeNode:
    """Commands, each handing its value to the next, and the variables that get the last one's.

    Args:
        pos: Where it begins.
        line: The line that it begins in, from 1.
        is_assign: Whether the variables are assigned (``=``), not declared (``:=``).
        decl: The variables; two only in a ``range``.
        cmds: The stages, at least one.
    """

    pos: int
    line: int
    is_assign: bool
    decl: tuple[VariableNode, ...]
    cmds: tuple[CommandNode, ...]

    def __str__(self) -> str:
        value = " | ".join(map(str, self.cmds))
        if not self.decl:
            return value
        return f"{', '.join(map(str, self.decl))} {'=' if self.is_assign else ':='} {value}"


@attrs.frozen(eq=False)
class ActionNode:
    """A pipeline whose value is printed, unless it declares or assigns."""

    pos: int
    line: int
    pipe: PipeNode

    def __str__(self) -> str:
        return f"{{{{{self.pipe}}}}}"


@attrs.frozen(eq=False)
class ListNode:
    """Nodes one after another."""

    pos: int
    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.nodes))


@attrs.frozen(eq=False)
class BranchNode:
    """What ``if``, ``range`` and ``with`` have in common; Go's ``Position`` is that of the pipeline."""

    pos: int
    line: int
    pipe: PipeNode
    list: ListNode
    else_list: ListNode | None

    @property
    def keyword(self) -> str:
        """The word that it begins with."""
        return _KEYWORDS[type(self)]

    def __str__(self) -> str:
        otherwise = "" if self.else_list is None else f"{{{{else}}}}{self.else_list}"
        return f"{{{{{self.keyword} {self.pipe}}}}}{self.list}{otherwise}{{{{end}}}}"


@attrs.frozen(eq=False)
class IfNode(BranchNode):
    """An ``if``; ``else if`` is an ``if`` alone in the else list."""


@attrs.frozen(eq=False)
class RangeNode(BranchNode):
    """A ``range``."""


@attrs.frozen(eq=False)
class WithNode(BranchNode):
    """A ``with``; ``else with`` is a ``with`` alone in the else list."""


@attrs.frozen(eq=False)
class BreakNode:
    """A ``break`` out of the innermost ``range``."""

    pos: int
    line: int

    def __str__(self) -> str:
        return "{{break}}"


@attrs.frozen(eq=False)
class ContinueNode:
    """A ``continue`` with the next round of the innermost ``range``."""

    pos: int
    line: int

    def __str__(self) -> str:
        return "{{continue}}"


@attrs.frozen(eq=False)
class TemplateNode:
    """A call of another template: ``template``, or where a ``block`` stands.

    Args:
        pos: Where its name begins.
        line: The line of that.
        name: The template's name.
        quoted: The name as Go quotes it.
        pipe: What gives the template its cursor; None gives it nil.
    """

    pos: int
    line: int
    name: str
    quoted: str
    pipe: PipeNode | None

    def __str__(self) -> str:
        argument = "" if self.pipe is None else f" {self.pipe}"
        return f"{{{{template {self.quoted}{argument}}}}}"


Operand: TypeAlias = (
    IdentifierNode
    | VariableNode
    | DotNode
    | NilNode
    | FieldNode
    | ChainNode
    | BoolNode
    | NumberNode
    | StringNode
    | PipeNode
)
Node: TypeAlias = (
    TextNode | ActionNode | IfNode | RangeNode | WithNode | BreakNode | ContinueNode | TemplateNode
)
AnyNode: TypeAlias = Node | Operand | CommandNode | ListNode

_KEYWORDS: Final[dict[type[BranchNode], str]] = {IfNode: "if", RangeNode: "range", WithNode: "with"}


def _operand_text(node: Operand) -> str:
    return f"({node})" if isinstance(node, PipeNode) else str(node)
