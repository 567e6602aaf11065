"""Every kind's fields and their types, compiled once per kind from ``models.json``.

That file is what kubernetes_asyncio's generated models say of the kinds that are served, made from them by
``python -m tests.models``: importing the models themselves takes as long as hundreds of scripted jobs.

A :class:`Shape` is a struct of the API: its JSON fields and their types. From it comes a msgspec type that
reads an object in one go and writes it back as the server would: without nulls, and without what Go leaves
out.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Any, Final

import attrs
import msgspec

from launcher_k8s.testing.cluster import go_types
from launcher_k8s.testing.cluster.amounts import Amount
from launcher_k8s.testing.cluster.kinds import Kind

TIME_PATTERN: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"
MICRO_TIME_PATTERN: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"
_MICRO_TIMES: Final = frozenset({"renewTime", "acquireTime", "eventTime", "lastObservedTime"})
_PREFIX: Final = re.compile("^(CoreV1|RbacV1|AuthorizationV1|V1)(?=[A-Z])")
_RENAMED: Final = MappingProxyType({"V1Event": "CoreV1Event", "V1Subject": "RbacV1Subject"})


@attrs.frozen
class Text:
    """Text; ``go`` is the name of its type, ``form`` what else it must be: time, micro, amount or bytes."""

    go: str = "string"
    form: str = ""


@attrs.frozen
class Number:
    """A whole number of 32 or 64 bits, or a fraction."""

    go: str = "int32"


@attrs.frozen
class Truth:
    """True or false."""

    go: str = "bool"


@attrs.frozen
class Port:
    """A number or a name (``intstr.IntOrString``)."""

    go: str = "intstr.IntOrString"


@attrs.frozen
class Anything:
    """What the models do not describe."""

    go: str = ""


@attrs.frozen
class ListOf:
    """A list."""

    item: Type

    @property
    def go(self) -> str:
        """The type's name in Go."""
        return f"[]{self.item.go}"


@attrs.frozen
class MapOf:
    """A map from texts."""

    item: Type
    name: str = ""

    @property
    def go(self) -> str:
        """The type's name in Go."""
        return self.name or f"map[string]{self.item.go}"


@attrs.frozen(eq=False)
class Shape:
    """A struct.

    Args:
        name: Its name in Go.
        fields: The type of each JSON field.
        struct: The msgspec type that reads and writes it.
    """

    name: str
    fields: Mapping[str, Type]
    struct: Any = attrs.field(repr=False)

    @property
    def go(self) -> str:
        """The type's name in Go."""
        return f"v1.{self.name}"


Type = Text | Number | Truth | Port | Anything | ListOf | MapOf | Shape


_SIMPLE: Final[Mapping[str, Type]] = MappingProxyType({"float": Number("float64"), "bool": Truth()})


def shape_of(kind: Kind) -> Shape | None:
    """The shape of a kind's objects; None for kinds the models do not know (metrics)."""
    return _named_shape(kind.kind)


@functools.cache
def _named_shape(name: str) -> Shape | None:
    model = model_name(f"V1{name}")
    return _compile(model) if model in _models() else None


def model_name(declared: str) -> str:
    """The model that is meant where several kinds of objects share a name."""
    return _RENAMED.get(declared, declared)


@functools.cache
def _models() -> Mapping[str, Mapping[str, str]]:
    """By the model's name, the declared type of each JSON field."""
    text = files(__package__).joinpath("models.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, dict[str, str]])


@functools.cache
def _compile(model: str) -> Shape:
    name = _PREFIX.sub("", model)
    fields: dict[str, Type] = {}
    definitions = []
    rename = {}
    for index, (json_name, declared) in enumerate(_models()[model].items()):
        found = fields[json_name] = _type(name, json_name, declared)
        definitions.append((f"f{index}", *_definition(f"{name}.{json_name}", found)))
        rename[f"f{index}"] = json_name
    struct = msgspec.defstruct(
        name, definitions, rename=rename, omit_defaults=True, forbid_unknown_fields=True, kw_only=True
    )
    return Shape(name, fields, struct)


def _type(struct: str, field: str, declared: str) -> Type:
    where = f"{struct}.{field}"
    if declared.startswith("list["):
        return ListOf(_type(struct, field, declared[5:-1]))
    if declared.startswith("dict("):
        return _map(where, field, declared)
    if declared in _SIMPLE:
        return _SIMPLE[declared]
    match declared:
        case "str":
            form = "amount" if where in go_types.AMOUNTS else ""
            return Text(go_types.NAMED.get(where, "string"), form)
        case "datetime":
            return Text("v1.Time", "micro" if field in _MICRO_TIMES else "time")
        case "int":
            return Number("int64" if field in go_types.WIDE else "int32")
        case "object":
            return Port() if field in ("port", "targetPort") else Anything()
        case _:
            model = model_name(declared)
            return _compile(model) if model in _models() else Anything()


def _map(where: str, field: str, declared: str) -> MapOf:
    if where in go_types.BYTES:
        return MapOf(Text("[]uint8", "bytes"))
    if field in go_types.QUANTITIES:
        return MapOf(Text("resource.Quantity", "amount"), "v1.ResourceList")
    item = declared[len("dict(str, ") : -1]
    return MapOf(Text() if item == "str" else _type(where, field, item))


def _definition(where: str, found: Type) -> tuple[Any, Any]:
    """The field's type for msgspec and its default: what is left out when written."""
    if where in go_types.ALWAYS_WRITTEN:
        value = go_types.ALWAYS_WRITTEN[where]
        if isinstance(value, Mapping):
            return _plain(found), msgspec.field(default_factory=lambda: dict(value))
        return _plain(found) | None, msgspec.field(default_factory=lambda: value)
    match found:
        case ListOf():
            return _plain(found), msgspec.field(default_factory=list)
        case MapOf():
            return _plain(found), msgspec.field(default_factory=dict)
        case Text(form=form) if not form and where not in go_types.EMPTY_KEPT:
            return str, ""
        case Number() | Truth() if where in go_types.ZERO_LEFT_OUT:
            return _plain(found), 0 if isinstance(found, Number) else False
    return _plain(found) | None, None


def _plain(found: Type) -> Any:
    match found:
        case Text(form=form):
            return _TEXTS[form]
        case Number(go=go):
            return _NUMBERS[go]
        case Truth():
            return bool
        case Port():
            return int | str
        case ListOf(item=item):
            return list[_plain(item)]  # type: ignore[misc]
        case MapOf(item=item):
            return dict[str, _plain(item)]  # type: ignore[misc]
        case Shape(struct=struct):
            return struct
        case Anything():
            return Any


def _whole(bits: int) -> Any:
    return Annotated[int, msgspec.Meta(ge=-(2 ** (bits - 1)), le=2 ** (bits - 1) - 1)]


_NUMBERS: Final = MappingProxyType({"int32": _whole(32), "int64": _whole(64), "float64": float})
_TEXTS: Final = MappingProxyType(
    {
        "": str,
        "amount": Amount,
        "bytes": bytes,
        "time": Annotated[str, msgspec.Meta(pattern=TIME_PATTERN)],
        "micro": Annotated[str, msgspec.Meta(pattern=MICRO_TIME_PATTERN)],
    }
)
