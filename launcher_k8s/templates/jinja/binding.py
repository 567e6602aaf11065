"""The functions of the Go environment as what Jinja2 templates call: by name, or as filters.

As a filter a function is given the piped value last, as in Go. Arguments are checked as Go checks them, with
its texts, but that a number is a number: templates of Jinja2 have no ``int64``. Source: facts on templates,
2.2 and 2.7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from jinja2 import pass_environment

from launcher_k8s.templates.effects import Effects
from launcher_k8s.templates.gotemplate.arguments import (
    ANY,
    EXACT,
    VALUE,
    ExecutionError,
    checker,
    count_mismatch,
    parameter,
)
from launcher_k8s.templates.govalues.allowance import LimitError
from launcher_k8s.templates.govalues.signature import Function
from launcher_k8s.templates.govalues.values import GoError, Integer, StringList, StringMap
from launcher_k8s.templates.jinja.callee import Callee, CallError
from launcher_k8s.templates.jinja.growth import check_function
from launcher_k8s.templates.jinja.meter import Meter
from launcher_k8s.templates.jinja.values import Raw, native, plain

GO_PREFIX: Final = "go."
"""Before the name of a Go function as a filter where Jinja2 has a filter of the same name."""
ENGINE_OWN: Final[Mapping[str, str]] = {
    "include": 'write {% include "NAME" %}, or a macro',
    "tpl": "a text of the job is no template here",
}
"""Functions of Go's engine that have no meaning here, and what to write instead."""
_WRITTEN: Final = frozenset({"quote", "toJson", "mustToJson", "toRawJson", "mustToRawJson"})
"""What gives a text for the document, that no value in it can end: printed as it is."""
_INTEGERS: Final = frozenset({"int", "int64", "int32", "uint8", "uint64"})


def callees(functions: Mapping[str, Function], effects: Effects) -> dict[str, Callee]:
    """What templates call by name.

    Args:
        functions: The functions by name.
        effects: What they may reach beyond their arguments.
    """
    made = {name: Callee(name, _bound(name, function, effects)) for name, function in functions.items()}
    return made | {name: Callee(name, partial(_refused, name, hint)) for name, hint in ENGINE_OWN.items()}


def as_filter(callee: Callee) -> Callable[..., Any]:
    """A function as a filter, which is given the piped value last."""

    @pass_environment
    def call(environment: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        return callee.answer(environment.meter, *args, value, **kwargs)

    return call


def _bound(name: str, function: Function, effects: Effects) -> Callable[..., Any]:
    call = partial(function.call, effects) if function.needs_effects else function.call

    def act(meter: Meter, *args: Any, **kwargs: Any) -> Any:
        if kwargs:
            raise CallError(f"{name} takes no arguments by name", name=name, hint=_by_position(kwargs))
        wrong = count_mismatch(function, name, len(args), piped=False)
        if wrong:
            raise CallError(wrong, name=name)
        try:
            given = [
                _argument(plain(value, meter), parameter(function, index)) for index, value in enumerate(args)
            ]
            check_function(name, given, meter)
            result = native(call(*given))
        except LimitError as error:
            raise CallError(str(error), name=name, hint=error.hint) from error
        except (GoError, ExecutionError) as error:
            cause = f"error calling {name}: {error}" if isinstance(error, GoError) else str(error)
            raise CallError(cause, name=name) from error
        meter.weigh(result)
        return Raw(result) if name in _WRITTEN and type(result) is str else result

    return act


def _refused(name: str, hint: str, _meter: Meter, *_args: Any, **_kwargs: Any) -> Any:
    raise CallError(f"{name} belongs to templates in Go's language", name=name, hint=hint)


def _by_position(kwargs: Mapping[str, Any]) -> str:
    return f"leave {', '.join(f'{name}=' for name in kwargs)} away"


def _argument(value: Any, wanted: str) -> Any:
    """A value as a parameter's type.

    Raises:
        ExecutionError: It is of another type.
    """
    if wanted in (ANY, VALUE):
        return value
    kind = type(value)
    exact = EXACT.get(wanted)
    if kind is exact:
        return value
    if kind is int and wanted in _INTEGERS:
        return _integer(value, wanted)
    if kind is int and wanted == "float64":
        return float(value)
    if kind is list and exact is StringList and all(type(item) is str for item in value):
        return StringList(value)
    if kind is dict and exact is StringMap and all(type(item) is str for item in value.values()):
        return StringMap(value)
    return checker(wanted, piped=False)(value)


def _integer(value: int, wanted: str) -> Any:
    bits = 8 if wanted == "uint8" else 32 if wanted == "int32" else 64
    lowest = 0 if wanted.startswith("u") else -(1 << (bits - 1))
    if not lowest <= value < lowest + (1 << bits):
        raise ExecutionError(f"cannot use {value} as {wanted}")
    kind = EXACT[wanted]
    return kind(value) if issubclass(kind, Integer) else value
