"""Public values from their wire form: what does not fit is refused, all of it at once, each with its path."""

from __future__ import annotations

from typing import TypeVar

import cattrs
from cattrs.errors import AttributeValidationNote, IterableValidationNote

from launcher_k8s.decisions import Refusal
from launcher_k8s.errors import InvalidJobError
from launcher_k8s.wire.converter import value_converter
from launcher_k8s.wire.limits import find_problems, number_problem
from launcher_k8s.wire.names import wire_name

T = TypeVar("T")


def from_wire(kind: type[T], data: object) -> T:
    """Read a public value from its wire form.

    Args:
        kind: The class to build, such as ``Job``.
        data: JSON types, as ``json.loads`` gives them.

    Raises:
        InvalidJobError: The data does not fit; every problem is a refusal with its JSON path.
    """
    excesses = [_refusal(kind, path, message) for path, message in find_problems(data, number_problem)]
    try:
        value = value_converter().structure(data, kind)
    except (
        cattrs.BaseValidationError,
        cattrs.StructureHandlerNotFoundError,
        ValueError,
        TypeError,
        KeyError,
    ) as error:
        raise InvalidJobError([*_refusals(error, kind), *excesses]) from error
    if excesses:
        raise InvalidJobError(excesses)
    return value


def _refusals(error: BaseException, kind: type[object], path: str = "") -> list[Refusal]:
    if isinstance(error, (cattrs.IterableValidationError, cattrs.ClassValidationError)):
        located, loose = error.group_exceptions()
        inner = [(exc, path + _step(note)) for exc, note in located] + [(exc, path) for exc in loose]
        return [refusal for exc, where in inner for refusal in _refusals(exc, kind, where)]
    message = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
    return [_refusal(kind, path, message)]


def _refusal(kind: type[object], path: str, message: str) -> Refusal:
    where = path.lstrip(".") or kind.__name__
    return Refusal(what=where, message=f"{where}: {message}", hint=f"see the fields of {kind.__name__}")


def _step(note: AttributeValidationNote | IterableValidationNote) -> str:
    return f"[{note.index}]" if isinstance(note, IterableValidationNote) else f".{wire_name(note.name)}"
