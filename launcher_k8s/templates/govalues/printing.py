"""Values as text: Go's ``Sprint``, ``Sprintln`` and ``Sprintf``.

Templates print mostly text and small values with plain verbs: these take a short way here, and all else
goes through the port of Go's printer (:mod:`.operands`, :mod:`.directives`). Source: Go 1.26, fmt/print.go;
facts on templates, 2.8.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

import attrs

from launcher_k8s.templates.govalues.allowance import counted, fits, join, join_values
from launcher_k8s.templates.govalues.characters import normal
from launcher_k8s.templates.govalues.directives import print_directives
from launcher_k8s.templates.govalues.floats import format_float
from launcher_k8s.templates.govalues.formatting import Flags
from launcher_k8s.templates.govalues.keys import sorted_keys
from launcher_k8s.templates.govalues.operands import method_text, print_operand
from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.values import MISSING, decode

_DIRECTIVE: Final = re.compile(
    r"%(?:%|(?P<flags>[-#0+ ]*)(?P<width>[1-9][0-9]{0,4})?(?:\.(?P<precision>[0-9]{0,4}))?(?P<verb>[a-zA-Z]))"
)
_SIMPLE: Final = re.compile(rf"(?:[^%]|{_DIRECTIVE.pattern})*", re.DOTALL).fullmatch
_ALIKE: Final = {
    "s": frozenset({str}),
    "v": frozenset({str, int}),
    "d": frozenset({int}),
}
_NONE: Final = frozenset[type]()
_NO_FLAGS: Final = Flags()
_SHORT: Final = 1 << 20
_LONGEST_PLANNED: Final = 1_024
_FEW: Final = 8
_NIL: Final = "<nil>"


def format_value(value: Any) -> str:
    """A value as ``%v`` prints it; nil and no value are ``<nil>``."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]  # known by its type
    if kind is int:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is float:
        return format_float(value)
    if value is None or value is MISSING:
        return _NIL
    return _compound(value, kind)


def _compound(value: Any, kind: type) -> str:
    if kind is list:
        return f"[{join_values(' ', counted(map(format_value, value), len(value)))}]"
    if kind is dict:
        pairs = (f"{key}:{format_value(value[key])}" for key in sorted_keys(value))
        return f"map[{join_values(' ', counted(pairs, len(value)))}]"
    text = method_text(value)
    return print_operand(value, "v", Flags()) if text is None else text


def string_value(value: Any) -> str:
    """A value as Sprig's functions turn it into text: ``toString``, and what takes strings of anything."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]  # known by its type
    return decode(value) if kind is bytes else format_value(value)


def sprint(*values: Any) -> str:
    """``print``: all values, with a blank between two that are no strings."""
    parts: list[str] = []
    before = True
    for value in values:
        is_text = type(value) is str
        if not (is_text or before):
            parts.append(" ")
        parts.append(value if is_text else format_value(value))
        before = is_text
    return normal(join("", parts))


def sprintln(*values: Any) -> str:
    """``println``: all values with blanks between, and a newline."""
    return normal(join(" ", list(map(format_value, values))) + "\n")


def sprintf(template: str, *values: Any) -> str:
    """``printf``: values laid out by a format, whose every mistake shows in the text."""
    plan = _plan(template) if len(template) <= _LONGEST_PLANNED else None
    if plan is None or len(plan.verbs) != len(values):
        return normal(print_directives(template, values))
    kinds = plan.kinds
    for at, value in enumerate(values):
        if type(value) not in kinds[at]:
            values = tuple(map(_operand, values, plan.verbs, plan.flags))
            break
    if len(values) > _FEW:
        fits(sum([len(value) for value in values if type(value) is str]))
    text = plan.form % values
    return text if text.isascii() and len(text) < _SHORT else normal(text)


def _operand(value: Any, verb: str, flags: Flags | None) -> str:
    if flags is None:
        if type(value) is str:
            if verb in "sv":
                return value
            if verb == "q":
                return quote(value)
        elif verb == "v" or (verb == "d" and type(value) is int):
            return format_value(value)
    return print_operand(value, verb, flags or _NO_FLAGS)


@attrs.frozen
class _Plan:
    """A format without indexes and ``*``, taken apart once.

    Args:
        verbs: The verbs, one character each.
        flags: For each, what stands before it; None for nothing.
        kinds: For each, the types that Python prints as Go does.
        form: The format for Python's ``%``, with ``%s`` for each.
    """

    verbs: str
    flags: tuple[Flags | None, ...]
    kinds: tuple[frozenset[type], ...]
    form: str


@lru_cache(maxsize=1024)
def _plan(template: str) -> _Plan | None:
    if not _SIMPLE(template):
        return None
    found = [match for match in _DIRECTIVE.finditer(template) if match["verb"]]
    flags = tuple([_flags(match) for match in found])
    verbs = "".join([match["verb"] for match in found])
    kinds = [
        _ALIKE.get(verb, _NONE) if flag is None else _NONE for verb, flag in zip(verbs, flags, strict=True)
    ]
    return _Plan(
        verbs, flags, tuple(kinds), _DIRECTIVE.sub(lambda match: "%s" if match["verb"] else "%%", template)
    )


def _flags(directive: re.Match[str]) -> Flags | None:
    signs, width, precision, verb = directive.group("flags", "width", "precision", "verb")
    if not signs and width is None and precision is None:
        return None
    goes_on = verb in "vw"
    return Flags(
        minus="-" in signs,
        plus="+" in signs and not goes_on,
        sharp="#" in signs and not goes_on,
        space=" " in signs,
        zero="0" in signs,
        plus_v="+" in signs and goes_on,
        sharp_v="#" in signs and goes_on,
        width=None if width is None else int(width),
        precision=None if precision is None else int(precision or 0),
    )
