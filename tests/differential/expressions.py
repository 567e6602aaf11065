"""Random expressions of the template language: constants, data, variables, calls and pipelines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Final

import attrs

from tests.differential.literals import constant
from tests.differential.signatures import FAILING, HEAVY, PROPERTIES, SIGNATURES, Signature

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "str": ("s1", "s2", "d1.s1", "d2.inner.s1"),
    "int": ("n2",),
    "big": ("n1", "d1.n1"),
    "float": ("f1", "d2.f1"),
    "bool": ("b1", "d1.b1"),
    "list": ("l1", "l2", "d1.l1", "items"),
    "strings": ("l2",),
    "dict": ("d1", "d2", "d2.inner"),
    "any": ("s1", "n2", "f1", "b1", "l1", "d1", "nul", "none", "none.deeper", "d2.inner"),
    "missing": ("none", "d1.none.deep", "d2.inner.nothing"),
    "nil": ("nul", "d1.nul"),
}
"""What the data has by kind of value (see `cases`)."""
TIMES: Final = (
    '(toDate "2006-01-02" "2024-05-17")',
    '(mustToDate "2006-01-02T15:04:05Z07:00" "2024-02-29T23:59:59.5+02:00")',
    '(toDate "2006" "x")',
    '(dateModify "-36h" (toDate "2006-01-02" "2000-01-01"))',
)
KINDS_OF: Final[dict[str, tuple[str, ...]]] = {
    "any": (
        "str",
        "str",
        "int",
        "float",
        "bool",
        "list",
        "dict",
        "nil",
        "missing",
        "int64",
        "data",
        "strings",
    ),
    "num": ("num", "num", "int", "big", "float", "int64", "bool"),
    "sized": ("str", "list", "dict", "strings"),
}
WRONG: Final = ("str", "int", "float", "bool", "list", "dict", "nil", "missing", "int64", "strings", "data")
"""Kinds that a value of a wrong kind may be of."""
SHOWN: Final = ("str", "int", "big", "float", "bool", "list", "dict", "missing", "int64", "data", "strings")
PIPED: Final = ("quote", "toString", "printf `%v`", "default `d`", "toJson", "print", "toYaml", "html")
SAME: Final = ("str", "int", "float", "int64", "str", "int")
_PLACE: Final = re.compile(r"\{(\w+)\}")
_PRODUCERS: Final[dict[str, list[Signature]]] = {}
for _signature in SIGNATURES.values():
    _PRODUCERS.setdefault(_signature.result, []).append(_signature)


@attrs.define
class Scope:
    """What can be named where an expression stands.

    Args:
        dot: The kind of `.`; `root` for the data itself.
        variables: Declared variables with the kinds of their values.
    """

    dot: str = "root"
    variables: list[tuple[str, str]] = attrs.field(factory=list)

    @contextmanager
    def inside(self, dot: str | None = None) -> Iterator[None]:
        """A block: what it declares ends with it."""
        count, before = len(self.variables), self.dot
        self.dot = dot or before
        yield
        del self.variables[count:]
        self.dot = before


@attrs.define
class Expressions:
    """Makes expressions.

    Args:
        random: Where chance comes from.
        scope: What can be named.
        wrong: How often an argument is of a wrong kind.
    """

    random: Random
    scope: Scope
    wrong: float

    def operand(self, kind: str, depth: int = 2, *, wrong: tuple[str, ...] = WRONG) -> str:
        """Something that can stand as an argument.

        Args:
            kind: What it should be.
            depth: How deep it may be.
            wrong: What else it may be by mistake.
        """
        if kind.endswith("!"):
            return self._strict_time()
        if kind == "copy":
            return f"(deepCopy {self._operand('dict', depth)})"
        if self.random.random() < self.wrong:
            kind = self.random.choice(wrong)
        return self._operand(kind, depth)

    def call(self, signature: Signature, depth: int = 2, *, piped: bool = True) -> str:
        """A call, without parentheses; sometimes with its last argument piped in."""
        arguments = list(self._arguments(signature, depth))
        if self.random.random() < self.wrong / 5:
            arguments = self._miscounted(arguments)
        if piped and arguments and self.random.random() < 0.35:
            *arguments, last = arguments
            return f"{last} | {' '.join([signature.name, *arguments])}"
        return " ".join([signature.name, *arguments])

    def shown(self) -> str:
        """A pipeline worth printing."""
        choice = self.random.random()
        if choice < 0.6:
            text = self.call(self.random.choice([*SIGNATURES.values()]), 2)
        elif choice < 0.8:
            text = self.filled(self.random.choice(PROPERTIES))
        else:
            text = self.operand(self.random.choice(SHOWN))
        if self.random.random() < self.wrong:
            text = self.filled(self.random.choice(FAILING))
        while self.random.random() < 0.2:
            text += " | " + self.random.choice(PIPED)
        return text

    def function(self, name: str) -> str:
        """A pipeline that calls a certain function."""
        if name in SIGNATURES:
            return self.call(SIGNATURES[name], 2)
        word = re.compile(rf"\b{name}\b")
        return self.filled(
            self.random.choice([each for each in (*PROPERTIES, *HEAVY, *FAILING) if word.search(each)])
        )

    def filled(self, pattern: str) -> str:
        """A property with its places filled."""
        text = _PLACE.sub(lambda place: f"\0{place[1]}\0", pattern.replace("{{", "\1").replace("}}", "\2"))
        parts = text.replace("\1", "{").replace("\2", "}").split("\0")
        return "".join(self.operand(part, 1) if i % 2 else part for i, part in enumerate(parts))

    def _operand(self, kind: str, depth: int) -> str:
        choice = self.random.random()
        if kind in KINDS_OF and choice < 0.9:
            kind = self.random.choice(KINDS_OF[kind])
        if kind == "data":
            kind = self.random.choice([*FIELDS])
            return self._field(kind)
        if kind == "time":
            return self.random.choice(TIMES)
        named = self._named(kind) if choice < 0.35 else None
        if named is not None:
            return named
        if depth > 0 and choice > 0.6 and kind in _PRODUCERS:
            return f"({self.call(self.random.choice(_PRODUCERS[kind]), depth - 1)})"
        return self._constant(kind, depth)

    def _named(self, kind: str) -> str | None:
        """A variable or a field that holds such a value."""
        known = [name for name, held in self.scope.variables if held == kind]
        if known and self.random.random() < 0.6:
            return self.random.choice(known)
        if self.scope.dot == kind and self.random.random() < 0.6:
            return "."
        return self._field(kind) if kind in FIELDS else None

    def _field(self, kind: str) -> str:
        start = "." if self.scope.dot == "root" and self.random.random() < 0.8 else "$."
        return start + self.random.choice(FIELDS[kind])

    def _constant(self, kind: str, depth: int) -> str:
        text = constant(kind, self.random, 0.01 + self.wrong)
        if text is not None:
            return text
        if kind == "nil":
            return self.random.choice(("nil", self._field("nil")))
        if kind == "missing":
            return self._field("missing")
        if kind == "int64":
            return f"(int64 {self.operand('num', 0)})"
        if kind == "big":
            return self._field("big")
        if kind in {"list", "any", "strings", "sized"}:
            items = (self.operand("any", depth - 1) for _ in range(self.random.randrange(4)))
            return f"({' '.join(['list', *items])})"
        if kind in {"dict", "parts"}:
            pairs = (
                f"{self.operand('key', 0)} {self.operand('any', depth - 1)}"
                for _ in range(self.random.randrange(3))
            )
            return f"(dict {' '.join(pairs)})".replace(" )", ")")
        raise AssertionError(kind)

    def _strict_time(self) -> str:
        return self.random.choice((*TIMES, "1700000000", "(int64 0)", "-1", "(int64 1709251199)"))

    def _arguments(self, signature: Signature, depth: int) -> Iterator[str]:
        same = self.random.choice(SAME)
        for param in signature.params:
            param = param.replace("same", same)
            if param.endswith("*"):
                for _ in range(self.random.randrange(3)):
                    yield self.operand(param[:-1], depth - 1)
            else:
                yield self.operand(param, depth - 1)

    def _miscounted(self, arguments: list[str]) -> list[str]:
        return arguments[:-1] if self.random.random() < 0.5 else [*arguments, self.operand("any", 0)]
