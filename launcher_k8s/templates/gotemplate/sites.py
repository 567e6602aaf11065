"""Which part of a Go template a piece of the generated Python stands for.

Costs nothing while a template renders: only when it fails, the failing instruction's place in the generated
source (``co_positions``, PEP 657) is looked up here.
"""

from __future__ import annotations

from types import CodeType
from typing import NamedTuple

import attrs

from launcher_k8s.templates.gotemplate.nodes import ActionNode, AnyNode
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
        name: The function that is called there, if one is.
        fields: The fields read there, up to the one in question.
        base: The local variable that they are read from; empty if it is no variable.
        container: The local variable that holds what the base is an element of; empty if it is none.
    """

    template: Template
    node: AnyNode | ActionNode
    name: str = ""
    fields: tuple[str, ...] = ()
    base: str = ""
    container: str = ""


class SiteMap:
    """The sites of one piece of generated source."""

    def __init__(self) -> None:
        self._by_line: dict[int, list[tuple[int, int, Site]]] = {}

    def add(self, place: Place, site: Site) -> None:
        """Let a place stand for a site."""
        self._by_line.setdefault(place.line, []).append((place.start, place.end, site))

    def find(self, code: CodeType, instruction: int) -> Site | None:
        """The innermost site around an instruction.

        Args:
            code: The code that failed.
            instruction: The offset of the instruction in it, as tracebacks have it.
        """
        line, last_line, start, end = list(code.co_positions())[instruction // 2]
        if line is None or start is None or end is None or line != last_line:
            return None
        around = [
            (site_end - site_start, site)
            for site_start, site_end, site in self._by_line.get(line, ())
            if site_start <= start and end <= site_end
        ]
        return min(around, key=lambda found: found[0])[1] if around else None
