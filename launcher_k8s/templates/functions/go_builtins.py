"""The functions that Go's templates have by themselves, but for those that the engine must know.

``and``, ``or``, ``not`` and ``call`` belong to the engine. Sprig's ``slice`` takes the place of this one
where Sprig is used. Source: Go 1.26, text/template/funcs.go; facts on templates, 1.1.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

from launcher_k8s.templates.govalues import comparing, escaping, printing
from launcher_k8s.templates.govalues.allowance import look_at
from launcher_k8s.templates.govalues.kinds import kind_name, type_name
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import (
    MISSING,
    NIL_ERROR,
    GoError,
    StringMap,
    Uint8,
    byte_length,
    decode,
    encode,
)

REGISTRY: Final[Registry] = {}

_SIZED: Final = (list, dict, bytes)

function(REGISTRY, "...any", "print")(printing.sprint)
function(REGISTRY, "...any", "println")(printing.sprintln)
function(REGISTRY, "string, ...any", "printf")(printing.sprintf)
function(REGISTRY, "reflect.Value, ...reflect.Value", "eq")(comparing.equal)
function(REGISTRY, "reflect.Value, reflect.Value", "ne")(comparing.unequal)
function(REGISTRY, "reflect.Value, reflect.Value", "lt")(comparing.less)
function(REGISTRY, "reflect.Value, reflect.Value", "le")(comparing.less_or_equal)
function(REGISTRY, "reflect.Value, reflect.Value", "gt")(comparing.greater)
function(REGISTRY, "reflect.Value, reflect.Value", "ge")(comparing.greater_or_equal)


@function(REGISTRY, "reflect.Value", "len")
def length(value: Any) -> int:
    """How many elements a list or map has, or bytes a string."""
    if type(value) is str:
        if not value.isascii():
            look_at(value)
        return byte_length(value)
    if isinstance(value, _SIZED):
        return len(value)
    if value is None or value is NIL_ERROR:
        raise GoError("len of nil pointer")
    if value is MISSING:
        raise GoError("reflect: call of reflect.Value.Type on zero Value")
    raise GoError(f"len of type {_pointed(value)}")


@function(REGISTRY, "reflect.Value, ...reflect.Value", "index")
def index(value: Any, *indexes: Any) -> Any:
    """An element of a list, map or string, and of what that holds."""
    if _is_nothing(value):
        raise GoError("index of untyped nil")
    for at in indexes:
        if value is None:
            raise GoError("index of nil pointer")
        value = _mapped(value, at) if isinstance(value, dict) else _element(value, at)
    return value


def _mapped(mapping: dict[str, Any], key: Any) -> Any:
    if type(key) is not str:
        if _is_nothing(key):
            raise GoError("value is nil; should be of type string")
        raise GoError(f"value has type {type_name(key)}; should be string")
    look_at(key)
    return mapping.get(key, "" if isinstance(mapping, StringMap) else None)


def _element(value: Any, at: Any) -> Any:
    if type(value) is str:
        look_at(value)
    data = encode(value) if type(value) is str else value
    if not isinstance(data, (list, bytes)):
        raise GoError(f"can't index item of type {_pointed(value)}")
    place = _checked(at, len(data))
    if place == len(data):
        raise GoError(f"reflect: {'string' if type(value) is str else 'slice'} index out of range")
    return data[place] if isinstance(data, list) else Uint8(data[place])


def _checked(at: Any, limit: int) -> int:
    """An index as a number that is at most the limit."""
    if _is_nothing(at):
        raise GoError("cannot index slice/array with nil")
    if not isinstance(at, int) or isinstance(at, bool):
        raise GoError(f"cannot index slice/array with type {type_name(at)}")
    if not 0 <= at <= limit:
        raise GoError(f"index out of range: {int(at)}")
    return int(at)


@function(REGISTRY, "reflect.Value, ...reflect.Value", "slice")
def slice_value(value: Any, *indexes: Any) -> Any:
    """A part of a list or string, from one index to the next; a third one limits its growth only."""
    if _is_nothing(value):
        raise GoError("slice of untyped nil")
    if len(indexes) > 3:
        raise GoError(f"too many slice indexes: {len(indexes)}")
    if type(value) is str and len(indexes) == 3:
        raise GoError("cannot 3-index slice a string")
    data = encode(value) if type(value) is str else value
    if not isinstance(data, (list, bytes)):
        raise GoError(f"can't slice item of type {_pointed(value)}")
    places = [0, len(data), len(data)]
    for position, at in enumerate(indexes):
        places[position] = _checked(at, len(data))
    for low, high in pairwise(places):
        if low > high:
            raise GoError(f"invalid slice index: {low} > {high}")
    part: Any = data[places[0] : places[1]]
    return decode(part) if type(value) is str else type(value)(part)


def _is_nothing(value: Any) -> bool:
    return value is None or value is MISSING or value is NIL_ERROR


def _pointed(value: Any) -> str:
    """The type of what a pointer points to."""
    return type_name(value).removeprefix("*" if kind_name(value) == "ptr" else "")


@function(REGISTRY, "...any", "html")
def html(*values: Any) -> str:
    """Values printed and escaped for HTML."""
    return escaping.escape_html(_printed(values))


@function(REGISTRY, "...any", "js")
def javascript(*values: Any) -> str:
    """Values printed and escaped for a string of JavaScript."""
    return escaping.escape_script(_printed(values))


@function(REGISTRY, "...any", "urlquery")
def urlquery(*values: Any) -> str:
    """Values printed and escaped for a URL's query."""
    return escaping.escape_query(_printed(values))


def _printed(values: tuple[Any, ...]) -> str:
    return printing.sprint(*["<no value>" if value is None else value for value in values])
