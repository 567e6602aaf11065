"""How one configuration key is read: its kind, bounds and documentation.

An :class:`Option` stands in the attrs metadata of the field that it sets; tables and readers find it
there, so that each key is described once.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any

import attrs

from launcher_k8s.job import PlacementConstraint
from launcher_k8s.origin import Sourced


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
    OVERRIDES = '"pointer":"file" pairs, separated by commas'


@attrs.frozen
class Option:
    """One configuration key."""

    key: str
    kind: ValueKind
    doc: str
    minimum: int = 0
    secret: bool = False

    def coerce(self, value: Any) -> Any:
        """A value given in code, in the type that the reader would give: exact numbers, tuples."""
        if self.kind in (ValueKind.NUMBER, ValueKind.RATIO):
            return value if isinstance(value, Decimal) else Decimal(str(value))
        if self.kind is ValueKind.CONSTRAINTS:
            return tuple(
                PlacementConstraint.parse(item) if isinstance(item, str) else item for item in _items(value)
            )
        if self.kind in (ValueKind.LIST, ValueKind.OVERRIDES):
            return tuple(_items(value))
        return value


def _items(value: Any) -> Any:
    # One string is one item: tuple() would take it apart into characters.
    return (value,) if isinstance(value, str) else value


def option(
    key: str, kind: ValueKind, *, default: Any, doc: str, minimum: int = 0, secret: bool = False
) -> Any:
    """An attrs field that a configuration key sets."""
    described = Option(key, kind, doc, minimum, secret)
    # A user's profile holds its values wrapped with their origins: coerced where they are wrapped.
    converter = None if isinstance(default, Sourced) else attrs.converters.optional(described.coerce)
    return attrs.field(
        default=default,
        converter=converter,
        metadata={"option": described, "secret": secret},
        repr=not secret,
    )
