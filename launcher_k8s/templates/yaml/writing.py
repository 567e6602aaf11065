"""Values as YAML, byte for byte as Go writes them: ``toYaml`` and ``toYamlPretty``.

``toYaml`` goes by way of JSON, which decides what a value is; then sequences stand as deep as their key and
long text is folded. ``toYamlPretty`` is go-yaml v3 with an indentation of 2: sequences stand deeper, nothing
is folded. Source: sigs.k8s.io/yaml 1.6.0 (``Marshal``); go.yaml.in/yaml, encode.go and emitterc.go of v2
2.4.4 and of v3 3.0.4.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final

import attrs

from launcher_k8s.templates.gojson.encoding import marshal
from launcher_k8s.templates.govalues.allowance import FLATTER, NODE, SLOW, LimitError, look_at, spend
from launcher_k8s.templates.govalues.cycles import has_cycle
from launcher_k8s.templates.govalues.floats import format_float
from launcher_k8s.templates.govalues.kinds import is_nil
from launcher_k8s.templates.govalues.structs import Struct
from launcher_k8s.templates.govalues.values import GoError, byte_length
from launcher_k8s.templates.yaml.key_order import natural_order
from launcher_k8s.templates.yaml.reading import read_yaml
from launcher_k8s.templates.yaml.scalar_writing import (
    BREAKS,
    ScalarStyle,
    as_binary,
    has_break,
    is_plain,
    write_binary,
    write_key,
    write_scalar,
)

_LONGEST_SIMPLE_KEY: Final = 128
_DEEPEST: Final = 200
_LOOK_EVERY: Final = 1_024  # parts
_CHANGED_BY_JSON: Final = re.compile("[\x7f-\x9f\ufffe\uffff]").search
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_LONGEST_JSON_KEY: Final = 1024  # with its quotes: more is no key to go-yaml, which reads the JSON
_SAFE_KEY_LENGTH: Final = _LONGEST_JSON_KEY // 6 - 2
_LARGEST: Final = (1 << 64) - 1
_LOWEST: Final = -(1 << 63)


@attrs.frozen
class Style:
    """One of Go's two YAML libraries.

    Args:
        scalars: How it writes text.
        deep_sequences: Whether a sequence stands deeper than its key.
        digits_first: Its order of keys, see :func:`~.key_order.natural_order`.
        through_json: Whether values pass through JSON first.
    """

    scalars: ScalarStyle
    deep_sequences: bool
    digits_first: bool
    through_json: bool


V2: Final = Style(ScalarStyle(width=80, tabs=False), False, False, True)
V3: Final = Style(ScalarStyle(width=math.inf, tabs=True), True, True, False)


def write_yaml(value: Any, style: Style = V2) -> str:
    """A value as a YAML document, without its last newline.

    Args:
        value: Any value of a template.
        style: Whose style it is written in.

    Raises:
        GoError: It has no form in JSON, or one that YAML cannot read.
    """
    if type(value) is str and len(value) <= style.scalars.width and is_plain(value):
        return value
    try:
        return _document(value, style)
    except _ChangedByJsonError:
        return _document(read_yaml(_as_json(value)), style)


def _document(value: Any, style: Style) -> str:
    writer = _Writer(style)
    try:
        writer.root(value)
    except _TooDeepError:
        if has_cycle(value):
            raise GoError("a value that holds itself has no form in YAML") from None
        raise LimitError(f"values of more than {_DEEPEST} levels as YAML", FLATTER) from None
    return "".join(writer.parts).removesuffix("\n")


def _as_json(value: Any) -> str:
    try:
        return marshal(value)
    except GoError as error:
        raise GoError(f"error marshaling into JSON: {error}") from None


class _TooDeepError(Exception):
    """Lists and maps inside each other, more than are written."""


class _ChangedByJsonError(Exception):
    """Text that go-yaml reads from JSON as another one, or refuses."""


class _Fields(dict[str, Any]):
    """A struct for yaml.v3, which writes its fields in their own order."""


class _Writer:
    """Collects the parts of a document; each node leaves a line's end behind it."""

    __slots__ = ("_depth", "_next_look", "_scalars", "_seen", "_style", "parts")

    def __init__(self, style: Style) -> None:
        self.parts: list[str] = []
        self._style = style
        self._scalars = style.scalars
        self._depth = 0
        self._seen = 0
        self._next_look = _LOOK_EVERY

    def root(self, value: Any) -> None:
        kind = type(value)
        if kind is dict and value:
            self._mapping(value, 0)
        elif kind is list and value:
            self._sequence(value, 0)
        elif kind is _Fields:
            self._mapping(value, 0)
        else:
            value = self._simple(value)
            if isinstance(value, str):
                self._line(value)
            else:
                self.root(value)

    def _mapping(self, mapping: Mapping[str, Any], indent: int) -> None:
        """Write a mapping's entries; the cursor is where the first one goes."""
        self._descend()
        parts, lead = self.parts, ""
        pad = " " * indent
        in_order = isinstance(mapping, _Fields)
        for key in mapping if in_order else natural_order(mapping, digits_first=self._style.digits_first):
            parts.append(lead)
            lead = pad
            value = mapping[key]
            text = self._key(key)
            if text is None:
                self._complex_entry(key, value, indent)
                continue
            parts.append(text)
            if type(value) is str and len(value) + len(text) + indent <= 78 and is_plain(value):
                parts.append(f": {value}\n")
            else:
                self._after_key(value, indent, column=indent + len(text) + 2)
        self._depth -= 1

    def _look(self) -> None:
        """Count what has been written since the last look."""
        new = self.parts[self._seen :]
        spend(SLOW * sum(map(len, new)) + NODE * len(new))
        self._seen = len(self.parts)
        self._next_look = self._seen + _LOOK_EVERY

    def _after_key(self, value: Any, indent: int, *, column: int) -> None:
        value = self._content(value, column=column, indent=indent + 2)
        if isinstance(value, str):
            self.parts.append(": ")
            self._line(value)
        elif isinstance(value, dict):
            self.parts.append(":\n" + " " * (indent + 2))
            self._mapping(value, indent + 2)
        else:
            deep = indent + 2 if self._style.deep_sequences else indent
            self.parts.append(":\n" + " " * deep)
            self._sequence(value, deep)

    def _complex_entry(self, key: str, value: Any, indent: int) -> None:
        self.parts.append("? ")
        self._line(self._text(key, column=indent + 2, indent=indent + 2))
        self.parts.append(" " * indent + ": ")
        self._inline(value, indent + 2)

    def _sequence(self, items: list[Any], indent: int) -> None:
        """Write a sequence's items; the cursor is where the first one goes."""
        self._descend()
        parts, lead = self.parts, "- "
        for item in items:
            parts.append(lead)
            lead = " " * indent + "- "
            self._inline(item, indent + 2)
        self._depth -= 1

    def _inline(self, value: Any, indent: int) -> None:
        """Write what follows an indicator on the same line."""
        value = self._content(value, column=indent, indent=indent)
        if isinstance(value, str):
            self._line(value)
        elif isinstance(value, dict):
            self._mapping(value, indent)
        else:
            self._sequence(value, indent)

    def _line(self, text: str) -> None:
        if len(self.parts) > self._next_look:
            self._look()
        self.parts.append(text if text[-1] in BREAKS else text + "\n")

    def _content(self, value: Any, *, column: int, indent: int) -> Any:
        """A scalar's text, or a mapping or sequence that has something in it."""
        kind = type(value)
        if kind is str:
            return self._text(value, column=column, indent=indent)
        if (kind is dict or kind is list or kind is _Fields) and value:
            return value
        value = self._simple(value)
        return value if isinstance(value, str) else self._content(value, column=column, indent=indent)

    def _simple(self, value: Any) -> Any:
        """The text of what never takes more than a line; else a JSON-like value."""
        kind = type(value)
        if kind is str:
            return self._text(value, column=0, indent=2)
        if value is None:
            return "null"
        if kind is bool:
            return "true" if value else "false"
        if kind is int and _LOWEST <= value <= _LARGEST:
            return str(value)
        if kind is int or kind is float:
            return self._float(float(value))
        if kind is dict or kind is list:
            return "{}" if kind is dict else "[]"
        return self._bare(value)

    def _bare(self, value: Any) -> Any:
        """A value of a type of its own as one that is JSON-like."""
        through_json = self._style.through_json
        if isinstance(value, list):
            return None if through_json and is_nil(value) else list(value)
        if isinstance(value, dict):
            return None if through_json and is_nil(value) else dict(value)
        if isinstance(value, bytes) and not through_json:
            return list(value)
        if isinstance(value, Struct) and not through_json and getattr(value, "go_json", None) is None:
            return _Fields((name.lower(), field) for name, field in value.go_fields())
        plain = json.loads(_as_json(value))
        is_text = through_json and isinstance(plain, str)  # yaml.v3 knows times itself
        return self._text(plain, column=0, indent=2) if is_text else plain

    def _float(self, value: float) -> str:
        if not math.isfinite(value):
            if self._style.through_json:
                raise GoError(f"error marshaling into JSON: json: unsupported value: {format_float(value)}")
            return {"+Inf": ".inf", "-Inf": "-.inf", "NaN": ".nan"}[format_float(value)]
        if self._style.through_json and value.is_integer() and abs(value) <= _LARGEST:
            number = int(format_float(value, "f"))
            if _LOWEST <= number <= _LARGEST:
                return str(number)
        return format_float(value)

    def _text(self, text: str, *, column: int, indent: int) -> str:
        look_at(text, SLOW)
        if not self._style.through_json and (binary := as_binary(text)):
            return write_binary(binary, indent=indent)
        return write_scalar(self._runes(text), self._scalars, column=column, indent=indent)

    def _key(self, key: str) -> str | None:
        """A simple key; None if it must be a complex one."""
        if len(key) <= _SAFE_KEY_LENGTH and is_plain(key):
            return key if len(key) <= _LONGEST_SIMPLE_KEY else None
        long = len(key) > _SAFE_KEY_LENGTH
        if long and self._style.through_json and len(_as_json(key)) > _LONGEST_JSON_KEY:
            raise _ChangedByJsonError
        if not self._style.through_json and (binary := as_binary(key)):
            return None if has_break(binary) else write_binary(binary, indent=0)
        key = self._runes(key)
        complicated = byte_length(key) > _LONGEST_SIMPLE_KEY or has_break(key)
        return None if complicated else write_key(key, self._scalars)

    def _runes(self, text: str) -> str:
        """The text as it comes out of JSON."""
        if self._style.through_json and _CHANGED_BY_JSON(text):
            raise _ChangedByJsonError
        return text if text.isascii() else _SURROGATES.sub("\ufffd", text)

    def _descend(self) -> None:
        self._depth += 1
        if len(self.parts) > self._next_look:
            self._look()
        if self._depth > _DEEPEST:
            raise _TooDeepError
