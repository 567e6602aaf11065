"""Sprig's arithmetic and its number series.

Whole numbers are ``int64`` and wrap around; ``addf`` and its like reckon in decimals, so that 0.1 and 0.2
make 0.3. Source: Sprig 3.3.0, numeric.go and functions.go.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

from launcher_k8s.templates.govalues.allowance import LimitError
from launcher_k8s.templates.govalues.integers import to_int
from launcher_k8s.templates.govalues.printing import sprint
from launcher_k8s.templates.govalues.reals import to_float
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError, Int64, IntList, int64

REGISTRY: Final[Registry] = {}

LARGEST_SERIES: Final = 1_000_000
_SHORTER: Final = "count less far, or in larger steps"
"""How many numbers ``until`` and its like make: a series of a billion stops here, before memory does."""

_DECIMAL: Final = re.compile(r"[+-]?([0-9]+)").match
_OCTAL: Final = re.compile(r"[+-]?[0-7]+").fullmatch
_LOWEST: Final = -(1 << 63)
_HIGHEST: Final = (1 << 63) - 1
_WORD: Final = 1 << 64
_MOST_DIGITS: Final = len(str(_WORD))


@function(REGISTRY, "any", "int")
def integer(value: Any) -> int:
    """A value as an ``int``; 0 if it is none."""
    return to_int(value)


@function(REGISTRY, "any", "int64")
def long_integer(value: Any) -> Int64:
    """A value as an ``int64``; 0 if it is none."""
    return Int64(to_int(value))


function(REGISTRY, "any", "float64")(to_float)


@function(REGISTRY, "string", "atoi")
def decimal_integer(text: str) -> int:
    """Decimal digits as an ``int``, the nearest one if they are too many; 0 for anything else.

    Like Go it stops at the digit that is too many, whatever follows.
    """
    match = _DECIMAL(text)
    if match is None:
        return 0
    digits = match[1].lstrip("0") or "0"
    size = int(digits) if len(digits) <= _MOST_DIGITS else _WORD
    if size < _WORD and match.end() < len(text):
        return 0
    return max(_LOWEST, -size) if text[0] == "-" else min(_HIGHEST, size)


@function(REGISTRY, "any", "toDecimal")
def octal_to_decimal(value: Any) -> Int64:
    """What a value prints, read as an octal number; 0 if it is none."""
    text = sprint(value)
    if not _OCTAL(text) or len(text.lstrip("+-0")) > len(f"{-_LOWEST:o}"):
        return Int64(0)
    number = int(text, 8)
    return Int64(number if _LOWEST <= number <= _HIGHEST else 0)


@function(REGISTRY, "...any", "add")
def add(*values: Any) -> Int64:
    """The sum of these."""
    return int64(sum(map(to_int, values)))


@function(REGISTRY, "any", "add1")
def add_one(value: Any) -> Int64:
    """One more."""
    return int64(to_int(value) + 1)


@function(REGISTRY, "any, any", "sub")
def subtract(value: Any, other: Any) -> Int64:
    """The first less the second."""
    return int64(to_int(value) - to_int(other))


@function(REGISTRY, "any, ...any", "mul")
def multiply(value: Any, *others: Any) -> Int64:
    """The product of these."""
    product = int64(to_int(value))
    for other in others:
        product = int64(product * to_int(other))
    return product


@function(REGISTRY, "any, any", "div")
def divide(value: Any, other: Any) -> Int64:
    """The quotient, its fraction cut off."""
    dividend, divisor = to_int(value), _divisor(other)
    quotient = abs(dividend) // abs(divisor)
    return int64(quotient if (dividend < 0) == (divisor < 0) else -quotient)


@function(REGISTRY, "any, any", "mod")
def modulo(value: Any, other: Any) -> Int64:
    """What :func:`divide` leaves, with the dividend's sign."""
    dividend, divisor = to_int(value), _divisor(other)
    rest = abs(dividend) % abs(divisor)
    return Int64(-rest if dividend < 0 else rest)


def _divisor(value: Any) -> int:
    divisor = to_int(value)
    if divisor == 0:
        raise GoError("runtime error: integer divide by zero")
    return divisor


@function(REGISTRY, "any, ...any", "max", "biggest")
def maximum(value: Any, *others: Any) -> Int64:
    """The largest of these."""
    return Int64(max(to_int(value), *map(to_int, others)) if others else to_int(value))


