"""A format's directives: flags, argument indexes, width and precision, and the complaints about them.

Source: Go 1.26, fmt/print.go (``doPrintf``, ``argNumber``, ``intFromArg``), line by line: what a wrong format
prints follows from the order of its checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from launcher_k8s.templates.govalues.allowance import fits, join
from launcher_k8s.templates.govalues.characters import valid
from launcher_k8s.templates.govalues.formatting import Flags
from launcher_k8s.templates.govalues.kinds import type_name
from launcher_k8s.templates.govalues.operands import print_operand
from launcher_k8s.templates.govalues.values import MISSING

_LARGEST: Final = 1_000_000
_FLAGS: Final = {"#": "sharp", "0": "zero", "+": "plus", "-": "minus", " ": "space"}
_DIGITS: Final = "0123456789"


def print_directives(template: str, values: Sequence[Any]) -> str:
    """A format with its operands put in, as ``Sprintf`` does."""
    return _Directives(template, values).print()


class _Directives:
    """Where in the format and among the operands the printer stands."""

    def __init__(self, template: str, values: Sequence[Any]) -> None:
        self.template = template
        self.values = values
        self.at = 0
        self.operand = 0
        self.reordered = False
        self.good_index = True
        self.after_index = False
        self.out: list[str] = []

    def print(self) -> str:
        template, end, size, known = self.template, len(self.template), 0, 0
        while self.at < end:
            size += sum(map(len, self.out[known:]))
            known = len(self.out)
            fits(size)
            percent = template.find("%", self.at)
            if percent < 0:
                self.out.append(template[self.at :])
                break
            self.out.append(template[self.at : percent])
            self.at = percent + 1
            self.directive()
        if not self.reordered and self.operand < len(self.values):
            self.extra()
        return join("", self.out)

    def peek(self) -> str:
        return self.template[self.at : self.at + 1]

    def directive(self) -> None:
        self.good_index = True
        flags = Flags()
        while (name := _FLAGS.get(self.peek())) is not None:
            setattr(flags, name, True)
            self.at += 1
        if "a" <= self.peek() <= "z" and self.operand < len(self.values):
            self.verb(flags)
            return
        self.index()
        self.width(flags)
        self.precision(flags)
        if not self.after_index:
            self.index()
        if self.peek():
            self.verb(flags)
        else:
            self.out.append("%!(NOVERB)")

    def verb(self, flags: Flags) -> None:
        verb = valid(self.peek())
        self.at += 1
        if verb == "%":
            self.out.append("%")
        elif not self.good_index:
            self.out.append(f"%!{verb}(BADINDEX)")
        elif self.operand >= len(self.values):
            self.out.append(f"%!{verb}(MISSING)")
        else:
            if verb in "vw":
                flags.sharp_v, flags.sharp = flags.sharp, False
                flags.plus_v, flags.plus = flags.plus, False
            self.out.append(print_operand(self.values[self.operand], verb, flags))
            self.operand += 1

    def index(self) -> None:
        """An operand's number in brackets, if one stands here."""
        if self.peek() != "[":
            self.after_index = False
            return
        self.reordered = True
        close = self.template.find("]", self.at)
        if close < 0 or len(self.template) - self.at < 3:
            number, stop, well_formed = 0, self.at + 1, False
        else:
            found, parsed = _number(self.template, self.at + 1, close)
            well_formed = found is not None and parsed == close
            number, stop = (found or 0) - 1, close + 1
        self.at = stop
        self.after_index = well_formed
        if well_formed and 0 <= number < len(self.values):
            self.operand, self.after_index = number, True
        else:
            self.good_index = False

    def width(self, flags: Flags) -> None:
        if self.peek() == "*":
            self.at += 1
            width = self.integer_operand()
            if width is None:
                self.out.append("%!(BADWIDTH)")
            elif width < 0:
                width, flags.minus, flags.zero = -width, True, False
            flags.width = width
            self.after_index = False
            return
        flags.width, self.at = _number(self.template, self.at, len(self.template))
        if self.after_index and flags.width is not None:
            self.good_index = False

    def precision(self, flags: Flags) -> None:
        if self.peek() != "." or self.at + 1 >= len(self.template):
            return
        self.at += 1
        if self.after_index:
            self.good_index = False
        self.index()
        if self.peek() == "*":
            self.at += 1
            precision = self.integer_operand()
            if precision is None or precision < 0:
                self.out.append("%!(BADPREC)")
                precision = None
            flags.precision = precision
            self.after_index = False
            return
        number, self.at = _number(self.template, self.at, len(self.template))
        flags.precision = number or 0

    def integer_operand(self) -> int | None:
        """The next operand as a width or precision; None if it cannot be one."""
        if self.operand >= len(self.values):
            return None
        value = self.values[self.operand]
        self.operand += 1
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST:
            return None
        return int(value)

    def extra(self) -> None:
        rest = [_described(value) for value in self.values[self.operand :]]
        self.out.append(f"%!(EXTRA {join(', ', rest)})")


def _described(value: Any) -> str:
    if value is None or value is MISSING:
        return "<nil>"
    return f"{type_name(value)}={print_operand(value, 'v', Flags())}"


def _number(template: str, start: int, end: int) -> tuple[int | None, int]:
    """The digits at a place, as a number, and where they end; a number too large ends the format."""
    if start >= end:
        return None, end
    at, number, found = start, 0, False
    while at < end and template[at] in _DIGITS:
        if number > _LARGEST:
            return None, end
        number, found, at = number * 10 + int(template[at]), True, at + 1
    return (number if found else None), at
