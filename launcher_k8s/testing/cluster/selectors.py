"""Which objects a list or watch is about: label and field selectors, with the server's complaints.

Labels: ``k8s.io/apimachinery/pkg/labels/selector.go`` (set-based too); fields:
``.../pkg/fields/selector.go`` and the kind's own field labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs
import msgspec

from launcher_k8s.testing.cluster.causes import aggregate, invalid
from launcher_k8s.testing.cluster.kinds import Kind, Object
from launcher_k8s.testing.cluster.names import label_value_problems, qualified_name_problems
from launcher_k8s.testing.cluster.store import Stored

_WORD: Final = re.compile(r"[ \t\r\n]*(?P<text>==|!=|[=!(),<>]|[^=!(),<>\s]+)")
_BINARY: Final = ("=", "==", "!=", "in", "notin", ">", "<")
_LISTED_OPERATORS: Final = "in, notin, =, ==, !=, gt, lt"
_ZEROES: Final[dict[tuple[str, ...], str]] = {
    ("spec", "hostNetwork"): "false",
    ("spec", "unschedulable"): "false",
    ("status", "succeeded"): "0",
}
_SPECIAL: Final = frozenset("=!(),<>") | {"==", "!="}
_encode: Final = msgspec.json.Encoder().encode


class SelectorError(Exception):
    """A selector that cannot be read; the text is the server's."""


