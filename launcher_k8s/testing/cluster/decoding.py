"""Reads an object field by field, as ``sigs.k8s.io/json`` does, to say what is wrong with it.

Slow and exact: :mod:`~launcher_k8s.testing.cluster.schema` comes here only with objects that the fast way did
not take. The first thing that has a wrong type is the error; unknown and repeated fields are counted, in the
order of the document.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import attrs

from launcher_k8s.testing.cluster.amounts import read_amount
from launcher_k8s.testing.cluster.bodies import go_type
from launcher_k8s.testing.cluster.shapes import (
    Anything,
    ListOf,
    MapOf,
    Number,
    Port,
    Shape,
    Text,
    Truth,
    Type,
)

_BASE64: Final = re.compile("[A-Za-z0-9+/\r\n]*")
_RFC3339: Final = "2006-01-02T15:04:05Z07:00"
_RFC3339_MICRO: Final = "2006-01-02T15:04:05.000000Z07:00"


class Pairs(dict[str, Any]):
    """A JSON object that knows all its pairs, repeated ones too."""

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        self.pairs = list(pairs)
        super().__init__(self.pairs)


@attrs.frozen
class _Place:
    """Where in the object: the path in unknown fields, the path and struct in type errors."""

    path: str = ""
    field: str = ""
    struct: str = ""

    def child(self, name: str, struct: str) -> _Place:
        return _Place(_joined(self.path, name), _joined(self.field, name), struct)

    def item(self, index: int) -> _Place:
        return _Place(f"{self.path}[{index}]", self.field, self.struct)

    def entry(self, name: str) -> _Place:
        return _Place(_joined(self.path, name), self.field, self.struct)


class Decoder:
    """Decodes one object.

    Attributes:
        error: The first thing that could not be read, empty if all could.
        problems: What was dropped.
    """

    def __init__(self) -> None:
        self.error = ""
        self.problems: list[str] = []

    def decode(self, shape: Shape, content: Any) -> Any:
        """The object without unknown fields and nulls, texts in canonical form."""
        return self._value(shape, content, _Place())

    def _value(self, expected: Type, given: Any, at: _Place) -> Any:
        match expected:
            case Shape():
                return self._struct(expected, given, at)
            case MapOf(item=item):
                return self._map(expected, item, given, at)
            case ListOf(item=item):
                return self._list(expected, item, given, at)
            case Text(form=form) if form:
                return self._formed(form, given, at)
            case _:
                if not _fits(expected, given):
                    self._fail(_described(expected, given), expected.go, at)
                return given

    def _struct(self, shape: Shape, given: Any, at: _Place) -> Any:
        if not isinstance(given, dict):
            self._fail(go_type(given), shape.go, at)
            return {}
        found: dict[str, Any] = {}
        seen: set[str] = set()
        for name, value in given.pairs if isinstance(given, Pairs) else given.items():
            place = at.child(name, shape.name)
            self._note_repetition(name, seen, place)
            if name not in shape.fields:
                self.problems.append(f'unknown field "{place.path}"')
            elif value is not None:
                found[name] = self._value(shape.fields[name], value, place)
        return found

    def _map(self, expected: MapOf, item: Type, given: Any, at: _Place) -> Any:
        if not isinstance(given, dict):
            self._fail(go_type(given), expected.go, at)
            return {}
        found: dict[str, Any] = {}
        seen: set[str] = set()
        for name, value in given.pairs if isinstance(given, Pairs) else given.items():
            place = at.entry(name)
            self._note_repetition(name, seen, place)
            found[name] = _zero(item) if value is None else self._value(item, value, place)
        return found

    def _list(self, expected: ListOf, item: Type, given: Any, at: _Place) -> Any:
        if not isinstance(given, list):
            self._fail(go_type(given), expected.go, at)
            return []
        return [
            _zero(item) if value is None else self._value(item, value, at.item(index))
            for index, value in enumerate(given)
        ]

    def _formed(self, form: str, given: Any, at: _Place) -> Any:
        try:
            if form == "amount":
                return read_amount(given)
            if not isinstance(given, str):
                self._fail(go_type(given), "[]uint8" if form == "bytes" else "string", at)
                return given
            return _read_bytes(given) if form == "bytes" else _read_time(given, micro=form == "micro")
        except ValueError as problem:
            self.error = self.error or str(problem)
            return given

    def _note_repetition(self, name: str, seen: set[str], place: _Place) -> None:
        if name in seen:
            self.problems.append(f'duplicate field "{place.path}"')
        seen.add(name)

    def _fail(self, given: str, expected: str, at: _Place) -> None:
        where = f"struct field {at.struct}.{at.field}" if at.struct else "value"
        self.error = self.error or f"json: cannot unmarshal {given} into Go {where} of type {expected}"


def _fits(expected: Type, given: Any) -> bool:
    match expected:
        case Text():
            return isinstance(given, str)
        case Truth():
            return isinstance(given, bool)
        case Port():
            return isinstance(given, (str, int)) and not isinstance(given, bool)
        case Number(go="float64"):
            return isinstance(given, (int, float)) and not isinstance(given, bool)
        case Number(go=go):
            largest = 1 << (int(go[3:]) - 1)
            return isinstance(given, int) and not isinstance(given, bool) and -largest <= given < largest
        case _:
            return True


def _described(expected: Type, given: Any) -> str:
    if isinstance(expected, Number) and go_type(given) == "number":
        return f"number {given}"
    return go_type(given)


def _zero(expected: Type) -> Any:
    match expected:
        case Text(form="amount"):
            return "0"
        case Text():
            return ""
        case Number():
            return 0
        case Truth():
            return False
        case ListOf():
            return []
        case Anything() | Port():
            return None
        case _:
            return {}


def _read_bytes(given: str) -> str:
    try:
        base64.b64decode(given, validate=True)
    except ValueError:
        valid = _BASE64.match(given)
        position = valid.end() if valid else 0
        if position == len(given):  # cut short: Go names where the last group of four begins
            position -= position % 4
        raise ValueError(f"illegal base64 data at input byte {position}") from None
    return given


def _read_time(given: str, *, micro: bool) -> str:
    try:
        time = datetime.fromisoformat(given)
        if time.tzinfo is None:
            raise ValueError
    except ValueError:
        layout = _RFC3339_MICRO if micro else _RFC3339
        raise ValueError(f'parsing time "{given}" as "{layout}": cannot parse "{given}" as "2006"') from None
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ" if micro else "%Y-%m-%dT%H:%M:%SZ")


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