@function(REGISTRY, "any, ...any", "min")
def minimum(value: Any, *others: Any) -> Int64:
    """The smallest of these."""
    return Int64(min(to_int(value), *map(to_int, others)) if others else to_int(value))


@function(REGISTRY, "any, ...any", "maxf")
def maximum_float(value: Any, *others: Any) -> float:
    """The largest of these; no number if one of them is none, unless one is infinite."""
    result = to_float(value)
    for other in map(to_float, others):
        result = -_lesser(-result, -other)
    return result


@function(REGISTRY, "any, ...any", "minf")
def minimum_float(value: Any, *others: Any) -> float:
    """The smallest of these; no number if one of them is none, unless one is negatively infinite."""
    result = to_float(value)
    for other in map(to_float, others):
        result = _lesser(result, other)
    return result


def _lesser(first: float, second: float) -> float:
    """``math.Min``: negative infinity is less than no number, and -0 less than 0."""
    if -math.inf in (first, second):
        return -math.inf
    if math.isnan(first) or math.isnan(second):
        return math.nan
    if first == second == 0:
        return first if math.copysign(1.0, first) < 0 else second
    return min(first, second)


@function(REGISTRY, "any", "floor")
def floor(value: Any) -> float:
    """The next whole number below."""
    return _whole(to_float(value), up=False)


@function(REGISTRY, "any", "ceil")
def ceiling(value: Any) -> float:
    """The next whole number above."""
    return _whole(to_float(value), up=True)


def _whole(value: float, *, up: bool) -> float:
    if not math.isfinite(value):
        return value
    return math.copysign(math.ceil(value) if up else math.floor(value), value)


@function(REGISTRY, "any, int, ...float64", "round")
def round_float(value: Any, places: int, *options: float) -> float:
    """Rounded to decimal places; up from a fraction on, which is 0.5 if it is not given."""
    threshold = options[0] if options else 0.5
    power = _power_of_ten(float(places))
    shifted = power * to_float(value)
    fraction = math.copysign(shifted - math.trunc(shifted), shifted) if math.isfinite(shifted) else math.nan
    whole = _whole(shifted, up=fraction >= threshold)
    if power:
        return whole / power
    return math.nan if whole == 0 or math.isnan(whole) else math.copysign(math.inf, whole)


def _power_of_ten(exponent: float) -> float:
    """``math.Pow(10, exponent)`` for a whole exponent, with the same rounding of each step."""
    if exponent == 1:
        return 10.0
    count = min(int(abs(exponent)), 1 << 13)
    answer, shift = 1.0, 0
    base, base_shift = math.frexp(10.0)
    while count:
        if count & 1:
            answer *= base
            shift += base_shift
        base, base_shift = base * base, base_shift * 2
        if base < 0.5:
            base, base_shift = base + base, base_shift - 1
        count >>= 1
    if exponent < 0:
        answer, shift = 1 / answer, -shift
    try:
        return math.ldexp(answer, shift)
    except OverflowError:
        return math.inf


@function(REGISTRY, "int", "until")
def until(count: int) -> IntList:
    """The numbers from 0 to before a count, downwards if it is negative."""
    return until_step(0, count, -1 if count < 0 else 1)


@function(REGISTRY, "int, int, int", "untilStep")
def until_step(start: int, stop: int, step: int) -> IntList:
    """The numbers from one to before another by a step; none if the step leads away."""
    return IntList(_series(start, stop, step))


@function(REGISTRY, "...int", "seq")
def sequence(*values: int) -> str:
    """Numbers with blanks between, as the command ``seq`` counts: last; first, last; first, step, last."""
    if not 1 <= len(values) <= 3:
        return ""
    start, end = 1 if len(values) == 1 else values[0], values[-1]
    direction = -1 if end < start else 1
    if len(values) == 3 and end < start and values[1] > 0:
        return ""
    stop = int64(end + direction)
    return " ".join(map(str, _series(start, stop, values[1] if len(values) == 3 else direction)))


def _series(start: int, stop: int, step: int) -> range:
    numbers = range(start, stop, step) if step else range(0)
    if len(numbers) > LARGEST_SERIES:
        raise LimitError(
            f"a series of {len(numbers)} numbers is more than a template may make ({LARGEST_SERIES})",
            _SHORTER,
        )
    return numbers
