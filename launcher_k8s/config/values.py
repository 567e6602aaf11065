"""The text after a ``=`` as a value of its kind, or what is wrong with it and what to write.

Source: domain, section 1, "Syntax": booleans in four spellings, plain numbers without Kubernetes'
suffixes, lists at commas, matching outer double quotes stripped. Numbers stay exact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlsplit

from launcher_k8s.config.bad_value import BadValueError
from launcher_k8s.config.certificates import decode_certificates
from launcher_k8s.config.masking import is_public, masked
from launcher_k8s.job import PlacementConstraint
from launcher_k8s.options import Option, ValueKind
from launcher_k8s.quantity import MEGABYTE, format_decimal, parse_quantity
from launcher_k8s.wording import LONGEST_QUOTE, closest, quote

T = TypeVar("T")

LARGEST_NUMBER = 10**15
_LONGEST_NUMBER = 30

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_AMOUNT = re.compile(r"([\d.]+)\s*([kmgt])(i?)b?", re.ASCII | re.IGNORECASE)
_API_PATH = re.compile(r"/(?:api(?:/v1)?|apis)$")
_URL_HINT = "write https://HOST:PORT, up to, not including, /api"
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_BOOLEANS = MappingProxyType(
    {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
)
_MEANT_BOOLEANS = MappingProxyType(
    dict.fromkeys(("enabled", "enable", "y", "t"), "1")
    | dict.fromkeys(("disabled", "disable", "n", "f"), "0")
)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)[ \t]*([A-Za-z]+)", re.ASCII)
_UNITS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "seconds": {"s": 1, "sec": 1, "seconds": 1, "m": 60, "min": 60, "minutes": 60, "h": 3600},
        "hours": {"h": 1, "hours": 1, "d": 24, "day": 24, "days": 24, "w": 168, "weeks": 168},
    }
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+", re.ASCII)
_NUMBER_AND_MORE = re.compile(r"=?[ \t]*(\d+(?:\.\d+)?)(?:[ \t]+\D.*)?", re.ASCII)


def read_value(option: Option, text: str) -> Any:
    """Read a raw value that is not empty.

    Overrides are not read here: they name files (``overrides_option``).

    Args:
        option: The key's description; its kind and bounds decide.
        text: What stands after the ``=``, trimmed.

    Raises:
        BadValueError: It is no value of this kind, or out of range.
    """
    return _READERS[option.kind](option, text)


def _scalar(text: str) -> str:
    """A scalar without its matching outer double quotes."""
    if not text.startswith('"') or text == '"':
        return text
    if not text.endswith('"'):
        raise BadValueError(
            "the double quote at its start is never closed", hint='write "..." or no quotes at all'
        )
    return text[1:-1]


def _read_text(_: Option, text: str) -> str:
    value = _scalar(text)
    if control := _CONTROL.search(value):
        message = f"the value holds the control character {control[0]!r}"
        raise BadValueError(message, hint="remove it", offset=control.start())
    return value


def _read_boolean(option: Option, text: str) -> bool:
    word = _scalar(text).lower()
    if word not in _BOOLEANS:
        meant = _MEANT_BOOLEANS.get(word) or closest(word, [each for each in _BOOLEANS if each.isalpha()])
        hint = f"did you mean {meant}? write {option.kind.value}" if meant else f"write {option.kind.value}"
        raise BadValueError(f"{quote(text)} is neither on nor off", hint=hint)
    return _BOOLEANS[word]


def _read_number(option: Option, text: str) -> Decimal:
    number = _scalar(text)
    if not _NUMBER.fullmatch(number) or len(number) > _LONGEST_NUMBER:
        raise BadValueError(f"{quote(text)} is not a plain number", hint=_number_hint(option, number))
    return _within_range(option, Decimal(number))


def _read_count(option: Option, text: str) -> int:
    number = _scalar(text)
    if not _WHOLE.fullmatch(number) or len(number) > _LONGEST_NUMBER:
        raise BadValueError(f"{quote(text)} is not a whole number", hint=_number_hint(option, number))
    return int(_within_range(option, Decimal(number)))


def _read_ratio(option: Option, text: str) -> Decimal:
    number = _scalar(text)
    if not _NUMBER.fullmatch(number) or len(number) > _LONGEST_NUMBER:
        raise BadValueError(f"{quote(text)} is not a plain number", hint=_ratio_hint(option, number))
    value = Decimal(number)
    if not 0 < value <= 1:
        hint = f"write {option.kind.value}, such as 0.5"
        raise BadValueError(
            f"the ratio {format_decimal(value)} is outside (0, 1]", hint=hint, code="bad-ratio"
        )
    return value


def _ratio_hint(option: Option, text: str) -> str:
    """What to write instead: a share of a hundred as one of 1, and a comma as a point."""
    number = text.removesuffix("%").strip().replace(",", ".")
    if not _NUMBER.fullmatch(number) or len(number) > _LONGEST_NUMBER:
        return f"write {option.kind.value}"
    ratio = Decimal(number) / 100 if text.endswith("%") else Decimal(number)
    return f"write {format_decimal(ratio) if 0 < ratio <= 1 else option.kind.value}"


def _within_range(option: Option, value: Decimal) -> Decimal:
    if not option.minimum <= value <= LARGEST_NUMBER:
        message = f"{format_decimal(value)} is out of range"
        bound = f"at least {option.minimum}" if value < option.minimum else f"at most {LARGEST_NUMBER}"
        hint = f"write {option.kind.value}, {bound}"
        raise BadValueError(message, hint=hint, code="out-of-range")
    return value


def _number_hint(option: Option, text: str) -> str:
    """What to write instead: the same amount as a plain number, where one can be made out."""
    amount = _amount(option, text) if len(text) <= LONGEST_QUOTE else None
    if amount is None or not 0 <= amount <= LARGEST_NUMBER:
        return f"write {option.kind.value}"
    if option.kind is ValueKind.COUNT and amount != amount.to_integral_value():
        return f"write {option.kind.value}"
    unit = f", in {option.unit or 'MB'}" if _is_memory(option) or option.unit in _UNITS else ""
    return f"write {format_decimal(amount)}: numbers are plain here{unit}, without suffixes"


def _amount(option: Option, text: str) -> Decimal | None:
    if (duration := _DURATION.fullmatch(text)) and option.unit in _UNITS:
        factor = _UNITS[option.unit].get(duration[2].lower())
        return Decimal(duration[1]) * factor if factor else None
    if _THOUSANDS.fullmatch(text):
        return Decimal(text.replace(",", ""))
    if _NUMBER.fullmatch(text.replace(",", ".")):
        return Decimal(text.replace(",", "."))
    match = _AMOUNT.fullmatch(text)
    if match and not _is_memory(option) and match[2] in "kKMGgTt":
        # Nobody means so many cores: a unit of memory has slipped in.
        return Decimal(match[1]) if _NUMBER.fullmatch(match[1]) else None
    if match and _is_memory(option):
        number, letter, binary = match.groups()
        text = f"{number}{letter.upper() if binary or letter not in 'kK' else 'k'}{binary.lower()}"
    try:
        amount = parse_quantity(text)
    except ValueError:
        started = _NUMBER_AND_MORE.fullmatch(text)
        return Decimal(started[1]) if started else None
    return amount / MEGABYTE if _is_memory(option) else amount


def _is_memory(option: Option) -> bool:
    return "mem-mb" in option.key


def _read_list(_: Option, text: str) -> tuple[str, ...]:
    return _read_items(text, _read_item)


def _read_constraints(_: Option, text: str) -> tuple[PlacementConstraint, ...]:
    return _read_items(text, lambda item: _read_constraint(_read_item(item)))


def _read_item(item: str) -> str:
    value = _scalar(item)
    if '"' in value or _CONTROL.search(value):
        raise BadValueError(f"{quote(value)} holds a stray character", hint="write items and commas only")
    return value


def _read_constraint(item: str) -> PlacementConstraint:
    constraint = PlacementConstraint.parse(item)
    name, value = constraint.name, constraint.value
    if not name or (":" in item and not value):
        hint = f"write {name or 'key'} or {name or 'key'}:{value or 'value'}"
        raise BadValueError(f"the placement constraint {quote(item)} lacks a part", hint=hint)
    return constraint


def _read_items(text: str, read: Callable[[str], T]) -> tuple[T, ...]:
    """The items of a list, each once; quotes around the whole list, or around an item, are stripped.

    Raises:
        BadValueError: Some are wrong; every one is told, at its place.
    """
    is_quoted = text.count('"') == 2 and text[0] == text[-1] == '"'
    values: list[T] = []
    problems: list[BadValueError] = []
    offset = int(is_quoted)
    for part in (text[1:-1] if is_quoted else text).split(","):
        item = part.strip()
        try:
            if item not in ("", '""'):
                values.append(read(item))
        except BadValueError as problem:
            problem.offset, problem.length = offset + len(part) - len(part.lstrip()), len(item)
            problems.append(problem)
        offset += len(part) + 1
    if problems:
        problems[0].further = tuple(problems[1:])
        raise problems[0]
    return _distinct(values)


def _distinct(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))


def _read_url(_: Option, text: str) -> str:
    url = _scalar(text).rstrip("/")
    shown = quote(masked(url)) if is_public(url) else "the value"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        # The error quotes a part of the URL, which may be a secret as well.
        why = f": {error}" if shown == quote(url) else ""
        raise BadValueError(f"{shown} is no URL{why}", hint=_URL_HINT) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or re.search(r"\s", url):
        raise BadValueError(f"{shown} is not an http or https URL", hint=_URL_HINT)
    if parts.username is not None or parts.query or parts.fragment:
        raise BadValueError("the URL has more than a host, a port and a path", hint=_URL_HINT)
    if api := _API_PATH.search(url):
        hint = f"leave out {api[0]}: {quote(url[: api.start()])}"
        raise BadValueError(f"{shown} goes further than the API server's own URL", hint=hint)
    return url


def _read_certificates(_: Option, text: str) -> str:
    return decode_certificates(_scalar(text))


_READERS: Mapping[ValueKind, Callable[[Option, str], Any]] = MappingProxyType(
    {
        ValueKind.TEXT: _read_text,
        ValueKind.PATHS: _read_text,  # one line of several
        ValueKind.URL: _read_url,
        ValueKind.CERTIFICATE: _read_certificates,
        ValueKind.BOOLEAN: _read_boolean,
        ValueKind.NUMBER: _read_number,
        ValueKind.COUNT: _read_count,
        ValueKind.RATIO: _read_ratio,
        ValueKind.LIST: _read_list,
        ValueKind.CONSTRAINTS: _read_constraints,
    }
)
