"""Go's pipelines, commands and operands as Jinja2 expressions.

Everything that Go decides about an expression without its values is decided here, errors included: those are
raised where Go would come upon them. Source: Go 1.26, text/template/exec.go (``evalPipeline`` to
``evalEmptyInterface``).
"""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import nodes as jinja

from launcher_k8s.templates.gotemplate.building import (
    Nil,
    assigned,
    local,
    runtime_call,
    sequence,
    with_nil,
)
from launcher_k8s.templates.gotemplate.calls import Calls
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
from launcher_k8s.templates.gotemplate.scope import Local


class Expressions(Calls):
    """Makes the expressions of one template."""

    def pipeline(self, pipe: PipeNode, nil: Nil) -> jinja.Expr:
        """What a pipeline gives; its variables get it too."""
        wanted = Nil.MISSING if pipe.decl else nil
        value: jinja.Expr | None = None
        before: AnyNode = pipe
        for command in pipe.cmds:
            last = command is pipe.cmds[-1]
            value = self._command(command, value, before, wanted if last else Nil.AS_IS)
            before = command
        assert value is not None
        for variable in pipe.decl:
            value = self.store(variable, value, is_assign=pipe.is_assign, before=before)
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
                return self._local(self.scope.dot, nil)
            case FieldNode():
                return self._fields(node, self.scope.dot, node.ident, nil)
            case VariableNode():
                return self._variable(node, nil)
            case ChainNode():
                return self._chain(node, nil)
            case _:
                return self.constant(node)

    def _command(
        self, command: CommandNode, final: jinja.Expr | None, before: AnyNode, nil: Nil
    ) -> jinja.Expr:
        first, *args = command.args
        if isinstance(first, IdentifierNode):
            return self.call(first, command, tuple(args), final, nil)
        if args or final is not None:
            return self._invocation(first, tuple(args), final, before, nil)
        if isinstance(first, NilNode):
            return self.failure(first, "nil is not a command")
        return self.operand(first, nil)

    def _invocation(
        self,
        first: Operand,
        args: tuple[Operand, ...],
        final: jinja.Expr | None,
        before: AnyNode,
        nil: Nil,
    ) -> jinja.Expr:
        """Something other than a function that is given arguments: right for methods only."""
        if isinstance(first, FieldNode | ChainNode) or (
            isinstance(first, VariableNode) and len(first.ident) > 1
        ):
            return self._method(first, args, final, nil)
        message = f"can't give argument to non-function {first}"
        if not isinstance(first, PipeNode):
            failure = self.failure(first, message)
        elif isinstance(before, PipeNode):  # nothing has been computed yet
            failure = self.failure(before, message)
        else:
            failure = self.failure_after(before, message)
        return failure if final is None else sequence(final, failure)

    def _method(
        self,
        node: FieldNode | ChainNode | VariableNode,
        args: tuple[Operand, ...],
        final: jinja.Expr | None,
        nil: Nil,
    ) -> jinja.Expr:
        receiver, name = self._receiver(node)
        given: list[jinja.Expr] = [self.operand(arg, Nil.AS_IS) for arg in args]
        kept = None
        if final is not None:
            kept = assigned(self.scope.fresh("t"), final)
            given.append(local(kept.key))  # type: ignore[attr-defined]  # assigned() makes a Keyword
        found = self.at(runtime_call("find_method", receiver, jinja.Const(name)), node, fields=(name,))
        called = runtime_call(
            "call_method", found, jinja.Const(final is not None), jinja.Tuple(given, "load")
        )
        value = with_nil(self.at(called, node, name=name), nil)
        return value if kept is None else sequence(kept, value)

    def _receiver(self, node: FieldNode | ChainNode | VariableNode) -> tuple[jinja.Expr, str]:
        """What a method is looked for in, and its name."""
        if isinstance(node, FieldNode):
            *fields, name = node.ident
            return self._fields(node, self.scope.dot, tuple(fields), Nil.AS_IS), name
        if isinstance(node, VariableNode):
            _, *fields, name = node.ident
            found = self.scope.find(node.ident[0])
            if found is None:
                return self.failure(node, f"undefined variable: {node.ident[0]}"), name
            return self._fields(node, found, tuple(fields), Nil.AS_IS), name
        *fields, name = node.field
        return self._read(node, self._chained(node), tuple(fields), Nil.AS_IS), name

    def _local(self, found: Local, nil: Nil) -> jinja.Expr:
        value = local(found.name)
        return value if found.is_element and nil is Nil.NIL else with_nil(value, nil)

    def _variable(self, node: VariableNode, nil: Nil) -> jinja.Expr:
        name, *fields = node.ident
        found = self.scope.find(name)
        if found is None:
            return self.failure(node, f"undefined variable: {name}")
        if fields:
            return self._fields(node, found, tuple(fields), nil)
        return self._local(found, nil)

    def _chain(self, node: ChainNode, nil: Nil) -> jinja.Expr:
        if isinstance(node.node, NilNode):
            return self.failure(node, f"indirection through explicit nil in {node}")
        return self._read(node, self._chained(node), node.field, nil)

    def _chained(self, node: ChainNode) -> jinja.Expr:
        return self.operand(node.node, Nil.MISSING)

    def _fields(self, node: AnyNode, base: Local, fields: Sequence[str], nil: Nil) -> jinja.Expr:
        if not fields:
            return local(base.name)
        return self._read(node, local(base.name), fields, nil, base=base)

    def _read(
        self, node: AnyNode, value: jinja.Expr, fields: Sequence[str], nil: Nil, *, base: Local | None = None
    ) -> jinja.Expr:
        """Fields of a value, one of the other."""
        for depth, name in enumerate(fields, start=1):
            last = depth == len(fields)
            # The context is what a missing field gives: functions get nil, at no cost.
            context = Nil.NIL if last and nil is Nil.NIL else Nil.AS_IS
            value = self.at(
                jinja.Getattr(value, name, context.name),
                node,
                is_last=isinstance(node, ChainNode),
                fields=tuple(fields[:depth]),
                base=base.name if base else "",
                container=base.container if base else "",
            )
        return with_nil(value, nil) if nil is Nil.MISSING else value