@attrs.frozen
class Requirement:
    """One condition on a label: ``key operator values``."""

    key: str
    operator: str
    values: frozenset[str] = frozenset()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether these labels meet it."""
        value = labels.get(self.key)
        match self.operator:
            case "=" | "==" | "in":
                return value in self.values
            case "!=" | "notin":
                return value not in self.values
            case "exists":
                return value is not None
            case "!":
                return value is None
            case _:
                return value is not None and self._compares(value)

    @property
    def mark(self) -> str:
        """A text that is somewhere in every object that meets it; empty if there is none."""
        if self.operator in ("=", "==", "in") and len(self.values) == 1:
            return next(iter(self.values))
        return self.key if self.operator == "exists" else ""

    def _compares(self, value: str) -> bool:
        if not _is_integer(value):
            return False
        (limit,) = self.values
        return int(value) > int(limit) if self.operator == ">" else int(value) < int(limit)


@attrs.frozen
class FieldTerm:
    """One condition on a field: the value it must have, or must not."""

    path: tuple[str, ...]
    value: str
    wanted: bool = True

    def matches(self, content: Object) -> bool:
        """Whether this object meets it."""
        return (_field_text(content, self.path) == self.value) is self.wanted

    @property
    def mark(self) -> str:
        """A text that is somewhere in every object that meets it; empty if there is none."""
        return self.value if self.wanted and self.value != _ZEROES.get(self.path) else ""


@attrs.frozen
class Selection:
    """What a list or watch is about; empty: everything."""

    labels: tuple[Requirement, ...] = ()
    fields: tuple[FieldTerm, ...] = ()
    _mark: bytes = attrs.field(init=False)

    @_mark.default
    def _what_all_hold(self) -> bytes:
        """The longest text that is in the JSON of every object that is among it."""
        texts = [each.mark for each in self.labels] + [each.mark for each in self.fields]
        return max((_encode(text)[1:-1] for text in texts), key=len, default=b"")

    def __bool__(self) -> bool:
        return bool(self.labels or self.fields)

    def select(self, objects: Iterable[Stored]) -> Iterator[Stored]:
        """Those of some stored objects that are among it; of those that rest few are decoded to see that."""
        mark = self._mark
        for stored in objects:
            if (stored.made is None or mark in stored.made) and self.matches(stored.content):
                yield stored

    def matches(self, content: Object) -> bool:
        """Whether an object is among it."""
        if self.labels:
            labels = content["metadata"].get("labels") or {}
            for requirement in self.labels:
                if not requirement.matches(labels):
                    return False
        return not self.fields or all(term.matches(content) for term in self.fields)

    def tells_apart(self, one: Object, other: Object) -> bool:
        """Whether it may be about one version of an object and not about another."""
        return bool(self.fields) or one["metadata"].get("labels") is not other["metadata"].get("labels")


def parse_labels(text: str) -> tuple[Requirement, ...]:
    """Read a label selector.

    Raises:
        SelectorError: It cannot be read.
    """
    return tuple(_LabelParser(text).requirements())


def parse_fields(kind: Kind, text: str) -> tuple[FieldTerm, ...]:
    """Read a field selector over the fields a kind can be selected by.

    Raises:
        SelectorError: It cannot be read, or names another field.
    """
    return tuple(_field_term(kind, text, term) for term in sorted(_field_terms(text)) if term)


class _LabelParser:
    """A walk over the words of a label selector; an empty word is the end."""

    def __init__(self, text: str) -> None:
        self._words = [match["text"] for match in _WORD.finditer(text)]
        self._position = 0

    def requirements(self) -> Iterator[Requirement]:
        while word := self._peek():
            if word in _SPECIAL and word != "!":
                raise SelectorError(f"found '{word}', expected: !, identifier, or 'end of string'")
            try:
                yield self._requirement()
            except SelectorError as problem:
                raise SelectorError(f"unable to parse requirement: {problem}") from None
            self._separator()

    def _separator(self) -> None:
        word = self._next()
        if word not in ("", ","):
            raise SelectorError(f"found '{word}', expected: ',' or 'end of string'")
        following = self._peek()
        if word and (not following or (following in _SPECIAL and following != "!")):
            raise SelectorError(f"found '{following}', expected: identifier after ','")

    def _requirement(self) -> Requirement:
        absent = self._peek() == "!"
        if absent:
            self._next()
        key = self._identifier("identifier")
        if problems := qualified_name_problems(key):
            raise SelectorError(str(invalid("<nil>", key, "; ".join(problems))))  # the parser has no path
        if self._peek() in ("", ","):
            return Requirement(key, "!" if absent else "exists")
        operator = self._next()
        if operator not in _BINARY:
            raise SelectorError(f"found '{operator}', expected: {_LISTED_OPERATORS}")
        values = self._listed() if operator in ("in", "notin") else {self._exact()}
        return Requirement(key, operator, _checked(key, operator, values))

    def _exact(self) -> str:
        return "" if self._peek() in ("", ",") else self._identifier("identifier")

    def _listed(self) -> set[str]:
        word = self._next()
        if word != "(":
            raise SelectorError(f"found '{word}' expected: '('")
        values: set[str] = set()
        word = self._peek()
        if word in _SPECIAL - {",", ")"} or not word:
            raise SelectorError(f"found '{word}', expected: ',', ')' or identifier")
        while True:
            values.add("" if self._peek() in (",", ")") else self._identifier("',', or identifier"))
            word = self._next()
            if word == ")":
                return values
            if word != ",":
                raise SelectorError(f"found '{word}', expected: ',' or ')'")

    def _identifier(self, expected: str) -> str:
        word = self._next()
        if not word or word in _SPECIAL:
            raise SelectorError(f"found '{word}', expected: {expected}")
        return word

    def _peek(self) -> str:
        return self._words[self._position] if self._position < len(self._words) else ""

    def _next(self) -> str:
        word = self._peek()
        self._position += 1
        return word


def _checked(key: str, operator: str, values: set[str]) -> frozenset[str]:
    causes = []
    for index, value in enumerate(sorted(values)):
        if operator in ("<", ">") and not _is_integer(value):
            detail = "for 'Gt', 'Lt' operators, the value must be an integer"
            causes.append(invalid(f"values[{index}]", value, detail))
    for index, value in enumerate(sorted(values)):
        if problems := label_value_problems(value):
            causes.append(invalid(f"values[{index}][{key}]", value, "; ".join(problems)))
    if causes:
        raise SelectorError(aggregate(causes))
    return frozenset(values)


def _field_terms(text: str) -> Iterator[str]:
    """The parts between commas that no backslash protects."""
    return (match[0] for match in re.finditer(r"(?:\\.|[^,\\]|\\$)+", text))


def _field_term(kind: Kind, whole: str, term: str) -> FieldTerm:
    match = re.match(r"((?:[^=!]|!(?!=))*)(!=|==|=)(.*)", term, re.DOTALL)
    if match is None:
        raise SelectorError(f"invalid selector: '{whole}'; can't understand '{term}'")
    label, operator, escaped = match.groups()
    value = _unescaped(escaped)
    path = kind.fields.get(label)
    if path is None:
        raise SelectorError(kind.unknown_field.format(field=label))
    return FieldTerm(tuple(path.split(".")), value, wanted=operator != "!=")


def _unescaped(value: str) -> str:
    for match in re.finditer(r"\\(?P<protected>.?)|(?P<bare>[,=])", value, re.DOTALL):
        if match["bare"]:
            raise SelectorError(f"invalid field selector: unescaped character in value: {ord(match['bare'])}")
        if match["protected"] not in ("\\", ",", "="):
            raise SelectorError(f"invalid field selector: invalid escape sequence: {match[0]}")
    return re.sub(r"\\(.)", r"\1", value)


def _field_text(content: Any, path: tuple[str, ...]) -> str:
    """A field as text, as Go writes its zero value where it is missing."""
    for part in path:
        content = content.get(part) if isinstance(content, dict) else None
    if content is None:
        return _ZEROES.get(path, "")
    if isinstance(content, bool):
        return "true" if content else "false"
    return str(content)


def _is_integer(value: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]+", value, re.ASCII) is not None
