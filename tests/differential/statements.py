"""Random templates: text, actions and blocks, trimmed or not, that name only what can be named."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

import attrs

from tests.differential.expressions import KINDS_OF, Expressions, Scope

PIECES: Final = (
    "text", " ", "\n", "  two\n  lines\n", "é日", "}}", "{ ", "a: b\n", "\t", "- item\n", "", "\r\n", "'\"`",
)  # fmt: skip
DELIMITERS: Final = (("{{", "}}"), ("<<", ">>"), ("[[", "]]"), ("<%=", "%>"))
LIBRARIES: Final = ("lib/a", "lib/b", "lib/c")


@attrs.define
class Statements:
    """Makes the text of one file.

    Args:
        random: Where chance comes from.
        wrong: How often an argument is of a wrong kind.
        callable_names: Templates that this file may call.
        delimiters: What opens and closes an action.
    """

    random: Random
    wrong: float
    callable_names: tuple[str, ...] = ()
    delimiters: tuple[str, str] = DELIMITERS[0]
    _count: int = 0
    _loops: int = 0
    _expressions: Expressions = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._expressions = Expressions(self.random, Scope(), self.wrong)

    def file(self, statements: int, *, must_call: str, mistake: str | None) -> str:
        """A file's text; with a statement that calls a certain function, and perhaps with a mistake."""
        parts = [self._statement(3) for _ in range(statements)]
        parts.insert(self._place(parts), self.action(self._expressions.function(must_call)))
        if mistake is not None:
            parts.insert(0 if self.random.random() < 0.6 else self._place(parts), mistake)
        if self.random.random() < 0.3:
            parts.append(self._define("own1"))
            parts.append(self.action(f'template "own{2 if self.random.random() < self.wrong else 1}" .'))
        return "".join(parts)

    def _place(self, parts: list[str]) -> int:
        return self.random.randrange(len(parts) + 1)

    def library(self, names: tuple[str, ...]) -> str:
        """A file that defines templates."""
        parts = []
        for name in names:
            self.callable_names = tuple(each for each in self.callable_names if each > name)
            parts.append(self._define(name))
        return "\n".join(parts)

    def action(self, inside: str) -> str:
        """An action, trimmed or not."""
        left, right = self.delimiters
        before = self.random.choice((" ", " ", "- ", "")) if self.random.random() < 0.5 else ""
        after = self.random.choice((" ", " ", " -", "\n", "")) if self.random.random() < 0.5 else ""
        if before == "" and inside.startswith("-"):
            before = " "
        return left + before + inside + after + right

    def _pipeline(self, kind: str, depth: int = 2) -> str:
        """An operand that can be a command of its own, which the constant nil cannot."""
        text = self._expressions.operand(kind, depth)
        return "$.nul" if text == "nil" and self.random.random() >= self.wrong else text

    def _define(self, name: str) -> str:
        before, self._expressions.scope = self._expressions.scope, Scope()
        loops, self._loops = self._loops, 0
        body = self._body(2)
        self._expressions.scope, self._loops = before, loops
        return self.action(f'define "{name}"') + body + self.action("end")

    def _body(self, depth: int) -> str:
        return "".join(self._statement(depth - 1) for _ in range(self.random.randrange(1, 4)))

    def _statement(self, depth: int) -> str:
        makers: list[Callable[[int], str]] = [
            self._text,
            self._text,
            self._shown,
            self._shown,
            self._shown,
            self._other,
        ]
        if depth > 0:
            makers += [self._if, self._with, self._range, self._range, self._declaration, self._call]
        return self.random.choice(makers)(depth)

    def _text(self, depth: int) -> str:
        return self.random.choice(PIECES)

    def _shown(self, depth: int) -> str:
        return self.action(self._expressions.shown())

    def _other(self, depth: int) -> str:
        left, right = self.delimiters
        choice = self.random.random()
        if self._loops and choice < 0.5:
            condition = self.action(f"if {self._pipeline('bool')}")
            return condition + self.action(self.random.choice(("break", "continue"))) + self.action("end")
        if choice < 0.7:
            return self.random.choice((f"{left}/* a comment */{right}", f"{left}- /* two\nlines */ -{right}"))
        return self._assignment()

    def _assignment(self) -> str:
        variables = self._expressions.scope.variables
        if not variables:
            return self.action(f"$ = {self._pipeline('any', 1)}") if self.random.random() < 0.05 else ""
        name, kind = self.random.choice(variables)
        return self.action(f"{name} = {self._pipeline(kind)}")

    def _variable(self, kind: str) -> str:
        self._count += 1
        name = f"$v{self._count}"
        self._expressions.scope.variables.append((name, kind))
        return name

    def _declaration(self, depth: int) -> str:
        kind = self._kind()
        value = self._pipeline(kind)
        return self.action(f"{self._variable(kind)} := {value}")

    def _kind(self) -> str:
        return self.random.choice([kind for kind in KINDS_OF["any"] if kind not in {"missing", "data"}])

    def _if(self, depth: int) -> str:
        scope = self._expressions.scope
        with scope.inside():
            condition = self._pipeline(self.random.choice(("bool", "bool", "any")))
            if self.random.random() < 0.15:
                condition = f"{self._variable('any')} := {condition}"
            text = self.action(f"if {condition}") + self._body(depth)
            while self.random.random() < 0.3:
                text += self.action(f"else if {self._pipeline('bool')}") + self._body(depth)
            return text + self._otherwise(depth) + self.action("end")

    def _otherwise(self, depth: int) -> str:
        if self.random.random() < 0.4:
            with self._expressions.scope.inside():
                return self.action("else") + self._body(depth)
        return ""

    def _with(self, depth: int) -> str:
        kind = self._kind()
        scope = self._expressions.scope
        value = self._pipeline(kind)
        with scope.inside():
            head = f"{self._variable(kind)} := {value}" if self.random.random() < 0.3 else value
            with scope.inside(dot=kind):
                text = self.action(f"with {head}") + self._body(depth)
            if self.random.random() < 0.2:
                text += self.action(f"else with {self._pipeline('any')}") + self._body(depth)
            return text + self._otherwise(depth) + self.action("end")

    def _range(self, depth: int) -> str:
        scope = self._expressions.scope
        kind = self.random.choice(("list", "list", "strings", "dict", "size", "missing", "nil"))
        over = self._expressions.operand(kind, wrong=("str", "float", "bool", "strings"))  # no huge number
        over = "$.nul" if over == "nil" else over
        with scope.inside():
            two = kind != "size" or self.random.random() < self.wrong
            text = self.action(f"range {self._loop_variables(two=two)}{over}")
            self._loops += 1
            with scope.inside(dot="any"):
                text += self._body(depth)
            self._loops -= 1
            return text + self._otherwise(depth) + self.action("end")

    def _loop_variables(self, *, two: bool) -> str:
        choice = self.random.random()
        if choice < 0.5:
            return ""
        if choice < 0.7 or not two:
            return f"{self._variable('any')} := "
        declared = self._expressions.scope.variables[:-1]
        if choice < 0.8 and len(declared) > 1:
            return f"{declared[0][0]}, {declared[1][0]} = "
        return f"{self._variable('int')}, {self._variable('any')} := "

    def _call(self, depth: int) -> str:
        data = " ." if self._expressions.scope.dot == "root" else " $"
        if self.random.random() < 0.03 + self.wrong:
            data = self.random.choice((" .", f" {self._pipeline('any')}", ""))
        choice = self.random.random()
        if choice < 0.2 and not self._loops:
            before, self._expressions.scope = self._expressions.scope, Scope()
            body = self._body(depth)
            self._expressions.scope = before
            self._count += 1
            return self.action(f'block "block{self._count}"{data or " ."}') + body + self.action("end")
        if not self.callable_names:
            return ""
        name = self.random.choice(self.callable_names)
        if choice < 0.6:
            return self.action(f'template "{name}"{data}')
        then = self.random.choice(("nindent 2", "trim", "quote", "indent 4"))
        return self.action(f'include "{name}"{data or " ."} | {then}')
