"""Which part of a Go template a piece of the generated Python stands for.

Costs nothing while a template renders: only when it fails, the failing instruction's place in the generated
source (``co_positions``, PEP 657) is looked up here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType
from typing import Any, NamedTuple, Protocol

import attrs

from launcher_k8s.templates.gotemplate.nodes import ActionNode, AnyNode, CommandNode, Operand
from launcher_k8s.templates.gotemplate.template import Template


class Place(NamedTuple):
    """A stretch of one line of the generated source."""

    line: int
    start: int
    end: int


@attrs.frozen(eq=False)
class Site:
    """What an error at some place is about.

    Args:
        template: In which template it is.
        node: What Go's error would quote.
        is_last: Whether it quotes what has been visited last in that node instead.
        name: The function that is called there, if one is.
        fields: The fields read there, up to the one in question.
        base: The local variable that they are read from; empty if it is no variable.
        container: The local variable that holds what the base is an element of; empty if it is none.
    """

    template: Template
    node: AnyNode | ActionNode
    is_last: bool = False
    name: str = ""
    fields: tuple[str, ...] = ()
    base: str = ""
    container: str = ""


class Choice(Protocol):
    """Which part of a command has been computed last, where that is known only when it runs."""

    def taken(self, command: CommandNode, variables: Mapping[str, Any]) -> Operand:
        """That part, by the local variables of the template's run."""


@attrs.frozen
class Joining:
    """An ``and`` or ``or``: each operand but the last may end it.

    Args:
        ends_if: What an operand must be, true or false, to end it.
        names: The local variables that keep the operands.
    """

    ends_if: bool
    names: tuple[str, ...]

    def taken(self, command: CommandNode, variables: Mapping[str, Any]) -> Operand:
        """The operand that has ended it."""
        operands = command.args[1:]
        for operand, name in zip(operands, self.names, strict=False):
            if bool(variables.get(name)) is self.ends_if:
                return operand
        return operands[-1]


@attrs.frozen
class MethodCall:
    """Something that is given arguments: they are not computed where there is no value to have a method.

    Args:
        name: The local variable that keeps the method.
    """

    name: str

    def taken(self, command: CommandNode, variables: Mapping[str, Any]) -> Operand:
        """The last argument, or what has no method."""
        return command.args[0 if variables.get(self.name) is None else -1]


class SiteMap:
    """The sites of one piece of generated source.

    Args:
        choices: What is known of commands that may not compute all of their parts.
    """

    def __init__(self, choices: Mapping[AnyNode, Choice]) -> None:
        self.choices = choices
        self._by_line: dict[int, list[tuple[int, int, Site]]] = {}

    def add(self, place: Place, site: Site) -> None:
        """Let a place stand for a site."""
        self._by_line.setdefault(place.line, []).append((place.start, place.end, site))

    def find(self, code: CodeType, instruction: int, *, in_call: bool) -> Site | None:
        """The innermost site around an instruction.

        Args:
            code: The code that failed.
            instruction: The offset of the instruction in it, as tracebacks have it.
            in_call: Whether a function has failed there.
        """
        line, _, start, end = list(code.co_positions())[instruction // 2]
        if start is not None and end is not None:
            sites = self._by_line.get(line or 0, ())
            around = [site for site in sites if site[0] <= start and end <= site[1]]
            if around:
                return min(around, key=_width)[2]
        return self._nearest(line or 0, in_call=in_call)

    def _nearest(self, line: int, *, in_call: bool) -> Site | None:
        """The last statement so far: Python may keep no columns, and a loop's next round another line."""
        before = [known for known in self._by_line if known <= line]
        sites = self._by_line[max(before)] if before else []
        likely = [site for site in sites if bool(site[2].name) is in_call]
        return max(likely or sites, key=_width)[2] if sites else None


def _width(site: tuple[int, int, Site]) -> int:
    return site[1] - site[0]
