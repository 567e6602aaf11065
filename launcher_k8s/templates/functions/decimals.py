"""Sprig's arithmetic on floats: ``addf``, ``subf``, ``mulf``, ``divf``, ``add1f``.

A float stands for the decimal number that it prints as; results are exact, but for quotients, which have 16
places, and become floats once, at the end. Source: Sprig 3.3.0, numeric.go (``execDecimalOp``);
shopspring/decimal 1.4.0, decimal.go.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from launcher_k8s.templates.govalues.floats import format_float, shortest_digits
from launcher_k8s.templates.govalues.reals import to_float
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError

REGISTRY: Final[Registry] = {}

_PLACES: Final = 16


class _Decimal(NamedTuple):
    """``value * 10 ** exponent``."""

    value: int
    exponent: int


def _from_float(number: float) -> _Decimal:
    if not math.isfinite(number):
        raise GoError(f"Cannot create a Decimal from {format_float(number)}")
    digits, point = shortest_digits(abs(number))
    value = int(digits or "0")
    return _Decimal(-value if number < 0 else value, point - len(digits))


def _to_float(decimal: _Decimal) -> float:
    value, exponent = decimal
    try:
        return value / 10**-exponent if exponent < 0 else float(value * 10**exponent)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _sum(first: _Decimal, second: _Decimal) -> _Decimal:
    exponent = min(first.exponent, second.exponent)
    return _Decimal(_scaled(first, exponent) + _scaled(second, exponent), exponent)


def _difference(first: _Decimal, second: _Decimal) -> _Decimal:
    return _sum(first, _Decimal(-second.value, second.exponent))


def _product(first: _Decimal, second: _Decimal) -> _Decimal:
    return _Decimal(first.value * second.value, first.exponent + second.exponent)


def _quotient(first: _Decimal, second: _Decimal) -> _Decimal:
    """Rounded half away from zero."""
    if second.value == 0:
        raise GoError("decimal division by 0")
    shift = first.exponent - second.exponent + _PLACES
    dividend = abs(first.value) * 10 ** max(shift, 0)
    divisor = abs(second.value) * 10 ** max(-shift, 0)
    value = (2 * dividend + divisor) // (2 * divisor)
    return _Decimal(value if (first.value < 0) == (second.value < 0) else -value, -_PLACES)


def _scaled(decimal: _Decimal, exponent: int) -> int:
    power: int = 10 ** (decimal.exponent - exponent)
    return decimal.value * power


def _reckon(operation: Callable[[_Decimal, _Decimal], _Decimal], first: Any, others: Iterable[Any]) -> float:
    result = _from_float(to_float(first))
    for other in others:
        result = operation(result, _from_float(to_float(other)))
    return _to_float(result)


@function(REGISTRY, "...any", "addf")
def add(*values: Any) -> float:
    """The sum of these."""
    return _reckon(_sum, 0.0, values)


@function(REGISTRY, "any", "add1f")
def add_one(value: Any) -> float:
    """One more."""
    return _reckon(_sum, value, (1,))


@function(REGISTRY, "any, ...any", "subf")
def subtract(value: Any, *others: Any) -> float:
    """The first less all others."""
    return _reckon(_difference, value, others)


@function(REGISTRY, "any, ...any", "mulf")
def multiply(value: Any, *others: Any) -> float:
    """The product of these."""
    return _reckon(_product, value, others)


@function(REGISTRY, "any, ...any", "divf")
def divide(value: Any, *others: Any) -> float:
    """The first divided by all others, each quotient of 16 places."""
    return _reckon(_quotient, value, others)
