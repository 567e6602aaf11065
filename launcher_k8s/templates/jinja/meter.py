"""How much of its limits one render has left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from launcher_k8s.templates.jinja.limits import Limits

_SLOWER: Final = 128
"""How many characters one counts for that is worked on by itself."""


class LimitError(Exception):
    """A render has used up a limit; the message says which one."""


class Meter:
    """Counts what one render uses.

    Args:
        limits: How much it may use.
    """

    __slots__ = ("_depth", "_elements", "_handled", "_inclusions", "_printed", "limits")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._elements = limits.elements
        self._handled = limits.handled
        self._printed = limits.output
        self._inclusions = limits.inclusions
        self._depth = 0

    def elements(self, count: int) -> None:
        """Count rounds of a loop, or elements of lists and maps."""
        self._elements -= count
        if self._elements < 0:
            raise LimitError(f"more than {self.limits.elements} rounds of loops and elements in one render")

    def characters(self, count: int) -> None:
        """Count characters that are worked on."""
        self._handled -= count
        if self._handled < 0 or count > self.limits.output:
            most = self.limits.output if count > self.limits.output else self.limits.handled
            raise LimitError(f"texts of more than {most} characters in one render")

    def slowly(self, count: int) -> None:
        """Count characters that are worked on one by one, which takes its time."""
        self._handled -= count * _SLOWER
        self.characters(0)

    def printed(self, count: int) -> None:
        """Count characters of output."""
        self._printed -= count
        if self._printed < 0:
            raise LimitError(f"more than {self.limits.output} characters of output")

    def weigh(self, value: Any) -> None:
        """Count all that a value holds; what stands in it several times counts each time."""
        if isinstance(value, str):
            self.characters(len(value))
            return
        rest = [value]
        while rest:
            item = rest.pop()
            if isinstance(item, str):
                self.characters(len(item))
            elif isinstance(item, dict):
                self.elements(len(item))
                rest += item
                rest += item.values()
            elif isinstance(item, list | tuple):
                self.elements(len(item))
                rest += item

    def include(self) -> None:
        """Count a template that is rendered."""
        self._inclusions -= 1
        if self._inclusions < 0:
            raise LimitError(f"more than {self.limits.inclusions} inclusions of templates in one render")

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Around what may be inside itself."""
        if self._depth >= self.limits.depth:
            what = "templates, macros, blocks and recursive loops"
            raise LimitError(f"more than {self.limits.depth} {what} inside each other")
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
