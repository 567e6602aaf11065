"""Checks of single values that many kinds share."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from launcher_k8s.testing.cluster.causes import Cause, forbidden, invalid, not_supported, required
from launcher_k8s.testing.cluster.names import (
    label_problems,
    label_value_problems,
    qualified_name_problems,
    subdomain_problems,
)

LARGEST: Final = 2**31 - 1
PROTOCOLS: Final = ("SCTP", "TCP", "UDP")
NOT_NEGATIVE: Final = "must be greater than or equal to 0"
IMMUTABLE: Final = "field is immutable"
_CONFIG_KEY: Final = re.compile(r"[-._a-zA-Z0-9]+")
_CONFIG_KEY_TEXT: Final = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
    "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
)
_ADDRESS_TEXT: Final = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"

Problems = Callable[[str], list[str]]


def _remembered(check: Problems) -> Callable[[str], tuple[str, ...]]:
    """The same names come again and again."""
    return functools.lru_cache(maxsize=4096)(lambda value: tuple(check(value)))


label: Final = _remembered(label_problems)
label_value: Final = _remembered(label_value_problems)
qualified_name: Final = _remembered(qualified_name_problems)
annotation_key: Final = _remembered(lambda key: qualified_name_problems(key.lower()))
subdomain: Final = _remembered(subdomain_problems)


def named(where: str, value: str, check: Callable[[str], Sequence[str]]) -> list[Cause]:
    """A name must be of a form."""
    problems = check(value)
    return [invalid(where, value, problem) for problem in problems] if problems else []


def labels(where: str, given: Mapping[str, str] | None) -> list[Cause]:
    """Labels must have good keys and values (``ValidateLabels``)."""
    found: list[Cause] = []
    if not given:
        return found
    for key, value in given.items():
        if problems := qualified_name(key):
            found += [invalid(where, key, problem) for problem in problems]
        if problems := label_value(value):
            found += [invalid(where, value, problem) for problem in problems]
    return found


def not_negative(where: str, value: int | None) -> list[Cause]:
    """A number may not be below zero."""
    return [] if value is None or value >= 0 else [invalid(where, value, NOT_NEGATIVE)]


def one_of(where: str, value: str, supported: Sequence[str]) -> list[Cause]:
    """A text must be one of a few, and not be missing."""
    if not value:
        return [required(where)]
    return [] if value in supported else [not_supported(where, value, supported)]


def supported(where: str, value: str | None, values: Sequence[str]) -> list[Cause]:
    """A text, if given, must be one of a few."""
    return [] if value is None or value in values else [not_supported(where, value, values)]


def between(where: str, value: int | None, low: int, high: int) -> list[Cause]:
    """A number, if given, must lie within bounds."""
    if value is None or low <= value <= high:
        return []
    return [invalid(where, value, f"must be between {low} and {high}, inclusive")]


def port_number(where: str, value: int) -> list[Cause]:
    """A port's number."""
    return between(where, value, 1, 65535)


def port_name_problems(value: str) -> list[str]:
    """What keeps a text from being a port's name (``IsValidPortName``)."""
    found = []
    if len(value) > 15:
        found.append("must be no more than 15 characters")
    if not re.fullmatch("[-a-z0-9]+", value):
        found.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search("[a-z]", value):
        found.append("must contain at least one letter (a-z)")
    if "--" in value:
        found.append("must not contain consecutive hyphens")
    if value.startswith("-") or value.endswith("-"):
        found.append("must not begin or end with a hyphen")
    return found


def port_or_name(where: str, value: int | str) -> list[Cause]:
    """A port's number or name."""
    return port_number(where, value) if isinstance(value, int) else named(where, value, port_name_problems)


def config_key_problems(key: str) -> list[str]:
    """What keeps a text from being a key of a ConfigMap or Secret (``IsConfigMapKey``)."""
    found = []
    if len(key) > 253:
        found.append("must be no more than 253 characters")
    if not _CONFIG_KEY.fullmatch(key):
        found.append(_CONFIG_KEY_TEXT)
    if key == ".":
        found.append("must not be '.'")
    elif key == "..":
        found.append("must not be '..'")
    elif key.startswith(".."):
        found.append("must not start with '..'")
    return found


def address_problems(value: str) -> list[str]:
    """What keeps a text from being an IP address."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return [_ADDRESS_TEXT]
    return []


def unchanged(where: str, new: Any, old: Any, *, text: str = IMMUTABLE) -> list[Cause]:
    """A field may not change."""
    return [] if new is old or new == old else [invalid(where, new, text)]


def local_path_problems(path: str) -> list[str]:
    """What keeps a text from being a path below another (``validateLocalDescendingPath``)."""
    found = ["must be a relative path"] if path.startswith("/") else []
    if ".." in path.split("/"):
        found.append("must not contain '..'")
    return found


def only_one(where: str, names: Sequence[str], text: str) -> list[Cause]:
    """Of several fields only the first is looked at; the others may not be there."""
    return [forbidden(f"{where}.{name}", text) for name in names[1:]]
