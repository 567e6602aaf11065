"""Whether a value that a caller gave is of the kind that an annotation says, and what to say where it is not.

Type checkers tell most callers; the others shall read what is wrong and what to give, instead of an
AttributeError from somewhere inside. Lenient where the library is: a list does for a tuple. What checks
itself when it is made (a class with converters) and what has no class to ask for (free JSON, protocols) is
not looked into.
"""

from __future__ import annotations

import collections.abc
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, NamedTuple, TypeAlias

import attrs

from launcher_k8s.attributes import reader_of
from launcher_k8s.errors import InvalidJobError
from launcher_k8s.wording import kind_of, quote


class Misfit(NamedTuple):
    """A value of another kind than expected.

    Args:
        path: Where it is in what was given, such as ``.environment[0].value``; empty for that itself.
        message: What was expected and what is there. Not the value: it may be a secret.
        hint: What to give instead; may be empty.
    """

    path: str
    message: str
    hint: str = ""


Check: TypeAlias = Callable[[Any], Misfit | None]

_WORDS: Final[Mapping[Any, str]] = {
    str: "a string",
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    NoneType: "None",
}
_LISTS: Final = (tuple, Sequence, Collection, Iterable)


def kinds_of(described: Any) -> Mapping[str, Any]:
    """The annotations of a function's arguments or a class's fields, their names resolved."""
    return typing.get_type_hints(described, localns={"Json": Any})


def find_misfit(value: Any, kind: Any) -> Misfit | None:
    """The first thing that is of another kind than an annotation says; None if all is well.

    Args:
        value: What was given.
        kind: The annotation, its names resolved.
    """
    return check_of(kind)(value)


def refuse_misfit(value: Any, kind: Any, what: str) -> None:
    """Refuse a value of another kind than an annotation says.

    Args:
        value: What was given.
        kind: The annotation, its names resolved.
        what: What the value is called.

    Raises:
        InvalidJobError: It is of another kind.
    """
    if (misfit := find_misfit(value, kind)) is not None:
        where = what + misfit.path
        raise InvalidJobError.single(where, f"{where}: {misfit.message}", hint=misfit.hint)


@cache
def check_of(kind: Any) -> Check:
    """The check that :func:`find_misfit` makes, for who makes it often.

    Args:
        kind: The annotation, its names resolved.
    """
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, UnionType):
        return _union_check(parts)
    if origin is Mapping:
        return _mapping_check(*parts)
    if origin in _LISTS:
        return _list_check((tuple, list) if origin is tuple else origin, parts[0])
    if origin is collections.abc.Callable:
        return lambda value: None if callable(value) else _misfit(value, "a function")
    if kind is Any or not isinstance(kind, type) or getattr(kind, "_is_protocol", False):
        return _anything
    return _object_check(kind) if _is_plain(kind) else _class_check(kind)


def _anything(_: Any) -> None:
    return None


def _is_plain(kind: type[Any]) -> bool:
    """Whether a class takes whatever its fields are given."""
    return attrs.has(kind) and not any(field.converter or field.validator for field in attrs.fields(kind))


def _class_check(kind: type[Any]) -> Check:
    accepted = int | float if kind is float else kind
    hint = f"one of {', '.join(map(str, kind))}" if issubclass(kind, Enum) else ""

    def check(value: Any) -> Misfit | None:
        if type(value) is kind or (isinstance(value, accepted) and not isinstance(value, bool)):
            return None
        return _misfit(value, _words_for(kind), hint)

    return check


def _object_check(kind: type[Any]) -> Check:
    defaults = {field.name: field.default for field in attrs.fields(kind)}
    checks = [
        (name, defaults.get(name, attrs.NOTHING), check_field)
        for name, hint in kinds_of(kind).items()
        if (check_field := check_of(hint)) is not _anything
    ]
    values_of = reader_of([name for name, _, _ in checks])

    def check(value: Any) -> Misfit | None:
        if not isinstance(value, kind):
            return _misfit(value, _words_for(kind))
        for item, (name, default, check_field) in zip(values_of(value), checks, strict=True):
            if item is not default and (found := check_field(item)) is not None:
                return _within(f".{name}", found)
        return None

    return check


def _union_check(kinds: Sequence[Any]) -> Check:
    checks = [check_of(kind) for kind in kinds]
    takes_none = NoneType in kinds
    expected = " or ".join(_words_for(kind) for kind in kinds if kind is not NoneType)

    def check(value: Any) -> Misfit | None:
        if value is None and takes_none:
            return None
        found = []
        for each in checks:
            misfit = each(value)
            if misfit is None:
                return None
            found.append(misfit)
        inner = next((misfit for misfit in found if misfit.path), None)
        return inner or _misfit(value, expected, next((each.hint for each in found if each.hint), ""))

    return check


def _list_check(kind: Any, item_kind: Any) -> Check:
    check_item = check_of(item_kind)

    def check(value: Any) -> Misfit | None:
        if isinstance(value, (str, bytes)) or not isinstance(value, kind):
            hint = "put it into a list: [...]" if check_item(value) is None else ""
            return _misfit(value, "a list", hint)
        # What can be gone through only once is left to its reader.
        if check_item is not _anything and isinstance(value, (tuple, list, Collection)):
            for index, item in enumerate(value):
                if (found := check_item(item)) is not None:
                    return _within(f"[{index}]", found)
        return None

    return check


def _mapping_check(key_kind: Any, item_kind: Any) -> Check:
    check_key, check_item = check_of(key_kind), check_of(item_kind)

    def check(value: Any) -> Misfit | None:
        if not isinstance(value, (dict, Mapping)):  # a dict is told from the first
            return _misfit(value, "a dict")
        for key, item in value.items():
            if (found := check_key(key)) is not None:
                return found._replace(message=f"as a key {found.message}")
            if (found := check_item(item)) is not None:
                return _within(f"[{quote(str(key))}]", found)
        return None

    return check


def _words_for(kind: Any) -> str:
    if kind in _WORDS:
        return _WORDS[kind]
    if (origin := typing.get_origin(kind)) is not None:
        return "a function" if origin is collections.abc.Callable else "a list"
    return f"{'an' if kind.__name__[0] in 'AEIOU' else 'a'} {kind.__name__}"


def _misfit(value: Any, expected: str, hint: str = "") -> Misfit:
    there = "None" if value is None else kind_of(value)
    return Misfit("", f"expected {expected}, not {there}", hint)


def _within(step: str, found: Misfit) -> Misfit:
    return found._replace(path=step + found.path)
