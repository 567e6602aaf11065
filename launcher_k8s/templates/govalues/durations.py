"""Go's ``time.Duration``: nanoseconds in an ``int64``, read and written as ``1h30m5.5s``.

Source: Go 1.26, time/time.go (``Duration``) and time/format.go (``ParseDuration``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from launcher_k8s.templates.govalues.characters import as_bytes
from launcher_k8s.templates.govalues.signature import Function
from launcher_k8s.templates.govalues.structs import Struct
from launcher_k8s.templates.govalues.values import GoError, Integer, int64

MICROSECOND: Final = 1_000
MILLISECOND: Final = 1_000_000
SECOND: Final = 1_000_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE

_LOWEST: Final = -(1 << 63)
_HIGHEST: Final = (1 << 63) - 1
_WORD: Final = 1 << 64
_UNITS: Final = {
    "ns": 1,
    "us": MICROSECOND,
    "\u00b5s": MICROSECOND,
    "\u03bcs": MICROSECOND,
    "ms": MILLISECOND,
    "s": SECOND,
    "m": MINUTE,
    "h": HOUR,
}
_PART: Final = re.compile(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]*)")
_DURATION: Final = "time.Duration"


class NamedInteger(Struct, Integer):
    """An integer of a named type with methods, such as a duration or a month."""

    __slots__ = ()
    methods: ClassVar[Mapping[str, tuple[tuple[str, ...], Callable[..., Any]]]] = {}

    def go_method(self, name: str) -> Function | None:
        """A method with its receiver bound; None if there is none of that name."""
        if name == "String":
            return Function(name, (), None, self.go_string)
        if name not in self.methods:
            return None
        params, call = self.methods[name]
        return Function(name, params, None, lambda *args: call(self, *args))

    def go_fields(self) -> tuple[tuple[str, Any], ...]:
        """The number itself, which is what two of them are compared by."""
        return (("", int(self)),)


class Duration(NamedInteger):
    """A ``time.Duration``, in nanoseconds."""

    __slots__ = ()
    go_type = _DURATION
    go_kind = "int64"

    def go_string(self) -> str:
        """As ``String`` writes it."""
        return format_duration(self)


def saturated(nanoseconds: int) -> Duration:
    """The duration nearest to so many nanoseconds."""
    return Duration(max(_LOWEST, min(_HIGHEST, nanoseconds)))


def cut(value: int, unit: int) -> int:
    """How many whole units a number has, towards zero."""
    return value // unit if value >= 0 else -(-value // unit)


def in_units(duration: int, unit: int) -> float:
    """A duration in seconds, minutes or hours (``Seconds``, ``Minutes``, ``Hours``)."""
    whole = cut(duration, unit)
    return float(whole) + (duration - whole * unit) / unit


def truncate(duration: int, multiple: int) -> Duration:
    """Towards zero to a multiple (``Truncate``)."""
    return Duration(duration if multiple <= 0 else cut(duration, multiple) * multiple)


def round_to(duration: int, multiple: int) -> Duration:
    """To the nearest multiple, halfway away from zero (``Round``)."""
    if multiple <= 0:
        return Duration(duration)
    size = (2 * abs(duration) + multiple) // (2 * multiple) * multiple
    return saturated(-size if duration < 0 else size)


def absolute(duration: int) -> Duration:
    """Without its sign (``Abs``)."""
    return saturated(abs(duration))


# ClassVar of NamedInteger, filled here because the functions come after the class.
Duration.methods = {
    "Hours": ((), lambda value: in_units(value, HOUR)),
    "Minutes": ((), lambda value: in_units(value, MINUTE)),
    "Seconds": ((), lambda value: in_units(value, SECOND)),
    "Milliseconds": ((), lambda value: int64(cut(value, MILLISECOND))),
    "Microseconds": ((), lambda value: int64(cut(value, MICROSECOND))),
    "Nanoseconds": ((), int64),
    "Abs": ((), absolute),
    "Truncate": ((_DURATION,), truncate),
    "Round": ((_DURATION,), round_to),
}


def format_duration(nanoseconds: int) -> str:
    """A duration as Go prints it."""
    sign, size = "-" if nanoseconds < 0 else "", abs(int(nanoseconds))
    if size < SECOND:
        return sign + _below_second(size)
    seconds, fraction = divmod(size, SECOND)
    minutes, seconds = divmod(seconds, 60)
    text = _point(seconds, fraction, 9) + "s"
    if minutes:
        hours, minutes = divmod(minutes, 60)
        text = (f"{hours}h" if hours else "") + f"{minutes}m{text}"
    return sign + text


def _below_second(size: int) -> str:
    if size == 0:
        return "0s"
    if size < MICROSECOND:
        return f"{size}ns"
    if size < MILLISECOND:
        return _point(*divmod(size, MICROSECOND), 3) + "\u00b5s"
    return _point(*divmod(size, MILLISECOND), 6) + "ms"


def _point(whole: int, fraction: int, digits: int) -> str:
    behind = f"{fraction:0{digits}d}".rstrip("0")
    return f"{whole}.{behind}" if behind else str(whole)


def parse_duration(text: str) -> Duration:
    """``time.ParseDuration``.

    Raises:
        GoError: It is none.
    """
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return Duration(0)
    total, at = 0, 0
    if not rest:
        raise _invalid("invalid duration", text)
    while at < len(rest):
        match = _PART.match(rest, at)
        assert match is not None
        total = (total + _part(match, text)) % _WORD
        if total > 1 << 63:
            raise _invalid("invalid duration", text)
        at = match.end()
    if text[0] == "-":
        return Duration(-total)
    if total > _HIGHEST:
        raise _invalid("invalid duration", text)
    return Duration(total)


def _part(match: re.Match[str], text: str) -> int:
    """One number with its unit, in nanoseconds."""
    whole, fraction, unit = match.groups()
    if not (whole or fraction) or len(whole.lstrip("0")) > 19 or int(whole or "0") > 1 << 63:
        raise _invalid("invalid duration", text)
    if not unit:
        raise _invalid("missing unit in duration", text)
    if unit not in _UNITS:
        raise _invalid(f"unknown unit {quote_plain(unit)} in duration", text)
    size = _UNITS[unit]
    if int(whole or "0") > (1 << 63) // size:
        raise _invalid("invalid duration", text)
    nanoseconds = int(whole or "0") * size
    if fraction:
        digits, scale = _leading_fraction(fraction)
        nanoseconds += int(float(digits) * (size / scale))
    if nanoseconds > 1 << 63:
        raise _invalid("invalid duration", text)
    return nanoseconds


def _leading_fraction(digits: str) -> tuple[int, float]:
    """The digits that an ``int64`` holds, and what to divide them by."""
    number, scale = 0, 1.0
    for digit in digits:
        longer = number * 10 + int(digit)
        if number > _HIGHEST // 10 or longer > 1 << 63:
            break
        number, scale = longer, scale * 10
    return number, scale


def _invalid(message: str, text: str) -> GoError:
    return GoError(f"time: {message} {quote_plain(text)}")


def quote_plain(text: str) -> str:
    r"""Text in quotes as package time writes it: ``\x`` and two digits for each byte that is not ASCII."""
    return quote_bytes(as_bytes(text))


def quote_bytes(data: str) -> str:
    """The same of a text that has one character for each byte."""
    parts = []
    for byte in data:
        if byte in '"\\':
            parts.append("\\" + byte)
        else:
            parts.append(f"\\x{ord(byte):02x}" if byte < " " or byte >= "\x80" else byte)
    return f'"{"".join(parts)}"'
