"""IP addresses, and what is wrong with a text that is none.

Source: Go 1.26, net/netip/netip.go (``ParseAddr``).
"""

from __future__ import annotations

import re
from typing import Final

from launcher_k8s.templates.govalues.characters import as_bytes, from_bytes
from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.values import GoError

_FIRST_MARK: Final = re.compile("[.:%]").search
_FIELD: Final = re.compile("[0-9a-fA-F]*")
_FIELDS: Final = 8


def parse_address(text: str) -> bool:
    """Check an address.

    Returns:
        Whether it is of version 4.

    Raises:
        GoError: It is none.
    """
    data = as_bytes(text)
    mark = _FIRST_MARK(data)
    if mark is None:
        raise _refusal(data, "unable to parse IP")
    if mark[0] == "%":
        raise _refusal(data, "missing IPv6 address")
    if mark[0] == ".":
        _check_version_4(data, data)
        return True
    _check_version_6(data)
    return False


def _refusal(text: str, message: str, at: str = "") -> GoError:
    where = f" (at {quote(from_bytes(at))})" if at else ""
    return GoError(f"ParseAddr({quote(from_bytes(text))}): {message}{where}")


def _check_version_4(text: str, part: str) -> None:
    value = digits = count = 0
    for at, character in enumerate(part):
        if "0" <= character <= "9":
            if digits == 1 and value == 0:
                raise _refusal(text, "IPv4 field has octet with leading zero")
            value, digits = value * 10 + int(character), digits + 1
            if value > 255:
                raise _refusal(text, "IPv4 field has value >255")
        elif character == ".":
            if digits == 0 or at == len(part) - 1:
                raise _refusal(text, "IPv4 field must have at least one digit", part[at:])
            if count == 3:
                raise _refusal(text, "IPv4 address too long")
            value, digits, count = 0, 0, count + 1
        else:
            raise _refusal(text, "unexpected character", part[at:])
    if count < 3:
        raise _refusal(text, "IPv4 address too short")


def _check_version_6(text: str) -> None:
    rest, percent, zone = text.partition("%")
    if percent and not zone:
        raise _refusal(text, "zone must be a non-empty string")
    shortened = rest.startswith("::")
    rest = rest.removeprefix("::")
    if shortened and not rest:
        return
    count = 0
    while count < _FIELDS:
        size = _field(text, rest)
        if rest[size : size + 1] == ".":
            _check_embedded(text, rest, count, shortened=shortened)
            rest, count = "", count + 2
            break
        rest, count = rest[size:], count + 1
        if not rest:
            break
        rest, doubled = _after_colon(text, rest, shortened=shortened)
        shortened = shortened or doubled
        if not rest:
            break
    if rest:
        raise _refusal(text, "trailing garbage after address", rest)
    if count < _FIELDS and not shortened:
        raise _refusal(text, "address string too short")
    if count == _FIELDS and shortened:
        raise _refusal(text, "the :: must expand to at least one field of zeros")


def _field(text: str, rest: str) -> int:
    """How many digits the next field has."""
    match = _FIELD.match(rest)
    size = match.end() if match else 0
    if size > 4:
        raise _refusal(text, "each group must have 4 or less digits", rest)
    if size == 0:
        raise _refusal(text, "each colon-separated field must have at least one digit", rest)
    return size


def _check_embedded(text: str, rest: str, count: int, *, shortened: bool) -> None:
    if not shortened and count != _FIELDS - 2:
        raise _refusal(text, "embedded IPv4 address must replace the final 2 fields of the address", rest)
    if count + 2 > _FIELDS:
        raise _refusal(text, "too many hex fields to fit an embedded IPv4 at the end of the address", rest)
    _check_version_4(text, rest)


def _after_colon(text: str, rest: str, *, shortened: bool) -> tuple[str, bool]:
    """What follows a colon, and whether there were two."""
    if rest[0] != ":":
        raise _refusal(text, "unexpected character, want colon", rest)
    if len(rest) == 1:
        raise _refusal(text, "colon must be followed by more characters", rest)
    if rest[1] != ":":
        return rest[1:], False
    if shortened:
        raise _refusal(text, "multiple :: in address", rest[1:])
    return rest[2:], True
