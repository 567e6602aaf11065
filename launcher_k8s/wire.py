"""Public values to and from the Launcher's wire form: camelCase JSON types.

Fields at their default are left out; ``null`` reads as absent; fields that a value does not know are
kept in its ``extra`` (where it has one) and written back. Secrets are never written. What could be read
but not written again, or not by everybody, is refused: deep nesting, numbers outside 64 bits, times that
are out of range in UTC.
"""

from __future__ import annotations

import base64
import re
import typing
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar

import attrs
import cattrs
from cattrs.errors import AttributeValidationNote, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, override

from launcher_k8s.decisions import Refusal
from launcher_k8s.errors import InvalidJobError
from launcher_k8s.job import Mount
from launcher_k8s.wording import quote

T = TypeVar("T")

MOST_LEVELS = 100
"""How deep objects and lists may be nested."""
_NUMBERS = range(-(2**63), 2**63)


def to_wire(value: Any) -> Any:
    """The wire form of any public value: dicts, lists, strings, numbers, booleans.

    Times are ISO 8601 in UTC, decimals strings, enums their value, bytes base64.
    """
    write = _WRITERS.get(type(value))
    if write is not None:
        return write(value)
    if attrs.has(type(value)):
        return _object_to_wire(value)
    if isinstance(value, Mapping):
        return {str(to_wire(key)): to_wire(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((to_wire(item) for item in value), key=str)
    if isinstance(value, Enum):
        return value.value
    return value


def from_wire(kind: type[T], data: object) -> T:
    """Read a public value from its wire form.

    Args:
        kind: The class to build, such as ``Job``.
        data: JSON types, as ``json.loads`` gives them.

    Raises:
        InvalidJobError: The data does not fit; every problem is a refusal with its JSON path.
    """
    excesses = [_refusal(kind, path, message) for path, message in _excesses(data)]
    try:
        value = _converter().structure(data, kind)
    except (cattrs.BaseValidationError, ValueError, TypeError, KeyError) as error:
        raise InvalidJobError([*_refusals(error, kind), *excesses]) from error
    if excesses:
        raise InvalidJobError(excesses)
    return value


def _excesses(data: object, path: str = "", level: int = 1) -> Iterator[tuple[str, str]]:
    """The path of everything that is too deep or too large, and what it is."""
    if isinstance(data, int):
        if data not in _NUMBERS:
            yield path, "the number is outside the range of 64 bits"
    elif isinstance(data, (Mapping, list, tuple)):
        if level > MOST_LEVELS:
            yield _beginning(path), f"nested more than {MOST_LEVELS} levels deep"
            return
        for step, item in _inside(data):
            yield from _excesses(item, path + step, level + 1)


def _inside(data: Mapping[str, Any] | list[Any] | tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    if isinstance(data, Mapping):
        for key, item in data.items():
            yield (f".{key}" if str(key).isidentifier() else f"[{quote(str(key))}]"), item
    else:
        for index, item in enumerate(data):
            yield f"[{index}]", item


def _beginning(path: str) -> str:
    """The first step of a path: all hundred are no help to anybody."""
    return re.split(r"(?<=.)(?=[.\[])", path, maxsplit=1)[0]


def _object_to_wire(value: Any) -> dict[str, Any]:
    wire: dict[str, Any] = {}
    kind: Any = type(value)
    for name, key, default in _written_fields(kind):
        item = getattr(value, name)
        if item is not None and item != default:
            wire[key] = to_wire(item)
    extra = getattr(value, "extra", None)
    return wire | to_wire(extra) if extra else wire


@cache
def _written_fields(kind: Any) -> tuple[tuple[str, str, Any], ...]:
    """Name, wire name and default of each field that may be written."""
    return tuple(
        (attribute.name, wire_name(attribute.name), _default(attribute))
        for attribute in attrs.fields(kind)
        if attribute.name != "extra" and not attribute.metadata.get("secret")
    )


def _default(attribute: attrs.Attribute[Any]) -> Any:
    default: Any = attribute.default
    return default.factory() if isinstance(default, attrs.Factory) else default  # type: ignore[arg-type]


def _time_to_wire(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _same(value: Any) -> Any:
    return value


def _items_to_wire(items: Any) -> list[Any]:
    return [to_wire(item) for item in items]


_WRITERS: Mapping[type[Any], Callable[[Any], Any]] = {
    str: _same,
    bool: _same,
    int: _same,
    float: _same,
    type(None): _same,
    list: _items_to_wire,
    tuple: _items_to_wire,
    datetime: _time_to_wire,
    Decimal: str,
    bytes: lambda data: base64.b64encode(data).decode("ascii"),
}


@cache
def wire_name(name: str) -> str:
    """The camelCase name of a field: ``run_as_user_id`` is ``runAsUserId``."""
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


@cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter()
    converter.register_structure_hook_factory(attrs.has, lambda kind: _structure_hook(kind, converter))
    for kind, check in _SCALARS.items():
        converter.register_structure_hook(kind, check)
    converter.register_structure_hook_func(_is_json, lambda data, _: data)
    converter.register_structure_hook_factory(_is_collection, lambda kind: _collection_hook(kind, converter))
    converter.register_structure_hook_factory(_is_mapping, lambda kind: _mapping_hook(kind, converter))
    return converter


def _is_json(kind: Any) -> bool:
    """Whether a type is the alias ``Json``: its recursion has no class of its own to register."""
    is_union = typing.get_origin(kind) in (typing.Union, UnionType)
    return kind is Any or (is_union and bool in typing.get_args(kind))


def _is_collection(kind: Any) -> bool:
    return typing.get_origin(kind) in (tuple, frozenset)


def _is_mapping(kind: Any) -> bool:
    return typing.get_origin(kind) is Mapping


def _collection_hook(kind: Any, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    items: Any = list[typing.get_args(kind)[0]]  # type: ignore[misc]
    build: Any = typing.get_origin(kind)

    def structure(data: Any, _: Any) -> Any:
        if not isinstance(data, (list, tuple)):
            raise TypeError(f"expected a list, not {_kind_name(data)}")
        return build(converter.structure(data, items))

    return structure


def _mapping_hook(kind: Any, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    key, item = typing.get_args(kind)
    items: Any = dict[key, item]  # type: ignore[valid-type]

    def structure(data: Any, _: Any) -> Any:
        return converter.structure(_object(data), items)

    return structure


def _object(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise TypeError(f"expected an object, not {_kind_name(data)}")
    return data


def _structure_hook(kind: type[Any], converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    attrs.resolve_types(kind)
    fields = [attribute.name for attribute in attrs.fields(kind) if attribute.name != "extra"]
    keeps_extra = len(fields) < len(attrs.fields(kind))
    renames: dict[str, Any] = {name: override(rename=wire_name(name)) for name in fields}
    build = make_dict_structure_fn(kind, converter, extra=override(omit=True), **renames)
    known = {wire_name(name) for name in fields}

    def structure(data: Any, _: Any) -> Any:
        data = _older_mount(_object(data)) if kind is Mount else _object(data)
        value = build({key: item for key, item in data.items() if item is not None}, kind)
        extra = {key: item for key, item in data.items() if key not in known} if keeps_extra else {}
        return attrs.evolve(value, extra=extra) if extra else value

    return structure


def _older_mount(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The older form has ``type`` and ``source`` in the mount itself (domain, section 5)."""
    if "mountSource" in data or "type" not in data:
        return data
    source = {key: data[key] for key in ("type", "source") if key in data}
    return {key: item for key, item in data.items() if key not in source} | {"mountSource": source}


def _text(data: Any, _: Any) -> str:
    if not isinstance(data, str):
        raise TypeError(f"expected a string, not {_kind_name(data)}")
    return data


def _integer(data: Any, _: Any) -> int:
    if isinstance(data, bool) or not isinstance(data, int):
        raise TypeError(f"expected a whole number, not {_kind_name(data)}")
    return data


def _boolean(data: Any, _: Any) -> bool:
    if not isinstance(data, bool):
        raise TypeError(f"expected true or false, not {_kind_name(data)}")
    return data


def _decimal(data: Any, _: Any) -> Decimal:
    try:
        return Decimal(str(data))
    except InvalidOperation:
        raise ValueError(f"expected a number, not {data!r}") from None


def _time(data: Any, _: Any) -> datetime:
    text = _text(data, None)
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment.astimezone(UTC)
    except ValueError:
        raise ValueError(f"expected a time such as 2026-01-02T03:04:05Z, not {quote(text)}") from None
    except OverflowError:
        raise ValueError(f"the time {quote(text)} is out of range in UTC") from None
    return moment


def _bytes(data: Any, _: Any) -> bytes:
    return base64.b64decode(_text(data, None), validate=True)


_SCALARS: Mapping[type[Any], Callable[[Any, Any], Any]] = {
    str: _text,
    int: _integer,
    bool: _boolean,
    Decimal: _decimal,
    datetime: _time,
    bytes: _bytes,
}


_KIND_NAMES = {
    dict: "an object",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
}


def _kind_name(data: object) -> str:
    return "null" if data is None else _KIND_NAMES.get(type(data), type(data).__name__)


def _refusals(error: BaseException, kind: type[Any], path: str = "") -> list[Refusal]:
    if isinstance(error, (cattrs.IterableValidationError, cattrs.ClassValidationError)):
        located, loose = error.group_exceptions()
        inner = [(exc, path + _step(note)) for exc, note in located] + [(exc, path) for exc in loose]
        return [refusal for exc, where in inner for refusal in _refusals(exc, kind, where)]
    message = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
    return [_refusal(kind, path, message)]


def _refusal(kind: type[Any], path: str, message: str) -> Refusal:
    where = path.lstrip(".") or kind.__name__
    return Refusal(what=where, message=f"{where}: {message}", hint=f"see the fields of {kind.__name__}")


def _step(note: AttributeValidationNote | IterableValidationNote) -> str:
    return f"[{note.index}]" if isinstance(note, IterableValidationNote) else f".{wire_name(note.name)}"
