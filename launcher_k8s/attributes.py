"""What attributes values have; and many of them at once, read or changed: a fraction of what each takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, get_type_hints

import attrs
import msgspec

T = TypeVar("T", bound=attrs.AttrsInstance)

_OURS = f"{__name__.partition('.')[0]}."


def has_fields(kind: Any) -> bool:
    """Whether this is a class for values: one of attrs, or a struct of ours."""
    return attrs.has(kind) or (
        isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__module__.startswith(_OURS)
    )


@cache
def fields_of(kind: Any) -> tuple[attrs.Attribute[Any], ...]:
    """The fields of such a class; those of a struct as attrs would have them.

    Values that every job has many of are structs, which take an eighth of the time to make.
    """
    if attrs.has(kind):
        return tuple(attrs.fields(kind))
    hints = get_type_hints(kind)
    alike = {
        field.name: attrs.field(default=_default_of(field), type=hints[field.name])
        for field in msgspec.structs.fields(kind)
    }
    return tuple(attrs.fields(attrs.make_class(kind.__name__, alike)))


def _default_of(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return attrs.Factory(field.default_factory)
    return attrs.NOTHING if field.default is msgspec.NODEFAULT else field.default


def reader_of(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the attributes of these names, a tuple however few they are."""
    if len(names) > 1:
        return attrgetter(*names)
    if not names:
        return lambda _: ()
    (name,) = names
    return lambda value: (getattr(value, name),)


def changed(value: T, **changes: Any) -> T:
    """What ``attrs.evolve`` gives, quickly: for values of many fields that are made for every job.

    Args:
        value: A value of an attrs class.
        **changes: What is another in the new one.

    Raises:
        KeyError: The class has no such field.
    """
    kind = type(value)
    places, count, by_name, read = _arguments_of(kind)
    arguments = list(read(value))
    for name, item in changes.items():
        arguments[places[name]] = item
    return kind(*arguments[:count], **dict(zip(by_name, arguments[count:], strict=True)))


@cache
def _arguments_of(
    kind: type[attrs.AttrsInstance],
) -> tuple[Mapping[str, int], int, tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """What a class is made of.

    The place of each argument by its name, how many are given by their place, the names of the others, and
    what gives all of them of a value.
    """
    fields = sorted((field for field in attrs.fields(kind) if field.init), key=lambda field: field.kw_only)
    places = {field.alias: place for place, field in enumerate(fields)}
    by_name = tuple(field.alias for field in fields if field.kw_only)
    return places, len(fields) - len(by_name), by_name, reader_of([field.name for field in fields])
