"""Go's pipelines, commands and operands as Jinja2 expressions.

Everything that Go decides about an expression without its values is decided here, errors included: those are
raised where Go would come upon them. Source: Go 1.26, text/template/exec.go (``evalPipeline`` to
``evalEmptyInterface``).
"""

from __future__ import annotations

from jinja2 import nodes as jinja

from launcher_k8s.templates.gotemplate.building import (
    Nil,
    assigned,
    sequence,
)
from launcher_k8s.templates.gotemplate.fields import Fields
from launcher_k8s.templates.gotemplate.nodes import (
    AnyNode,
    ChainNode,
    CommandNode,
    DotNode,
    FieldNode,
    IdentifierNode,
    NilNode,
    Operand,
    PipeNode,
    VariableNode,
)


class Expressions(Fields):
    """Makes the expressions of one template."""

    def pipeline(self, pipe: PipeNode, nil: Nil) -> jinja.Expr:
        """What a pipeline gives; its variables get it too."""
        value = self.value_of(pipe, Nil.MISSING if pipe.decl else nil)
        for variable in pipe.decl:
            value = self.store(variable, value, is_assign=pipe.is_assign, before=pipe)
        return value

    def value_of(self, pipe: PipeNode, nil: Nil) -> jinja.Expr:
        """What a pipeline gives, without its variables."""
        value: jinja.Expr | None = None
        before: AnyNode = pipe
        for command in pipe.cmds:
            last = command is pipe.cmds[-1]
            value = self._command(command, value, before, nil if last else Nil.AS_IS)
            before = command
        assert value is not None
        return value

    def store(
        self, variable: VariableNode, value: jinja.Expr, *, is_assign: bool, before: AnyNode
    ) -> jinja.Expr:
        """Let a variable get a value on its way."""
        name = variable.ident[0]
        if not is_assign:
            target = self.scope.declare(name)
            return assigned(target.name, value) if self.scope.is_read(name) else value
        found = self.scope.find(name)
        if found is None:
            return sequence(value, self.failure_after(before, f"undefined variable: {name}"))
        return assigned(found.name, value)

    def operand(self, node: Operand, nil: Nil) -> jinja.Expr:
        """What an operand gives."""
        match node:
            case PipeNode():
                return self.pipeline(node, nil)
            case IdentifierNode():
                return self.call(node, node, (), None, nil)
            case DotNode():
                return self.dot(nil)
            case FieldNode() | ChainNode():
                return self.fields(node, nil)
            case VariableNode():
                return self.variable(node, nil)
            case _:
                return self.constant(node)

    def _command(
        self, command: CommandNode, final: jinja.Expr | None, before: AnyNode, nil: Nil
    ) -> jinja.Expr:
        first, *args = command.args
        if isinstance(first, IdentifierNode):
            return self.call(first, command, tuple(args), final, nil)
        if args or final is not None:
            return self._invocation(command, final, before, nil)
        if isinstance(first, NilNode):
            return self.failure(first, "nil is not a command")
        return self.operand(first, nil)

    def _invocation(
        self, command: CommandNode, final: jinja.Expr | None, before: AnyNode, nil: Nil
    ) -> jinja.Expr:
        """Something other than a function that is given arguments: right for methods only."""
        first = command.args[0]
        if isinstance(first, FieldNode | ChainNode) or (
            isinstance(first, VariableNode) and len(first.ident) > 1
        ):
            return self.method(first, command, final, nil)
        failure = self._misuse(first, before)
        return failure if final is None else sequence(final, failure)

    def _misuse(self, first: Operand, before: AnyNode) -> jinja.Expr:
        """What fails because it is given arguments."""
        if isinstance(first, VariableNode) and self.scope.find(first.ident[0]) is None:
            return self.undefined(first)
        message = f"can't give argument to non-function {first}"
        if not isinstance(first, PipeNode):
            return self.failure(first, message)
        if isinstance(before, PipeNode):  # nothing has been computed yet
            return self.failure(before, message)
        return self.failure_after(before, message)
