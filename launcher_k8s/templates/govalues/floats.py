"""Floating point numbers as text, as ``strconv.FormatFloat`` writes them.

Python's ``repr`` gives the same shortest digits and its ``%e``, ``%f`` and ``%g`` round alike; what differs
is where Go changes to an exponent, and the forms that Python lacks. Source: Go 1.26,
internal/strconv/ftoa.go.
"""

from __future__ import annotations

import math
import struct
from typing import Final

_MANTISSA_BITS: Final = 52
_BIAS: Final = 1023
_EXPONENTS: Final = 6  # from this power of ten on, %g writes shortest digits with an exponent


def format_float(value: float, verb: str = "g", precision: int = -1) -> str:
    """A ``float64`` as text.

    Args:
        value: The number.
        verb: One of ``e E f g G b x X``.
        precision: How many digits; as few as read back to the same number if negative.
    """
    if verb == "g" and precision < 0 and 1e-4 <= abs(value) < 1e6:
        return repr(value).removesuffix(".0")
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if math.isnan(value):
        return "NaN"
    if verb == "b":
        return _binary(value)
    if verb in "xX":
        return _hexadecimal(value, verb, precision)
    if precision < 0:
        return _shortest(value, verb)
    return f"%.*{verb}" % (max(precision, 1) if verb in "gG" else precision, value)


def shortest_digits(value: float) -> tuple[str, int]:
    """The fewest digits that read back to a finite number of no sign, and where its point is.

    Args:
        value: Zero or greater.

    Returns:
        Digits without zeros around them (none for zero), and ``point`` in ``0.DIGITS * 10 ** point``.
    """
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole) + len(fraction) - len(digits))
    digits = digits.rstrip("0")
    return digits, point if digits else 0


def _shortest(value: float, verb: str) -> str:
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    digits, point = shortest_digits(abs(value))
    exponent = point - 1 if digits else -1
    if verb in "gG":
        letter = "e" if verb == "g" else "E"
        form = letter if exponent < -4 or exponent >= _EXPONENTS else "f"
    else:
        form = verb
    if form == "f":
        return sign + _plain(digits, point)
    exponent = point - 1 if digits else 0
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[:1] or '0'}{fraction}{form}{exponent:+03d}"


def _plain(digits: str, point: int) -> str:
    if point <= 0:
        return f"0.{'0' * -point}{digits}" if digits else "0"
    if len(digits) <= point:
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"


def _parts(value: float) -> tuple[str, int, int]:
    """Sign, mantissa and binary exponent as the bits of the number hold them, the hidden one put in."""
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    bits = int.from_bytes(struct.pack(">d", abs(value)), "big")
    exponent, mantissa = bits >> _MANTISSA_BITS, bits & ((1 << _MANTISSA_BITS) - 1)
    if exponent:
        return sign, mantissa | 1 << _MANTISSA_BITS, exponent - _BIAS
    return sign, mantissa, 1 - _BIAS


def _binary(value: float) -> str:
    sign, mantissa, exponent = _parts(value)
    return f"{sign}{mantissa}p{exponent - _MANTISSA_BITS:+d}"


def _hexadecimal(value: float, verb: str, precision: int) -> str:
    sign, mantissa, exponent = _parts(value)
    if mantissa == 0:
        exponent = 0
    else:
        shift = _MANTISSA_BITS + 1 - mantissa.bit_length()
        mantissa, exponent = mantissa << shift, exponent - shift
    digits = _MANTISSA_BITS // 4
    if 0 <= precision < digits:
        drop = 4 * (digits - precision)
        half, rest = 1 << (drop - 1), mantissa & ((1 << drop) - 1)
        mantissa >>= drop
        mantissa += rest > half or (rest == half and mantissa & 1)
        if mantissa.bit_length() > 4 * precision + 1:
            mantissa, exponent = mantissa >> 1, exponent + 1
        mantissa <<= drop
    lead, fraction = divmod(mantissa, 1 << _MANTISSA_BITS)
    text = f"{fraction:0{digits}x}"
    text = text.rstrip("0") if precision < 0 else text[:precision].ljust(precision, "0")
    body = f"{sign}0x{lead}{'.' if text else ''}{text}p{exponent:+03d}"
    return body.upper() if verb == "X" else body
