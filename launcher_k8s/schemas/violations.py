"""What an object has that its schema does not allow, in words for whoever wrote it.

The schema library's own texts print whole objects and do not name what was meant: none of them is used.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from launcher_k8s import pointer
from launcher_k8s.finding import Finding
from launcher_k8s.schemas.library import Schema, Schemas
from launcher_k8s.shape.agreement import quote
from launcher_k8s.shape.fact import Path
from launcher_k8s.wording import did_you_mean, enumerate_words, kind_of

if TYPE_CHECKING:
    from jsonschema import ValidationError

UNKNOWN_FIELD: Final = "unknown-field"
MISSING_FIELD: Final = "missing-field"
WRONG_TYPE: Final = "wrong-type"
WRONG_VALUE: Final = "wrong-value"

_TYPES: Final = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "array": "a list",
    "object": "an object",
}
# Told by the server, never written.
_STATUS: Final = "status"
_MOST_OFFERED: Final = 8
# Findings are logged: what stands below these is told by its type alone.
_PRIVATE: Final = frozenset({"env", "annotations"})


def violations(manifest: Mapping[str, Any], schemas: Schemas) -> tuple[Finding, ...]:
    """What is wrong in an object, by place.

    Args:
        manifest: The object, as JSON types; its ``kind`` chooses the schema.
        schemas: Of the version that is meant.
    """
    kind = manifest.get("kind")
    if kind not in schemas.kinds:
        message = f"is {quote(kind)}, expected {' or '.join(schemas.kinds)}"
        return (Finding(WRONG_VALUE, ("kind",), message, kind=str(kind)),)
    told = _Told(kind, schemas)
    found = (finding for error in schemas.validator(kind).iter_errors(manifest) for finding in told.of(error))
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: _in_order(finding.place)))


def _in_order(place: Path) -> tuple[tuple[int, str | int], ...]:
    return tuple((isinstance(token, str), token) for token in place)


class _Told:
    """A schema's violations as findings in one kind of object."""

    def __init__(self, kind: str, schemas: Schemas) -> None:
        self._kind = kind
        self._schemas = schemas

    def of(self, error: ValidationError) -> Iterator[Finding]:
        """The findings of a violation; none where null stands, which the server takes for absent."""
        place = tuple(error.absolute_path)
        schema: Any = error.schema
        value: Any = error.instance
        match error.validator:
            case "additionalProperties":
                for name in value:
                    if name not in schema["properties"]:
                        yield self._unknown((*place, name), schema)
            case "required":
                for name in schema["required"]:
                    if name not in value:
                        message = f"is missing: {self._title(schema)} must have it"
                        yield self._finding(MISSING_FIELD, (*place, name), message, f"set {name}")
            case "enum" | "format":
                yield self._finding(WRONG_VALUE, place, _said_of_value(value, schema))
            case _ if value is not None or error.validator == "type":
                expected = tuple(_expected(schema))
                shown = kind_of(value) if _PRIVATE.intersection(place) else _shown(value)
                message = f"is {shown}; it must be {' or '.join(_TYPES[name] for name in expected)}"
                yield self._finding(WRONG_TYPE, place, message, _rewriting(value, expected))
            case _:
                return

    def _finding(self, code: str, place: Path, message: str, hint: str = "") -> Finding:
        return Finding(code, place, message, hint, kind=self._kind)

    def _title(self, schema: Schema) -> str:
        return f"{schema['title']} in Kubernetes {self._schemas.version}"

    def _unknown(self, place: Path, schema: Schema) -> Finding:
        name, known = str(place[-1]), [field for field in schema["properties"] if field != _STATUS]
        hint = (
            did_you_mean(name, known)
            or self._elsewhere(name, place[:-1], schema)
            or f"{schema['title']} has {enumerate_words(known, most=_MOST_OFFERED)}"
        )
        return self._finding(UNKNOWN_FIELD, place, f"is no field of {self._title(schema)}", hint)

    def _elsewhere(self, name: str, place: Path, schema: Schema) -> str:
        """Where the field is one: nearest below, else nearest to the root."""
        for start, above in ((schema, place), (self._schemas.root(self._kind), ())):
            found = _nearest(name, start, self._schemas)
            if found is not None:
                return f"it belongs at {pointer.format(map(str, (*above, *found)))}"
        return ""


def _nearest(name: str, start: Schema, schemas: Schemas) -> Path | None:
    """The shortest way down to a field of a name; the first item stands for all of a list."""
    waiting: deque[tuple[Path, Schema]] = deque([((), start)])
    seen = {id(start)}
    while waiting:
        way, schema = waiting.popleft()
        for field, declared in schema.get("properties", {}).items():
            if field == _STATUS:
                continue
            if field == name:
                return (*way, name)
            inner = schemas.resolve(declared)
            step: Path = (*way, field)
            if inner.get("type") and "items" in inner:
                inner, step = schemas.resolve(inner["items"]), (*step, 0)
            if id(inner) not in seen:
                seen.add(id(inner))
                waiting.append((step, inner))
    return None


def _said_of_value(value: Any, schema: Schema) -> str:
    if "enum" in schema:
        return f"is {quote(value)}, expected {' or '.join(map(quote, schema['enum']))}"
    return f"is {quote(value)}, which {schema['format'].removeprefix('int')} bits cannot hold"


def _expected(schema: Schema) -> Iterator[str]:
    """The types that a value may have; null is no type of its own."""
    for one in schema.get("oneOf", (schema,)):
        types = one["type"]
        yield from (name for name in ([types] if isinstance(types, str) else types) if name != "null")


def _shown(value: Any) -> str:
    is_scalar = isinstance(value, str | bool | int | float)
    return f"{quote(value)}, {kind_of(value)}" if is_scalar else kind_of(value)


def _rewriting(value: Any, expected: Iterable[str]) -> str:
    """What to do with a value that has the wrong type only by its quotes or brackets."""
    if "string" in expected and isinstance(value, bool | int | float):
        return "put it in quotes"
    if isinstance(value, str) and _is_a(value, expected):
        return "leave out the quotes"
    if "array" in expected and isinstance(value, Mapping) and any(key.isdecimal() for key in value):
        return "write /- for the index: the list is not there yet"
    return "put it in brackets: [...]" if "array" in expected and value is not None else ""


def _is_a(text: str, expected: Iterable[str]) -> bool:
    if text in ("true", "false"):
        return "boolean" in expected
    return "integer" in expected and text.removeprefix("-").isdecimal() and text.isascii()
