"""Calls of functions: their arguments checked as far as possible before the template runs.

Source: Go 1.26, text/template/exec.go (``evalFunction``, ``evalCall``, ``evalArg``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, Final, TypeVar

from jinja2 import nodes as jinja

from launcher_k8s.templates.gotemplate import arguments
from launcher_k8s.templates.gotemplate.arguments import ANY, VALUE, ExecutionError
from launcher_k8s.templates.gotemplate.building import (
    MISSING_NAME,
    Nil,
    assigned,
    function_call,
    is_settled,
    local,
    runtime_call,
    sequence,
    tested,
    with_nil,
)
from launcher_k8s.templates.gotemplate.nodes import (
    AnyNode,
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
from launcher_k8s.templates.gotemplate.scope import Scope
from launcher_k8s.templates.gotemplate.sites import Choice, Joining, Site
from launcher_k8s.templates.gotemplate.template import Template
from launcher_k8s.templates.govalues.allowance import LimitError
from launcher_k8s.templates.govalues.comparing import equal, unequal
from launcher_k8s.templates.govalues.signature import Function
from launcher_k8s.templates.govalues.values import GoError

_Part = TypeVar("_Part", bound=jinja.Node)

ENGINE_FUNCTIONS: Final[Mapping[str, Function]] = {
    "and": Function("and", (VALUE,), VALUE, lambda *_: None),
    "or": Function("or", (VALUE,), VALUE, lambda *_: None),
    "not": Function("not", (VALUE,), None, lambda value: not value),
    "call": Function("call", (VALUE,), VALUE, lambda *_: None),
}
"""What Go's builtins have that no function could do: the compiler writes them out."""

# Comparing with a constant of the same type, as most templates do, needs no call.
_COMPARED: Final[Mapping[Callable[..., Any], str]] = {equal: "eq", unequal: "ne"}
# Always the same for the same constants, and dear enough to compute once.
_LONGEST_FOLDED: Final = 1_024  # longer ones count as made in each render
_FOLDED: Final = frozenset(
    {"repeat", "print", "printf", "quote", "squote", "trim", "upper", "lower", "indent"}
)


