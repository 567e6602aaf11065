"""Values as TOML, byte for byte as BurntSushi's library writes them.

A table's plain values come before its tables, each in the order of their keys; tables are indented. Source:
github.com/BurntSushi/toml 1.6.0, encode.go and meta.go (``Key``).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any, Final

from launcher_k8s.templates.gotime.layouts import RFC3339_NANO
from launcher_k8s.templates.gotime.moment import Time
from launcher_k8s.templates.gotime.zones import Zone
from launcher_k8s.templates.govalues.allowance import NODE, SLOW, counted, join_values, look_at, spend
from launcher_k8s.templates.govalues.floats import format_float
from launcher_k8s.templates.govalues.keys import sorted_keys
from launcher_k8s.templates.govalues.kinds import is_nil, kind_name, type_name
from launcher_k8s.templates.govalues.structs import Struct
from launcher_k8s.templates.govalues.values import MISSING, ErrorValue, GoError
from launcher_k8s.templates.toml.keys import ESCAPES, Path, dotted, key_text
from launcher_k8s.templates.toml.scalars import LOCAL_DATE, LOCAL_DATE_TIME, LOCAL_TIME

_LAYOUTS: Final[Mapping[Zone, str]] = {
    LOCAL_DATE_TIME: "2006-01-02T15:04:05.999999999",
    LOCAL_DATE: "2006-01-02",
    LOCAL_TIME: "15:04:05.999999999",
}

_NO_KEY: Final = "toml: top-level values must be Go maps or structs"
_NIL_ELEMENT: Final = "toml: cannot encode array with nil element"


def write_toml(value: Any) -> str:
    """A value as a TOML document.

    Raises:
        GoError: It has no form in TOML.
    """
    if value is None or value is MISSING:
        raise GoError("reflect: call of reflect.Value.Type on zero Value")
    writer = _Writer()
    writer.encode((), value)
    return "".join(writer.parts)


class _Writer:
    """Collects the parts of a document."""

    __slots__ = ("parts",)

    def __init__(self) -> None:
        self.parts: list[str] = []

    def encode(self, path: Path, value: Any) -> None:
        if isinstance(value, list) and _is_table_array(value):
            self._array_of_tables(path, value)
        elif (fields := _fields(value)) is not None:
            if not is_nil(value):
                self._table(path, fields)
        else:
            self._pair(path, value)

    def _newline(self) -> None:
        if self.parts:
            self.parts.append("\n")

    def _array_of_tables(self, path: Path, items: list[Any]) -> None:
        if not path:
            raise GoError(_NO_KEY)
        for item in items:
            if is_nil(item):
                continue
            self._newline()
            self.parts.append(f"{_indent(path)}[[{dotted(path)}]]\n")
            self._entries(path, _fields(item) or {})

    def _table(self, path: Path, fields: Mapping[str, Any]) -> None:
        if len(path) == 1:
            self._newline()
        if path:
            self.parts.append(f"{_indent(path)}[{dotted(path)}]\n")
        self._entries(path, fields)

    def _entries(self, path: Path, fields: Mapping[str, Any]) -> None:
        for key in itertools.chain(*_by_kind(fields)):
            if not _is_nothing(fields[key]):
                self.encode((*path, key), fields[key])

    def _pair(self, path: Path, value: Any) -> None:
        if not path:
            self.parts.append(_element(value))
        else:
            self.parts.append(f"{_indent(path)}{key_text(path[-1])} = {_element(value)}\n")


def _element(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, str):
        look_at(value, SLOW)
        return f'"{value.translate(ESCAPES)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Time):
        return value.format(_LAYOUTS.get(value.zone, RFC3339_NANO))
    if isinstance(value, Struct | ErrorValue | dict):
        return _inline(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, list | bytes):
        return f"[{join_values(', ', counted(map(_element, value), len(value)))}]"
    raise GoError(f"unsupported type: {kind_name(value)}" if value is not None else _NIL_ELEMENT)


def _float(value: float) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = format_float(value)
    return text if "." in text or "e" in text else text + ".0"


def _inline(value: Any) -> str:
    text = getattr(value, "go_text", None)  # a TextMarshaler's own
    if text is not None:
        return _element(text())
    fields = _fields(value)
    if fields is None:
        raise GoError(f"unexpected type: {type_name(value)}")
    plain, tables = _by_kind(fields)
    ordered = [*plain, *tables]
    # Go counts a struct's commas by the fields' places, and writes one before a nil that is left out.
    places = list(fields) if isinstance(value, Struct) else ordered
    parts = []
    for key in ordered:
        if not _is_nothing(fields[key]):
            parts.append(f"{key_text(key)} = {_element(fields[key])}")
            parts.append(", " if key != places[-1] else "")
    return f"{{{join_values('', parts)}}}"


def _fields(value: Any) -> Mapping[str, Any] | None:
    """A table's entries; None for what is no table."""
    if isinstance(value, dict):
        spend(NODE * (len(value) + 1))
        return {key: value[key] for key in sorted_keys(value)}
    if isinstance(value, ErrorValue):
        return {}
    if isinstance(value, Time):
        return None
    if isinstance(value, Struct) and not isinstance(value, int) and getattr(value, "go_text", None) is None:
        return dict(value.go_fields())
    return None


def _by_kind(fields: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The keys of plain values and those of tables."""
    keys = list(fields)
    tables = [key for key in keys if _is_table(fields[key])]
    return [key for key in keys if key not in tables], tables


def _is_table(value: Any) -> bool:
    if isinstance(value, list):
        return _is_table_array(value)
    return _fields(value) is not None and not is_nil(value)


def _is_table_array(items: list[Any]) -> bool:
    if not items or is_nil(items):
        return False
    tables = True
    spend(NODE * len(items))
    for item in items:
        if _is_nothing(item):
            raise GoError(_NIL_ELEMENT)
        if isinstance(item, list):
            _is_table_array(item)
        tables = tables and _fields(item) is not None
    return tables


def _is_nothing(value: Any) -> bool:
    return value is MISSING or is_nil(value)


def _indent(path: Path) -> str:
    return "  " * (len(path) - 1)
