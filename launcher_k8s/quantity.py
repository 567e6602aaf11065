"""Kubernetes quantities, exact.

``500m``, ``1Gi``, ``512M``, ``1e3`` as the API server reads them (k8s.io/apimachinery
``resource.ParseQuantity``), on :class:`decimal.Decimal`, never on floats.
"""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from types import MappingProxyType

MEGABYTE = Decimal(10**6)
"""Bytes in the MB of the Launcher's files and jobs."""

LEAST_CPUS = Decimal("0.001")
"""The least CPU that Kubernetes can give, in cores."""
LEAST_MEM_MB = 1 / MEGABYTE
"""The least memory that Kubernetes can give, in MB: one byte."""

_SUFFIXES = MappingProxyType(
    {
        "n": Decimal("1e-9"),
        "u": Decimal("1e-6"),
        "m": Decimal("1e-3"),
        "": Decimal(1),
        "k": Decimal(10**3),
        "M": MEGABYTE,
        "G": Decimal(10**9),
        "T": Decimal(10**12),
        "P": Decimal(10**15),
        "E": Decimal(10**18),
        "Ki": Decimal(2**10),
        "Mi": Decimal(2**20),
        "Gi": Decimal(2**30),
        "Ti": Decimal(2**40),
        "Pi": Decimal(2**50),
        "Ei": Decimal(2**60),
    }
)
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?", re.ASCII)


def parse_quantity(text: str | float) -> Decimal:
    """Read a Kubernetes quantity in base units (cores, bytes).

    Args:
        text: As it stands in an object; JSON numbers are accepted as the API server does.

    Raises:
        ValueError: Not a quantity; the message says what one looks like.
    """
    match = _QUANTITY.fullmatch(str(text))
    if match is None:
        raise ValueError(f"{text!r} is not a quantity: write a number with an optional suffix, 500m or 1Gi")
    number, suffix, exponent = match.groups()
    with localcontext() as context:
        context.prec = 60
        return Decimal(number) * (Decimal(10) ** int(exponent) if exponent else _SUFFIXES[suffix or ""])


def format_decimal(value: Decimal) -> str:
    """Write a number plainly, without exponent or trailing zeros: ``0.5``, ``1``, ``262144``."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_megabytes(value: Decimal) -> str:
    """Write an amount of memory given in MB (10^6 bytes) as the Launcher's templates do: ``512M``."""
    return f"{format_decimal(value)}M"