class Calls(ABC):
    """What is needed to make expressions, and the calls among them.

    Args:
        template: The template that they are in.
        functions: All functions by name.
        scope: The variables.
        sites: Where each expression's errors are told to be; filled.
        choices: What is known of commands that may not compute all of their parts; filled.
        constants: Values that no source could spell, by name; filled.
    """

    def __init__(
        self,
        template: Template,
        *,
        functions: Mapping[str, Function],
        scope: Scope,
        sites: dict[jinja.Node, Site],
        choices: dict[AnyNode, Choice],
        constants: dict[str, Any],
    ) -> None:
        self.template = template
        self.scope = scope
        self._functions = functions
        self._sites = sites
        self.choices = choices
        self._constants = constants

    @abstractmethod
    def operand(self, node: Operand, nil: Nil) -> jinja.Expr:
        """What an operand gives, a constant or not."""

    def at(self, value: _Part, node: AnyNode, **details: Any) -> _Part:
        """Tell the errors of an expression or statement to be at a node."""
        self._sites[value] = Site(self.template, node, **details)
        return value

    def after(self, value: _Part, node: AnyNode) -> _Part:
        """Tell the errors to be where Go has been last when it has computed a node."""
        return self.at(value, node, is_last=True)

    def failure(self, node: AnyNode, message: str) -> jinja.Expr:
        """An expression that always fails."""
        return self.at(runtime_call("fail", jinja.Const(message)), node)

    def failure_after(self, node: AnyNode, message: str) -> jinja.Expr:
        """An expression that always fails, where Go has been last when it has computed a node."""
        return self.after(runtime_call("fail", jinja.Const(message)), node)

    def constant(self, node: arguments.Constant | NilNode, wanted: str = ANY) -> jinja.Expr:
        """A constant as a parameter's type."""
        try:
            if isinstance(node, NilNode):
                return self.spelt(arguments.nil(wanted))
            return self.spelt(arguments.convert(node, wanted))
        except ExecutionError as error:
            return self.failure(node, str(error))

    def spelt(self, value: Any) -> jinja.Expr:
        """A value that is known by now."""
        if value is None or type(value) in {str, bool, int, float, complex}:
            return jinja.Const(value)
        name = f"k{len(self._constants)}"
        self._constants[name] = value
        return local(name)

    def call(
        self,
        node: IdentifierNode,
        command: CommandNode | IdentifierNode,
        args: tuple[Operand, ...],
        final: jinja.Expr | None,
        nil: Nil,
    ) -> jinja.Expr:
        """A function's call.

        Args:
            node: Its name.
            command: What errors of the function quote.
            args: What is written after the name.
            final: What the stage before gives, if there is one.
            nil: What nil becomes.
        """
        name = node.ident
        function = self._functions.get(name) or ENGINE_FUNCTIONS[name]
        wrong = arguments.count_mismatch(function, name, len(args), piped=final is not None)
        if wrong:
            failure = self.failure(node, wrong)
            return failure if final is None else sequence(final, failure)
        if function is ENGINE_FUNCTIONS.get(name):
            return self._engine_call(name, command, args, final, nil)
        given = [
            self._argument(arg, arguments.parameter(function, position)) for position, arg in enumerate(args)
        ]
        if name == "slice" and function.variadic == VALUE:
            given[1:] = map(self._boxed, args[1:], given[1:])
        folded = self._folded(function, given) if final is None else None
        if folded is not None:
            return folded
        before = args[-1] if args else node
        wanted = "" if final is None else arguments.parameter(function, len(args))
        make = self._ordered(given, final, lambda value: self._checked(value, wanted, before, piped=True))
        return make(lambda values: self._called(function, command, values, nil))

    def _called(
        self,
        function: Function,
        command: CommandNode | IdentifierNode,
        values: list[jinja.Expr],
        nil: Nil,
    ) -> jinja.Expr:
        name = function.name
        sign = _COMPARED.get(function.call)
        constant = values[-1] if sign is not None and len(values) == 2 else None
        kind = type(constant.value) if isinstance(constant, jinja.Const) else None
        if sign is None or constant is None or kind not in {str, int}:
            return with_nil(self.at(function_call(name, values), command, name=name), nil)
        kept = self.scope.fresh("t")
        call = self.at(function_call(name, [local(kept), constant]), command, name=name)
        compared = jinja.Compare(local(kept), [jinja.Operand(sign, constant)])
        return jinja.CondExpr(tested(assigned(kept, values[0]), f"exactly {kind.__name__}"), compared, call)

    def _ordered(
        self,
        given: list[jinja.Expr],
        final: jinja.Expr | None,
        check: Callable[[jinja.Expr], jinja.Expr],
        *,
        lazy: bool = False,
    ) -> Callable[[Callable[[list[jinja.Expr]], jinja.Expr]], jinja.Expr]:
        """Arguments with the piped one, which comes last but is computed first, even if others are not."""
        if final is None:
            return lambda make: make(given)
        if is_settled(final) or (all(map(is_settled, given)) and not lazy):
            return lambda make: make([*given, check(final)])
        kept = self.scope.fresh("t")
        return lambda make: sequence(assigned(kept, final), make([*given, check(local(kept))]))

    def _folded(self, function: Function, given: list[jinja.Expr]) -> jinja.Expr | None:
        """What a call with constants only gives, if that can be known by now."""
        if function.name not in _FOLDED or function.needs_effects:
            return None
        values = [value.value for value in given if isinstance(value, jinja.Const)]
        if len(values) != len(given):
            return None
        try:
            result = function.call(*values)
        except (GoError, LimitError):
            return None
        return jinja.Const(result) if type(result) is str and len(result) <= _LONGEST_FOLDED else None

    def _boxed(self, node: Operand, value: jinja.Expr) -> jinja.Expr:
        """An index for Go's own ``slice``, which alone does not look into an ``interface {}``."""
        if isinstance(node, FieldNode | ChainNode) or (
            isinstance(node, VariableNode) and len(node.ident) > 1
        ):
            return runtime_call("boxed", value)
        if isinstance(node, DotNode) and self.scope.dot.container:
            return runtime_call("boxed", value, local(self.scope.dot.container))
        return value

    def _argument(self, node: Operand, wanted: str) -> jinja.Expr:
        if isinstance(node, NilNode) and wanted == VALUE:
            return local(MISSING_NAME)
        if isinstance(node, BoolNode | NumberNode | StringNode | NilNode):
            return self.constant(node, wanted)
        piped = isinstance(node, PipeNode)
        if wanted == VALUE:
            return self.operand(node, Nil.MISSING if piped else Nil.AS_IS)
        if wanted == ANY:
            return self.operand(node, Nil.NIL)
        return self._checked(self.operand(node, Nil.AS_IS), wanted, node, piped=piped)

    def _checked(self, value: jinja.Expr, wanted: str, node: AnyNode, *, piped: bool) -> jinja.Expr:
        """A value checked to be of a parameter's type, after a node has been computed."""
        if wanted == ANY:
            return with_nil(value, Nil.NIL)
        if wanted == VALUE:
            return with_nil(value, Nil.MISSING)
        if isinstance(value, jinja.Const) and type(value.value) is arguments.EXACT.get(wanted):
            return value
        return self.after(tested(value, f"{'piped' if piped else 'given'} {wanted}"), node)

    def _engine_call(
        self,
        name: str,
        command: CommandNode | IdentifierNode,
        args: tuple[Operand, ...],
        final: jinja.Expr | None,
        nil: Nil,
    ) -> jinja.Expr:
        wanted = Nil.AS_IS if name in {"not", "call"} else nil
        given, passed_over = [], []
        for arg in args:
            mark = self.scope.mark()
            given.append(self._operand_of_engine(arg, wanted))
            if len(given) > 1 and name in {"and", "or"}:
                passed_over.extend(self.scope.doubt(mark))
        make = self._ordered(given, final, lambda value: with_nil(value, wanted), lazy=True)
        if name == "not":
            return make(lambda values: jinja.Not(values[0]))
        if name == "call":
            called = jinja.Const(str(args[0]) if args else None)
            return make(
                lambda values: self.at(runtime_call("call_value", called, *values), command, name=name)
            )
        value = make(lambda values: self._joined(command, name, values))
        unset = [assigned(variable.name, local("UNSET")) for variable in passed_over]
        return sequence(*unset, value) if unset else value

    def _operand_of_engine(self, node: Operand, nil: Nil) -> jinja.Expr:
        if isinstance(node, NilNode):
            return jinja.Const(None) if nil is Nil.NIL else local(MISSING_NAME)
        return self.operand(node, nil)

    def _joined(
        self, command: CommandNode | IdentifierNode, name: str, values: list[jinja.Expr]
    ) -> jinja.Expr:
        """An ``and`` or ``or``; its operands are kept, so that an error can tell which one has ended it."""
        *operands, last = values
        names = tuple(self.scope.fresh("o") for _ in operands)
        self.choices[command] = Joining(name == "or", names)
        join = jinja.And if name == "and" else jinja.Or
        return reduce(join, [*map(assigned, names, operands), last])
