"""Fields of values, and methods with arguments.

Source: Go 1.26, text/template/exec.go (``evalFieldNode``, ``evalChainNode``, ``evalVariableNode``,
``evalFieldChain``, ``evalField``).
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from jinja2 import nodes as jinja

from launcher_k8s.templates.gotemplate.building import (
    MISSING_NAME,
    Nil,
    assigned,
    local,
    runtime_call,
    sequence,
    tested,
    with_nil,
)
from launcher_k8s.templates.gotemplate.calls import Calls
from launcher_k8s.templates.gotemplate.nodes import (
    BoolNode,
    ChainNode,
    CommandNode,
    FieldNode,
    NilNode,
    NumberNode,
    Operand,
    PipeNode,
    StringNode,
    VariableNode,
)
from launcher_k8s.templates.gotemplate.scope import Local
from launcher_k8s.templates.gotemplate.sites import MethodCall

FieldsNode: TypeAlias = FieldNode | ChainNode | VariableNode


class _Base(NamedTuple):
    """What fields are read from: its value, the local variable that then has it, and the fields."""

    value: jinja.Expr
    variable: Local
    fields: tuple[str, ...]


class Fields(Calls):
    """Makes the expressions that read variables and fields."""

    def dot(self, nil: Nil) -> jinja.Expr:
        """The cursor's value."""
        found = self.scope.dot
        return local(found.name) if found.is_element and nil is Nil.NIL else with_nil(local(found.name), nil)

    def variable(self, node: VariableNode, nil: Nil) -> jinja.Expr:
        """A variable's value, or fields of it."""
        if len(node.ident) > 1:
            return self.fields(node, nil)
        found = self.scope.find(node.ident[0])
        if found is None:
            return self.undefined(node)
        return self.at(with_nil(self._current(node, found), nil), node)

    def _current(self, node: VariableNode, found: Local) -> jinja.Expr:
        """What a variable holds, or the one that it would have hidden if it had been declared."""
        value = local(found.name)
        if not found.is_doubtful:
            return value
        hidden = found.otherwise
        otherwise = self.undefined(node) if hidden is None else self._current(node, hidden)
        return jinja.CondExpr(tested(local(found.name), "set"), value, otherwise)

    def fields(self, node: FieldsNode, nil: Nil) -> jinja.Expr:
        """A field of a field of something."""
        if isinstance(node, ChainNode) and isinstance(node.node, NilNode):
            return self.failure(node, f"indirection through explicit nil in {node}")
        base = self._base(node)
        return self._read(node, base, len(base.fields), nil)

    def method(
        self, node: FieldsNode, command: CommandNode, final: jinja.Expr | None, nil: Nil
    ) -> jinja.Expr:
        """Something with fields that is given arguments, which only methods take.

        Args:
            node: What is called.
            command: That with what is written after it.
            final: What the stage before gives, if there is one.
            nil: What nil becomes.
        """
        args = command.args[1:]
        kept, method = self.scope.fresh("t"), self.scope.fresh("m")
        given = [self._method_argument(arg, method, position) for position, arg in enumerate(args)]
        if final is not None:
            piped = runtime_call(
                "method_argument", local(method), jinja.Const(len(args)), local(kept), jinja.Const(True)
            )
            given.append(self.after(piped, args[-1] if args else node))
        base, counted = self._base(node), (len(args), final is not None)
        receiver = self._read(node, base, len(base.fields) - 1, Nil.AS_IS)
        found = self._noted(
            runtime_call("find_method", receiver, jinja.Const(base.fields[-1]), *map(jinja.Const, counted)),
            node,
            base,
            len(base.fields),
        )
        self.choices[command] = MethodCall(method)
        called = runtime_call("call_method", local(method), *given)
        # Nothing has no methods, and what it would be given is not computed.
        answered = self.at(called, node, name=base.fields[-1])
        value = with_nil(jinja.CondExpr(assigned(method, found), answered, local(MISSING_NAME)), nil)
        return value if final is None else sequence(assigned(kept, final), value)

    def _method_argument(self, node: Operand, method: str, position: int) -> jinja.Expr:
        """An argument, checked when it is known which method gets it."""
        place = local(method), jinja.Const(position)
        if isinstance(node, BoolNode | NumberNode | StringNode | NilNode):
            return self.at(runtime_call("method_constant", *place, self.spelt(node)), node)
        piped = jinja.Const(isinstance(node, PipeNode))
        value = self.operand(node, Nil.AS_IS)
        return self.after(runtime_call("method_argument", *place, value, piped), node)

    def _base(self, node: FieldsNode) -> _Base:
        if isinstance(node, FieldNode):
            return _Base(local(self.scope.dot.name), self.scope.dot, node.ident)
        if isinstance(node, VariableNode):
            name, *fields = node.ident
            found = self.scope.find(name)
            if found is None:
                return _Base(self.undefined(node), Local(""), tuple(fields))
            if not found.is_doubtful:
                return _Base(local(found.name), found, tuple(fields))
            return self._kept(self._current(node, found), tuple(fields))
        return self._kept(self.operand(node.node, Nil.MISSING), node.field)

    def _kept(self, value: jinja.Expr, fields: tuple[str, ...]) -> _Base:
        kept = self.scope.fresh("b")
        return _Base(assigned(kept, value), Local(kept), fields)

    def undefined(self, node: VariableNode) -> jinja.Expr:
        """What fails because there is no such variable, although the parser knows one."""
        return self.failure(node, f"undefined variable: {node.ident[0]}")

    def _read(self, node: FieldsNode, base: _Base, depth: int, nil: Nil) -> jinja.Expr:
        """So many of the fields, one of the other."""
        value = base.value
        for position, name in enumerate(base.fields[:depth], start=1):
            # The context is what a missing field gives: functions get nil, at no cost.
            context = Nil.NIL if position == depth and nil is Nil.NIL else Nil.AS_IS
            value = self._noted(jinja.Getattr(value, name, context.name), node, base, position)
        return with_nil(value, nil) if nil is Nil.MISSING else value

    def _noted(self, value: jinja.Expr, node: FieldsNode, base: _Base, depth: int) -> jinja.Expr:
        return self.at(
            value,
            node,
            is_last=isinstance(node, ChainNode),
            fields=base.fields[:depth],
            base=base.variable.name,
            container=base.variable.container,
        )
