"""A rendered text as Kubernetes reads it, with what the API server cannot tell: where each value stands.

One YAML document that is a mapping; scalars by go-yaml's rules; of keys that are there twice the last one
counts, as in Go, and all are told (domain, section 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs
import yaml

from launcher_k8s.shape.fact import Path
from launcher_k8s.templates.yaml.quick import QuickReader, Unsure
from launcher_k8s.templates.yaml.scalars import plain_value

_DEEPEST: Final = 200
_MOST_VALUES: Final = 200_000
_MERGE: Final = "<<"
_SCHEMA: Final = "tag:yaml.org,2002:"
_Events = Iterator[yaml.Event]


class DocumentError(Exception):
    """A text that is not one YAML mapping; ``offset`` is the character it fails at."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


@attrs.frozen
class Document:
    """A YAML document.

    Args:
        value: What it holds, as JSON types.
        offsets: Where in the text each key, or item of a list, begins; empty where that was not asked for.
        duplicates: The paths of keys that stand twice, with where they do so again.
    """

    value: dict[str, Any]
    offsets: dict[Path, int]
    duplicates: tuple[tuple[Path, int], ...]


def read_document(text: str, *, offsets: bool = True) -> Document:
    """Read a rendered text.

    Args:
        text: The text.
        offsets: Whether it must be known where each value begins; what is simple is read faster without.

    Raises:
        DocumentError: It is no YAML, several documents, or no mapping.
    """
    if not offsets and (value := _quick_value(text)) is not None:
        return Document(value, {}, ())
    try:
        return _Reader(text).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        parts = filter(None, (error.context, error.problem))
        raise DocumentError(", ".join(parts), mark.index if mark else 0) from error
    except yaml.reader.ReaderError as error:
        message = f"the character {error.character!r} is not allowed in YAML"
        raise DocumentError(message, max(0, _find(text, error.character))) from error


def _quick_value(text: str) -> dict[str, Any] | None:
    """The value of a document that needs no more than a quick look; None of any other, right or wrong."""
    if len(text) > _MOST_VALUES:
        return None
    reader = QuickReader(text)
    try:
        value = reader.read()
    except Unsure:
        return None
    return value if reader.is_clear and type(value) is dict else None


class _Reader:
    def __init__(self, text: str) -> None:
        self._events: _Events = iter(yaml.parse(text, Loader=yaml.CBaseLoader))
        self._anchors: dict[str, Any] = {}
        self._offsets: dict[Path, int] = {}
        self._duplicates: list[tuple[Path, int]] = []
        self._count = 0

    def document(self) -> Document:
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise DocumentError("nothing was rendered, where one YAML document is expected")
        first = next(self._events)
        value = self._value(first, ())
        next(self._events)
        if not isinstance(following := next(self._events), yaml.StreamEndEvent):
            raise DocumentError("there are several YAML documents, where one is expected", _at(following))
        if not isinstance(value, dict):
            raise DocumentError("the document is no mapping of keys to values", _at(first))
        return Document(value, self._offsets, tuple(self._duplicates))

    def _value(self, event: yaml.Event, path: Path) -> Any:
        self._count += 1
        if self._count > _MOST_VALUES or len(path) > _DEEPEST:
            raise DocumentError("the document is too large", _at(event))
        if isinstance(event, yaml.AliasEvent):
            return self._copy(self._anchored(event), event)
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(path)
        else:
            assert isinstance(event, yaml.MappingStartEvent)  # what else a node can begin with
            value = self._mapping(path)
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value

    def _anchored(self, event: yaml.AliasEvent) -> Any:
        if event.anchor not in self._anchors:
            raise DocumentError(f"unknown anchor '{event.anchor}' referenced", _at(event))
        return self._anchors[event.anchor]

    def _copy(self, value: Any, event: yaml.Event) -> Any:
        """What an alias stands for; copies are counted, as they may hold more copies."""
        self._count += 1
        if self._count > _MOST_VALUES:
            raise DocumentError("the document is too large: it repeats itself by aliases", _at(event))
        if isinstance(value, dict):
            return {key: self._copy(item, event) for key, item in value.items()}
        return [self._copy(item, event) for item in value] if isinstance(value, list) else value

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            place = (*path, len(items))
            self._offsets[place] = _at(event)
            items.append(self._value(event, place))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            is_merge = isinstance(event, yaml.ScalarEvent) and event.value == _MERGE and event.implicit[0]
            key = self._key(event, path)
            place = (*path, key)
            if is_merge:
                self._merge(merged, next(self._events), path)
                continue
            if key in found:
                self._duplicates.append((place, _at(event)))
            self._offsets[place] = _at(event)
            found[key] = self._value(next(self._events), place)
        return merged | found

    def _merge(self, into: dict[str, Any], event: yaml.Event, path: Path) -> None:
        value = self._value(event, (*path, _MERGE))
        for source in value if isinstance(value, list) else [value]:
            if not isinstance(source, dict):
                raise DocumentError("map merge requires map or sequence of maps as the value", _at(event))
            for key, item in source.items():
                into.setdefault(key, item)

    def _key(self, event: yaml.Event, path: Path) -> str:
        key = self._value(event, (*path, ""))
        if isinstance(key, dict | list):
            raise DocumentError("a key must be a text", _at(event))
        if isinstance(key, bool):
            return "true" if key else "false"
        return "null" if key is None else str(key)


def _scalar(event: yaml.ScalarEvent) -> Any:
    if event.implicit[0]:
        value = plain_value(event.value)
        # Kubernetes reads numbers by way of JSON: a whole one is an integer there.
        return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**63 else value
    if event.tag in (None, "!", f"{_SCHEMA}str"):
        return event.value
    return plain_value(event.value)


def _at(event: yaml.Event) -> int:
    mark = event.start_mark
    return 0 if mark is None else int(mark.index)


def _find(text: str, character: Any) -> int:
    return text.find(chr(character) if isinstance(character, int) else str(character))
