"""Values on their way between Jinja2 templates and functions.

A function is given JSON-like values and those of ``govalues``, nothing of Jinja2's; what it gives becomes
Python's own: an ``int64`` is an integer, a ``[]string`` a list. All that passes is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from jinja2.runtime import Undefined

from launcher_k8s.templates.govalues.structs import Struct
from launcher_k8s.templates.govalues.values import MISSING, ErrorValue, Integer, TypedList
from launcher_k8s.templates.jinja.callee import Callee, CallError
from launcher_k8s.templates.jinja.meter import Meter
from launcher_k8s.templates.jinja.words import word_for

_SCALARS: Final = frozenset({int, float, bool, type(None)})
_OPAQUE: Final = (Struct, ErrorValue, bytes, complex)
INTEGERS: Final = range(-(1 << 63), 1 << 63)
"""All integers that there are, as in Go."""


class Raw(str):
    """A text that is printed as it is, since it was written for the document."""

    __slots__ = ()


def plain(value: Any, meter: Meter) -> Any:
    """A value as functions take it: the value itself, if it is plain already.

    Args:
        value: What a template has.
        meter: What the render has left.

    Raises:
        AbsentError: It, or something in it, is not there.
        CallError: It is no value, as a macro or a function is none.
    """
    kind = type(value)
    if kind is str:
        meter.characters(len(value))
        return value
    if kind in _SCALARS:
        return value
    return value if _is_plain(value, meter) else _converted(value, meter)


def native(value: Any) -> Any:
    """What a Go function gives, as Python's own types."""
    kind = type(value)
    if kind is str or kind is dict or kind is list or kind in _SCALARS:
        return value
    if isinstance(value, Integer):
        return int(value)
    if isinstance(value, TypedList):
        return [native(item) for item in value]
    if isinstance(value, dict):
        return dict(value)
    return None if value is MISSING else value


def settled(value: Any, meter: Meter) -> Any:
    """What a filter gives, with what would be computed later computed now; and counted."""
    if isinstance(value, Undefined | Raw):
        return value
    if not isinstance(value, str | list | tuple | dict) and hasattr(value, "__next__"):
        value = list(_counted(value, meter))
    return plain(value, meter)


def _counted(values: Iterator[Any], meter: Meter) -> Iterator[Any]:
    for value in values:
        meter.elements(1)
        yield value


def _is_plain(value: Any, meter: Meter) -> bool:
    """Whether all of a list or map is plain already; counts it."""
    rest = [value]
    while rest:
        item = rest.pop()
        kind = type(item)
        if kind is str:
            meter.characters(len(item))
        elif kind is list:
            meter.elements(len(item))
            _unmark(item, enumerate(item))
            rest += item
        elif kind is dict:
            meter.elements(len(item))
            if any(type(key) is not str for key in item):
                return False
            _unmark(item, item.items())
            rest += item.values()
        elif kind not in _SCALARS and not isinstance(item, _OPAQUE):
            return False
    return True


def _unmark(holder: Any, items: Iterable[tuple[Any, Any]]) -> None:
    """Make mere texts of marked ones: in place, since a function may be there to change the holder."""
    marked = [(key, str(item)) for key, item in items if type(item) is Raw]
    for key, text in marked:
        holder[key] = text


def _converted(value: Any, meter: Meter) -> Any:
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()  # noqa: SLF001 - Jinja2's own way to say so
    if isinstance(value, str):
        return str(value)
    if type(value) in _SCALARS or isinstance(value, _OPAQUE):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, dict):
        meter.elements(len(value))
        return {_key(key): _converted(item, meter) for key, item in value.items()}
    if isinstance(value, list | tuple | range):
        meter.elements(len(value))
        return [_converted(item, meter) for item in value]
    if isinstance(value, Callee):
        raise CallError(f"{value.name} is a function", name=value.name, hint=f"call it: {value.name}(...)")
    raise CallError(f"{word_for(value)} is no value")


def _key(key: Any) -> str:
    if isinstance(key, str):
        return str(key)
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, int):
        return str(int(key))
    raise CallError(f"{word_for(key)} is a key, where a text is wanted")
