"""The compiler: a parsed Go template as Jinja2 nodes.

Source: Go 1.26, text/template/exec.go (``walk``, ``walkIfOrWith``, ``walkRange``, ``walkTemplate``); facts on
templates, section 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
from jinja2 import nodes as jinja

from launcher_k8s.templates.gotemplate.building import MISSING_NAME, Nil, assigned, local, runtime_call
from launcher_k8s.templates.gotemplate.expressions import Expressions
from launcher_k8s.templates.gotemplate.names import DATA, ROOT
from launcher_k8s.templates.gotemplate.nodes import (
    ActionNode,
    AnyNode,
    BranchNode,
    BreakNode,
    ContinueNode,
    IfNode,
    ListNode,
    Node,
    RangeNode,
    TemplateNode,
    TextNode,
    VariableNode,
    WithNode,
)
from launcher_k8s.templates.gotemplate.scope import Local, Scope
from launcher_k8s.templates.gotemplate.sites import Choice, Site
from launcher_k8s.templates.gotemplate.template import Template
from launcher_k8s.templates.gotemplate.walking import calls_in, variables_read
from launcher_k8s.templates.govalues.signature import Function


@attrs.frozen
class Translation:
    """A template as Jinja2 nodes.

    Args:
        body: Its statements.
        sites: What errors of an expression are about.
        choices: What is known of commands that may not compute all of their parts.
        constants: Values that the expressions name.
    """

    body: list[jinja.Node]
    sites: dict[jinja.Node, Site] = attrs.field(factory=dict)
    choices: dict[AnyNode, Choice] = attrs.field(factory=dict)
    constants: dict[str, Any] = attrs.field(factory=dict)


def translate(template: Template, functions: Mapping[str, Function]) -> Translation:
    """Make Jinja2 nodes of a template.

    Args:
        template: The parsed template.
        functions: All functions by name.
    """
    translation = Translation([])
    read = variables_read(template.root)
    expressions = Expressions(
        template,
        functions=functions,
        scope=Scope(read),
        sites=translation.sites,
        choices=translation.choices,
        constants=translation.constants,
    )
    if "$" in read:
        translation.body.append(jinja.Assign(local(ROOT), local(DATA)))
    translation.body.extend(_Statements(expressions).of(template.root))
    return translation


class _Statements:
    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions
        self._scope = expressions.scope
        self._skipped = ""  # what tells, after an else that breaks off, that it wanted the next round

    def of(self, nodes: ListNode) -> list[jinja.Node]:
        """The statements of some nodes one after another."""
        return [statement for node in nodes.nodes for statement in self._node(node)]

    def _node(self, node: Node) -> list[jinja.Node]:
        match node:
            case TextNode():
                return [jinja.Output([jinja.TemplateData(node.text)])]
            case ActionNode():
                return [self._action(node)]
            case RangeNode():
                return self._range(node)
            case IfNode() | WithNode():
                return [self._branch(node)]
            case BreakNode():
                return [jinja.Break()]
            case ContinueNode():
                return self._next_round()
            case TemplateNode():
                return [self._template(node)]

    def _action(self, node: ActionNode) -> jinja.Node:
        value = self._expressions.pipeline(node.pipe, Nil.AS_IS)
        if not node.pipe.decl:
            output = jinja.Output([value])
            self._expressions.at(output, node)
            return output
        if isinstance(value, jinja.Keyword):
            return jinja.Assign(local(value.key), value.value)
        return jinja.ExprStmt(value)

    def _branch(self, node: BranchNode) -> jinja.If:
        """An ``if`` or ``with``, and a chain of them as ``elif``: CPython's blocks do not nest deep."""
        mark, dot = self._scope.mark(), self._scope.dot
        first = self._arm(node)
        arms, last = [first], node
        while (inner := _only_branch(last)) is not None:
            arms.append(self._arm(inner))
            last = inner
        otherwise = self.of(last.else_list) if last.else_list else []
        self._scope.release(mark)
        self._scope.dot = dot
        return jinja.If(first.test, first.body, arms[1:], otherwise)

    def _arm(self, node: BranchNode) -> jinja.If:
        test = self._expressions.pipeline(node.pipe, Nil.AS_IS)
        dot, mark = self._scope.dot, self._scope.mark()
        if isinstance(node, WithNode):
            name = self._scope.fresh("dot")
            test = assigned(name, test)
            self._scope.dot = Local(name, is_element=True)  # it is true, so there is a value
        body = self.of(node.list)
        self._scope.dot = dot
        self._scope.release(mark)
        return jinja.If(test, body, [], [])

    def _template(self, node: TemplateNode) -> jinja.Node:
        argument: jinja.Expr = local(MISSING_NAME)
        if node.pipe is not None:
            argument = self._expressions.pipeline(node.pipe, Nil.MISSING)
        name = jinja.Const(node.name)
        found = self._expressions.at(runtime_call("defined", local("run"), name), node)
        statement = jinja.Include(jinja.Tuple([found, argument], "load"), False, False)
        self._expressions.at(statement.template, node)
        return statement

    def _range(self, node: RangeNode) -> list[jinja.Node]:
        """A loop; what it goes over is asked for first, so that it knows whether to do what ``else`` says."""
        mark, dot = self._scope.mark(), self._scope.dot
        container, rounds = self._scope.fresh("c"), self._scope.fresh("r")
        pipe = node.pipe
        # Variables have the pipeline's own value until the first round.
        keeps = bool(pipe.decl) and (node.else_list is not None or pipe.is_assign)
        value = self._expressions.value_of(pipe, Nil.MISSING if keeps else Nil.AS_IS)
        before: list[jinja.Node] = [jinja.Assign(local(container), value)]
        targets: list[Local] = []
        for variable in pipe.decl:
            is_element = variable is pipe.decl[-1]
            target = self._target(variable, container if is_element else "", is_assign=pipe.is_assign)
            if target is None:
                message = f"undefined variable: {variable.ident[0]}"
                failure = self._expressions.failure_after(pipe, message)
                return [*before, jinja.ExprStmt(failure)]
            targets.append(target)
        if keeps:
            before.extend(jinja.Assign(local(target.name), local(container)) for target in targets)
        kind = "pairs" if len(targets) == 2 else "elements"
        calls = jinja.Const(calls_in(node.list))
        call = runtime_call(kind, local("run"), local("out"), local(container), calls)
        before.append(jinja.Assign(local(rounds), self._expressions.after(call, pipe)))
        loop = self._loop(node, targets, rounds, container)
        self._expressions.after(loop, pipe)  # a long loop is counted as it goes
        self._scope.dot = dot
        otherwise = self._without_rounds(node.else_list) if node.else_list else []
        self._scope.release(mark)
        return [*before, jinja.If(local(rounds), [loop], [], otherwise) if otherwise else loop]

    def _without_rounds(self, otherwise: ListNode) -> list[jinja.Node]:
        """What ``else`` says; a ``break`` in it ends this range, although it is not in its loop."""
        if not any(isinstance(node, BreakNode) for node in _nodes_outside_loops(otherwise)):
            return self.of(otherwise)
        outer, self._skipped = self._skipped, self._scope.fresh("s")
        skipped, once = local(self._skipped), self._scope.fresh("o")
        body = self.of(otherwise)
        self._skipped = outer
        return [
            jinja.Assign(skipped, jinja.Const(False)),
            jinja.For(local(once), jinja.Const((0,)), [*body, jinja.Break()], [], None, False),
            jinja.If(skipped, self._next_round(), [], []),
        ]

    def _next_round(self) -> list[jinja.Node]:
        if not self._skipped:
            return [jinja.Continue()]
        return [jinja.Assign(local(self._skipped), jinja.Const(True)), jinja.Break()]

    def _target(self, variable: VariableNode, container: str, *, is_assign: bool) -> Local | None:
        name = variable.ident[0]
        return self._scope.find(name) if is_assign else self._scope.declare(name, container=container)

    def _loop(self, node: RangeNode, targets: list[Local], rounds: str, container: str) -> jinja.For:
        name = self._scope.fresh("dot")
        self._scope.dot = Local(name, is_element=True, container=container)
        target: jinja.Node = local(name)
        body: list[jinja.Node] = []
        if len(targets) == 2:
            target = jinja.Tuple([local(targets[0].name), target], "store")
        if targets:
            body.append(jinja.Assign(local(targets[-1].name), local(name)))
        mark = self._scope.mark()
        outer, self._skipped = self._skipped, ""
        body.extend(self.of(node.list))
        self._skipped = outer
        self._scope.release(mark)
        return jinja.For(target, local(rounds), body, [], None, False)


def _nodes_outside_loops(nodes: ListNode) -> Iterator[Node]:
    """All statements but those in further ranges, for which their own ``break`` counts."""
    for node in nodes.nodes:
        yield node
        if isinstance(node, IfNode | WithNode):
            yield from _nodes_outside_loops(node.list)
            if node.else_list is not None:
                yield from _nodes_outside_loops(node.else_list)


def _only_branch(node: BranchNode) -> IfNode | WithNode | None:
    """The ``if`` or ``with`` that is all that another one has as ``else``."""
    if node.else_list is None or len(node.else_list.nodes) != 1:
        return None
    inner = node.else_list.nodes[0]
    return inner if isinstance(inner, IfNode | WithNode) else None
