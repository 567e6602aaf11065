"""Arithmetic of Jinja2 templates: of numbers, texts and lists, within 64 bits and the limits."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from launcher_k8s.templates.jinja.callee import CallError
from launcher_k8s.templates.jinja.growth import check_format
from launcher_k8s.templates.jinja.meter import Meter
from launcher_k8s.templates.jinja.printing import shown
from launcher_k8s.templates.jinja.values import INTEGERS, plain
from launcher_k8s.templates.jinja.words import word_for

_ACTS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}
BINARY: Final = frozenset(_ACTS)
UNARY: Final = frozenset({"-", "+"})
_BITS: Final = 64


def compute(sign: str, left: Any, right: Any, meter: Meter) -> Any:
    """What an operator gives.

    Args:
        sign: The operator.
        left: What stands before it.
        right: What stands after it.
        meter: What the render has left.

    Raises:
        AbsentError: One of the two is not there.
        CallError: The operator has no meaning for such values, or no result.
    """
    left, right = plain(left, meter), plain(right, meter)
    if _is_number(left) and _is_number(right):
        return fitting(_number(sign, left, right))
    if sign == "*" and type(left) is int and isinstance(right, str | list):
        left, right = right, left
    if sign == "*" and isinstance(left, str | list) and type(right) is int:
        (meter.characters if isinstance(left, str) else meter.elements)(len(left) * max(0, right))
        return left * right
    if sign == "+" and isinstance(left, str | list) and type(left) is type(right):
        meter.weigh(left)
        return _ACTS[sign](left, right)
    if sign == "%" and isinstance(left, str):
        return formatted(left, right)
    hint = "join texts with ~, which takes numbers too" if sign == "+" else ""
    raise CallError(f"{sign} has no meaning for {word_for(left)} and {word_for(right)}", hint=hint)


def negated(sign: str, value: Any, meter: Meter) -> Any:
    """What a sign before a value gives."""
    value = plain(value, meter)
    if not _is_number(value):
        raise CallError(f"{sign} has no meaning before {word_for(value)}")
    return fitting(-value if sign == "-" else value)


def formatted(text: str, values: Any) -> str:
    """A text with values in it, by Python's ``%``.

    Raises:
        CallError: A directive is not right.
    """
    args = tuple(map(shown, values)) if isinstance(values, list) else shown(values)
    check_format(text, args if isinstance(args, tuple) else (args,))
    try:
        return text % args
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise CallError(f"format: {error}", name="format") from None


def fitting(value: Any) -> Any:
    """A number, if it has at most 64 bits.

    Raises:
        CallError: It has more.
    """
    if type(value) is int and value not in INTEGERS:
        raise CallError("the result is too large: it has more than 64 bits")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(sign: str, left: Any, right: Any) -> Any:
    is_power_of_integers = sign == "**" and type(left) is int and type(right) is int
    if is_power_of_integers and abs(left) > 1 and left.bit_length() * right > 2 * _BITS:
        raise CallError("the result is too large: it has more than 64 bits")
    try:
        result = _ACTS[sign](left, right)
    except ZeroDivisionError:
        raise CallError("division by zero") from None
    except OverflowError:
        raise CallError("the result is too large") from None
    if isinstance(result, complex):
        raise CallError("a root of a negative number is no number")
    return result
