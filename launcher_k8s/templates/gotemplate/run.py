"""The state of one render: what it may call, and how much of its limits is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, Protocol, TypeVar

import attrs

from launcher_k8s.templates.gotemplate.limits import Limits
from launcher_k8s.templates.gotemplate.sites import SiteMap
from launcher_k8s.templates.gotemplate.template import Template
from launcher_k8s.templates.govalues.allowance import ELEMENT, Allowance, LimitError

T_co = TypeVar("T_co", covariant=True)

_LOOPS: Final = "look for a loop, or loops inside each other, over something too long"
_CALLS: Final = "look for a template that includes itself without end, or for includes in a long loop"
_TEXTS: Final = "give tpl the same text with other data, rather than another text each time"
_LEAST_TEXT: Final = 1_000
_LOOK_EVERY: Final = 512
"""Rounds between two looks at how much has been written."""


@attrs.frozen(eq=False)
class Program:
    """A compiled template.

    Args:
        template: What it was.
        function: Runs it; a generator function if it calls other templates.
        calls: Whether it is one.
        functions: How many functions it calls, the rounds of its ranges aside.
        sites: What its errors are about.
        reads: What it reads of its data: fields of fields of it; an empty path is all of it.
    """

    template: Template
    function: Callable[..., Any]
    calls: bool
    functions: int
    sites: SiteMap
    reads: frozenset[tuple[str, ...]]


class _Sized(Protocol):
    def __len__(self) -> int: ...


class _Rounds(Protocol[T_co]):
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[T_co]: ...


class Run:
    """One render.

    Args:
        templates: What can be called, by name.
        limits: What it may use up.
    """

    __slots__ = (
        "_functions_left",
        "_pieces",
        "_rounds_left",
        "_texts",
        "_texts_left",
        "_unseen",
        "_watched_out",
        "_written",
        "allowance",
        "calls",
        "depth",
        "includes",
        "limits",
        "templates",
    )

    def __init__(self, templates: Mapping[str, Program], limits: Limits) -> None:
        self.templates = templates
        self.limits = limits
        self.calls = 0
        self.depth = 0
        self.includes: dict[str, int] = {}
        self._rounds_left = limits.iterations
        self._functions_left = limits.functions
        self._unseen = 0
        self._watched_out: list[str] = []
        self._pieces = self._written = 0  # how much of that has been looked at
        self._texts: set[str] = set()
        self._texts_left = limits.texts
        self.allowance = Allowance(limits.made)

    def rounds(self, values: _Rounds[T_co], out: list[str], calls: int) -> Iterable[T_co]:
        """What a range goes over, all counted before its first round; false if nothing.

        Args:
            values: What it is.
            out: What has been written.
            calls: How many calls of functions a round makes.

        Raises:
            LimitError: A limit is exceeded.
        """
        count = len(values)
        if count > _LOOK_EVERY:
            return self._watched(values, out, calls)
        self._rounds_left -= count
        self._unseen += count
        self._functions_left -= count * calls
        if self._rounds_left < 0 or self._unseen >= _LOOK_EVERY or self._functions_left < 0:
            self._look(out)
        return values

    def _watched(self, values: _Rounds[T_co], out: list[str], calls: int) -> Iterator[T_co]:
        for value in values:
            self._rounds_left -= 1
            self._unseen += 1
            self._functions_left -= calls
            if self._rounds_left < 0 or self._unseen >= _LOOK_EVERY or self._functions_left < 0:
                self._look(out)
            yield value

    def _look(self, out: list[str]) -> None:
        if self._rounds_left < 0:
            raise LimitError(f"more than {self.limits.iterations} rounds of range in one render", _LOOPS)
        self.count_functions(0)
        self._unseen = 0
        if out is not self._watched_out:
            self._watched_out, self._pieces, self._written = out, 0, 0
        self._written += sum(map(len, islice(out, self._pieces, None)))
        self._pieces = len(out)
        self._check_written(self._written)

    def count_functions(self, calls: int) -> None:
        """Count calls of functions that may be made: many short texts and lists are as much as a long one.

        Raises:
            LimitError: There were too many.
        """
        self._functions_left -= calls
        if self._functions_left < 0:
            raise LimitError(f"more than {self.limits.functions} calls of functions in one render", _LOOPS)

    def made(self, value: _Sized) -> Any:
        """A text or list that a function has made, counted.

        Raises:
            LimitError: It is one too many.
        """
        allowance = self.allowance
        allowance.left -= len(value) if type(value) is str else ELEMENT * len(value)
        if allowance.left < 0:
            allowance.spend(0)
        return value

    def check_output(self, out: list[str]) -> None:
        """See that not too much has been written.

        Raises:
            LimitError: It has.
        """
        self._check_written(sum(map(len, out)))

    def _check_written(self, size: int) -> None:
        if size > self.limits.output:
            raise LimitError(f"more than {self.limits.output} characters of output", _LOOPS)

    def count_call(self) -> None:
        """Count the call of a template.

        Raises:
            LimitError: There were too many.
        """
        self.calls += 1
        if self.calls > self.limits.calls:
            raise LimitError(f"more than {self.limits.calls} calls of templates in one render", _CALLS)

    def count_text(self, text: str) -> None:
        """Count a text that is to be compiled.

        Raises:
            LimitError: There were too many, or too long ones.
        """
        if text not in self._texts:
            self._texts.add(text)
            self._texts_left -= max(len(text), _LEAST_TEXT)
        if self._texts_left < 0:
            raise LimitError(
                f"more than {self.limits.texts} characters of templates made in one render", _TEXTS
            )
