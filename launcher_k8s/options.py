"""How one configuration key is read: its kind, bounds and documentation.

An :class:`Option` stands in the attrs metadata of the field that it sets; tables and readers find it
there, so that each key is described once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from enum import Enum
from types import MappingProxyType
from typing import Any

import attrs

from launcher_k8s.errors import ConfigurationError
from launcher_k8s.job import PlacementConstraint
from launcher_k8s.origin import Sourced
from launcher_k8s.wording import quote


class ValueKind(Enum):
    """The kinds of value a key can have; the text says what to write."""

    TEXT = "text"
    URL = "an http or https URL"
    CERTIFICATE = "base64 of a PEM certificate"
    BOOLEAN = "1 or 0 (also true/false, yes/no, on/off)"
    NUMBER = "a plain number"
    COUNT = "a whole number"
    RATIO = "a number above 0 and up to 1"
    LIST = "a list separated by commas"
    CONSTRAINTS = "a list of key:value or key, separated by commas"
    PATHS = "a path; the line may be repeated"
    OVERRIDES = '"pointer":"file" pairs, separated by commas'


@attrs.frozen
class Option:
    """One configuration key.

    Args:
        key: As it stands in the file.
        kind: What can be written.
        doc: What it does, a sentence.
        minimum: The least number.
        secret: Whether its value is never shown.
        unit: What a number counts.
        unset: What holds where it is not set, if the default cannot say that.
        source: Which description of the files it is from.
    """

    key: str
    kind: ValueKind
    doc: str
    minimum: int = 0
    secret: bool = False
    unit: str = ""
    unset: str = ""
    source: str = ""

    def coerce(self, value: Any) -> Any:
        """A value given in code, in the type that the reader would give: exact numbers, tuples.

        A string where a list is meant is split at its commas, as in the files.

        Raises:
            ConfigurationError: It is no value of this kind, or out of range.
        """
        coerced = _COERCIONS[self.kind](value)
        if coerced is None:
            shown = "the value given" if self.secret else quote(repr(value))
            raise ConfigurationError(f"{shown} is no value of {self.key}", hint=f"give {self.kind.value}")
        if isinstance(coerced, (int, Decimal)) and coerced < self.minimum:
            raise ConfigurationError(
                f"{quote(repr(value))} is out of range for {self.key}", hint=f"give at least {self.minimum}"
            )
        return coerced


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: Any) -> Decimal | None:
    try:
        number = value if type(value) is Decimal else Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _ratio(value: Any) -> Decimal | None:
    ratio = _number(value)
    return ratio if ratio is not None and 0 < ratio <= 1 else None


def _items_of(*kinds: type) -> Callable[[Any], tuple[Any, ...] | None]:
    def coerce(value: Any) -> tuple[Any, ...] | None:
        # A string is what stands in a file; tuple() would take it apart into characters.
        items = _split(value) if isinstance(value, str) else value
        if not isinstance(items, Iterable):
            return None
        items = tuple(items)
        return items if all(isinstance(item, kinds) for item in items) else None

    return coerce


def _split(text: str) -> Iterable[str]:
    return filter(None, map(str.strip, text.split(",")))


def _constraints(value: Any) -> tuple[PlacementConstraint, ...] | None:
    items = _items_of(str, PlacementConstraint)(value)
    if items is None:
        return None
    return tuple(PlacementConstraint.parse(item) if isinstance(item, str) else item for item in items)


def _overrides(value: Any) -> tuple[Any, ...] | None:
    # Of settings.Override, which is above this module; a string names files, which nobody reads in code.
    return None if isinstance(value, str) else _items_of(object)(value)


_COERCIONS: Mapping[ValueKind, Callable[[Any], Any]] = MappingProxyType(
    {
        ValueKind.TEXT: _text,
        ValueKind.URL: _text,
        ValueKind.CERTIFICATE: _text,
        ValueKind.BOOLEAN: _boolean,
        ValueKind.NUMBER: _number,
        ValueKind.COUNT: _count,
        ValueKind.RATIO: _ratio,
        ValueKind.LIST: _items_of(str),
        ValueKind.CONSTRAINTS: _constraints,
        ValueKind.PATHS: _items_of(str),
        ValueKind.OVERRIDES: _overrides,
    }
)


def option(
    key: str,
    kind: ValueKind,
    *,
    default: Any,
    doc: str,
    minimum: int = 0,
    secret: bool = False,
    unit: str = "",
    unset: str = "",
    source: str = "",
) -> Any:
    """An attrs field that a configuration key sets; arguments as of :class:`Option`."""
    described = Option(key, kind, doc, minimum, secret, unit, unset, source)
    # A user's profile holds its values wrapped with their origins: coerced where they are wrapped.
    converter = None if isinstance(default, Sourced) else attrs.converters.optional(described.coerce)
    return attrs.field(
        default=default,
        converter=converter,
        metadata={"option": described, "secret": secret},
        repr=not secret,
    )
