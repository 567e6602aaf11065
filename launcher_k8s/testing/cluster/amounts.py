"""Amounts as the server writes them back: ``0.5`` is ``500m``, ``1024Mi`` is ``1Gi``.

The canonical form of ``k8s.io/apimachinery/pkg/api/resource/quantity.go``: no fraction, no fewer digits than
needed, the largest suffix of the family that was written. What is finer than a thousandth is rounded up in
resource lists (``SetDefaults_ResourceList``).
"""

from __future__ import annotations

import functools
import re
from decimal import ROUND_CEILING, Decimal, localcontext
from typing import Any, Final

from launcher_k8s.quantity import format_decimal, parse_quantity

MALFORMED: Final = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
)
_DECIMAL: Final = ("n", "u", "m", "", "k", "M", "G", "T", "P", "E")
_BINARY: Final = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_LOOSE: Final = re.compile(r"[+-]?[0-9.]+[eEinumkKMGTP]*[-+]?[0-9]*", re.ASCII)


class Amount(str):
    """An amount in canonical form."""

    __slots__ = ()


def read_amount(given: str | float) -> Amount:
    """The canonical form of an amount, JSON numbers included.

    Raises:
        ValueError: It is none, in the server's words.
    """
    if isinstance(given, bool) or not isinstance(given, (str, int, float)):
        raise ValueError(MALFORMED)
    return _canonical(str(given))


@functools.lru_cache(maxsize=4096)
def amount_value(text: str) -> Decimal:
    """The value of an amount in base units."""
    return parse_quantity(text)


@functools.lru_cache(maxsize=4096)
def _canonical(text: str) -> Amount:
    try:
        value = parse_quantity(text)
    except ValueError:
        raise ValueError(_complaint(text)) from None
    with localcontext() as context:
        context.prec = 60
        if text.rstrip()[-1:] == "i":
            return Amount(_written_binary(value))
        if re.search("[eE][0-9+-]", text):
            return Amount(_written_exponent(value))
        return Amount(_written_decimal(value))


def _written_decimal(value: Decimal) -> str:
    value = _rounded(value)
    if not value:
        return "0"
    for power in range(6, -4, -1):
        unit = Decimal(1000) ** power
        if not value % unit:
            return f"{format_decimal(value / unit)}{_DECIMAL[power + 3]}"
    return format_decimal(value)


def _written_binary(value: Decimal) -> str:
    if abs(value) < 1024 or value % 1:
        return _written_decimal(value)
    for power in range(6, -1, -1):
        unit = Decimal(1024) ** power
        if not value % unit:
            return f"{format_decimal(value / unit)}{_BINARY[power]}"
    return format_decimal(value)


def _written_exponent(value: Decimal) -> str:
    value = _rounded(value)
    exponent = 0
    while value and not value % 1000:
        value, exponent = value / 1000, exponent + 3
    if value % 1:
        return f"{format_decimal(value * 1000)}e-3"
    return f"{format_decimal(value)}e{exponent}" if exponent else format_decimal(value)


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.001"), rounding=ROUND_CEILING) if value % Decimal("0.001") else value


def _complaint(text: str) -> str:
    return "unable to parse quantity's suffix" if _LOOSE.fullmatch(text) else MALFORMED


def convert(expected: type, given: Any) -> Any:
    """The hook by which msgspec reads :class:`Amount`."""
    if expected is Amount:
        return read_amount(given)
    raise NotImplementedError(expected)
