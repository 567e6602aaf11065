"""Public values to their wire form: fields at their default, and secrets, are left out."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any

import attrs

from launcher_k8s.attributes import fields_of, has_fields, reader_of
from launcher_k8s.wire.names import wire_key


def to_wire(value: Any) -> Any:
    """The wire form of any public value: dicts, lists, strings, numbers, booleans.

    Times are ISO 8601 in UTC, decimals strings, enums their value, bytes base64.
    """
    return _writer(type(value))(value)


def _find_writer(kind: Any) -> Callable[[Any], Any]:
    """What writes values of a class."""
    if kind in _WRITERS:
        return _WRITERS[kind]
    if has_fields(kind):
        return _object_writer(kind)
    if issubclass(kind, Mapping):
        return _mapping_to_wire
    if issubclass(kind, (list, tuple)):
        return _items_to_wire
    if issubclass(kind, (set, frozenset)):
        return lambda value: sorted((to_wire(item) for item in value), key=str)
    return attrgetter("value") if issubclass(kind, Enum) else _same


_writer: Callable[[Any], Callable[[Any], Any]] = cache(_find_writer)


def _object_writer(kind: Any) -> Callable[[Any], dict[str, Any]]:
    read = reader(kind)
    keys = [key for _, key, _ in written_fields(kind)]
    defaults = [default for _, _, default in written_fields(kind)]

    def write(value: Any) -> dict[str, Any]:
        wire: dict[str, Any] = {}
        for key, default, item in zip(keys, defaults, read(value), strict=True):
            if item is not default and item is not None and item != default:
                wire[key] = item if type(item) is str else _writer(type(item))(item)
        extra = getattr(value, "extra", None)
        return wire | to_wire(extra) if extra else wire

    return write


@cache
def written_fields(kind: Any) -> tuple[tuple[str, str, Any], ...]:
    """Name, wire name and default of each field that may be written."""
    return tuple(
        (attribute.name, wire_key(attribute), _default(attribute))
        for attribute in fields_of(kind)
        if attribute.name != "extra" and not any(attribute.metadata.get(mark) for mark in ("secret", "local"))
    )


@cache
def reader(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the values of all fields that may be written, at once."""
    return reader_of([name for name, _, _ in written_fields(kind)])


def _default(attribute: attrs.Attribute[Any]) -> Any:
    default: Any = attribute.default
    return default.factory() if isinstance(default, attrs.Factory) else default  # type: ignore[arg-type]


def _time_to_wire(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _same(value: Any) -> Any:
    return value


def _items_to_wire(items: Any) -> list[Any]:
    return [item if type(item) is str else _writer(type(item))(item) for item in items]


def _mapping_to_wire(mapping: Any) -> dict[str, Any]:
    # Most of what a job maps is text to text: not worth a call each.
    return {
        key if type(key) is str else str(to_wire(key)): (
            item if type(item) is str else _writer(type(item))(item)
        )
        for key, item in mapping.items()
    }


_WRITERS: Mapping[type[Any], Callable[[Any], Any]] = {
    str: _same,
    bool: _same,
    int: _same,
    float: _same,
    type(None): _same,
    dict: _mapping_to_wire,
    list: _items_to_wire,
    tuple: _items_to_wire,
    datetime: _time_to_wire,
    Decimal: str,
    bytes: lambda data: base64.b64encode(data).decode("ascii"),
}
